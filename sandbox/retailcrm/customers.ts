import {
  type Call,
  chosenSite,
  created,
  identifierKind,
  jsonList,
  jsonObject,
  neededSite,
  ok,
  type Reply,
  reachableSites,
} from "./call.ts";
import { customerView } from "./customer-view.ts";
import {
  combineCustomers,
  commitCustomer,
  customerReference,
  newCustomer,
  storeNewCustomer,
  writeCustomer,
} from "./customer-write.ts";
import { isFields, withoutEmpty } from "./fields.ts";
import { answerHistory } from "./history.ts";
import { writingIn } from "./orders.ts";
import { batchFailure, uploadMost } from "./orders-upload.ts";
import { notFound, Refusal, refuse, refuseInput, texts } from "./refusal.ts";
import type { Customer, Fields } from "./state.ts";
import { siteKey } from "./state.ts";
import { throwTrouble, troubleLines } from "./writing.ts";

export function getCustomer(call: Call): Reply {
  return ok({ customer: customerView(call.crm, namedCustomer(call)) });
}

export function createCustomer(call: Call): Reply {
  const site = neededSite(call);
  const raw = jsonObject(call, "customer");
  const writing = writingIn(call, site);
  const customer = newCustomer(writing);
  writeCustomer(writing, customer, raw);
  if (isTaken(call, customer)) refuse(400, texts.customerExists);
  throwTrouble(writing, "Customer is not loaded");
  storeNewCustomer(call.crm, customer, call.actor);
  return created({ id: customer.id });
}

export function editCustomer(call: Call): Reply {
  const customer = namedCustomer(call);
  const raw = jsonObject(call, "customer");
  const writing = writingIn(call, customer.site);
  const next = structuredClone(customer);
  writeCustomer(writing, next, raw);
  throwTrouble(writing, "Customer is not loaded");
  commitCustomer(call.crm, customer, next, call.actor);
  return ok({ id: next.id });
}

/** New customers, at most 50. One that exists is in neither list and is no failure (reference 12.2). */
export function uploadCustomers(call: Call): Reply {
  const site = neededSite(call);
  const stored: Customer[] = [];
  const failed: { index: number; externalId: string | undefined; lines: string[]; duplicate: boolean }[] = [];
  for (const [index, raw] of jsonList(call, "customers", uploadMost).entries()) {
    const writing = writingIn(call, site);
    const customer = newCustomer(writing);
    writeCustomer(writing, customer, raw);
    if (isTaken(call, customer)) continue;
    const lines = troubleLines(writing);
    if (lines.length > 0) failed.push({ index, externalId: customer.externalId, lines, duplicate: false });
    else {
      storeNewCustomer(call.crm, customer, call.actor);
      stored.push(customer);
    }
  }
  const uploadedCustomers = stored.map(({ id, externalId }) => withoutEmpty({ id, externalId }));
  if (failed.length > 0) {
    return batchFailure(call, "Customers are loaded with errors", failed, { uploadedCustomers }, "failedCustomers");
  }
  return ok({ uploadedCustomers, failedCustomers: [] }, call.crm.switches.uploadStatus);
}

function isTaken(call: Call, customer: Customer): boolean {
  const { externalId, site } = customer;
  return externalId !== undefined && call.crm.state.customerByExternalId.has(siteKey(site, externalId));
}

/** 404 tells where a merged customer went (reference 2.1). */
function namedCustomer(call: Call): Customer {
  const by = identifierKind(call);
  const site = by === "externalId" ? neededSite(call) : chosenSite(call);
  const sites = site === undefined ? reachableSites(call.crm, call.key) : [site];
  const { state } = call.crm;
  const identifier = call.path.id!;
  if (by === "externalId") {
    const id = state.customerByExternalId.get(siteKey(site!, identifier));
    const gone = [...state.goneCustomers.values()].find((one) => one.site === site && one.externalId === identifier);
    return (id === undefined ? undefined : state.customers.get(id)) ?? mergedAway(call, gone?.id);
  }
  const customer = state.customers.get(Number(identifier));
  if (customer === undefined || !sites.includes(customer.site)) return mergedAway(call, Number(identifier));
  return customer;
}

function mergedAway(call: Call, id: number | undefined): never {
  const target = id === undefined ? undefined : call.crm.state.combinedCustomers.get(id);
  const survivor = target === undefined ? undefined : call.crm.state.customers.get(target);
  if (survivor === undefined) return notFound();
  throw new Refusal(404, texts.notFound, undefined, { combinedTo: customerReference(survivor) });
}

export function fixCustomerIds(call: Call): Reply {
  const sites = reachableSites(call.crm, call.key);
  const pairs = jsonList(call, "customers", 50).map((raw) => {
    if (!Number.isInteger(raw.id)) refuseInput("id", "ID must be an integer");
    const customer = call.crm.state.customers.get(Number(raw.id));
    const known = customer !== undefined && sites.includes(customer.site);
    if (!known || raw.externalId === undefined || raw.externalId === null) return refuse(400, texts.invalidInput);
    const externalId = String(raw.externalId);
    const holder = call.crm.state.customerByExternalId.get(siteKey(customer.site, externalId));
    if (holder !== undefined && holder !== customer.id) refuse(400, texts.invalidInput);
    return { customer, externalId };
  });
  for (const { customer, externalId } of pairs) {
    commitCustomer(call.crm, customer, { ...structuredClone(customer), externalId }, call.actor);
  }
  return ok();
}

export function combineCustomersCall(call: Call): Reply {
  const sites = reachableSites(call.crm, call.key);
  const byId = (raw: Fields): Customer => {
    const customer = call.crm.state.customers.get(Number(raw.id));
    return customer !== undefined && sites.includes(customer.site) ? customer : refuse(400, texts.invalidInput);
  };
  const from = jsonList(call, "customers", 50).map(byId);
  const into = byId(jsonObject(call, "resultCustomer"));
  if (from.some((customer) => customer.id === into.id)) refuse(400, texts.invalidInput);
  combineCustomers(call.crm, from, into, call.actor);
  return ok();
}

export function customersHistory(call: Call): Reply {
  const { state } = call.crm;
  const customerOf = (id: number): Customer | undefined => state.customers.get(id) ?? state.goneCustomers.get(id);
  return answerHistory(
    call,
    "customerHistory",
    { id: "customerId", externalId: "customerExternalId" },
    (id) => customerOf(id)?.externalId,
    (record) => ({
      customer:
        record.snapshot ??
        withoutEmpty({ id: record.about, externalId: customerOf(record.about)?.externalId, site: record.site }),
      ...(record.field.startsWith("address.") ? { address: { id: customerOf(record.about)?.address?.id } } : {}),
    }),
  );
}

/** Subscriptions are taken and kept nowhere. */
export function subscribeCustomer(call: Call): Reply {
  namedCustomer(call);
  for (const raw of jsonList(call, "subscriptions", 50)) {
    const channel = String(raw.channel ?? "");
    if (channel === "" || channel.length > 255) refuse(400, texts.entityErrors, { channel: texts.notValid });
    if (typeof raw.active !== "boolean") refuse(400, texts.entityErrors, { active: texts.notValid });
  }
  return ok();
}

export function customerOfLink(call: Call, raw: unknown): Customer {
  if (!isFields(raw) || (raw.id === undefined && raw.externalId === undefined)) {
    refuse(400, texts.entityErrors, { customer: "Set one of the following fields: id, externalId" });
  }
  const { state } = call.crm;
  const sites = reachableSites(call.crm, call.key);
  const id =
    raw.id === undefined
      ? state.customerByExternalId.get(siteKey(neededSite(call), String(raw.externalId)))
      : Number(raw.id);
  const customer = id === undefined ? undefined : state.customers.get(id);
  return customer !== undefined && sites.includes(customer.site) ? customer : notFound();
}
