import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import { ApiError } from "../http/api-error.ts";
import type { CrmCustomer } from "../retailcrm/schema.ts";
import { nationalDigits } from "./contact.ts";
import { loadCustomerLinks, saveCustomerLinks } from "./customer-links.sql.ts";
import { buyerKeys, customerToCrm, matchCustomer } from "./customer-to-crm.ts";

export type FoundCustomer = { is: "one"; id: number } | { is: "none" } | { is: "ambiguous"; names: string[] };
type Keys = { phone: string | undefined; email: string | undefined };

/**
 * The CRM customer of each order: by a link found before, else by searching phone and then e-mail with an exact check,
 * else created. `indexed`: all customers of the CRM were read into the links already, so nothing is searched.
 * One person in several orders of the list is created once.
 */
export async function findCustomers(
  ctx: ConnectionContext,
  orders: HoroshopOrder[],
  indexed: boolean,
): Promise<Map<number, FoundCustomer>> {
  const keysOf = new Map(orders.map((order) => [order.order_id, buyerKeys(order, ctx.connection.settings)]));
  const links = await loadCustomerLinks(ctx, [...keysOf.values()].flatMap(linkKeys));
  const found = new Map<number, FoundCustomer>();
  const toCreate: HoroshopOrder[] = [];
  for (const order of orders) {
    const keys = keysOf.get(order.order_id)!;
    const link = linkKeys(keys)
      .map((key) => links.get(key))
      .find((one) => one !== undefined);
    if (link?.crmCustomerId) found.set(order.order_id, { is: "one", id: link.crmCustomerId });
    else if (link) found.set(order.order_id, { is: "ambiguous", names: [] });
    else if (linkKeys(keys).length === 0) found.set(order.order_id, { is: "none" });
    else {
      const match = indexed ? ({ is: "none" } as const) : await searchCustomer(ctx, keys);
      if (match.is === "one") {
        found.set(order.order_id, { is: "one", id: match.customer.id });
        await remember(ctx, keys, match.customer.id, match.customer.externalId ?? null);
        for (const key of linkKeys(keys)) links.set(key, { crmCustomerId: match.customer.id, externalId: null });
      } else if (match.is === "several") {
        found.set(order.order_id, { is: "ambiguous", names: match.customers.map((one) => `№ ${one.id}`) });
      } else toCreate.push(order);
    }
  }
  await createCustomers(ctx, toCreate, keysOf, found);
  return found;
}

function linkKeys(keys: Keys): string[] {
  return [keys.phone && `phone:${keys.phone}`, keys.email && `email:${keys.email}`].filter((key): key is string =>
    Boolean(key),
  );
}

/** At most three searches; an empty phone or e-mail is never searched for. */
async function searchCustomer(ctx: ConnectionContext, keys: Keys): Promise<ReturnType<typeof matchCustomer>> {
  const { settings } = ctx.connection;
  const searches: { name?: string; email?: string }[] = [];
  if (keys.phone) {
    searches.push({ name: keys.phone });
    const digits = nationalDigits(keys.phone);
    if (digits !== keys.phone) searches.push({ name: digits });
  }
  if (keys.email) searches.push({ email: keys.email });
  for (const search of searches) {
    const { customers } = await ctx.crm.fetchCustomers(search);
    const match = matchCustomer(customers, keys, settings.country, ctx.connection.crmSite ?? "");
    if (match.is !== "none") return match;
  }
  return { is: "none" };
}

async function createCustomers(
  ctx: ConnectionContext,
  orders: HoroshopOrder[],
  keysOf: Map<number, Keys>,
  found: Map<number, FoundCustomer>,
): Promise<void> {
  const groups = groupByPerson(orders, keysOf);
  for (let start = 0; start < groups.length; start += 50) {
    const part = groups.slice(start, start + 50);
    const drafts = part.map((group) => draftOf(ctx, group[0]!));
    const ids = drafts.length < 3 ? await createSingly(ctx, drafts) : await uploadCustomers(ctx, drafts);
    for (const [place, group] of part.entries()) {
      const externalId = drafts[place]!.externalId!;
      const id = ids.get(externalId);
      for (const order of group) {
        found.set(order.order_id, id === undefined ? { is: "none" } : { is: "one", id });
        if (id !== undefined) await remember(ctx, keysOf.get(order.order_id)!, id, externalId);
      }
    }
  }
}

/** Orders that share a phone or an e-mail belong to one person. */
function groupByPerson(orders: HoroshopOrder[], keysOf: Map<number, Keys>): HoroshopOrder[][] {
  const groups: { keys: Set<string>; orders: HoroshopOrder[] }[] = [];
  for (const order of orders) {
    const keys = linkKeys(keysOf.get(order.order_id)!);
    const group = groups.find((one) => keys.some((key) => one.keys.has(key)));
    if (!group) groups.push({ keys: new Set(keys), orders: [order] });
    else {
      group.orders.push(order);
      for (const key of keys) group.keys.add(key);
    }
  }
  return groups.map((group) => group.orders);
}

function draftOf(ctx: ConnectionContext, order: HoroshopOrder) {
  return customerToCrm(order, ctx.connection.settings, ctx.connection.id, ctx.connection.crmTimeZone);
}

async function createSingly(
  ctx: ConnectionContext,
  drafts: ReturnType<typeof draftOf>[],
): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  for (const draft of drafts) {
    try {
      const { id } = await ctx.crm.createCustomer(ctx.connection.crmSite!, draft);
      ids.set(draft.externalId!, id);
    } catch (error) {
      if (!(error instanceof ApiError) || error.kind !== "rejected") throw error;
      // Perhaps an earlier attempt whose answer was lost; if it is not there either, the order goes with contact fields alone.
      for (const [externalId, id] of await lookUp(ctx, [draft.externalId!])) ids.set(externalId, id);
    }
  }
  return ids;
}

async function uploadCustomers(
  ctx: ConnectionContext,
  drafts: ReturnType<typeof draftOf>[],
): Promise<Map<string, number>> {
  const answer = await ctx.crm.uploadCustomers(ctx.connection.crmSite!, drafts);
  const ids = new Map(answer.uploaded.map((one) => [one.externalId, one.id]));
  const silent = drafts.map((draft) => draft.externalId!).filter((externalId) => !ids.has(externalId));
  if (silent.length === 0) return ids;
  for (const [externalId, id] of await lookUp(ctx, silent)) ids.set(externalId, id);
  const lost = drafts.filter((draft) => !ids.has(draft.externalId!));
  for (const [externalId, id] of await createSingly(ctx, lost)) ids.set(externalId, id);
  return ids;
}

async function lookUp(ctx: ConnectionContext, externalIds: string[]): Promise<Map<string, number>> {
  const { customers } = await ctx.crm.fetchCustomers({ externalIds, sites: [ctx.connection.crmSite!] });
  return new Map(
    customers
      .filter((one) => one.externalId !== undefined && externalIds.includes(one.externalId))
      .map((one) => [one.externalId!, one.id]),
  );
}

async function remember(
  ctx: ConnectionContext,
  keys: Keys,
  crmCustomerId: number,
  externalId: string | null,
): Promise<void> {
  await saveCustomerLinks(
    ctx,
    linkKeys(keys).map((key) => ({ key, crmCustomerId, externalId })),
  );
}

/**
 * Reads all customers of the CRM into the links, page by page, when that costs less than searching for the buyers of so
 * many orders one by one. Keys that several customers share are marked as such. False: not worth it, nothing was read.
 */
export async function indexCustomers(ctx: ConnectionContext, orders: number, signal: AbortSignal): Promise<boolean> {
  const owners = new Map<string, { id: number | null; externalId: string | null }>();
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    signal.throwIfAborted();
    const answer = await ctx.crm.fetchCustomers({}, page);
    pages = answer.totalPages;
    if (pages > Math.min(orders, pagesMax)) return false;
    for (const customer of answer.customers) noteOwner(ctx, owners, customer);
  }
  await saveCustomerLinks(
    ctx,
    [...owners].map(([key, owner]) => ({ key, crmCustomerId: owner.id, externalId: owner.externalId })),
  );
  return true;
}

const pagesMax = 5000;

function noteOwner(
  ctx: ConnectionContext,
  owners: Map<string, { id: number | null; externalId: string | null }>,
  customer: CrmCustomer,
): void {
  if (customer.type === "customer_corporate") return;
  for (const phone of customer.phones.length > 0 ? customer.phones : [""]) {
    const keys = buyerKeys(
      { delivery_phone: phone, delivery_email: customer.email ?? "" } as HoroshopOrder,
      ctx.connection.settings,
    );
    for (const key of linkKeys(keys)) {
      const owner = owners.get(key);
      const shared = owner !== undefined && owner.id !== customer.id;
      owners.set(
        key,
        shared ? { id: null, externalId: null } : { id: customer.id, externalId: customer.externalId ?? null },
      );
    }
  }
}
