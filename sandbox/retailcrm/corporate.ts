import {
  type Call,
  chosenSite,
  created,
  identifierKind,
  jsonList,
  jsonObject,
  neededSite,
  ok,
  plain,
  type Reply,
  reachableSites,
} from "./call.ts";
import { contactsIn } from "./corporate-contacts.ts";
import { contactView, corporateView } from "./corporate-view.ts";
import { writeCustomFields } from "./custom-fields.ts";
import { type FieldKind, isFields, merge, readFields, withoutEmpty, writeAddress, writeContragent } from "./fields.ts";
import { addRecord, answerHistory } from "./history.ts";
import { includesText, paged, readFilter } from "./lists.ts";
import { writingIn } from "./orders.ts";
import { batchFailure, uploadMost } from "./orders-upload.ts";
import { notFound, refuse, refuseInput, texts } from "./refusal.ts";
import type { CorporateCustomer, Fields } from "./state.ts";
import { nextId } from "./state.ts";
import { throwTrouble, troubleLines, type Writing } from "./writing.ts";

const plainKinds: Record<string, FieldKind> = {
  nickName: "line",
  managerId: "integer",
  vip: "boolean",
  bad: "boolean",
  personalDiscount: "number",
  discountCardNumber: "line",
};

export function listCorporate(call: Call): Reply {
  const filter = readFilter(call, {
    ids: "ids",
    externalIds: "list",
    nickName: "text",
    sites: "list",
    contactIds: "ids",
    companyName: "text",
    createdAtFrom: "date",
    createdAtTo: "date",
  });
  const sites = reachableSites(call.crm, call.key);
  const found = [...call.crm.state.corporate.values()].filter(
    (one) =>
      sites.includes(one.site) &&
      (filter.list("ids")?.includes(String(one.id)) ?? true) &&
      (filter.list("externalIds")?.includes(String(one.externalId)) ?? true) &&
      (filter.list("sites")?.includes(one.site) ?? true) &&
      includesText(one.plain.nickName, filter.text("nickName")) &&
      (filter.text("companyName") === undefined ||
        one.companies.some((company) => includesText(company.name, filter.text("companyName")))),
  );
  return paged(call, "customersCorporate", found, (one) => corporateView(call.crm, one));
}

export function getCorporate(call: Call): Reply {
  return ok({ customerCorporate: corporateView(call.crm, named(call)) });
}

export function createCorporate(call: Call): Reply {
  const site = neededSite(call);
  const writing = writingIn(call, site);
  const raw = jsonObject(call, "customerCorporate");
  const one = build(writing, raw);
  if (isTaken(call, one)) refuse(400, texts.customerExists);
  const people = contactsIn(writing, raw);
  throwTrouble(writing, "Customer is not loaded");
  store(call, one);
  for (const { id, entry } of people) addContact(id, one, call, entry);
  return created({ id: one.id });
}

export function editCorporate(call: Call): Reply {
  const one = named(call);
  const writing = writingIn(call, one.site);
  const next = structuredClone(one);
  write(writing, next, jsonObject(call, "customerCorporate"));
  throwTrouble(writing, "Customer is not loaded");
  if (next.plain.nickName !== one.plain.nickName) {
    record(call, next, "nick_name", one.plain.nickName, next.plain.nickName);
  }
  call.crm.state.corporate.set(next.id, next);
  return ok({ id: next.id });
}

export function uploadCorporate(call: Call): Reply {
  const site = neededSite(call);
  const uploadedCustomers: Fields[] = [];
  const failed: { index: number; externalId: string | undefined; lines: string[]; duplicate: boolean }[] = [];
  for (const [index, raw] of jsonList(call, "customersCorporate", uploadMost).entries()) {
    const writing = writingIn(call, site);
    const one = build(writing, raw);
    const lines = isTaken(call, one)
      ? [`Customer with externalId=${one.externalId} already exists`]
      : troubleLines(writing);
    if (lines.length > 0) failed.push({ index, externalId: one.externalId, lines, duplicate: false });
    else {
      store(call, one);
      uploadedCustomers.push(withoutEmpty({ id: one.id, externalId: one.externalId }));
    }
  }
  if (failed.length > 0) {
    return batchFailure(call, "Customers are loaded with errors", failed, { uploadedCustomers }, "failedCustomers");
  }
  return ok({ uploadedCustomers, failedCustomers: [] }, call.crm.switches.uploadStatus);
}

export function fixCorporateIds(call: Call): Reply {
  for (const raw of jsonList(call, "customersCorporate", 50)) {
    if (!Number.isInteger(raw.id)) refuseInput("id", "ID must be an integer");
    const one = call.crm.state.corporate.get(Number(raw.id)) ?? refuse(400, texts.invalidInput);
    record(call, one, "external_id", one.externalId, raw.externalId);
    one.externalId = String(raw.externalId);
  }
  return ok();
}

export function combineCorporate(call: Call): Reply {
  const { state } = call.crm;
  const byId = (raw: Fields): CorporateCustomer =>
    state.corporate.get(Number(raw.id)) ?? refuse(400, texts.invalidInput);
  const from = jsonList(call, "customersCorporate", 50).map(byId);
  const into = byId(jsonObject(call, "resultCustomerCorporate"));
  for (const one of from.filter((entry) => entry.id !== into.id)) {
    into.addresses.push(...one.addresses);
    into.companies.push(...one.companies);
    into.contacts.push(...one.contacts);
    for (const id of state.ordersOfCustomer.get(one.id) ?? []) state.orders.get(id)!.customerId = into.id;
    state.corporate.delete(one.id);
  }
  return ok();
}

export function corporateHistory(call: Call): Reply {
  const { corporate } = call.crm.state;
  return answerHistory(
    call,
    "corporateHistory",
    { id: "customerId", externalId: "customerExternalId" },
    (id) => corporate.get(id)?.externalId,
    (entry) => ({
      customer:
        entry.snapshot ??
        withoutEmpty({ id: entry.about, externalId: corporate.get(entry.about)?.externalId, site: entry.site }),
    }),
  );
}

/** One page of addresses, companies or contacts. */
export function listPart(part: "addresses" | "companies" | "contacts"): (call: Call) => Reply {
  return (call) => {
    const one = named(call);
    if (part === "contacts") return paged(call, part, one.contacts, (contact) => contactView(call.crm, one, contact));
    return paged(call, part, one[part], (entry) => entry);
  };
}

export function createAddress(call: Call): Reply {
  const one = named(call);
  return created({ id: addAddress(writingIn(call, one.site), one, jsonObject(call, "address")) });
}

export function createCompany(call: Call): Reply {
  const one = named(call);
  const raw = jsonObject(call, "company");
  if (!raw.name) refuse(400, texts.entityErrors, { name: "This value should not be blank." });
  return created({ id: addCompany(writingIn(call, one.site), one, raw) });
}

export function createContact(call: Call): Reply {
  const one = named(call);
  const raw = jsonObject(call, "contact");
  const id = addContact(
    call.crm.state.customers.get(Number(isFields(raw.customer) ? raw.customer.id : 0))?.id,
    one,
    call,
    raw,
  );
  return created({ id });
}

export function editPart(part: "addresses" | "companies", field: string): (call: Call) => Reply {
  return (call) => {
    const one = named(call);
    const by = identifierKind(call, "entityBy");
    const entry = one[part].find((candidate) => String(candidate[by]) === call.path.entityId) ?? notFound();
    const raw = jsonObject(call, field);
    const trouble: Record<string, string> = {};
    if (part === "addresses") writeAddress(entry, raw, trouble, "");
    merge(entry, readFields(raw, { name: "line", externalId: "line", isMain: "boolean", active: "boolean" }, trouble));
    if (Object.keys(trouble).length > 0) refuse(400, texts.entityErrors, trouble);
    return ok({ id: entry.id });
  };
}

function build(writing: Writing, raw: Fields): CorporateCustomer {
  const one: CorporateCustomer = {
    id: 0,
    site: writing.site,
    createdAt: typeof raw.createdAt === "string" ? raw.createdAt : writing.time,
    plain: {},
    customFields: {},
    addresses: [],
    companies: [],
    contacts: [],
  };
  if (raw.externalId !== undefined && raw.externalId !== null) one.externalId = String(raw.externalId);
  write(writing, one, raw);
  if (!one.plain.nickName) writing.format.nickName = "This value should not be blank.";
  const lists = { addresses: addAddress, companies: addCompany };
  for (const [name, add] of Object.entries(lists)) {
    const list = raw[name];
    if (Array.isArray(list)) for (const entry of list.filter(isFields)) add(writing, one, entry);
  }
  return one;
}

function write(writing: Writing, one: CorporateCustomer, raw: Fields): void {
  merge(one.plain, readFields(raw, plainKinds, writing.format));
  writeCustomFields(writing, "customer_corporate", one.customFields, raw.customFields);
}

function addAddress(writing: Writing, one: CorporateCustomer, raw: Fields): number {
  const address: Fields = { id: nextId(writing.crm.state, "address", 301), isMain: one.addresses.length === 0 };
  writeAddress(address, raw, writing.format, "address.");
  merge(address, readFields(raw, { name: "line", externalId: "line", isMain: "boolean" }, writing.format));
  one.addresses.push(address);
  return address.id as number;
}

function addCompany(writing: Writing, one: CorporateCustomer, raw: Fields): number {
  const contragent: Fields = { contragentType: "legal-entity" };
  writeContragent(contragent, raw.contragent, writing.format);
  const company: Fields = {
    isMain: one.companies.length === 0,
    id: nextId(writing.crm.state, "company", 61),
    customer: withoutEmpty({ site: one.site, id: one.id, externalId: one.externalId, type: "customer_corporate" }),
    active: true,
    createdAt: writing.time,
    contragent,
    marginSumm: 0,
    totalSumm: 0,
    averageSumm: 0,
    ordersCount: 0,
    costSumm: 0,
    customFields: [],
  };
  const kinds: Record<string, FieldKind> = { name: "line", brand: "line", externalId: "line", isMain: "boolean" };
  merge(company, readFields(raw, kinds, writing.format));
  one.companies.push(company);
  return company.id as number;
}

function addContact(customerId: number | undefined, one: CorporateCustomer, call: Call, raw: Fields): number {
  if (customerId === undefined) refuse(400, texts.entityErrors, { customer: texts.notValid });
  const id = nextId(call.crm.state, "contact", 41);
  one.contacts.push({ id, isMain: raw.isMain === true || one.contacts.length === 0, customerId, companies: [] });
  record(call, one, "contact", null, { id });
  return id;
}

function isTaken(call: Call, one: CorporateCustomer): boolean {
  if (one.externalId === undefined) return false;
  return [...call.crm.state.corporate.values()].some((e) => e.site === one.site && e.externalId === one.externalId);
}

/** Persons and firms share one row of ids. */
function store(call: Call, one: CorporateCustomer): void {
  one.id = nextId(call.crm.state, "customer", 77);
  for (const company of one.companies) (company.customer as Fields).id = one.id;
  call.crm.state.corporate.set(one.id, one);
  addRecord(call.crm, "corporateHistory", call.actor, {
    created: true,
    field: "id",
    oldValue: null,
    newValue: one.id,
    about: one.id,
    site: one.site,
    snapshot: structuredClone(corporateView(call.crm, one)),
  });
}

function record(call: Call, one: CorporateCustomer, field: string, oldValue: unknown, newValue: unknown): void {
  addRecord(call.crm, "corporateHistory", call.actor, { field, oldValue, newValue, about: one.id, site: one.site });
}

function named(call: Call): CorporateCustomer {
  const by = plain(call, "by") === undefined ? "externalId" : identifierKind(call);
  const site = by === "externalId" ? neededSite(call) : chosenSite(call);
  const sites = site === undefined ? reachableSites(call.crm, call.key) : [site];
  const found = [...call.crm.state.corporate.values()].find(
    (one) => sites.includes(one.site) && String(one[by]) === call.path.id,
  );
  return found ?? notFound();
}
