import { reachSafePlace } from "../connections/work-lane.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopUser } from "../horoshop/schema.ts";
import { closeProblem, openProblem } from "../log/problems.sql.ts";
import type { Run } from "../log/run.ts";
import { loadCustomerLinks, saveCustomerLinks } from "./customer-links.sql.ts";
import { userExternalId, userToCrm } from "./customer-to-crm.ts";
import { type FoundCustomer, findPersons } from "./find-persons.flow.ts";
import { indexCustomers } from "./index-customers.flow.ts";
import { linkKeys, type Person, personKeys } from "./person.ts";
import {
  isUnavailable,
  loadRegisteredPlace,
  nextPlace,
  noteCompaniesOf,
  type RegisteredPlace,
  readRegistered,
  reportRegistered,
  saveRegisteredPlace,
} from "./read-registered.flow.ts";

/** A full first page may be the first of many: then all customers of the CRM are read rather than searched one by one. */
const indexFrom = 100;
const unknownTotal = 1000;

/**
 * The shop's registered buyers to the CRM, whether they have ordered or not, when the settings ask for it; and which of
 * them order for a company. A step of the archive's run: resumed where it stopped, repeated without harm, daily only
 * the newly registered. A shop without such a list is told, and the run goes on.
 */
export async function uploadRegistered(ctx: ConnectionContext, run: Run, signal: AbortSignal): Promise<void> {
  const { registered, companies } = ctx.connection.settings.customers;
  if (!registered && !companies) return;
  const place = nextPlace(await loadRegisteredPlace(ctx));
  let indexed: boolean | undefined;
  try {
    for await (const users of readRegistered(ctx, place, signal)) {
      await noteCompaniesOf(ctx, users);
      if (registered) {
        indexed ??= users.length >= indexFrom && (await indexCustomers(ctx, unknownTotal, signal));
        await uploadUsers(ctx, run, place, users, indexed);
      }
      await saveRegisteredPlace(ctx, { ...place, offset: place.offset + users.length });
      if (run.params.customersOnly) run.progress = { ...run.progress, done: run.progress.done + users.length };
      await reachSafePlace(ctx, run);
    }
    await reportRegistered(ctx, place);
  } catch (error) {
    if (!(await isUnavailable(ctx, error))) throw error;
    // A shop without the list is asked again tomorrow; a walk that broke off goes on with the next run, also a first
    // one that had read a page before: done, it would leave the later pages out for ever.
    const isBegun = place.offset > 0 || (place.since === null && place.newest !== null);
    if (isBegun) return saveRegisteredPlace(ctx, place);
  }
  await saveRegisteredPlace(ctx, { ...place, doneAt: ctx.now().toISOString() });
  if (place.failed === 0) await closeProblem(ctx, refused);
  else await openProblem(ctx, { code: refused, count: place.failed, params: { count: place.failed } });
}

const refused = "registered_customers_refused";

async function uploadUsers(
  ctx: ConnectionContext,
  run: Run,
  place: RegisteredPlace,
  users: HoroshopUser[],
  indexed: boolean,
): Promise<void> {
  const { id, settings, crmTimeZone } = ctx.connection;
  const done = await loadCustomerLinks(
    ctx,
    users.map((user) => userKey(user)),
  );
  const open = users.filter((user) => !done.has(userKey(user)));
  const persons = open.map((user) => ({
    keys: personKeys(user, settings.country),
    draft: userToCrm(user, settings, id, crmTimeZone),
  }));
  const found = await findPersons(ctx, persons, indexed);
  const settled = open.flatMap((user, at) => linkOf(user, persons[at]!, found[at]!, id));
  await saveCustomerLinks(ctx, settled);
  const count = (test: (one: FoundCustomer) => boolean) => found.filter(test).length;
  const failed = open.length - settled.length;
  place.failed += failed;
  const { customersRead = 0, customersCreated = 0, customersLinked = 0, customersFailed = 0 } = run.counts;
  Object.assign(run.counts, {
    customersRead: customersRead + users.length,
    customersCreated: customersCreated + count((one) => one.is === "one" && one.made),
    customersLinked: customersLinked + count((one) => one.is === "one" && !one.made),
    customersFailed: customersFailed + failed,
  });
}

/** This buyer was dealt with. Not a key that orders are found by: the number in an order is no identity. */
function userKey(user: HoroshopUser): string {
  return `user:${user.id}`;
}

/** Nobody is made for a buyer whom several customers of the CRM fit, or whom nobody could recognise. */
function linkOf(user: HoroshopUser, person: Person, found: FoundCustomer, shortId: string) {
  if (found.is === "none" && linkKeys(person.keys).length > 0) return [];
  const crmCustomerId = found.is === "one" ? found.id : null;
  return [{ key: userKey(user), crmCustomerId, externalId: userExternalId(shortId, user.id) }];
}
