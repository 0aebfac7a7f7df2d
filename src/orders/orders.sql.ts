import { sql } from "kysely";
import type { ConnectionContext } from "../context.ts";
import { asideReasons, type OrderLink, toLink } from "./order-links.sql.ts";

export type OrderFilter = { state?: string; problem?: string; run?: string; before?: number; limit: number };

/** Orders of the list, newest number first. */
export async function listOrders(
  ctx: ConnectionContext,
  filter: OrderFilter,
): Promise<(OrderLink & { number: number })[]> {
  let query = ctx.db
    .selectFrom("order_links")
    .selectAll()
    .where("connection_id", "=", ctx.connection.id)
    .orderBy("shop_number", "desc")
    .limit(filter.limit);
  if (filter.state) query = query.where("state", "=", filter.state);
  const { run } = filter;
  if (run)
    query = query.where("shop_order_id", "in", (part) =>
      part.selectFrom("run_orders").select("shop_order_id").where("run_id", "=", run),
    );
  if (filter.problem) query = query.where("problem", "=", filter.problem);
  if (filter.before !== undefined) query = query.where("shop_number", "<", filter.before);
  return (await query.execute()).map((row) => ({ ...toLink(row), number: Number(row.shop_number) }));
}

export async function loadOrder(ctx: ConnectionContext, shopOrderId: string): Promise<OrderLink | undefined> {
  const row = await ctx.db
    .selectFrom("order_links")
    .selectAll()
    .where("connection_id", "=", ctx.connection.id)
    .where("shop_order_id", "=", shopOrderId)
    .executeTakeFirst();
  return row && toLink(row);
}

/** A person's word: try now, with today's mapping and settings. Five clicks are one job: the row is due once. */
export async function makeDue(
  ctx: ConnectionContext,
  which: { shopOrderId?: string; problem?: string },
  confirmed?: string,
): Promise<number> {
  let query = ctx.db
    .updateTable("order_links")
    .set({
      next_attempt_at: ctx.now(),
      shop_hash: null,
      attempts: 0,
      ...(confirmed === undefined ? {} : { confirmed }),
      reason: sql<string | null>`case when reason in (${sql.join(asideReasons)}) then null else reason end`,
      state: sql<string>`case when state = 'excluded' then 'failed' else state end`,
    })
    .where("connection_id", "=", ctx.connection.id);
  if (which.shopOrderId !== undefined) query = query.where("shop_order_id", "=", which.shopOrderId);
  if (which.problem !== undefined) query = query.where("problem", "=", which.problem);
  const result = await query.executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** Confirms a guarded status: each order for the CRM status it waits with now. */
export async function confirmWaiting(ctx: ConnectionContext, which: { shopOrderId?: string }): Promise<number> {
  let query = ctx.db
    .updateTable("order_links")
    .set({ next_attempt_at: ctx.now(), shop_hash: null, confirmed: sql<string>`problem_params->>'crm'` })
    .where("connection_id", "=", ctx.connection.id)
    .where("problem", "=", "final_status_waiting");
  if (which.shopOrderId !== undefined) query = query.where("shop_order_id", "=", which.shopOrderId);
  const result = await query.executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** Set aside until a retry. */
export async function dismissOrder(ctx: ConnectionContext, shopOrderId: string): Promise<void> {
  await ctx.db
    .updateTable("order_links")
    .set({
      state: "excluded",
      reason: "dismissed",
      problem: null,
      problem_key: null,
      problem_params: null,
      problem_since: null,
      next_attempt_at: null,
    })
    .where("connection_id", "=", ctx.connection.id)
    .where("shop_order_id", "=", shopOrderId)
    .execute();
}

/** On a guarded status: the shop keeps its own, and both sides agree to differ until one of them moves again. */
export async function keepShopStatus(ctx: ConnectionContext, link: OrderLink): Promise<void> {
  const difference = link.differences.find((one) => one.field === "status");
  const status = difference ? { shop: difference.shop, crm: difference.crm } : link.agreement.status;
  await ctx.db
    .updateTable("order_links")
    .set({
      state: "synced",
      problem: null,
      problem_key: null,
      problem_params: null,
      problem_since: null,
      next_attempt_at: null,
      confirmed: null,
      agreement: sql`${JSON.stringify({ ...link.agreement, ...(status ? { status } : {}) })}::jsonb`,
      last_synced_at: ctx.now(),
    })
    .where("connection_id", "=", ctx.connection.id)
    .where("shop_order_id", "=", link.shopOrderId)
    .execute();
}
