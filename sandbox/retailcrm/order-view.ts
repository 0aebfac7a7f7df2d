import type { Crm } from "./call.ts";
import { corporateView } from "./corporate-view.ts";
import { customFieldValues } from "./custom-fields.ts";
import { customerView } from "./customer-view.ts";
import { phpMap, withoutEmpty } from "./fields.ts";
import { type LineTotals, orderTotals } from "./order-totals.ts";
import type { Fields, Line, Offer, Order, Payment } from "./state.ts";

/**
 * The full order as answers give it (reference 8). Payments are a map keyed by id in what is read and edited, a list
 * in what was just made (8.5).
 */
export function orderView(crm: Crm, order: Order, payments: "map" | "list"): Fields {
  return { ...orderWithoutCustomer(crm, order, payments), ...orderPeople(crm, order) };
}

/** All but the nested customer, contact and company: those are of the present wherever an order is shown. */
export function orderWithoutCustomer(crm: Crm, order: Order, payments: "map" | "list"): Fields {
  const totals = orderTotals(crm, order);
  const book = crm.state.books.sites?.[order.site];
  return withoutEmpty({
    slug: order.id,
    bonusesCreditTotal: 0,
    bonusesChargeTotal: 0,
    id: order.id,
    number: order.number,
    externalId: order.externalId,
    ...order.plain,
    privilegeType: order.plain.privilegeType ?? "none",
    createdAt: order.createdAt,
    statusUpdatedAt: order.statusUpdatedAt,
    summ: totals.summ,
    currency: book?.currency,
    totalSumm: totals.totalSumm,
    prepaySum: totals.prepaySum,
    purchaseSumm: totals.purchaseSumm,
    markDatetime: order.markDatetime,
    call: order.plain.call ?? false,
    expired: order.plain.expired ?? false,
    contragent: order.contragent,
    delivery: deliveryView(crm, order),
    site: order.site,
    status: order.status,
    items: order.lines.map((line) => lineView(crm, line, totals.lines.get(line.id)!)),
    payments: paymentsView(crm, order, payments),
    fullPaidAt: order.fullPaidAt,
    links: order.links.length > 0 ? order.links : undefined,
    fromApi: order.fromApi,
    source: Object.keys(order.source).length > 0 ? order.source : undefined,
    shipped: order.plain.shipped ?? false,
    customFields: phpMap(customFieldValues(crm, "order", order.customFields)),
  });
}

export function orderPeople(crm: Crm, order: Order): Fields {
  const corporate = crm.state.corporate.get(order.customerId);
  if (corporate !== undefined) {
    const contact = order.contact === undefined ? undefined : anyCustomer(crm, order.contact);
    return withoutEmpty({
      customer: corporateView(crm, corporate),
      contact,
      company: corporate.companies.find((company) => company.id === order.company),
    });
  }
  const customer = anyCustomer(crm, order.customerId);
  return { customer, contact: customer };
}

function anyCustomer(crm: Crm, id: number): Fields | undefined {
  const customer = crm.state.customers.get(id) ?? crm.state.goneCustomers.get(id);
  return customer === undefined ? undefined : customerView(crm, customer);
}

function deliveryView(crm: Crm, order: Order): Fields {
  const { code, cost, netCost, address, service, date, time, vatRate } = order.delivery;
  const own = order.delivery.data as Fields | undefined;
  return withoutEmpty({
    code,
    service,
    data: own === undefined || Object.keys(own).length === 0 ? undefined : own,
    cost,
    netCost,
    date,
    time,
    vatRate,
    address: addressView(crm, address),
  });
}

function addressView(crm: Crm, address: Fields): Fields {
  if (crm.switches.addressText === "as-sent" || !address.city || !address.text) return { ...address };
  return { ...address, text: `${String(address.city)}, ${String(address.text)}` };
}

export function lineView(crm: Crm, line: Line, totals: LineTotals): Fields {
  const offer = line.offerId === undefined ? undefined : crm.state.offers.get(line.offerId);
  return withoutEmpty({
    markingCodes: [],
    id: line.id,
    externalIds: line.externalIds.length > 0 ? line.externalIds : undefined,
    priceType: line.priceType === undefined ? undefined : { code: line.priceType },
    initialPrice: line.initialPrice,
    discountTotal: totals.discountTotal,
    prices: totals.prices,
    discounts: totals.discounts,
    vatRate: line.vatRate ?? "none",
    createdAt: line.createdAt,
    quantity: line.quantity,
    status: line.status,
    comment: line.comment,
    offer: offer === undefined ? freeOffer(crm, line) : offerOfLine(offer),
    isCanceled: crm.state.books.productStatuses?.[line.status]?.cancelStatus === true,
    properties: phpMap(line.properties),
    purchasePrice: line.purchasePrice,
    ordering: line.ordering,
  });
}

function freeOffer(crm: Crm, line: Line): Fields | undefined {
  return crm.switches.freeLineOffer === "display-name" ? { displayName: line.productName ?? "" } : undefined;
}

function offerOfLine(offer: Offer): Fields {
  return withoutEmpty({
    displayName: offer.name,
    id: offer.id,
    externalId: offer.externalId,
    xmlId: offer.xmlId,
    name: offer.name,
    article: offer.article,
    vatRate: offer.vatRate,
    properties: phpMap(offer.properties),
    unit: offer.unit ?? { code: "pc", name: "Штука", sym: "шт." },
    barcode: offer.barcode,
  });
}

/** `{id, offer: {id, externalId, xmlId}, externalIds}` of history records. */
export function lineLink(crm: Crm, line: Line): Fields {
  const offer = line.offerId === undefined ? undefined : crm.state.offers.get(line.offerId);
  return withoutEmpty({
    id: line.id,
    offer:
      offer === undefined
        ? undefined
        : withoutEmpty({ id: offer.id, externalId: offer.externalId, xmlId: offer.xmlId }),
    externalIds: line.externalIds.length > 0 ? line.externalIds : undefined,
  });
}

function paymentsView(crm: Crm, order: Order, shape: "map" | "list"): unknown {
  const views = order.payments.map(paymentView);
  if (shape === "list") return views;
  if (views.length === 0) return crm.switches.emptyPayments === "list" ? [] : {};
  return Object.fromEntries(views.map((view) => [String(view.id), view]));
}

export function paymentView(payment: Payment): Fields {
  return withoutEmpty({
    id: payment.id,
    status: payment.status,
    type: payment.type,
    externalId: payment.externalId,
    amount: payment.amount,
    paidAt: payment.paidAt,
    comment: payment.comment,
  });
}
