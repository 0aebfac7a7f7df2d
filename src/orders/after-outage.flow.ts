import { reportReached } from "../connections/trouble.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { SyncOptions } from "./batch.ts";
import { syncDueOrders } from "./find-in-shop.flow.ts";

/** Shorter trouble is one order's own: its growing pauses must not be cut by the success of the others. */
const outageMinMs = 5 * 60_000;

/** Both sides answered. Orders that an outage stopped are taken up at once, not after their own pauses of up to an hour. */
export async function goOnAfterOutage(ctx: ConnectionContext, options: SyncOptions): Promise<void> {
  const since = await reportReached(ctx);
  if (!since || ctx.now().getTime() - since.getTime() < outageMinMs) return;
  const stopped = await ctx.db
    .updateTable("order_links")
    .set({ next_attempt_at: ctx.now() })
    .where("connection_id", "=", ctx.connection.id)
    .where("state", "=", "failed")
    .where("problem", "in", ["shop_unreachable", "crm_unreachable"])
    .where("next_attempt_at", ">", ctx.now())
    .executeTakeFirst();
  if (stopped.numUpdatedRows > 0n) await syncDueOrders(ctx, options);
}
