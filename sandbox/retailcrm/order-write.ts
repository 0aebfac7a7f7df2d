import { writeCustomFields } from "./custom-fields.ts";
import { type FieldKind, isFields, merge, readFields, writeAddress, writeContragent, writeSource } from "./fields.ts";
import { writeLines } from "./order-lines.ts";
import type { Fields, Order } from "./state.ts";
import { siteKey } from "./state.ts";
import { checkCode, type Writing } from "./writing.ts";

const plainKinds: Record<string, FieldKind> = {
  countryIso: "line",
  statusComment: "text",
  orderType: "line",
  orderMethod: "line",
  lastName: "line",
  firstName: "line",
  patronymic: "line",
  phone: "line",
  additionalPhone: "line",
  email: "line",
  call: "boolean",
  expired: "boolean",
  customerComment: "text",
  managerComment: "text",
  discountManualAmount: "number",
  discountManualPercent: "number",
  mark: "integer",
  managerId: "integer",
  weight: "number",
  length: "integer",
  width: "integer",
  height: "integer",
  shipmentStore: "line",
  shipmentDate: "date",
  shipped: "boolean",
  privilegeType: "line",
  loyaltyEventDiscountId: "integer",
  applyRound: "boolean",
  isFromCart: "boolean",
  dialogId: "integer",
  clientId: "line",
};

const ownKinds: Record<string, FieldKind> = {
  number: "line",
  createdAt: "dateTime",
  statusUpdatedAt: "dateTime",
  markDatetime: "dateTime",
  status: "line",
};

const deliveryKinds: Record<string, FieldKind> = {
  code: "line",
  cost: "number",
  netCost: "number",
  date: "date",
  vatRate: "line",
};

/**
 * Writes the sent fields over `order` (a copy of the caller's): absent ones stay, `items` is the whole list
 * (reference 7, 9.4). What speaks against it stands in `writing`. Payments are apart.
 */
export function writeOrder(writing: Writing, order: Order, raw: Fields): void {
  const statusBefore = order.status;
  const own = readFields(raw, ownKinds, writing.format);
  for (const name of ["number", "createdAt", "markDatetime"] as const) {
    if (typeof own[name] === "string") order[name] = own[name];
  }
  if (typeof own.status === "string" && own.status !== order.status) {
    checkStatus(writing, own.status);
    order.status = own.status;
  }
  writePlainFields(writing, order, raw, order.status !== statusBefore);
  if (order.status !== statusBefore) order.statusUpdatedAt = writing.time;
  if (typeof own.statusUpdatedAt === "string") order.statusUpdatedAt = own.statusUpdatedAt;
  writeSource(order.source, raw.source, writing.format);
  writeContragent(order.contragent, raw.contragent, writing.format);
  writeCustomFields(writing, "order", order.customFields, raw.customFields);
  if (isFields(raw.delivery)) writeDelivery(writing, order, raw.delivery);
  if (raw.customer !== undefined && raw.customer !== null) linkCustomer(writing, order, raw.customer);
  if (raw.contact !== undefined && raw.contact !== null) linkContact(writing, order, raw.contact);
  if (isFields(raw.company) && typeof raw.company.id === "number") order.company = raw.company.id;
  if (raw.items !== undefined) writeLines(writing, order, raw.items);
}

function checkStatus(writing: Writing, status: string): void {
  checkCode(writing, "statuses", "Status", "status", status);
  if (writing.actor.source === "api" && writing.crm.switches.refusedStatuses.includes(status)) {
    writing.load.status = "Transition to this status is not allowed.";
  }
}

function writePlainFields(writing: Writing, order: Order, raw: Fields, statusMoves: boolean): void {
  const plain = readFields(raw, plainKinds, writing.format);
  checkCode(writing, "orderTypes", "OrderType", "orderType", plain.orderType);
  checkCode(writing, "orderMethods", "OrderMethod", "orderMethod", plain.orderMethod);
  checkCode(writing, "stores", "Store", "shipmentStore", plain.shipmentStore);
  const { users } = writing.crm.state;
  if (plain.managerId !== undefined && plain.managerId !== null && !users.some((user) => user.id === plain.managerId)) {
    writing.load.managerId = `User with id ${String(plain.managerId)} not found.`;
  }
  // A comment of a status goes only with a change of the status (reference 7.1).
  if (!statusMoves) delete plain.statusComment;
  merge(order.plain, plain);
}

function writeDelivery(writing: Writing, order: Order, raw: Fields): void {
  const read = readFields(raw, deliveryKinds, writing.format, "delivery.");
  checkCode(writing, "deliveryTypes", "DeliveryType", "delivery.code", read.code);
  const type = writing.crm.state.books.deliveryTypes?.[String(read.code)];
  if (read.code !== undefined && read.code !== order.delivery.code && type !== undefined) {
    order.delivery.cost = Number(type.defaultCost ?? 0);
    order.delivery.netCost = Number(type.defaultNetCost ?? 0);
  }
  merge(order.delivery, read);
  order.delivery.cost ??= 0;
  order.delivery.netCost ??= 0;
  if (isFields(raw.service)) order.delivery.service = raw.service;
  if (isFields(raw.time)) order.delivery.time = raw.time;
  writeAddress(order.delivery.address, raw.address, writing.format, "delivery.address.");
  // `data` belongs to delivery types of an integration; for others the service has no place for it.
  const current = writing.crm.state.books.deliveryTypes?.[String(order.delivery.code)];
  const integrated = current?.integrationCode !== undefined || writing.actor.source === "user";
  if (isFields(raw.data) && integrated) {
    order.delivery.data = { ...((order.delivery.data as Fields | undefined) ?? {}), ...raw.data };
  }
}

function linkCustomer(writing: Writing, order: Order, raw: unknown): void {
  const found = findCustomer(writing, raw, "customer");
  if (found !== undefined) order.customerId = found;
}

function linkContact(writing: Writing, order: Order, raw: unknown): void {
  const found = findCustomer(writing, raw, "contact");
  if (found !== undefined) order.contact = found;
}

/** A customer is looked up among the sites that the key reaches, by id or by external id within a site (7.2). */
function findCustomer(writing: Writing, raw: unknown, path: string): number | undefined {
  if (!isFields(raw)) {
    writing.format[path] = "This value is not valid.";
    return undefined;
  }
  const { state } = writing.crm;
  if (raw.id !== undefined && raw.id !== null) {
    const id = Number(raw.id);
    const customer = state.customers.get(id) ?? state.corporate.get(id);
    if (customer !== undefined && writing.sites.includes(customer.site)) return id;
    writing.load[`${path}.id`] = `Customer with id=${String(raw.id)} not found.`;
    return undefined;
  }
  if (raw.externalId === undefined || raw.externalId === null || raw.externalId === "") return undefined;
  const site = typeof raw.site === "string" ? raw.site : writing.site;
  const externalId = String(raw.externalId);
  const id = writing.sites.includes(site) ? state.customerByExternalId.get(siteKey(site, externalId)) : undefined;
  const corporate = [...state.corporate.values()].find((one) => one.site === site && one.externalId === externalId);
  const found = raw.type === "customer_corporate" ? corporate?.id : (id ?? corporate?.id);
  if (found === undefined) writing.load[`${path}.externalId`] = `Customer with externalId=${externalId} not found.`;
  return found;
}
