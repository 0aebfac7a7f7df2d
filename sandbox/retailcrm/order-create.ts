import type { Crm } from "./call.ts";
import { automaticCustomer } from "./customer-write.ts";
import { isFields } from "./fields.ts";
import { storeOrder } from "./order-commit.ts";
import { recordAutomaticCustomer, recordOrderCreated } from "./order-history.ts";
import { addPayment } from "./order-payments.ts";
import { settleFullPayment } from "./order-totals.ts";
import { writeOrder } from "./order-write.ts";
import type { Fields, Order } from "./state.ts";
import { nextId, siteKey } from "./state.ts";
import type { Writing } from "./writing.ts";

/** An order as sent, with the defaults of the account; nothing is stored yet. Trouble stands in `writing`. */
export function buildOrder(writing: Writing, raw: Fields): Order {
  const order: Order = {
    id: 0,
    number: "",
    site: writing.site,
    status: "new",
    createdAt: writing.time,
    statusUpdatedAt: writing.time,
    markDatetime: writing.time,
    fromApi: writing.actor.source === "api",
    plain: {},
    source: {},
    customFields: {},
    contragent: { contragentType: "individual" },
    delivery: { cost: 0, netCost: 0, address: {} },
    lines: [],
    payments: [],
    customerId: 0,
    links: [],
  };
  if (raw.externalId !== undefined && raw.externalId !== null && raw.externalId !== "") {
    order.externalId = String(raw.externalId);
    if (order.externalId.length > 255) writing.format.externalId = "This value is too long.";
  }
  writeOrder(writing, order, raw);
  order.plain.orderType ??= usual(writing, "orderTypes");
  order.plain.orderMethod ??= usual(writing, "orderMethods");
  if (typeof raw.createdAt === "string") {
    order.statusUpdatedAt = typeof raw.statusUpdatedAt === "string" ? order.statusUpdatedAt : order.createdAt;
  }
  if (raw.payments !== undefined) writePayments(writing, order, raw.payments);
  return order;
}

export function isDuplicate(crm: Crm, order: Order): boolean {
  return order.externalId !== undefined && crm.state.orderByExternalId.has(siteKey(order.site, order.externalId));
}

/** Stores a new order: id, number, a customer where none was named, and the record of its creation. */
export function storeNewOrder(writing: Writing, order: Order): void {
  const { crm } = writing;
  order.id = nextId(crm.state, "order", 1042);
  if (order.number === "") order.number = `${order.id}${crm.random() < 0.5 ? "A" : "C"}`;
  const automatic = order.customerId === 0;
  if (automatic) order.customerId = automaticCustomer(writing, order);
  settleFullPayment(crm, order, writing.time);
  storeOrder(crm.state, order);
  recordOrderCreated(crm, order, writing.actor);
  if (automatic) recordAutomaticCustomer(crm, order);
}

/** The entry marked as default for orders of this kind of origin. */
function usual(writing: Writing, book: string): string | undefined {
  const entries = Object.values(writing.crm.state.books[book] ?? {});
  const forApi = entries.find((entry) => entry.defaultForApi === true);
  const forCrm = entries.find((entry) => entry.defaultForCrm === true);
  const chosen = writing.actor.source === "api" ? (forApi ?? forCrm) : (forCrm ?? forApi);
  return chosen?.code as string | undefined;
}

function writePayments(writing: Writing, order: Order, raw: unknown): void {
  const list = Array.isArray(raw) ? raw : isFields(raw) ? Object.values(raw) : [];
  for (const [index, entry] of list.entries()) {
    if (isFields(entry)) addPayment(writing, order, entry, `payments[${index}].`);
    else writing.format[`payments[${index}]`] = "This value is not valid.";
  }
}
