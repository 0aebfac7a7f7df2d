import type { Settings } from "../connections/settings.ts";
import type { HoroshopLine, HoroshopOrder } from "../horoshop/schema.ts";
import type { CrmItemDraft, CrmOrderDraft, CrmPaymentDraft } from "../retailcrm/schema.ts";
import { fromAmount, toAmount } from "./amount.ts";
import { normalEmail, normalPhone, splitName } from "./contact.ts";
import { linePrices } from "./line-prices.ts";
import { deliveryIsKnown, expectedTotal, orderDiscount } from "./order-total.ts";
import { changeZone } from "./shop-time.ts";

/** What an order is translated with: facts of the connection and the codes its mapping gives. */
export type OrderFacts = {
  /** Makes ids unique in the whole CRM account. */
  shortId: string;
  crmTimeZone: string | null;
  settings: Settings;
  /** Articles that the CRM's catalogue is known to lack. */
  unknownOffers: ReadonlySet<string>;
  /** The custom fields for waybill and branch exist in the CRM. */
  hasOrderFields: boolean;
};
export type OrderCodes = {
  status: string;
  /** undefined: the order goes without it. */
  deliveryType: string | undefined;
  paymentType: string | undefined;
  paymentStatus: string | undefined;
};

/** The lines of the shop are known in the CRM by this code of external ids. */
export const lineIdCode = "horoshop";

export function paymentExternalId(shortId: string, orderId: number): string {
  return `${shortId}-${orderId}`;
}

export function customerExternalId(shortId: string, orderId: number): string {
  return `${shortId}-c${orderId}`;
}

/** Shop order → order to create, but for its customer link. Fields without value are left out. */
export function orderToCrm(order: HoroshopOrder, codes: OrderCodes, facts: OrderFacts): CrmOrderDraft {
  const { settings } = facts;
  const payment =
    codes.paymentType === undefined ? undefined : paymentToCrm(order, codes.paymentType, codes.paymentStatus, facts);
  const customFields = customFieldsToCrm(order, facts);
  const source = sourceToCrm(order);
  return {
    externalId: String(order.order_id),
    ...(settings.useShopNumber ? { number: `${settings.numberPrefix}${order.order_id}` } : {}),
    createdAt: changeZone(order.stat_created, settings.timeZone, facts.crmTimeZone),
    status: codes.status,
    ...(settings.orderType ? { orderType: settings.orderType } : {}),
    ...(settings.orderMethod ? { orderMethod: settings.orderMethod } : {}),
    ...(settings.managerId ? { managerId: settings.managerId } : {}),
    ...contactToCrm(order, settings),
    ...commentsToCrm(order),
    ...itemsToCrm(order, facts),
    delivery: deliveryToCrm(order, codes.deliveryType),
    ...(payment ? { payments: [payment] } : {}),
    ...(Object.keys(source).length > 0 ? { source } : {}),
    ...(Object.keys(customFields).length > 0 ? { customFields } : {}),
  };
}

export type ContactDraft = Pick<CrmOrderDraft, "lastName" | "firstName" | "patronymic" | "phone" | "email">;

export function contactToCrm(order: HoroshopOrder, settings: Settings): ContactDraft {
  const phone = normalPhone(order.delivery_phone, settings.country) ?? order.delivery_phone.trim().slice(0, 255);
  const email = normalEmail(order.delivery_email);
  return {
    ...splitName(order.delivery_name, settings.nameOrder),
    ...(phone ? { phone } : {}),
    ...(email ? { email } : {}),
  };
}

export function commentsToCrm(order: HoroshopOrder): Pick<CrmOrderDraft, "customerComment" | "managerComment"> {
  return {
    ...(order.comment ? { customerComment: order.comment } : {}),
    ...(order.manager_comment ? { managerComment: order.manager_comment } : {}),
  };
}

/** A cost of -1 is unknown and therefore not sent; an empty address never wipes one. */
export function deliveryToCrm(order: HoroshopOrder, code: string | undefined): NonNullable<CrmOrderDraft["delivery"]> {
  const address = {
    ...(order.delivery_city ? { city: order.delivery_city } : {}),
    ...(order.delivery_address ? { text: order.delivery_address } : {}),
  };
  return {
    ...(code === undefined ? {} : { code }),
    ...(deliveryIsKnown(order) ? { cost: fromAmount(toAmount(order.delivery_price)) } : {}),
    ...(Object.keys(address).length > 0 ? { address } : {}),
  };
}

/** All lines, a line for the surcharge of the payment type, and the order discount. */
export function itemsToCrm(
  order: HoroshopOrder,
  facts: Pick<OrderFacts, "unknownOffers">,
): { items: CrmItemDraft[]; discountManualAmount?: string } {
  const ids = lineIds(order);
  const prices = linePrices(order);
  const items = order.products.map((line, position) =>
    lineToCrm(line, ids[position]!, fromAmount(prices[position]!.price), facts.unknownOffers.has(line.article)),
  );
  if (toAmount(order.payment_price) > 0n) {
    items.push({
      externalIds: [{ code: lineIdCode, value: `${order.order_id}-payment` }],
      productName: (order.payment_type?.title || "Комісія за оплату").slice(0, 255),
      initialPrice: fromAmount(toAmount(order.payment_price)),
      quantity: "1",
    });
  }
  const discount = orderDiscount(order);
  return { items, ...(discount === undefined ? {} : { discountManualAmount: discount }) };
}

/** `storage_id` where it tells the lines apart, else the position; the CRM folds lines with equal ids into one. */
function lineIds(order: HoroshopOrder): string[] {
  const seen = new Set<string>();
  return order.products.map((line, position) => {
    let id = line.storage_id ? String(line.storage_id) : `${order.order_id}-${position + 1}`;
    if (seen.has(id)) id = `${order.order_id}-${position + 1}`;
    seen.add(id);
    return id;
  });
}

function lineToCrm(line: HoroshopLine, id: string, price: string, isUnknown: boolean): CrmItemDraft {
  const known = line.article !== "" && !isUnknown;
  const name = (line.title || line.article || "—").slice(0, 255);
  return {
    externalIds: [{ code: lineIdCode, value: id }],
    ...(known ? { offer: { externalId: line.article } } : {}),
    productName: name,
    initialPrice: price,
    quantity: fromAmount(toAmount(line.quantity), 6),
    ...(!known && line.article
      ? { properties: [{ code: "article", name: "Артикул", value: line.article.slice(0, 255) }] }
      : {}),
  };
}

/** The order's one payment of ours; none for an amount of zero. */
export function paymentToCrm(
  order: HoroshopOrder,
  type: string,
  status: string | undefined,
  facts: OrderFacts,
): CrmPaymentDraft | undefined {
  const amount = expectedTotal(order);
  if (toAmount(amount) <= 0n) return undefined;
  return {
    externalId: paymentExternalId(facts.shortId, order.order_id),
    type,
    amount,
    ...(status === undefined ? {} : { status }),
    ...(order.payed ? { paidAt: changeZone(order.stat_created, facts.settings.timeZone, facts.crmTimeZone) } : {}),
  };
}

export function customFieldsToCrm(
  order: HoroshopOrder,
  facts: Pick<OrderFacts, "settings" | "hasOrderFields">,
): Record<string, string> {
  if (!facts.hasOrderFields) return {};
  return {
    ...(order.tracking ? { [facts.settings.trackingField]: order.tracking } : {}),
    ...(order.branch ? { [facts.settings.branchField]: order.branch } : {}),
  };
}

function sourceToCrm(order: HoroshopOrder): NonNullable<CrmOrderDraft["source"]> {
  const { utm_source, utm_medium, utm_campaign, utm_term, utm_content } = order.analytics;
  const named = {
    source: utm_source,
    medium: utm_medium,
    campaign: utm_campaign,
    keyword: utm_term,
    content: utm_content,
  };
  return Object.fromEntries(
    Object.entries(named)
      .filter(([, text]) => text !== "")
      .map(([name, text]) => [name, text.slice(0, 255)]),
  );
}
