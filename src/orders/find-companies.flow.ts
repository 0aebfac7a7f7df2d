import { reasonOf } from "../connections/trouble.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import { ApiError } from "../http/api-error.ts";
import { type BuyerCompany, linkBuyerCompany, loadBuyerCompanies, noteBuyerCompanies } from "./buyer-companies.sql.ts";
import { companyOf, companyToCrm, matchCompany } from "./company.ts";
import { userExternalId } from "./customer-to-crm.ts";
import { readNewcomers } from "./read-registered.flow.ts";

/** `refused`: the CRM takes no such customer, so that the order goes with the person. */
export type FoundCompany =
  | { is: "company"; id: number; legalId: number | undefined; name: string }
  | { is: "refused"; name: string; reason: string };

export type Buyer = { order: HoroshopOrder; person: number | undefined };

/**
 * The CRM's corporate customer of each order that was placed for a company, by order number; orders of plain persons
 * are left out. Found by the buyer's external id, else by its exact name, else created. Nothing is done unless the
 * settings ask for it.
 */
export async function findCompanies(ctx: ConnectionContext, buyers: Buyer[]): Promise<Map<number, FoundCompany>> {
  const found = new Map<number, FoundCompany>();
  if (!ctx.connection.settings.customers.companies || buyers.length === 0) return found;
  const known = await loadKnown(ctx, buyers);
  let isOff: string | undefined;
  for (const { order, person } of buyers) {
    const row = order.user === undefined ? undefined : known.get(order.user);
    const name = companyOf(order, row?.name);
    if (name === undefined) continue;
    const company = row ?? { ...unlinked, userId: order.user ?? 0, name };
    if (isOff === undefined) {
      const answer = await findCompany(ctx, order, company, person);
      if (order.user !== undefined && answer.is === "company") known.set(order.user, company);
      if (answer.is === "off") isOff = answer.reason;
      else found.set(order.order_id, answer);
    }
    if (isOff !== undefined) found.set(order.order_id, { is: "refused", name, reason: isOff });
  }
  return found;
}

const unlinked = { id: null, legalId: null, contactId: null, linkedAt: null };

/** Somebody may have registered since the last look, and ordered at once. */
async function loadKnown(ctx: ConnectionContext, buyers: Buyer[]): Promise<Map<number, BuyerCompany>> {
  const userIds = [...new Set(buyers.flatMap(({ order }) => order.user ?? []))];
  const known = await loadBuyerCompanies(ctx, userIds);
  if (userIds.every((id) => known.has(id))) return known;
  return (await readNewcomers(ctx)) ? loadBuyerCompanies(ctx, userIds) : known;
}

type Answer = FoundCompany | { is: "off"; reason: string };

/** `company` is a row in hand: what was found is written into it. */
async function findCompany(
  ctx: ConnectionContext,
  order: HoroshopOrder,
  company: BuyerCompany,
  person: number | undefined,
): Promise<Answer> {
  const { name } = company;
  try {
    let { id } = company;
    let made = false;
    if (id === null || !isTrusted(ctx, company)) {
      const there = (await confirmCompany(ctx, company)) ?? (await searchCompany(ctx, order, company));
      made = there === undefined;
      id = there ?? (await createCompany(ctx, order, company, person));
      Object.assign(company, { id, legalId: await legalIdOf(ctx, id), linkedAt: ctx.now() });
      await save(ctx, order, company);
    }
    if (person !== undefined && company.contactId !== person) {
      if (!made) await addContact(ctx, id, person);
      company.contactId = person;
      await save(ctx, order, company);
    }
    return { is: "company", id, legalId: company.legalId ?? undefined, name };
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== "rejected") throw error;
    const reason = [reasonOf(error), ...error.details].join("; ").slice(0, 500);
    return { is: isSwitchedOff(error) ? "off" : "refused", name, reason };
  }
}

/** An account without corporate customers, or a key that may not touch them: the next company would hear the same. */
function isSwitchedOff(error: ApiError): boolean {
  return error.httpStatus === 403 || error.httpStatus === 404 || error.httpStatus === 405;
}

const trustedMs = 3_600_000;

function isTrusted(ctx: ConnectionContext, { linkedAt }: BuyerCompany): boolean {
  return linkedAt !== null && ctx.now().getTime() - linkedAt.getTime() < trustedMs;
}

async function confirmCompany(ctx: ConnectionContext, company: BuyerCompany): Promise<number | undefined> {
  if (company.id === null) return undefined;
  const there = await ctx.crm.fetchCorporateCustomer(String(company.id), "id", ctx.connection.crmSite!);
  return there?.id;
}

async function searchCompany(
  ctx: ConnectionContext,
  order: HoroshopOrder,
  company: BuyerCompany,
): Promise<number | undefined> {
  const site = ctx.connection.crmSite!;
  if (order.user !== undefined) {
    const externalId = userExternalId(ctx.connection.id, order.user);
    const byId = await ctx.crm.fetchCorporateCustomer(externalId, "externalId", site);
    if (byId?.externalId === externalId) return byId.id;
  }
  const found = await ctx.crm.findCorporateCustomers({ nickName: company.name, site });
  // Two firms of one name: the one that was made first is as good as any, and a person can merge them.
  return matchCompany(found, company.name, site)
    .map((one) => one.id)
    .sort((a, b) => a - b)[0];
}

async function createCompany(
  ctx: ConnectionContext,
  order: HoroshopOrder,
  company: BuyerCompany,
  person: number | undefined,
): Promise<number> {
  const { id, settings, crmTimeZone, crmSite } = ctx.connection;
  const wish = { name: company.name, userId: order.user, person };
  const draft = companyToCrm(wish, order, settings, id, crmTimeZone);
  try {
    return (await ctx.crm.createCorporateCustomer(crmSite!, draft)).id;
  } catch (error) {
    // The buyer's card may bear this external id already, where persons and firms share theirs.
    if (!(error instanceof ApiError) || error.kind !== "rejected" || isSwitchedOff(error)) throw error;
    const { externalId, ...rest } = draft;
    if (externalId === undefined) throw error;
    return (await ctx.crm.createCorporateCustomer(crmSite!, rest)).id;
  }
}

/** Older accounts do not tell it: then the order names the company alone. */
async function legalIdOf(ctx: ConnectionContext, id: number): Promise<number | null> {
  const company = await ctx.crm.fetchCorporateCustomer(String(id), "id", ctx.connection.crmSite!);
  return company?.mainCompany?.id ?? null;
}

/** A refusal says that the person is a contact already, or cannot be one: the order names him all the same. */
async function addContact(ctx: ConnectionContext, companyId: number, person: number): Promise<void> {
  try {
    await ctx.crm.createCorporateContact(companyId, ctx.connection.crmSite!, person);
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== "rejected") throw error;
  }
}

async function save(ctx: ConnectionContext, order: HoroshopOrder, company: BuyerCompany): Promise<void> {
  if (order.user === undefined) return;
  await noteBuyerCompanies(ctx, [company]);
  await linkBuyerCompany(ctx, company);
}
