import { type Call, type Crm, type Reply, reachableSites } from "./call.ts";
import { customFieldsMatch } from "./custom-fields.ts";
import { type Filter, type FilterKind, includesText, paged, readFilter, withinDates, withinNumbers } from "./lists.ts";
import { findOrder } from "./order-commit.ts";
import { orderTotals } from "./order-totals.ts";
import { orderView } from "./order-view.ts";
import { refuseInput } from "./refusal.ts";
import type { Fields, Order } from "./state.ts";

const dates = ["createdAt", "statusUpdatedAt", "fullPaidAt", "paidAt", "deliveryDate", "shipmentDate"];
const otherDates = ["firstWebVisit", "lastWebVisit", "firstOrder", "lastOrder", "dpdParcelDate"];
const sums = ["CostSumm", "PrepaySumm", "DeliveryCost", "DeliveryNetCost", "MarginSumm", "PurchaseSumm", "Price"];

/** Every filter of reference 9.1; those without a counterpart in the sandbox's orders find nothing or are ignored. */
const kinds: Record<string, FilterKind> = {
  ...named("ids", ["ids", "managers", "couriers", "mgChannels", "productGroups"]),
  ...named("list", ["externalIds", "numbers", "extendedStatus", "statusHistorySequence", "sites", "orderTypes"]),
  ...named("list", ["orderMethods", "paymentStatuses", "paymentTypes", "deliveryTypes", "deliveryServices"]),
  ...named("list", ["deliveryStates", "managerGroups", "shipmentStores", "countries", "contragentTypes", "tags"]),
  ...named("list", ["attachedTags"]),
  ...named("text", ["customerExternalId", "customer", "customerType", "email", "statusComment", "product"]),
  ...named("text", ["productSearchType", "region", "city", "index", "metro", "deliveryAddressNotes"]),
  ...named("text", ["managerComment", "customerComment", "trackNumber", "deliveryExternalId", "contragentName"]),
  ...named("text", ["companyName", "sourceName", "mediumName", "campaignName", "keywordName", "adContentName"]),
  ...named("text", ["receiptFiscalDocumentAttribute", "receiptStatus", "receiptOperation", "receiptOrderStatus"]),
  ...named("integer", ["customerId", "attachments", "tasksCounts"]),
  ...named("integer", ["contragentInn", "contragentKpp", "contragentBik", "contragentCorrAccount"]),
  ...named("integer", ["contragentBankAccount"]),
  ...named("flag", ["shipped", "vip", "bad", "expired", "call", "online"]),
  ...named("time", ["deliveryTimeFrom", "deliveryTimeTo"]),
  ...named(
    "date",
    [...dates, ...otherDates].flatMap((name) => [`${name}From`, `${name}To`]),
  ),
  ...named(
    "integer",
    sums.flatMap((name) => [`min${name}`, `max${name}`]),
  ),
  customFields: "any",
};

function named(kind: FilterKind, names: string[]): Record<string, FilterKind> {
  return Object.fromEntries(names.map((name) => [name, kind]));
}

/** Newest first (the order of the list is not known for sure; reference 9.1). */
export function listOrders(call: Call): Reply {
  const filter = readFilter(call, kinds);
  if ((filter.list("numbers")?.length ?? 0) > 100) refuseInput("children[numbers]");
  const attachments = filter.number("attachments");
  if (attachments !== undefined && ![1, 2, 3].includes(attachments)) refuseInput("children[attachments]");
  const { crm } = call;
  const sites = reachableSites(crm, call.key);
  const orders = candidates(crm, filter, sites)
    .filter((order) => sites.includes(order.site) && matches(crm, order, filter))
    .sort((one, other) =>
      one.createdAt === other.createdAt ? other.id - one.id : one.createdAt < other.createdAt ? 1 : -1,
    );
  return paged(call, "orders", orders, (order) => orderView(crm, order, "map"));
}

/** Ids are looked up, so that a search for a few orders does not read the whole account. */
function candidates(crm: Crm, filter: Filter, sites: string[]): Order[] {
  const ids = filter.list("ids");
  const externalIds = filter.list("externalIds");
  if (ids !== undefined) {
    const found = ids.map((id) => findOrder(crm, "id", id, sites));
    return [...new Set(found.filter((order) => order !== undefined))];
  }
  if (externalIds === undefined) return [...crm.state.orders.values()];
  const found = sites.flatMap((site) => externalIds.map((id) => findOrder(crm, "externalId", id, [site])));
  return [...new Set(found.filter((order) => order !== undefined))];
}

function matches(crm: Crm, order: Order, filter: Filter): boolean {
  return (
    ofList(order.externalId, filter.list("externalIds")) &&
    ofList(order.number, filter.list("numbers")) &&
    ofList(order.site, filter.list("sites")) &&
    ofList(order.plain.orderType, filter.list("orderTypes")) &&
    ofList(order.plain.orderMethod, filter.list("orderMethods")) &&
    ofList(order.delivery.code, filter.list("deliveryTypes")) &&
    ofList(order.plain.shipmentStore, filter.list("shipmentStores")) &&
    ofList(order.plain.countryIso, filter.list("countries")) &&
    ofList(order.plain.managerId, filter.list("managers")) &&
    statusMatches(crm, order, filter.list("extendedStatus")) &&
    anyOf(
      order.payments.map((payment) => payment.type),
      filter.list("paymentTypes"),
    ) &&
    anyOf(
      order.payments.map((payment) => payment.status),
      filter.list("paymentStatuses"),
    ) &&
    textsMatch(order, filter) &&
    customerMatches(crm, order, filter) &&
    datesMatch(order, filter) &&
    sumsMatch(crm, order, filter) &&
    flagsMatch(order, filter) &&
    customFieldsMatch(filter.tree("customFields"), order.customFields)
  );
}

function ofList(value: unknown, list: string[] | undefined): boolean {
  return list === undefined || (value !== undefined && list.includes(String(value)));
}

function anyOf(values: unknown[], list: string[] | undefined): boolean {
  return list === undefined || values.some((value) => ofList(value, list));
}

/** A status code, or `<group>-group` for all statuses of a group. */
function statusMatches(crm: Crm, order: Order, list: string[] | undefined): boolean {
  const group = crm.state.books.statuses?.[order.status]?.group;
  return list === undefined || list.includes(order.status) || list.includes(`${String(group)}-group`);
}

function textsMatch(order: Order, filter: Filter): boolean {
  const { address } = order.delivery;
  const tracking = (order.delivery.data as Fields | undefined)?.trackNumber;
  return (
    includesText(order.plain.email, filter.text("email")) &&
    includesText(order.plain.managerComment, filter.text("managerComment")) &&
    includesText(order.plain.customerComment, filter.text("customerComment")) &&
    includesText(order.plain.statusComment, filter.text("statusComment")) &&
    includesText(address.city, filter.text("city")) &&
    includesText(address.region, filter.text("region")) &&
    includesText(address.index, filter.text("index")) &&
    includesText(address.notes, filter.text("deliveryAddressNotes")) &&
    includesText(tracking, filter.text("trackNumber")) &&
    includesText(order.source.source, filter.text("sourceName")) &&
    includesText(order.source.medium, filter.text("mediumName")) &&
    includesText(order.source.campaign, filter.text("campaignName")) &&
    (filter.text("product") === undefined ||
      order.lines.some((line) => includesText(line.productName, filter.text("product"))))
  );
}

function customerMatches(crm: Crm, order: Order, filter: Filter): boolean {
  const customer = crm.state.customers.get(order.customerId) ?? crm.state.corporate.get(order.customerId);
  const type = crm.state.corporate.has(order.customerId) ? "customer_corporate" : "customer";
  const { lastName, firstName, patronymic, phone } = order.plain;
  const person = [lastName, firstName, patronymic, phone].filter((part) => part !== undefined).join(" ");
  return (
    ofList(order.customerId, filter.text("customerId") === undefined ? undefined : [filter.text("customerId")!]) &&
    (filter.text("customerExternalId") === undefined || customer?.externalId === filter.text("customerExternalId")) &&
    (filter.text("customerType") === undefined || filter.text("customerType") === type) &&
    includesText(person, filter.text("customer"))
  );
}

function datesMatch(order: Order, filter: Filter): boolean {
  const values: Record<string, unknown> = {
    createdAt: order.createdAt,
    statusUpdatedAt: order.statusUpdatedAt,
    fullPaidAt: order.fullPaidAt,
    paidAt: order.payments.find((payment) => payment.paidAt !== undefined)?.paidAt,
    deliveryDate: order.delivery.date,
    shipmentDate: order.plain.shipmentDate,
  };
  return dates.every((name) =>
    withinDates(values[name] as string | undefined, filter.text(`${name}From`), filter.text(`${name}To`)),
  );
}

function sumsMatch(crm: Crm, order: Order, filter: Filter): boolean {
  if (sums.every((name) => filter.text(`min${name}`) === undefined && filter.text(`max${name}`) === undefined))
    return true;
  const totals = orderTotals(crm, order);
  const values: Record<string, number> = {
    CostSumm: totals.totalSumm,
    Price: totals.totalSumm,
    PrepaySumm: totals.prepaySum,
    PurchaseSumm: totals.purchaseSumm,
    MarginSumm: totals.totalSumm - totals.purchaseSumm,
    DeliveryCost: order.delivery.cost,
    DeliveryNetCost: order.delivery.netCost,
  };
  return sums.every((name) => withinNumbers(values[name]!, filter.number(`min${name}`), filter.number(`max${name}`)));
}

function flagsMatch(order: Order, filter: Filter): boolean {
  return ["shipped", "expired", "call"].every(
    (name) => filter.flag(name) === undefined || (order.plain[name] ?? false) === filter.flag(name),
  );
}
