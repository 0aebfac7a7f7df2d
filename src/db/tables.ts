/**
 * The database as Kysely sees it. One dialect: PostgreSQL, embedded (PGlite) or a server.
 * Times are timestamptz (Date), money is never stored as a float, JSON columns are jsonb.
 */
import type { Generated } from "kysely";
import type { Json } from "./json.ts";
import type { RunOrdersTable, RunsTable } from "./run-tables.ts";

export interface Tables {
  connections: ConnectionsTable;
  reference_lists: ReferenceListsTable;
  mapping_pairs: MappingPairsTable;
  order_links: OrderLinksTable;
  customer_links: CustomerLinksTable;
  buyer_companies: BuyerCompaniesTable;
  known_offers: KnownOffersTable;
  bookmarks: BookmarksTable;
  lanes: LanesTable;
  runs: RunsTable;
  run_orders: RunOrdersTable;
  problems: ProblemsTable;
  timeline: TimelineTable;
  catalogs: CatalogsTable;
  catalog_pieces: CatalogPiecesTable;
  catalog_codes: CatalogCodesTable;
  catalog_figures: CatalogFiguresTable;
  stock_figures: StockFiguresTable;
  logins: LoginsTable;
  alerts: AlertsTable;
  alert_messages: AlertMessagesTable;
  kept_values: KeptValuesTable;
  shop_slots: ShopSlotsTable;
}

export interface ConnectionsTable {
  id: string;
  name: string;
  crm_url: string;
  crm_site: string | null;
  crm_key: string;
  crm_time_zone: string | null;
  crm_currency: string | null;
  crm_scopes: Json<string[] | null>;
  shop_url: string | null;
  shop_login: string | null;
  shop_password: string | null;
  shop_features: Json<Record<string, boolean>>;
  settings: Json<Record<string, unknown>>;
  paused: boolean;
  crm_active: boolean;
  crm_frozen: boolean;
  /** Problem code of the side that refused the credentials, null when both accept them. */
  login_refused: string | null;
  /** Completeness is a gate passed once: set when the three mappings were complete for the first time. */
  mapped_at: Date | null;
  paid_status: string | null;
  not_paid_status: string | null;
  catalog_secret: string;
  hook_secret: string;
  hooks: Json<{ event: string; id: string | null; url: string }[]>;
  module_code: string;
  client_id: string;
  client_id_hash: string;
  created_at: Date;
  last_sync_at: Date | null;
  /** Since when the exchange is expected to run without a break; null while it stands still. */
  active_since: Date | null;
}

export interface ReferenceListsTable {
  connection_id: string;
  kind: string;
  side: string;
  id: string;
  title: string;
  position: number;
  group_code: string | null;
  enabled: boolean;
  missing: boolean;
  details: Json<Record<string, unknown>>;
  seen_at: Date;
}

export interface MappingPairsTable {
  connection_id: string;
  kind: string;
  shop_id: number;
  crm_code: string | null;
  /** For a shop element that is set aside (`crm_code` null): `exclude` or `send-without`. */
  aside: string | null;
}

export interface OrderLinksTable {
  connection_id: string;
  shop_order_id: string;
  shop_number: number;
  external_id: string;
  crm_order_id: number | null;
  crm_number: string | null;
  state: string;
  problem: string | null;
  problem_key: string | null;
  problem_params: Json<Record<string, unknown> | null>;
  problem_since: Date | null;
  reason: string | null;
  attempts: Generated<number>;
  next_attempt_at: Date | null;
  /** A create was sent and no answer is on record: look before sending again. */
  create_pending: Generated<boolean>;
  confirmed: string | null;
  shop_hash: string | null;
  shop_open: Generated<boolean>;
  shop_created_at: Date | null;
  shop_total: string | null;
  agreement: Json<Record<string, unknown>>;
  differences: Json<unknown[]>;
  /** Articles of lines that stand in the CRM without their offer; null when there are none. */
  free_articles: Json<string[] | null>;
  first_seen_at: Date;
  last_synced_at: Date | null;
  claimed_by: string | null;
  claimed_until: Date | null;
}

export interface CustomerLinksTable {
  connection_id: string;
  key: string;
  crm_customer_id: number | null;
  external_id: string | null;
  linked_at: Date;
}

export interface BuyerCompaniesTable {
  connection_id: string;
  user_id: number;
  name: string;
  crm_id: number | null;
  crm_legal_id: number | null;
  crm_contact_id: number | null;
  linked_at: Date | null;
}

export interface KnownOffersTable {
  connection_id: string;
  article: string;
  seen_at: Date;
}

export interface BookmarksTable {
  connection_id: string;
  stream: string;
  place: string;
  saved_at: Date;
}

export interface LanesTable {
  connection_id: string;
  lane: string;
  next_at: Date;
  wanted: Generated<boolean>;
  failures: Generated<number>;
}

export interface ProblemsTable {
  connection_id: string;
  key: string;
  code: string;
  severity: string;
  params: Json<Record<string, unknown>>;
  count: Generated<number>;
  /** `condition`: opened and closed by the flow that meets it. `derived`: counted from orders and lists. */
  source: string;
  since: Date;
  alerted_at: Date | null;
}

export interface TimelineTable {
  id: Generated<number>;
  connection_id: string;
  shop_order_id: string;
  at: Date;
  direction: string;
  action: string;
  result: string;
  detail: Json<Record<string, unknown> | null>;
  request: Json<unknown>;
  response: Json<unknown>;
}

export interface CatalogsTable {
  connection_id: string;
  /** `served` or `held` (waits for a person). */
  role: string;
  version: string;
  generated_at: Date;
  offers: number;
  active_offers: number;
  products: number;
  bytes: number;
  gzip_bytes: number;
  etag: string;
  excluded: Json<Record<string, number>>;
  warnings: Json<{ code: string; params: Record<string, unknown> }[]>;
  reason: Json<Record<string, unknown> | null>;
  last_fetched_at: Date | null;
}

export interface CatalogPiecesTable {
  connection_id: string;
  version: string;
  piece: number;
  bytes: Buffer;
}

export interface CatalogCodesTable {
  connection_id: string;
  field: string;
  code: string;
}

export interface CatalogFiguresTable {
  connection_id: string;
  /** Of which file: `new` (being made), `held`, `served`, or `before` the served one. */
  role: string;
  piece: number;
  /** Article and quantity, as written into the file, and whether it is active there (not noted by older versions). */
  figures: Json<[article: string, quantity: string, active?: boolean][]>;
}

export interface StockFiguresTable {
  connection_id: string;
  /** The side that leads: `crm` or `shop`. */
  side: string;
  article: string;
  /** Thousandths. */
  figure: number;
  /** Where in the following side it was written: a warehouse, a word of availability. */
  target: string;
  agreed_at: Date;
  /** The following side would not take this figure. */
  refused_at: Date | null;
}

export interface LoginsTable {
  token_hash: string;
  /** `operator`, `account` (a merchant) or `link` (one-time sign-in link of the operator). */
  kind: string;
  crm_url: string | null;
  language: string | null;
  created_at: Date;
  expires_at: Date;
}

/** A problem that was told of; its row goes when everybody knows that it is over. */
export interface AlertsTable {
  id: string;
  connection_id: string;
  connection_name: string;
  key: string;
  code: string;
  severity: string;
  params: Json<Record<string, unknown>>;
  count: number;
  since: Date;
  alerted_at: Date;
  over_at: Date | null;
}

/** What one channel is told: that a problem lasts, later that it is over. */
export interface AlertMessagesTable {
  alert_id: string;
  channel: string;
  is_over: boolean;
  /** The merchant's address; null where the configuration says where to. */
  recipient: string | null;
  language: string | null;
  /** `waiting`, `sent` or `given_up`. */
  state: string;
  attempts: Generated<number>;
  next_at: Date;
}

export interface KeptValuesTable {
  name: string;
  value: Json<unknown>;
  saved_at: Date;
}

export interface ShopSlotsTable {
  shop: string;
  slot: number;
  holder: string;
  until: Date;
}
