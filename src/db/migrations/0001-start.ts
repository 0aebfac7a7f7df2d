import { type Kysely, sql } from "kysely";

const statements = `
create table connections (
  id text primary key, name text not null,
  crm_url text not null, crm_site text, crm_key text not null,
  crm_time_zone text, crm_currency text, crm_scopes jsonb,
  shop_url text, shop_login text, shop_password text, shop_features jsonb not null default '{}',
  settings jsonb not null default '{}',
  paused boolean not null default false, crm_active boolean not null default true, crm_frozen boolean not null default false,
  login_refused text, mapped_at timestamptz, paid_status text, not_paid_status text,
  catalog_secret text not null unique, hook_secret text not null unique, hooks jsonb not null default '[]',
  module_code text not null, client_id text not null, client_id_hash text not null unique,
  created_at timestamptz not null, last_sync_at timestamptz
);
create unique index connections_site on connections (crm_url, crm_site) where crm_site is not null and shop_url is not null;
create table reference_lists (
  connection_id text not null references connections on delete cascade,
  kind text not null, side text not null, id text not null, title text not null, position integer not null,
  group_code text, enabled boolean not null, missing boolean not null default false, details jsonb not null default '{}', seen_at timestamptz not null,
  primary key (connection_id, kind, side, id)
);
create table mapping_pairs (
  connection_id text not null references connections on delete cascade,
  kind text not null, shop_id integer not null, crm_code text, aside text,
  primary key (connection_id, kind, shop_id),
  check ((crm_code is null) <> (aside is null))
);
create unique index mapping_pairs_crm on mapping_pairs (connection_id, kind, crm_code) where crm_code is not null;
create table order_links (
  connection_id text not null references connections on delete cascade,
  shop_order_id text not null, shop_number bigint not null, external_id text not null,
  crm_order_id bigint, crm_number text,
  state text not null check (state in ('synced','held','failed','excluded')),
  problem text, problem_key text, problem_params jsonb, problem_since timestamptz, reason text,
  attempts integer not null default 0, next_attempt_at timestamptz, create_pending boolean not null default false, confirmed text,
  shop_hash text, shop_open boolean not null default true, shop_created_at timestamptz, shop_total text,
  agreement jsonb not null default '{}', differences jsonb not null default '[]',
  first_seen_at timestamptz not null, last_synced_at timestamptz, claimed_by text, claimed_until timestamptz,
  primary key (connection_id, shop_order_id)
);
create index order_links_list on order_links (connection_id, shop_number desc);
create index order_links_due on order_links (connection_id, next_attempt_at) where next_attempt_at is not null;
create index order_links_problem on order_links (connection_id, problem) where problem is not null;
create index order_links_crm on order_links (connection_id, crm_order_id) where crm_order_id is not null;
create index order_links_open on order_links (connection_id, shop_created_at) where crm_order_id is not null;
create table customer_links (
  connection_id text not null references connections on delete cascade,
  key text not null, crm_customer_id bigint, external_id text, linked_at timestamptz not null,
  primary key (connection_id, key)
);
create table known_offers (
  connection_id text not null references connections on delete cascade,
  article text not null, seen_at timestamptz not null, primary key (connection_id, article)
);
create table bookmarks (
  connection_id text not null references connections on delete cascade,
  stream text not null, place text not null, saved_at timestamptz not null, primary key (connection_id, stream)
);
create table lanes (
  connection_id text not null references connections on delete cascade,
  lane text not null, next_at timestamptz not null, wanted boolean not null default false, failures integer not null default 0,
  primary key (connection_id, lane)
);
create index lanes_due on lanes (next_at);
create table runs (
  id text primary key, connection_id text not null references connections on delete cascade,
  kind text not null, lane text not null, trigger text not null,
  state text not null check (state in ('queued','running','succeeded','partial','failed','cancelled')),
  params jsonb not null default '{}', params_key text not null default '',
  progress jsonb not null default '{}', counts jsonb not null default '{}', preview jsonb, error jsonb,
  cancel_asked boolean not null default false,
  created_at timestamptz not null, started_at timestamptz, finished_at timestamptz
);
create index runs_list on runs (connection_id, id desc);
create unique index runs_open on runs (connection_id, kind, params_key) where state in ('queued','running');
create table problems (
  connection_id text not null references connections on delete cascade,
  key text not null, code text not null, severity text not null, params jsonb not null default '{}',
  count integer not null default 0, source text not null, since timestamptz not null, alerted_at timestamptz,
  primary key (connection_id, key)
);
create table timeline (
  id bigserial primary key, connection_id text not null references connections on delete cascade,
  shop_order_id text not null, at timestamptz not null, direction text not null, action text not null, result text not null,
  detail jsonb, request jsonb, response jsonb
);
create index timeline_order on timeline (connection_id, shop_order_id, id);
create index timeline_age on timeline (at);
create table catalogs (
  connection_id text not null references connections on delete cascade, role text not null,
  version text not null, generated_at timestamptz not null, offers integer not null, active_offers integer not null,
  products integer not null, bytes bigint not null, gzip_bytes bigint not null, etag text not null,
  excluded jsonb not null default '{}', warnings jsonb not null default '[]', reason jsonb, last_fetched_at timestamptz,
  primary key (connection_id, role)
);
create table catalog_pieces (
  connection_id text not null references connections on delete cascade,
  version text not null, piece integer not null, bytes bytea not null, primary key (connection_id, version, piece)
);
create table catalog_codes (
  connection_id text not null references connections on delete cascade,
  field text not null, code text not null, primary key (connection_id, field), unique (connection_id, code)
);
create table logins (
  token_hash text primary key, kind text not null, crm_url text, language text, created_at timestamptz not null, expires_at timestamptz not null
);
create table kept_values (name text primary key, value jsonb not null, saved_at timestamptz not null);
create table shop_slots (shop text not null, slot integer not null, holder text not null, until timestamptz not null, primary key (shop, slot));
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements.split(";")) {
    if (statement.trim()) await sql.raw(statement).execute(db);
  }
}
