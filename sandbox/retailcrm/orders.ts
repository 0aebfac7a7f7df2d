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
import { isFields, withoutEmpty } from "./fields.ts";
import { combineInto } from "./order-combine.ts";
import { commitOrder, copyOrder, findOrder } from "./order-commit.ts";
import { buildOrder, isDuplicate, storeNewOrder } from "./order-create.ts";
import { addPayment, writePayment } from "./order-payments.ts";
import { settleFullPayment } from "./order-totals.ts";
import { orderView } from "./order-view.ts";
import { writeOrder } from "./order-write.ts";
import { asList } from "./parameters.ts";
import { missing, notFound, refuse, refuseInput, texts } from "./refusal.ts";
import type { Fields, Order } from "./state.ts";
import { siteKey } from "./state.ts";
import { startWriting, throwTrouble, type Writing } from "./writing.ts";

export function getOrder(call: Call): Reply {
  return ok({ order: orderView(call.crm, namedOrder(call), "map") });
}

export function createOrder(call: Call): Reply {
  const site = neededSite(call);
  const raw = jsonObject(call, "order");
  const writing = writingIn(call, site);
  const order = buildOrder(writing, raw);
  if (isDuplicate(call.crm, order)) refuse(400, texts.orderExists);
  throwTrouble(writing, texts.orderNotLoaded);
  storeNewOrder(writing, order);
  return created({ id: order.id, order: orderView(call.crm, order, "list") });
}

export function editOrder(call: Call): Reply {
  const order = namedOrder(call);
  const raw = jsonObject(call, "order");
  const writing = writingIn(call, order.site);
  const next = copyOrder(order);
  writeOrder(writing, next, raw);
  if (call.crm.switches.paymentsInEdit === "apply" && raw.payments !== undefined) editPayments(writing, next, raw);
  throwTrouble(writing, texts.orderNotLoaded);
  settleFullPayment(call.crm, next, call.time);
  commitOrder(call.crm, order, next, call.actor);
  return ok({ id: next.id, order: orderView(call.crm, next, "map") });
}

function editPayments(writing: Writing, order: Order, raw: Fields): void {
  const list = Array.isArray(raw.payments) ? raw.payments : Object.values(isFields(raw.payments) ? raw.payments : {});
  for (const [index, entry] of list.filter(isFields).entries()) {
    const known = order.payments.find((one) => one.id === entry.id || one.externalId === entry.externalId);
    if (known === undefined) addPayment(writing, order, entry, `payments[${index}].`);
    else writePayment(writing, order, known, entry, `payments[${index}].`);
  }
}

/** By id, or by external id in the site (reference 1.5); 404 when there is none in the key's sites. */
function namedOrder(call: Call): Order {
  const by = identifierKind(call);
  const site = by === "externalId" ? neededSite(call) : chosenSite(call);
  const sites = site === undefined ? reachableSites(call.crm, call.key) : [site];
  return findOrder(call.crm, by, call.path.id!, sites) ?? notFound();
}

export function writingIn(call: Call, site: string): Writing {
  return startWriting(call.crm, call.actor, site, reachableSites(call.crm, call.key), call.time);
}

/** Reference 9.7: what was found, each order once. */
export function orderStatuses(call: Call): Reply {
  const ids = idList(call, "ids");
  const externalIds = idList(call, "externalIds");
  if (ids.length === 0 && externalIds.length === 0) missing("ids");
  if (ids.length + externalIds.length > 500) refuseInput("ids", "This collection should contain 500 elements or less.");
  const sites = reachableSites(call.crm, call.key);
  const found = new Map<number, Order>();
  for (const id of ids) {
    const order = findOrder(call.crm, "id", id, sites);
    if (order !== undefined) found.set(order.id, order);
  }
  for (const externalId of externalIds) {
    for (const site of sites) {
      const order = findOrder(call.crm, "externalId", externalId, [site]);
      if (order !== undefined) found.set(order.id, order);
    }
  }
  const { statuses } = call.crm.state.books;
  return ok({
    orders: [...found.values()].map((order) =>
      withoutEmpty({
        id: order.id,
        externalId: order.externalId,
        status: order.status,
        group: statuses?.[order.status]?.group,
      }),
    ),
  });
}

function idList(call: Call, name: string): string[] {
  const tree = call.query[name];
  if (tree === undefined) return [];
  return asList(tree) ?? refuseInput(name);
}

/** Writes the shop's ids to orders born in the CRM (reference 9.6). */
export function fixOrderIds(call: Call): Reply {
  const sites = reachableSites(call.crm, call.key);
  const pairs = jsonList(call, "orders", 50).map((raw) => {
    if (!Number.isInteger(raw.id)) refuseInput("id", "ID must be an integer");
    if (raw.externalId === undefined || raw.externalId === null) refuse(400, texts.invalidInput);
    const order = findOrder(call.crm, "id", String(raw.id), sites) ?? refuse(400, texts.invalidInput);
    const externalId = String(raw.externalId);
    const holder = call.crm.state.orderByExternalId.get(siteKey(order.site, externalId));
    if (holder !== undefined && holder !== order.id) refuse(400, texts.invalidInput);
    return { order, externalId };
  });
  for (const { order, externalId } of pairs) {
    const next = copyOrder(order);
    next.externalId = externalId;
    commitOrder(call.crm, order, next, call.actor);
  }
  return ok();
}

export function combineOrders(call: Call): Reply {
  const technique = plain(call, "technique");
  const sites = reachableSites(call.crm, call.key);
  const named = (name: string): Order => {
    const raw = jsonObject(call, name);
    return findOrder(call.crm, "id", String(raw.id), sites) ?? refuse(400, texts.invalidInput);
  };
  const from = named("order");
  const into = named("resultOrder");
  if (technique !== "ours" && technique !== "summ" && technique !== "theirs") refuse(400, texts.invalidInput);
  if (from.id === into.id) refuse(400, texts.invalidInput);
  combineInto(call.crm, from, into, technique, call.actor);
  return ok({ errors: [] });
}

export function linkOrders(call: Call): Reply {
  const site = chosenSite(call);
  const raw = jsonObject(call, "link");
  const list = Array.isArray(raw.orders) ? raw.orders.filter(isFields) : [];
  if (list.length < 2) {
    refuse(400, texts.entityErrors, { orders: "This collection should contain 2 elements or more." });
  }
  const sites = reachableSites(call.crm, call.key);
  const orders = list.map((entry) => {
    if (entry.id !== undefined) return findOrder(call.crm, "id", String(entry.id), sites) ?? notFound();
    return findOrder(call.crm, "externalId", String(entry.externalId), [site ?? missing("site")]) ?? notFound();
  });
  for (const order of orders) {
    for (const other of orders.filter((entry) => entry.id !== order.id)) {
      const link = withoutEmpty({ id: other.id, number: other.number, externalId: other.externalId });
      order.links.push(withoutEmpty({ comment: raw.comment, order: link, createdAt: call.time }));
    }
  }
  return created();
}
