import type { ConnectionContext } from "../context.ts";

export type LinkedOrder = { shopOrderId: string; crmOrderId: number; shopCreatedAt: Date };

/** Orders made within the window (both ends included) that are in the CRM as far as we know. */
export async function listLinkedWithin(
  ctx: ConnectionContext,
  window: { from: Date | undefined; to: Date | undefined },
  limit: number,
): Promise<LinkedOrder[]> {
  let query = ctx.db
    .selectFrom("order_links")
    .select(["shop_order_id", "crm_order_id", "shop_created_at"])
    .where("connection_id", "=", ctx.connection.id)
    .where("crm_order_id", "is not", null)
    .where("shop_created_at", "is not", null)
    .where("state", "!=", "excluded")
    .orderBy("shop_number")
    .limit(limit);
  if (window.from) query = query.where("shop_created_at", ">=", window.from);
  if (window.to) query = query.where("shop_created_at", "<=", window.to);
  return (await query.execute()).map((row) => ({
    shopOrderId: row.shop_order_id,
    crmOrderId: Number(row.crm_order_id),
    shopCreatedAt: row.shop_created_at!,
  }));
}

/** Linked orders that carry the remark of several fitting customers, the newest first. */
export async function listAmbiguous(ctx: ConnectionContext, limit: number): Promise<number[]> {
  const rows = await ctx.db
    .selectFrom("order_links")
    .select("shop_number")
    .where("connection_id", "=", ctx.connection.id)
    .where("problem", "=", "customer_ambiguous")
    .where("crm_order_id", "is not", null)
    .orderBy("shop_number", "desc")
    .limit(limit)
    .execute();
  return rows.map((row) => Number(row.shop_number));
}
