import type { AppContext, ConnectionContext } from "../context.ts";
import { json } from "../db/json.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import { type Problem, problemKey } from "../log/problem.ts";
import { expectedTotal } from "./order-total.ts";
import { toInstant } from "./shop-time.ts";

/** A worker that died keeps its orders for so long; where it was the only process, until the next start. */
export const claimMs = 120_000;

/**
 * Writes the rows of orders that are read for the first time (to be tried at once, should this process die now) and
 * takes the orders for this worker. Orders that another lane has in hand are left out of the answer.
 */
export async function claimOrders(
  ctx: ConnectionContext,
  orders: HoroshopOrder[],
  worker: string,
): Promise<Set<string>> {
  if (orders.length === 0) return new Set();
  const now = ctx.now();
  const until = new Date(now.getTime() + claimMs);
  const rows = orders.map((order) => ({
    connection_id: ctx.connection.id,
    shop_order_id: String(order.order_id),
    shop_number: order.order_id,
    external_id: String(order.order_id),
    state: "failed",
    next_attempt_at: now,
    agreement: json({}),
    differences: json([]),
    shop_created_at: toInstant(order.stat_created, ctx.connection.settings.timeZone) ?? null,
    shop_total: expectedTotal(order),
    first_seen_at: now,
    claimed_by: worker,
    claimed_until: until,
  }));
  const claimed = await ctx.db
    .insertInto("order_links")
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(["connection_id", "shop_order_id"])
        .doUpdateSet({ claimed_by: worker, claimed_until: until })
        .where((row) =>
          row.or([
            row("order_links.claimed_until", "is", null),
            row("order_links.claimed_until", "<", now),
            row("order_links.claimed_by", "=", worker),
          ]),
        ),
    )
    .returning("shop_order_id")
    .execute();
  return new Set(claimed.map((row) => row.shop_order_id));
}

/** Which of these orders somebody has in hand: one that is being created has no CRM id on record yet. */
export async function findClaimed(ctx: ConnectionContext, shopOrderIds: string[]): Promise<Set<string>> {
  if (shopOrderIds.length === 0) return new Set();
  const rows = await ctx.db
    .selectFrom("order_links")
    .select("shop_order_id")
    .where("connection_id", "=", ctx.connection.id)
    .where("shop_order_id", "in", shopOrderIds)
    .where("claimed_until", ">", ctx.now())
    .execute();
  return new Set(rows.map((row) => row.shop_order_id));
}

export async function releaseClaims(ctx: ConnectionContext, shopOrderIds: string[], worker: string): Promise<void> {
  if (shopOrderIds.length === 0) return;
  await ctx.db
    .updateTable("order_links")
    .set({ claimed_by: null, claimed_until: null })
    .where("connection_id", "=", ctx.connection.id)
    .where("shop_order_id", "in", shopOrderIds)
    .where("claimed_by", "=", worker)
    .execute();
}

/** What keeps orders waiting that were taken and not begun: trouble of a side stopped the work before it reached them. */
export async function noteWaitingFor(ctx: ConnectionContext, worker: string, problem: Problem): Promise<void> {
  await ctx.db
    .updateTable("order_links")
    .set({
      problem: problem.code,
      problem_key: problemKey(problem),
      problem_params: json(problem.params),
      problem_since: ctx.now(),
    })
    .where("connection_id", "=", ctx.connection.id)
    .where("claimed_by", "=", worker)
    .where("state", "=", "failed")
    .where("problem", "is", null)
    .execute();
}

/** Orders that this worker has taken and not settled yet. */
export async function listInHand(ctx: ConnectionContext, worker: string): Promise<Set<string>> {
  const rows = await ctx.db
    .selectFrom("order_links")
    .select("shop_order_id")
    .where("connection_id", "=", ctx.connection.id)
    .where("claimed_by", "=", worker)
    .execute();
  return new Set(rows.map((row) => row.shop_order_id));
}

/** Only where this is the one process: what a killed predecessor had in hand is nobody's now. */
export async function dropAllClaims(app: AppContext): Promise<void> {
  await app.db
    .updateTable("order_links")
    .set({ claimed_by: null, claimed_until: null })
    .where("claimed_by", "is not", null)
    .execute();
}
