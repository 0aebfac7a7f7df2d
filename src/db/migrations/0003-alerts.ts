import { type Kysely, sql } from "kysely";

/**
 * Alerts outlive their problem, and their connection, until it was told that it is over: hence no foreign key. Their
 * messages are sent by whichever process takes them. `active_since` tells silence from a connection that just begins.
 */
const statements = `
alter table connections add column active_since timestamptz;
create table alerts (
  id text primary key, connection_id text not null, connection_name text not null,
  key text not null, code text not null, severity text not null, params jsonb not null default '{}',
  count integer not null, since timestamptz not null, alerted_at timestamptz not null, over_at timestamptz
);
create unique index alerts_open on alerts (connection_id, key) where over_at is null;
create table alert_messages (
  alert_id text not null references alerts on delete cascade,
  channel text not null, is_over boolean not null, recipient text, language text,
  state text not null check (state in ('waiting','sent','given_up')),
  attempts integer not null default 0, next_at timestamptz not null,
  primary key (alert_id, channel, is_over)
);
create index alert_messages_due on alert_messages (next_at) where state = 'waiting';
insert into lanes (connection_id, lane, next_at)
  select id, 'reconcile', now() + random() * interval '1 day' from connections on conflict do nothing
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements.split(";")) {
    if (statement.trim()) await sql.raw(statement).execute(db);
  }
}
