import type { ConnectionContext } from "../context.ts";
import { ApiError } from "../http/api-error.ts";
import type { CrmCustomerDraft } from "../retailcrm/schema.ts";
import { saveCustomerLinks } from "./customer-links.sql.ts";
import { groupPersons, keysOfCard, type Person } from "./person.ts";

const uploadMax = 50;
/** Fewer go one by one: then each refusal tells its own reason. */
const uploadMin = 3;

/** Makes a card for each person, one for those who are the same. Returns the new cards; who is missing was refused. */
export async function createPersons(ctx: ConnectionContext, persons: Person[]): Promise<Map<Person, number>> {
  const groups = groupPersons(persons);
  const created = new Map<Person, number>();
  for (let start = 0; start < groups.length; start += uploadMax) {
    const part = groups.slice(start, start + uploadMax);
    const drafts = part.map(([first]) => first!.draft);
    const ids = drafts.length < uploadMin ? await createSingly(ctx, drafts) : await upload(ctx, drafts);
    for (const group of part) {
      const externalId = group[0]!.draft.externalId!;
      const id = ids.get(externalId);
      if (id === undefined) continue;
      for (const person of group) created.set(person, id);
      await saveCustomerLinks(ctx, linksOf(group, id, externalId));
    }
  }
  return created;
}

function linksOf(group: Person[], crmCustomerId: number, externalId: string) {
  const own = group[0]!.keys;
  return group.flatMap(({ keys }) => {
    const has = { phone: keys.phone === own.phone, email: keys.email === own.email };
    return keysOfCard(keys, has).map((key) => ({ key, crmCustomerId, externalId }));
  });
}

async function createSingly(ctx: ConnectionContext, drafts: CrmCustomerDraft[]): Promise<Map<string, number>> {
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

async function upload(ctx: ConnectionContext, drafts: CrmCustomerDraft[]): Promise<Map<string, number>> {
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
