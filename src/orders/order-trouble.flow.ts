import type { ConnectionContext } from "../context.ts";
import { json } from "../db/json.ts";
import type { SyncOptions } from "./batch.ts";
import { noteWorked } from "./run-orders.sql.ts";
import { countOutcome } from "./tally.ts";

/** An order that the shop's answer holds but nobody can read: it stands in the list with the reason. */
export async function noteUnreadable(
  ctx: ConnectionContext,
  order: { orderId: number | undefined; reason: string },
  options: SyncOptions,
): Promise<void> {
  if (order.orderId === undefined) {
    options.counts.failed += 1;
    ctx.log.warn(
      { connection: ctx.connection.id, reason: order.reason },
      "an order without a number could not be read",
    );
    return;
  }
  countOutcome(options, order.orderId, "failed");
  const problem = {
    state: "failed",
    problem: "shop_unreachable",
    problem_key: "shop_unreachable:unreadable",
    problem_params: json({ reason: order.reason, cause: "unreadable" }),
    problem_since: ctx.now(),
    shop_hash: null,
  };
  await ctx.db
    .insertInto("order_links")
    .values({
      connection_id: ctx.connection.id,
      shop_order_id: String(order.orderId),
      shop_number: order.orderId,
      external_id: String(order.orderId),
      agreement: json({}),
      differences: json([]),
      first_seen_at: ctx.now(),
      ...problem,
    })
    .onConflict((conflict) =>
      conflict.columns(["connection_id", "shop_order_id"]).doUpdateSet({ ...problem, next_attempt_at: null }),
    )
    .execute();
  await noteWorked(ctx, options, [order.orderId]);
}

const confirmMax = 20;

/** Orders that a whole answer lacked are asked for once more, alone, before they count as deleted. Nothing is written. */
export async function noteMissing(ctx: ConnectionContext, ids: number[], options: SyncOptions): Promise<void> {
  for (const id of ids.slice(0, confirmMax)) {
    const again = await ctx.horoshop.fetchOrders({ ids: [id], limit: 1, offset: 0 }, options.signal);
    if (again.orders.some((order) => order.order_id === id) || again.unreadable.length > 0) continue;
    countOutcome(options, id, "failed");
    await noteWorked(ctx, options, [id]);
    await ctx.db
      .updateTable("order_links")
      .set({
        state: "failed",
        problem: "order_missing_in_shop",
        problem_key: "order_missing_in_shop",
        problem_params: json({}),
        problem_since: ctx.now(),
        next_attempt_at: null,
        shop_open: false,
        shop_hash: null,
      })
      .where("connection_id", "=", ctx.connection.id)
      .where("shop_order_id", "=", String(id))
      .where("state", "!=", "excluded")
      .execute();
  }
}
