import type { ConnectionContext } from "../context.ts";

/** The company that a registered buyer orders for; `id` and the rest once the CRM has it. */
export type BuyerCompany = {
  userId: number;
  name: string;
  id: number | null;
  legalId: number | null;
  contactId: number | null;
  linkedAt: Date | null;
};

export async function loadBuyerCompanies(
  ctx: ConnectionContext,
  userIds: number[],
): Promise<Map<number, BuyerCompany>> {
  const companies = new Map<number, BuyerCompany>();
  for (let start = 0; start < userIds.length; start += 500) {
    const rows = await ctx.db
      .selectFrom("buyer_companies")
      .selectAll()
      .where("connection_id", "=", ctx.connection.id)
      .where("user_id", "in", userIds.slice(start, start + 500))
      .execute();
    for (const row of rows)
      companies.set(Number(row.user_id), {
        userId: Number(row.user_id),
        name: row.name,
        id: row.crm_id === null ? null : Number(row.crm_id),
        legalId: row.crm_legal_id === null ? null : Number(row.crm_legal_id),
        contactId: row.crm_contact_id === null ? null : Number(row.crm_contact_id),
        linkedAt: row.linked_at,
      });
  }
  return companies;
}

/** What the shop says. Under another name it is another company: the CRM's is looked for anew. */
export async function noteBuyerCompanies(
  ctx: ConnectionContext,
  companies: { userId: number; name: string }[],
): Promise<void> {
  if (companies.length === 0) return;
  const rows = [...new Map(companies.map((one) => [one.userId, one])).values()];
  await ctx.db
    .insertInto("buyer_companies")
    .values(rows.map(({ userId, name }) => ({ connection_id: ctx.connection.id, user_id: userId, name })))
    .onConflict((conflict) =>
      conflict
        .columns(["connection_id", "user_id"])
        .doUpdateSet((row) => ({
          name: row.ref("excluded.name"),
          crm_id: null,
          crm_legal_id: null,
          crm_contact_id: null,
          linked_at: null,
        }))
        .whereRef("buyer_companies.name", "!=", "excluded.name"),
    )
    .execute();
}

/** What the CRM has for it. */
export async function linkBuyerCompany(ctx: ConnectionContext, company: BuyerCompany): Promise<void> {
  await ctx.db
    .updateTable("buyer_companies")
    .set({
      crm_id: company.id,
      crm_legal_id: company.legalId,
      crm_contact_id: company.contactId,
      linked_at: company.linkedAt,
    })
    .where("connection_id", "=", ctx.connection.id)
    .where("user_id", "=", company.userId)
    .execute();
}

/** The CRM refused it: before the next order it is asked whether the company is still there. */
export async function doubtBuyerCompany(ctx: ConnectionContext, crmId: number): Promise<void> {
  await ctx.db
    .updateTable("buyer_companies")
    .set({ linked_at: null })
    .where("connection_id", "=", ctx.connection.id)
    .where("crm_id", "=", crmId)
    .execute();
}
