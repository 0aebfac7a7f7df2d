import { sql } from "kysely";
import type { ConnectionContext } from "../context.ts";

/** So that what became of a run's orders can be listed, also after a restart. */
export async function noteWorked(
  ctx: ConnectionContext,
  { runId, worked }: { runId: string | null; worked: Set<number> },
  orderIds: number[],
): Promise<void> {
  for (const id of orderIds) worked.add(id);
  if (runId) await noteRunOrders(ctx, runId, orderIds);
}

/** Puts on record that a run had these orders in hand; what became of them stands in their own rows. */
export async function noteRunOrders(ctx: ConnectionContext, runId: string, orderIds: number[]): Promise<void> {
  if (orderIds.length === 0) return;
  // From the run's row: one whose connection was deleted meanwhile has none, and nothing is to be noted.
  await sql`
    insert into run_orders (run_id, shop_order_id)
    select runs.id, ids.id from runs, jsonb_array_elements_text(${JSON.stringify(orderIds)}::jsonb) as ids (id)
    where runs.id = ${runId} and runs.connection_id = ${ctx.connection.id}
    on conflict do nothing`.execute(ctx.db);
}
