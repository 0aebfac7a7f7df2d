import type { Crm } from "./call.ts";
import { writeCustomFields } from "./custom-fields.ts";
import { customerView } from "./customer-view.ts";
import {
  type FieldKind,
  isFields,
  merge,
  readFields,
  withoutEmpty,
  writeAddress,
  writeContragent,
  writeSource,
} from "./fields.ts";
import { addRecord, sameValue, snakeCase } from "./history.ts";
import type { Actor, Customer, Fields, Order, State } from "./state.ts";
import { nextId, siteKey } from "./state.ts";
import type { Writing } from "./writing.ts";

const plainKinds: Record<string, FieldKind> = {
  firstName: "line",
  lastName: "line",
  patronymic: "line",
  email: "line",
  birthday: "date",
  sex: "line",
  managerId: "integer",
  vip: "boolean",
  bad: "boolean",
  personalDiscount: "number",
  discountCardNumber: "line",
  photoUrl: "line",
  emailMarketingUnsubscribedAt: "dateTime",
};

export function newCustomer(writing: Writing): Customer {
  return {
    id: 0,
    site: writing.site,
    createdAt: writing.time,
    isContact: false,
    plain: {},
    phones: [],
    customFields: {},
    contragent: { contragentType: "individual" },
    source: {},
    tags: [],
  };
}

/** Writes the sent fields over `customer` (a copy of the caller's); a number not yet known is added. */
export function writeCustomer(writing: Writing, customer: Customer, raw: Fields): void {
  const own = readFields(raw, { createdAt: "dateTime", isContact: "boolean", externalId: "line" }, writing.format);
  if (typeof own.createdAt === "string") customer.createdAt = own.createdAt;
  if (typeof own.isContact === "boolean") customer.isContact = own.isContact;
  if (typeof own.externalId === "string" && customer.id === 0) customer.externalId = own.externalId;
  merge(customer.plain, readFields(raw, plainKinds, writing.format));
  if (customer.plain.sex !== undefined && !["male", "female"].includes(String(customer.plain.sex))) {
    writing.format.sex = "The value you selected is not a valid choice.";
  }
  checkManager(writing, customer);
  writePhones(writing, customer, raw.phones);
  if (isFields(raw.address)) {
    customer.address ??= { id: nextId(writing.crm.state, "address", 301) };
    writeAddress(customer.address, raw.address, writing.format, "address.");
  }
  writeContragent(customer.contragent, raw.contragent, writing.format);
  writeSource(customer.source, raw.source, writing.format);
  writeCustomFields(writing, "customer", customer.customFields, raw.customFields);
  writeTags(customer, raw);
}

function checkManager(writing: Writing, customer: Customer): void {
  const { managerId } = customer.plain;
  if (managerId === undefined || writing.crm.state.users.some((user) => user.id === managerId)) return;
  writing.load.managerId = `User with id ${String(managerId)} not found.`;
}

function writePhones(writing: Writing, customer: Customer, raw: unknown): void {
  if (raw === undefined || raw === null) return;
  if (!Array.isArray(raw)) {
    writing.format.phones = "This value is not valid.";
    return;
  }
  for (const [index, entry] of raw.entries()) {
    const number = isFields(entry) ? entry.number : undefined;
    if (typeof number !== "string" || number === "" || number.length > 255) {
      writing.format[`phones[${index}].number`] = "This value is not valid.";
    } else if (!customer.phones.includes(number)) customer.phones.push(number);
  }
}

function writeTags(customer: Customer, raw: Fields): void {
  const names = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
  if (raw.tags !== undefined) customer.tags = names(raw.tags);
  customer.tags = [...new Set([...customer.tags, ...names(raw.addTags)])];
  customer.tags = customer.tags.filter((name) => !names(raw.removeTags).includes(name));
}

export function storeNewCustomer(crm: Crm, customer: Customer, actor: Actor): void {
  customer.id = nextId(crm.state, "customer", 77);
  storeCustomer(crm.state, customer);
  addRecord(crm, "customerHistory", actor, {
    created: true,
    field: "id",
    oldValue: null,
    newValue: customer.id,
    about: customer.id,
    site: customer.site,
    snapshot: structuredClone(customerView(crm, customer)),
  });
}

export function commitCustomer(crm: Crm, before: Customer, after: Customer, actor: Actor): void {
  unindex(crm.state, before);
  storeCustomer(crm.state, after);
  const old = customerFields(before);
  const now = customerFields(after);
  for (const field of new Set([...Object.keys(old), ...Object.keys(now)])) {
    if (sameValue(old[field], now[field])) continue;
    const record = { field, oldValue: old[field] ?? null, newValue: now[field] ?? null };
    addRecord(crm, "customerHistory", actor, { ...record, about: after.id, site: after.site });
  }
  for (const number of after.phones.filter((phone) => !before.phones.includes(phone))) {
    const record = { field: "phones", oldValue: null, newValue: number };
    addRecord(crm, "customerHistory", actor, { ...record, about: after.id, site: after.site });
  }
}

/** Deleted by a person, or merged into another one. Its external id is free again (reference 12.6). */
export function removeCustomer(crm: Crm, customer: Customer, actor: Actor, combinedTo?: Customer): void {
  addRecord(crm, "customerHistory", actor, {
    ...(combinedTo === undefined ? {} : { source: "combine" as const }),
    deleted: true,
    field: "id",
    oldValue: customer.id,
    newValue: null,
    about: customer.id,
    site: customer.site,
    snapshot: structuredClone(customerView(crm, customer)),
    ...(combinedTo === undefined ? {} : { combinedTo: customerReference(combinedTo) }),
  });
  unindex(crm.state, customer);
  crm.state.customers.delete(customer.id);
  crm.state.goneCustomers.set(customer.id, customer);
  if (combinedTo !== undefined) crm.state.combinedCustomers.set(customer.id, combinedTo.id);
}

export function customerReference(customer: Customer): Fields {
  return withoutEmpty({ id: customer.id, externalId: customer.externalId, site: customer.site });
}

/** Merges customers: their orders go to the one that stays. */
export function combineCustomers(crm: Crm, from: Customer[], into: Customer, actor: Actor): void {
  for (const customer of from) {
    const orders = crm.state.ordersOfCustomer.get(customer.id) ?? new Set();
    const target = crm.state.ordersOfCustomer.get(into.id) ?? new Set();
    crm.state.ordersOfCustomer.set(into.id, target);
    for (const id of orders) {
      crm.state.orders.get(id)!.customerId = into.id;
      target.add(id);
    }
    crm.state.ordersOfCustomer.delete(customer.id);
    for (const phone of customer.phones) if (!into.phones.includes(phone)) into.phones.push(phone);
    removeCustomer(crm, customer, actor, into);
  }
}

/** The customer of an order that names none: made from the order, or matched where the account does that (7.2). */
export function automaticCustomer(writing: Writing, order: Order): number {
  const { crm } = writing;
  const { phone, email } = order.plain as { phone?: string; email?: string };
  if (crm.switches.automaticCustomer === "match") {
    const digits = phone?.replace(/\D/g, "");
    for (const customer of crm.state.customers.values()) {
      if (customer.site !== order.site) continue;
      const samePhone = digits !== undefined && customer.phones.some((number) => number.replace(/\D/g, "") === digits);
      if (samePhone || (email !== undefined && customer.plain.email === email)) return customer.id;
    }
  }
  const customer = newCustomer(writing);
  customer.createdAt = order.createdAt;
  const names = ["firstName", "lastName", "patronymic", "email"];
  for (const name of names) if (order.plain[name] !== undefined) customer.plain[name] = order.plain[name];
  if (phone !== undefined) customer.phones.push(phone);
  if (Object.keys(order.delivery.address).length > 0) {
    customer.address = { id: nextId(crm.state, "address", 301), ...order.delivery.address };
  }
  storeNewCustomer(crm, customer, { source: "code" });
  return customer.id;
}

export function storeCustomer(state: State, customer: Customer): void {
  state.customers.set(customer.id, customer);
  if (customer.externalId !== undefined) {
    state.customerByExternalId.set(siteKey(customer.site, customer.externalId), customer.id);
  }
}

function unindex(state: State, customer: Customer): void {
  if (customer.externalId !== undefined) {
    state.customerByExternalId.delete(siteKey(customer.site, customer.externalId));
  }
}

function customerFields(customer: Customer): Fields {
  const fields: Fields = { external_id: customer.externalId, created_at: customer.createdAt };
  if (customer.tags.length > 0) fields.tags = customer.tags;
  for (const [name, value] of Object.entries(customer.plain)) {
    if (name === "managerId") fields.manager = { id: value };
    else fields[snakeCase(name)] = value;
  }
  for (const [name, value] of Object.entries(customer.address ?? {})) {
    if (name !== "id") fields[`address.${name === "countryIso" ? "country" : snakeCase(name)}`] = value;
  }
  for (const [name, value] of Object.entries(customer.contragent)) fields[`contragent.${snakeCase(name)}`] = value;
  for (const [code, value] of Object.entries(customer.customFields)) fields[`custom_${code}`] = value;
  return fields;
}
