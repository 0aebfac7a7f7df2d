import { type Kysely, sql } from "kysely";

/**
 * A run that a person paused waits with `paused_at`; one at work is asked by `pause_asked` and stops at its next safe
 * place. `notes`: what a run passed over, and why. `run_orders`: the orders that a run had in hand, so that what became
 * of them can be listed after any restart; they go with their run.
 */
const statements = `
alter table runs
  add column paused_at timestamptz,
  add column pause_asked boolean not null default false,
  add column notes jsonb not null default '[]';
create table run_orders (
  run_id text not null references runs on delete cascade,
  shop_order_id text not null,
  primary key (run_id, shop_order_id)
)
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements.split(";")) {
    if (statement.trim()) await sql.raw(statement).execute(db);
  }
}
