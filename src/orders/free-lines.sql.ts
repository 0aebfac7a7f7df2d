import type { ConnectionContext } from "../context.ts";

/** Orders with lines that the CRM's catalogue lacked, and the articles of those lines; oldest first. */
export async function listFreeLines(
  ctx: ConnectionContext,
  after: number,
  limit: number,
): Promise<{ orderId: number; articles: string[]; since: Date }[]> {
  const rows = await ctx.db
    .selectFrom("order_links")
    .select(["shop_number", "free_articles", "first_seen_at"])
    .where("connection_id", "=", ctx.connection.id)
    .where("free_articles", "is not", null)
    .where("crm_order_id", "is not", null)
    .where("shop_number", ">", after)
    .orderBy("shop_number")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    orderId: Number(row.shop_number),
    articles: row.free_articles ?? [],
    since: row.first_seen_at,
  }));
}
