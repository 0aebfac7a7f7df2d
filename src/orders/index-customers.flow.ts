import type { ConnectionContext } from "../context.ts";
import type { CrmCustomer } from "../retailcrm/schema.ts";
import { saveCustomerLinks } from "./customer-links.sql.ts";
import { emailLink, personKeys, phoneLink } from "./person.ts";

type Owner = { id: number | null; externalId: string | null };

/**
 * Reads all customers of the CRM into the links, page by page, when that costs less than searching for so many persons
 * one by one. Keys that several customers share are marked as such. False: not worth it, nothing was read.
 */
export async function indexCustomers(ctx: ConnectionContext, persons: number, signal: AbortSignal): Promise<boolean> {
  const owners = new Map<string, Owner>();
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    signal.throwIfAborted();
    const answer = await ctx.crm.fetchCustomers({}, page);
    pages = answer.totalPages;
    if (pages > Math.min(persons, pagesMax)) return false;
    for (const customer of answer.customers) noteOwner(ctx, owners, customer);
  }
  await saveCustomerLinks(
    ctx,
    [...owners].map(([key, owner]) => ({ key, crmCustomerId: owner.id, externalId: owner.externalId })),
  );
  return true;
}

const pagesMax = 5000;

function noteOwner(ctx: ConnectionContext, owners: Map<string, Owner>, customer: CrmCustomer): void {
  if (customer.type === "customer_corporate") return;
  for (const phone of customer.phones.length > 0 ? customer.phones : [""]) {
    const keys = personKeys({ phone, email: customer.email ?? "" }, ctx.connection.settings.country);
    for (const key of [phoneLink(keys), emailLink(keys)]) {
      if (key === undefined || key === "") continue;
      const owner = owners.get(key);
      const shared = owner !== undefined && owner.id !== customer.id;
      owners.set(
        key,
        shared ? { id: null, externalId: null } : { id: customer.id, externalId: customer.externalId ?? null },
      );
    }
  }
}
