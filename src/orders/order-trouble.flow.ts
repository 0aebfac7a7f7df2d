import { sql } from "kysely";
import { pauseMs } from "../connections/work-lane.flow.ts";
import type { ConnectionContext } from "../context.ts";
import { json } from "../db/json.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import { addToTimeline } from "../log/timeline.sql.ts";
import type { SyncOptions } from "./batch.ts";
import { loadLinks } from "./order-links.sql.ts";
import { attemptsMax } from "./remember.flow.ts";
import { noteWorked } from "./run-orders.sql.ts";
import { countOutcome } from "./tally.ts";

/** An order that the shop's answer holds but nobody can read: it stands in the list with the reason, and is tried again. */
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
  const shopOrderId = String(order.orderId);
  const attempts = ((await loadLinks(ctx, [shopOrderId])).get(shopOrderId)?.attempts ?? 0) + 1;
  const key = "shop_unreachable:unreadable";
  const problem = {
    state: "failed",
    problem: "shop_unreachable",
    problem_key: key,
    problem_params: json({ reason: order.reason, cause: "unreadable" }),
    shop_hash: null,
    attempts,
    next_attempt_at: attempts >= attemptsMax ? null : new Date(ctx.now().getTime() + pauseMs(ctx, attempts)),
  };
  const since = sql<Date>`case when order_links.problem_key = ${key} then order_links.problem_since else ${ctx.now()} end`;
  const noted = await ctx.db
    .insertInto("order_links")
    .values({
      connection_id: ctx.connection.id,
      shop_order_id: shopOrderId,
      shop_number: order.orderId,
      external_id: shopOrderId,
      agreement: json({}),
      differences: json([]),
      first_seen_at: ctx.now(),
      problem_since: ctx.now(),
      ...problem,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["connection_id", "shop_order_id"])
        .doUpdateSet({ ...problem, problem_since: since })
        // One that was set aside stays so: made due here, it would be sent once it can be read.
        .where("order_links.state", "!=", "excluded"),
    )
    .returning("shop_order_id")
    .executeTakeFirst();
  if (!noted) return;
  // Given up on, it is no news: an archive ends although one old order can never be read.
  countOutcome(options, order.orderId, attempts > attemptsMax ? "unchanged" : "failed");
  await noteWorked(ctx, options, [order.orderId]);
}

const confirmMax = 20;

/**
 * Orders that a whole answer lacked are asked for once more, alone, before they count as deleted. Nothing is written.
 * Returns those that are there after all.
 */
export async function noteMissing(
  ctx: ConnectionContext,
  ids: number[],
  options: SyncOptions,
): Promise<HoroshopOrder[]> {
  const found: HoroshopOrder[] = [];
  // The rest is asked about with a later look: until then nothing may count as settled that led here.
  for (const id of ids.slice(confirmMax)) options.unsettled.add(id);
  for (const id of ids.slice(0, confirmMax)) {
    const again = await ctx.horoshop.fetchOrders({ ids: [id], limit: 1, offset: 0 }, options.signal);
    found.push(...again.orders.filter((order) => order.order_id === id));
    if (again.orders.some((order) => order.order_id === id) || again.unreadable.length > 0) continue;
    if (!(await saveMissing(ctx, id))) continue;
    countOutcome(options, id, "failed");
    await noteWorked(ctx, options, [id]);
  }
  return found;
}

/** False: an order that was set aside stays so; it is only asked about no more. */
async function saveMissing(ctx: ConnectionContext, id: number): Promise<boolean> {
  const key = "order_missing_in_shop";
  const unlessAside = <Value>(value: Value, column: string) =>
    sql<Value>`case when state = 'excluded' then ${sql.ref(column)} else ${value} end`;
  const row = await ctx.db
    .updateTable("order_links")
    .set({
      next_attempt_at: null,
      shop_open: false,
      problem_since: sql<Date | null>`case when state = 'excluded' or problem_key = ${key} then problem_since else ${ctx.now()}::timestamptz end`,
      state: unlessAside("failed", "state"),
      problem: unlessAside(key, "problem"),
      problem_key: unlessAside(key, "problem_key"),
      problem_params: sql`case when state = 'excluded' then problem_params else '{}'::jsonb end`,
      shop_hash: null,
    })
    .where("connection_id", "=", ctx.connection.id)
    .where("shop_order_id", "=", String(id))
    .returning("state")
    .executeTakeFirst();
  return row !== undefined && row.state !== "excluded";
}

export type AsideReason = "deleted_in_crm" | "combined_in_crm" | "moved_in_crm";

/**
 * A manager deleted the order, merged it into another or moved it to another site: the shop keeps its own, and nothing
 * is sent again until a person asks.
 */
export async function setAside(
  ctx: ConnectionContext,
  shopOrderId: number,
  reason: AsideReason,
  options: SyncOptions,
): Promise<void> {
  countOutcome(options, shopOrderId, "excluded");
  await noteWorked(ctx, options, [shopOrderId]);
  await ctx.db
    .updateTable("order_links")
    .set({
      state: "excluded",
      reason,
      problem: null,
      problem_key: null,
      problem_params: null,
      problem_since: null,
      next_attempt_at: null,
      crm_order_id: null,
      differences: "[]",
    })
    .where("connection_id", "=", ctx.connection.id)
    .where("shop_order_id", "=", String(shopOrderId))
    .execute();
  await addToTimeline(ctx, [
    { shopOrderId: String(shopOrderId), direction: "crm-to-shop", action: reason, result: "done" },
  ]);
  ctx.events.emit({
    connectionId: ctx.connection.id,
    type: "order",
    body: { shopOrderId: String(shopOrderId), state: "excluded" },
  });
}
