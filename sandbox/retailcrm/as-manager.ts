import type { Crm } from "./call.ts";
import { customerView } from "./customer-view.ts";
import {
  combineCustomers,
  commitCustomer,
  newCustomer,
  removeCustomer,
  storeNewCustomer,
  writeCustomer,
} from "./customer-write.ts";
import { combineInto } from "./order-combine.ts";
import { commitOrder, copyOrder, removeOrder } from "./order-commit.ts";
import { buildOrder, storeNewOrder } from "./order-create.ts";
import { addPayment, writePayment } from "./order-payments.ts";
import { settleFullPayment } from "./order-totals.ts";
import { orderView } from "./order-view.ts";
import { writeOrder } from "./order-write.ts";
import type { Actor, Customer, Fields, Order, Payment } from "./state.ts";
import { siteKey } from "./state.ts";
import { startWriting, throwTrouble, type Writing } from "./writing.ts";

/** What a person at the CRM does; every change stands in the history with `source: user`. */
export type AsManager = {
  setStatus(order: string | number, code: string): Fields;
  /** fields in the API's names; `items` is the whole list, as in the API */
  editOrder(order: string | number, fields: Fields): Fields;
  addPayment(order: string | number, payment: Fields): number;
  /** without `payment` the first one of the order */
  setPaymentStatus(order: string | number, status: string, payment?: string | number): Fields;
  removePayment(order: string | number, payment?: string | number): Fields;
  setTrackingField(order: string | number, code: string, value: string): Fields;
  /** `delivery.data.trackNumber`, as a delivery integration writes it */
  setTrackNumber(order: string | number, trackNumber: string): Fields;
  setCustomField(order: string | number, code: string, value: unknown): Fields;
  addLine(order: string | number, line: Fields): Fields;
  /** by line id, or by the external id of its offer */
  removeLine(order: string | number, line: string | number): Fields;
  deleteOrder(order: string | number): void;
  combineOrders(from: string | number, into: string | number): Fields;
  createOrder(site: string, fields: Fields): Fields;
  createCustomer(site: string, fields: Fields): number;
  editCustomer(customer: string | number, fields: Fields): Fields;
  deleteCustomer(customer: string | number): void;
  mergeCustomers(from: (string | number)[], into: string | number): void;
  setStock(offerExternalId: string, store: string, quantity: number): void;
};

type Change = (name: string | number, write: (writing: Writing, order: Order) => void) => Fields;

/** Orders and customers are named by their external id (any site) or by the CRM's own number. */
export function managerOf(crm: Crm, userId = 4): AsManager {
  const actor: Actor = { source: "user", userId };
  const writing = (site: string): Writing =>
    startWriting(crm, actor, site, Object.keys(crm.state.books.sites ?? {}), crm.time());

  const change: Change = (name, write) => {
    const order = findOrder(crm, name);
    const next = copyOrder(order);
    const under = writing(order.site);
    write(under, next);
    throwTrouble(under, "Order is not loaded");
    settleFullPayment(crm, next, under.time);
    commitOrder(crm, order, next, actor);
    return orderView(crm, next, "map");
  };

  return {
    ...editsOf(change),
    ...paymentEditsOf(change),
    ...lineEditsOf(crm, change),
    deleteOrder: (name) => removeOrder(crm, findOrder(crm, name), actor),
    combineOrders: (from, into) => {
      combineInto(crm, findOrder(crm, from), findOrder(crm, into), "summ", actor);
      return orderView(crm, findOrder(crm, into), "map");
    },
    createOrder: (site, fields) => {
      const under = writing(site);
      const order = buildOrder(under, fields);
      throwTrouble(under, "Order is not loaded");
      storeNewOrder(under, order);
      return orderView(crm, order, "map");
    },
    ...customerEditsOf(crm, actor, writing),
    deleteCustomer: (name) => removeCustomer(crm, findCustomer(crm, name), actor),
    mergeCustomers: (from, into) => {
      const customers = from.map((name) => findCustomer(crm, name));
      combineCustomers(crm, customers, findCustomer(crm, into), actor);
    },
    setStock: (offerExternalId, store, quantity) => setStock(crm, offerExternalId, store, quantity),
  };
}

function customerEditsOf(
  crm: Crm,
  actor: Actor,
  writing: (site: string) => Writing,
): Pick<AsManager, "createCustomer" | "editCustomer"> {
  return {
    createCustomer: (site, fields) => {
      const under = writing(site);
      const customer = newCustomer(under);
      writeCustomer(under, customer, fields);
      throwTrouble(under, "Customer is not loaded");
      storeNewCustomer(crm, customer, actor);
      return customer.id;
    },
    editCustomer: (name, fields) => {
      const customer = findCustomer(crm, name);
      const under = writing(customer.site);
      const next = structuredClone(customer);
      writeCustomer(under, next, fields);
      throwTrouble(under, "Customer is not loaded");
      commitCustomer(crm, customer, next, actor);
      return customerView(crm, next);
    },
  };
}

type Edits = "setStatus" | "editOrder" | "setTrackingField" | "setTrackNumber" | "setCustomField";

function editsOf(change: Change): Pick<AsManager, Edits> {
  const edit = (name: string | number, fields: Fields): Fields =>
    change(name, (under, order) => writeOrder(under, order, fields));
  return {
    setStatus: (name, code) => edit(name, { status: code }),
    editOrder: edit,
    setTrackingField: (name, code, value) => edit(name, { customFields: { [code]: value } }),
    setTrackNumber: (name, trackNumber) => edit(name, { delivery: { data: { trackNumber } } }),
    setCustomField: (name, code, value) => edit(name, { customFields: { [code]: value } }),
  };
}

function paymentEditsOf(change: Change): Pick<AsManager, "addPayment" | "setPaymentStatus" | "removePayment"> {
  return {
    addPayment: (name, payment) => {
      let id = 0;
      change(name, (under, order) => {
        id = addPayment(under, order, payment, "").id;
      });
      return id;
    },
    setPaymentStatus: (name, status, payment) =>
      change(name, (under, order) => {
        writePayment(under, order, findPayment(order, payment), { status }, "");
      }),
    removePayment: (name, payment) =>
      change(name, (_, order) => {
        const gone = findPayment(order, payment);
        order.payments = order.payments.filter((entry) => entry !== gone);
      }),
  };
}

function lineEditsOf(crm: Crm, change: Change): Pick<AsManager, "addLine" | "removeLine"> {
  const article = (offerId: number | undefined): string | undefined => crm.state.offers.get(offerId ?? -1)?.externalId;
  return {
    addLine: (name, line) =>
      change(name, (under, order) => {
        const kept = order.lines.map(({ id }) => ({ id }));
        writeOrder(under, order, { items: [...kept, line] });
      }),
    removeLine: (name, line) =>
      change(name, (_, order) => {
        const gone =
          order.lines.find((entry) => String(entry.id) === String(line)) ??
          order.lines.find((entry) => article(entry.offerId) === String(line));
        if (gone === undefined) throw new Error(`The order has no line ${line}.`);
        order.lines = order.lines.filter((entry) => entry !== gone);
      }),
  };
}

/** By external id in any site; else, and for numbers, by the CRM's own id. */
export function searchOrder(crm: Crm, name: string | number): Order | undefined {
  const { state } = crm;
  if (typeof name === "string") {
    for (const site of Object.keys(state.books.sites ?? {})) {
      const id = state.orderByExternalId.get(siteKey(site, name));
      if (id !== undefined) return state.orders.get(id)!;
    }
  }
  return state.orders.get(Number(name));
}

function findOrder(crm: Crm, name: string | number): Order {
  const order = searchOrder(crm, name);
  if (order === undefined) throw new Error(`No order ${name} in the CRM.`);
  return order;
}

function findPayment(order: Order, name: string | number | undefined): Payment {
  const found = order.payments.find(
    (payment) => name === undefined || payment.externalId === String(name) || String(payment.id) === String(name),
  );
  if (found === undefined) throw new Error(`The order has no payment ${name ?? ""}.`);
  return found;
}

function findCustomer(crm: Crm, name: string | number): Customer {
  const { state } = crm;
  const byExternalId = [...state.customers.values()].find((customer) => customer.externalId === String(name));
  const customer = (typeof name === "string" ? byExternalId : undefined) ?? state.customers.get(Number(name));
  if (customer === undefined) throw new Error(`No customer ${name} in the CRM.`);
  return customer;
}

function setStock(crm: Crm, offerExternalId: string, store: string, quantity: number): void {
  const { state } = crm;
  if (state.books.stores?.[store] === undefined) throw new Error(`No warehouse ${store} in the CRM.`);
  const found = Object.keys(state.books.sites ?? {})
    .map((site) => state.offerByExternalId.get(siteKey(site, offerExternalId)))
    .find((id) => id !== undefined);
  const offer = found === undefined ? undefined : state.offers.get(found);
  if (offer === undefined) throw new Error(`No offer ${offerExternalId} in the CRM.`);
  offer.stock[store] = { quantity, purchasePrice: offer.stock[store]?.purchasePrice ?? offer.purchasePrice };
}
