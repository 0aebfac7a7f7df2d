import type { ConnectionContext } from "../context.ts";
import { ApiError } from "../http/api-error.ts";
import type { CrmCustomer } from "../retailcrm/schema.ts";
import { nationalDigits } from "./contact.ts";
import { createPersons } from "./create-persons.flow.ts";
import { type CustomerLink, saveCustomerLinks } from "./customer-links.sql.ts";
import { type CustomerMatch, matchCustomer } from "./customer-to-crm.ts";
import { loadFreshLinks } from "./follow-customers.flow.ts";
import { cardHas, emailLink, keysOfCard, linkKeys, type Person, pairLink, phoneForCard, phoneLink } from "./person.ts";

export type FoundCustomer =
  | { is: "one"; id: number; made: boolean }
  | { is: "none" }
  | { is: "ambiguous"; names: string[] };

type Links = Map<string, CustomerLink>;

/**
 * The CRM's customer of each person, in their order: by a link found before, else by searching phone and then e-mail
 * with an exact check, else created. `indexed`: all customers of the CRM were read into the links already, so nothing
 * is searched. One person who stands in the list several times is created once.
 */
export async function findPersons(
  ctx: ConnectionContext,
  persons: Person[],
  indexed: boolean,
): Promise<FoundCustomer[]> {
  const links = await loadFreshLinks(
    ctx,
    persons.flatMap(({ keys }) => linkKeys(keys)),
  );
  const found = new Map<Person, FoundCustomer>();
  const toCreate: Person[] = [];
  for (const person of persons) {
    const known = knownCustomer(person, links, indexed) ?? (await lookUp(ctx, person, links, indexed));
    if (known) found.set(person, known);
    else toCreate.push(person);
  }
  const created = await createPersons(ctx, toCreate);
  return persons.map((person) => {
    const id = created.get(person);
    return found.get(person) ?? (id === undefined ? { is: "none" } : { is: "one", id, made: true });
  });
}

/** Undefined: it has to be looked for. */
function knownCustomer({ keys }: Person, links: Links, indexed: boolean): FoundCustomer | undefined {
  if (linkKeys(keys).length === 0) return { is: "none" };
  const linkOf = (key: string | undefined) => (key === undefined ? undefined : links.get(key));
  const byPhone = linkOf(phoneLink(keys));
  const link = byPhone ?? linkOf(pairLink(keys)) ?? (keys.phone && !indexed ? undefined : linkOf(emailLink(keys)));
  if (link?.crmCustomerId) return { is: "one", id: link.crmCustomerId, made: false };
  // Several shared this key when all were indexed. Later they may have been merged: then it is looked up again.
  return link && indexed ? { is: "ambiguous", names: [] } : undefined;
}

/** Undefined: there is no such customer. */
async function lookUp(
  ctx: ConnectionContext,
  person: Person,
  links: Links,
  indexed: boolean,
): Promise<FoundCustomer | undefined> {
  if (indexed) return undefined;
  const { keys } = person;
  const email = emailLink(keys);
  const byEmail = email === undefined ? undefined : links.get(email);
  const match = await searchCustomer(ctx, byEmail?.crmCustomerId ? { ...keys, email: undefined } : keys);
  if (match.is === "several") return { is: "ambiguous", names: match.customers.map((one) => `№ ${one.id}`) };
  if (match.is === "one") {
    const has = await takePhone(ctx, person, match.customer);
    remember(await saveFound(ctx, keysOfCard(keys, has), match.customer.id, match.customer.externalId), links);
    return { is: "one", id: match.customer.id, made: false };
  }
  if (!byEmail?.crmCustomerId) return undefined;
  remember(await saveFound(ctx, [pairLink(keys)!], byEmail.crmCustomerId, byEmail.externalId ?? undefined), links);
  return { is: "one", id: byEmail.crmCustomerId, made: false };
}

/** At most three searches; an empty phone or e-mail is never searched for. */
export async function searchCustomer(ctx: ConnectionContext, keys: Person["keys"]): Promise<CustomerMatch> {
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

/** A card without any phone gets the one that stands in the order alone; what a card says already is never replaced. */
async function takePhone(
  ctx: ConnectionContext,
  person: Person,
  card: CrmCustomer,
): Promise<{ phone: boolean; email: boolean }> {
  const has = cardHas(card, person.keys, ctx.connection.settings.country);
  const phone = has.phone ? undefined : phoneForCard(card, person);
  if (phone === undefined) return has;
  try {
    await ctx.crm.editCustomer(card.id, card.site ?? ctx.connection.crmSite!, { phones: [{ number: phone }] });
    return { ...has, phone: true };
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== "rejected") throw error;
    return has;
  }
}

async function saveFound(
  ctx: ConnectionContext,
  keys: string[],
  crmCustomerId: number,
  externalId: string | undefined,
): Promise<(CustomerLink & { key: string })[]> {
  const rows = keys.map((key) => ({ key, crmCustomerId, externalId: externalId ?? null }));
  await saveCustomerLinks(ctx, rows);
  return rows;
}

function remember(rows: (CustomerLink & { key: string })[], links: Links): void {
  for (const { key, ...link } of rows) links.set(key, link);
}
