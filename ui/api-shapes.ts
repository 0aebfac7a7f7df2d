/** Shapes of the JSON API as these pages read them (public contract, section 4). Times are RFC 3339 UTC texts. */

export type Me = {
  role: "operator" | "account";
  /** Address of the merchant's CRM account. */
  crmUrl?: string | null;
  /** Language of the account: uk, en, ru or es. */
  language?: string | null;
  supportUrl?: string | null;
  docsUrl?: string | null;
};

export type List<Item> = { items: Item[]; next: string | null };

export type ConnectionState = "setup" | "active" | "paused" | "needs_login" | "inactive" | "frozen";
export type StateReason = { code: string; message: string; params: Record<string, unknown> };
export type Site = { code: string; name: string };

export type Connection = {
  id: string;
  name: string;
  state: ConnectionState;
  stateReason: StateReason | null;
  crm: { url: string; site: string | null; apiKeyMasked: string };
  horoshop: { url: string; login: string | null } | null;
  settings: Settings;
  catalog: { url: string };
  createdAt: string;
  lastSyncAt: string | null;
  nextSyncAt: string | null;
  counts: Record<OrderState, number>;
  problems: number;
};

export type Settings = {
  orderType: string | null;
  orderMethod: string | null;
  managerId: number | null;
  numberPrefix: string;
  useShopNumber: boolean;
  nameOrder: "last-first" | "first-last";
  country: string;
  language: string;
  timeZone: string;
  sendStatus: boolean;
  sendPaid: boolean;
  sendTracking: boolean;
  updateFromShop: Record<"status" | "payment" | "delivery" | "customer" | "items", boolean>;
  statusConflict: "crm" | "shop";
  finalStatuses: number[];
  guardFinalStatus: boolean;
  unmappedOrder: "hold" | "send-without";
  trackingField: string;
  branchField: string;
  archive: { auto: boolean; since: string | null };
  customers: { registered: boolean; companies: boolean };
  stock: {
    direction: "none" | "crm-to-shop" | "shop-to-crm";
    stores: string[];
    crmStore: string | null;
    shopWarehouse: string | null;
    presenceWords: { in: string; out: string };
    reserve: number;
  };
  catalog: {
    hidden: "inactive" | "omit";
    inStockQuantity: number;
    shrinkLimitPercent: number;
    bindBySku: boolean;
    description: "none" | "short" | "full";
    vatRate: string;
  };
  webhooks: boolean;
  alertEmail: string | null;
  alertAfterMinutes: number;
};

/** A change: any part of a value, at any depth; lists are replaced whole. */
export type Changes<Value> = {
  [Name in keyof Value]?: Value[Name] extends unknown[]
    ? Value[Name]
    : Value[Name] extends Record<string, unknown>
      ? Changes<Value[Name]>
      : Value[Name];
};

export type NewConnection = {
  name?: string;
  crm: { url: string; apiKey: string; site?: string };
  horoshop: { url: string; login: string; password: string };
  settings?: Changes<Settings>;
};

export type ConnectionChanges = {
  name?: string;
  crm?: { apiKey?: string; site?: string };
  horoshop?: { url?: string; login?: string; password?: string };
  settings?: Changes<Settings>;
  state?: "paused" | "active";
};

export type SideCheck = { ok: boolean; code: string | null; message: string | null };
export type Check = { crm: SideCheck; horoshop: SideCheck; capabilities: Record<string, boolean> };

export type MappingKind = "statuses" | "deliveryTypes" | "paymentTypes";
export type ShopElement = { id: number; title: string; enabled: boolean; missing: boolean };
export type CrmElement = {
  code: string;
  name: string;
  group?: string | null;
  groupName?: string | null;
  active: boolean;
  missing: boolean;
};
export type Suggestion = { horoshop: number; crm: string; reason: string };
export type ReferenceList = { horoshop: ShopElement[]; crm: CrmElement[]; suggestions: Suggestion[] };
export type References = Record<MappingKind, ReferenceList> & {
  paymentStatuses: { crm: CrmElement[] };
  fetchedAt: string | null;
};

export type Aside = "exclude" | "send-without";
export type Pair = { horoshop: number; crm: string | null; then?: Aside };
export type PaymentStatuses = { paid: string | null; notPaid: string | null };
export type Mapping = Record<MappingKind, Pair[]> & { paymentStatuses?: PaymentStatuses | null };

export type ConflictElement = { side: "crm" | "horoshop"; id: string | number; name: string };
export type Conflict = { kind: MappingKind; element: ConflictElement; with: ConflictElement[] };

export type RunKind = "sync" | "archive" | "catalog" | "stock" | "reconcile";
export type RunState = "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled";
export type RunRequest = { kind: RunKind; dryRun?: boolean; since?: string; until?: string; orderIds?: string[] };
export type UnmappedElement = { id: number; title: string; orders: number };

/** What an archive run that only tries would load. */
export type ArchivePreview = {
  orders: number;
  total: Record<string, string | number>;
  existing: number;
  unmapped: Record<MappingKind, UnmappedElement[]>;
};

/** `total` in the currency of the CRM's shop; orders in others are summed apart, by currency. */
export type DaySide = { orders: number; total: string; others?: Record<string, string> };
export type ComparedDay = { day: string; shop: DaySide; crm: DaySide };
export type ComparedOrder = { shopOrderId: string; field: string; shop: string; crm: string };
export type ComparedOutcome = {
  shopOrderId: string;
  state: OrderState;
  problem: string | null;
  differs: string[];
  nextAttemptAt: string | null;
};

/** Both sides as a run of kind `reconcile` found them; `outcome` is where the listed orders stand afterwards. */
export type ComparisonReport = {
  days: ComparedDay[];
  missing: string[];
  differing: ComparedOrder[];
  onlyInCrm: string[];
  /** Not in the CRM because a pair or a decision is missing. */
  held?: string[];
  outcome?: ComparedOutcome[];
  capped: boolean;
};

export type Run = {
  id: string;
  connectionId: string;
  kind: RunKind;
  trigger: "schedule" | "manual" | "webhook" | "release";
  state: RunState;
  params?: { dryRun?: boolean; since?: string; until?: string; orderIds?: string[]; customersOnly?: boolean };
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  /** Since when a person lets it wait; its state is `queued` then. */
  pausedAt: string | null;
  pauseAsked: boolean;
  progress: { done: number; total: number | null; remainingSeconds: number | null };
  /** What was passed over, and why. */
  notes: { code: string; message: string }[];
  counts: Partial<Record<CountName, number>>;
  error: { code: string; message: string } | null;
  preview?: ArchivePreview | ComparisonReport | null;
};

export type CountName =
  | "read"
  | "created"
  | "linked"
  | "updated"
  | "unchanged"
  | "held"
  | "failed"
  | "excluded"
  | "customersCreated"
  | "customersLinked"
  | "customersFailed";

export type OrderState = "synced" | "held" | "failed" | "excluded";
export type OrderProblem = { code: string; message: string; params: Record<string, unknown> };

export type Order = {
  shopOrderId: string;
  externalId: string | null;
  crmOrderId: number | string | null;
  crmNumber: string | null;
  state: OrderState;
  problem: OrderProblem | null;
  reason?: string | null;
  attempts: number;
  nextAttemptAt?: string | null;
  firstSeenAt: string;
  lastSyncedAt: string | null;
};

/** `unpaired`: a status of the CRM that the mapping gives no pair. */
export type Difference = { field: string; shop: unknown; crm: unknown; writable: boolean; unpaired?: boolean };

export type TimelineEntry = {
  at: string;
  direction: "shop-to-crm" | "crm-to-shop";
  action: string;
  result: "done" | "refused" | "failed" | "waiting";
  detail: unknown;
  request?: unknown;
  response?: unknown;
};

export type OrderDetail = Order & {
  links: { shop: string | null; crm: string | null };
  differences: Difference[];
  timeline: TimelineEntry[];
};

export type Problem = {
  code: string;
  severity: "info" | "warning" | "error";
  message: string;
  action: { code: string; url?: string } | null;
  params: Record<string, unknown>;
  count: number;
  since: string;
};

export type CatalogWarning =
  | string
  | { code: string; message?: string; count?: number; params?: { count?: number; examples?: string[] } };

export type Catalog = {
  url: string;
  state: "none" | "fresh" | "stale" | "held";
  generatedAt: string | null;
  offers: number;
  products: number;
  bytes: number;
  excluded: Record<string, number>;
  warnings: CatalogWarning[];
  held: { offers: number; reason: string; params?: Record<string, unknown> } | null;
  lastFetchedAt: string | null;
};
