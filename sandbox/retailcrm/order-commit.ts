import type { Crm } from "./call.ts";
import { recordOrderChanges, recordOrderGone } from "./order-history.ts";
import type { Actor, Order, State } from "./state.ts";
import { siteKey } from "./state.ts";

export function copyOrder(order: Order): Order {
  return structuredClone(order);
}

/** An order by its id or, within the given sites, by its external id. */
export function findOrder(crm: Crm, by: "id" | "externalId", identifier: string, sites: string[]): Order | undefined {
  const { state } = crm;
  if (by === "id") {
    const order = /^\d+$/.test(identifier) ? state.orders.get(Number(identifier)) : undefined;
    return order !== undefined && sites.includes(order.site) ? order : undefined;
  }
  for (const site of sites) {
    const id = state.orderByExternalId.get(siteKey(site, identifier));
    if (id !== undefined) return state.orders.get(id);
  }
  return undefined;
}

/** Puts a changed copy in the place of the order, with a history record for each field that differs. */
export function commitOrder(crm: Crm, before: Order, after: Order, actor: Actor): void {
  storeOrder(crm.state, after, before);
  recordOrderChanges(crm, before, after, actor);
}

export function storeOrder(state: State, order: Order, before?: Order): void {
  if (before !== undefined) unindex(state, before);
  state.orders.set(order.id, order);
  if (order.externalId !== undefined) state.orderByExternalId.set(siteKey(order.site, order.externalId), order.id);
  const ofCustomer = state.ordersOfCustomer.get(order.customerId) ?? new Set();
  ofCustomer.add(order.id);
  state.ordersOfCustomer.set(order.customerId, ofCustomer);
  for (const payment of order.payments) {
    state.paymentOrder.set(payment.id, order.id);
    if (payment.externalId !== undefined) state.paymentByExternalId.set(payment.externalId, payment.id);
  }
}

/** Takes an order out: deleted, or combined into another one. Its external id is free again. */
export function removeOrder(crm: Crm, order: Order, actor: Actor, combinedTo?: Order): void {
  unindex(crm.state, order);
  crm.state.orders.delete(order.id);
  crm.state.goneOrders.set(order.id, order);
  recordOrderGone(crm, order, actor, combinedTo);
}

function unindex(state: State, order: Order): void {
  if (order.externalId !== undefined) state.orderByExternalId.delete(siteKey(order.site, order.externalId));
  state.ordersOfCustomer.get(order.customerId)?.delete(order.id);
  for (const payment of order.payments) {
    state.paymentOrder.delete(payment.id);
    if (payment.externalId !== undefined) state.paymentByExternalId.delete(payment.externalId);
  }
}
