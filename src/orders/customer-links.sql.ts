import type { ConnectionContext } from "../context.ts";

/** `crmCustomerId` null: several customers of the CRM shared this key. `linkedAt`: when it was last known to hold. */
export type CustomerLink = { crmCustomerId: number | null; externalId: string | null; linkedAt?: Date };

/** The CRM customers that these phones and e-mails were found to belong to. */
export async function loadCustomerLinks(ctx: ConnectionContext, keys: string[]): Promise<Map<string, CustomerLink>> {
  const links = new Map<string, CustomerLink>();
  for (let start = 0; start < keys.length; start += 500) {
    const rows = await ctx.db
      .selectFrom("customer_links")
      .selectAll()
      .where("connection_id", "=", ctx.connection.id)
      .where("key", "in", keys.slice(start, start + 500))
      .execute();
    for (const row of rows) {
      links.set(row.key, {
        crmCustomerId: row.crm_customer_id === null ? null : Number(row.crm_customer_id),
        externalId: row.external_id,
        linkedAt: row.linked_at,
      });
    }
  }
  return links;
}

export async function saveCustomerLinks(
  ctx: ConnectionContext,
  links: (CustomerLink & { key: string })[],
): Promise<void> {
  const unique = [...new Map(links.map((link) => [link.key, link])).values()];
  for (let start = 0; start < unique.length; start += 500) {
    await ctx.db
      .insertInto("customer_links")
      .values(
        unique.slice(start, start + 500).map((link) => ({
          connection_id: ctx.connection.id,
          key: link.key,
          crm_customer_id: link.crmCustomerId,
          external_id: link.externalId,
          linked_at: ctx.now(),
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(["connection_id", "key"]).doUpdateSet((row) => ({
          crm_customer_id: row.ref("excluded.crm_customer_id"),
          external_id: row.ref("excluded.external_id"),
          linked_at: row.ref("excluded.linked_at"),
        })),
      )
      .execute();
  }
}

/** The CRM still has these customers. */
export async function confirmCustomers(ctx: ConnectionContext, crmCustomerIds: number[]): Promise<void> {
  if (crmCustomerIds.length === 0) return;
  await ctx.db
    .updateTable("customer_links")
    .set({ linked_at: ctx.now() })
    .where("connection_id", "=", ctx.connection.id)
    .where("crm_customer_id", "in", crmCustomerIds)
    .execute();
}

/** The CRM merged one customer into another. */
export async function moveCustomer(ctx: ConnectionContext, from: number, into: number): Promise<void> {
  await ctx.db
    .updateTable("customer_links")
    .set({ crm_customer_id: into, external_id: null, linked_at: ctx.now() })
    .where("connection_id", "=", ctx.connection.id)
    .where("crm_customer_id", "=", from)
    .execute();
}

/** The CRM no longer has the customer: the next order looks again. */
export async function forgetCustomer(ctx: ConnectionContext, crmCustomerId: number): Promise<void> {
  await ctx.db
    .deleteFrom("customer_links")
    .where("connection_id", "=", ctx.connection.id)
    .where("crm_customer_id", "=", crmCustomerId)
    .execute();
}

export async function loadKnownOffers(ctx: ConnectionContext, articles: string[]): Promise<Set<string>> {
  if (articles.length === 0) return new Set();
  const rows = await ctx.db
    .selectFrom("known_offers")
    .select("article")
    .where("connection_id", "=", ctx.connection.id)
    .where("article", "in", articles)
    .execute();
  return new Set(rows.map((row) => row.article));
}

export async function saveKnownOffers(ctx: ConnectionContext, articles: string[]): Promise<void> {
  if (articles.length === 0) return;
  await ctx.db
    .insertInto("known_offers")
    .values(articles.map((article) => ({ connection_id: ctx.connection.id, article, seen_at: ctx.now() })))
    .onConflict((conflict) => conflict.columns(["connection_id", "article"]).doNothing())
    .execute();
}
