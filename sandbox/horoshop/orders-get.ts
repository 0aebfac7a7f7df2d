import { empty, exception, type FunctionAnswer, ok } from "./envelope.ts";
import type { OrderReference } from "./order-table.ts";
import { asFlag, asInteger, asIntegers, type Parameters } from "./parameters.ts";
import type { DeliveryBlock, ShopLine, ShopOrder } from "./records.ts";
import type { Shop } from "./shop.ts";
import { parseBound } from "./shop-time.ts";

const dayMs = 86_400_000;

type Filter = { from: string | undefined; to: string | undefined; ids: Set<number>; statuses: Set<number> };

/** `orders/get` (reference 9): filters combine with AND, `offset` counts only together with `limit`. */
export function getOrders(shop: Shop, parameters: Parameters): FunctionAnswer {
  const filter: Filter = {
    from: undefined,
    to: undefined,
    ids: new Set(asIntegers(parameters.ids)),
    statuses: new Set(asIntegers(parameters.status)),
  };
  for (const end of ["from", "to"] as const) {
    const given = parameters[end];
    if (given === undefined || given === null || given === "") continue;
    filter[end] = typeof given === "string" ? parseBound(given, end) : undefined;
    if (filter[end] !== undefined || shop.switches.malformedDate === "ignored") continue;
    if (shop.switches.malformedDate === "empty") return empty(shop.switches, "orders");
    return exception(`${end}: wrong date`);
  }

  const page = pageOf(shop, parameters);
  const orders: Record<string, unknown>[] = [];
  let seen = 0;
  for (const reference of candidates(shop, filter)) {
    if (orders.length >= page.limit) break;
    if (!matches(shop, reference, filter)) continue;
    seen += 1;
    if (seen <= page.offset) continue;
    const order = shop.orders.find(reference.order_id);
    if (order) orders.push(orderOnWire(shop, order, asFlag(parameters.additionalData) === true));
  }
  return orders.length === 0 ? empty(shop.switches, "orders") : ok({ orders });
}

/** Page of a list whose `offset` is ignored unless `limit` is given (reference 5). */
export function pageOf(shop: Shop, parameters: Parameters): { offset: number; limit: number } {
  const limit = asInteger(parameters.limit);
  if (limit === undefined || limit < 0) {
    return { offset: 0, limit: shop.switches.defaultLimit ?? Number.POSITIVE_INFINITY };
  }
  const cap = shop.switches.ordersLimitMax ?? Number.POSITIVE_INFINITY;
  return { offset: Math.max(0, asInteger(parameters.offset) ?? 0), limit: Math.min(limit, cap) };
}

function candidates(shop: Shop, filter: Filter): OrderReference[] {
  const newestFirst = shop.switches.ordersNewestFirst;
  if (filter.ids.size > 0) {
    const found = [...filter.ids].map((id) => shop.orders.find(id)).filter((order) => order !== undefined);
    found.sort((a, b) => a.createdAt - b.createdAt || a.order_id - b.order_id);
    return newestFirst ? found.reverse() : found;
  }
  // A day of slack: the exact comparison is made on wall times, as the shop's database makes it.
  return shop.orders.list({
    newestFirst,
    ...(filter.from === undefined ? {} : { fromMs: shop.clock.toInstant(filter.from) - dayMs }),
    ...(filter.to === undefined ? {} : { toMs: shop.clock.toInstant(filter.to) + dayMs }),
  });
}

function matches(shop: Shop, order: OrderReference, filter: Filter): boolean {
  if (filter.statuses.size > 0) {
    const status = shop.orders.find(order.order_id)?.stat_status;
    if (status === undefined || !filter.statuses.has(status)) return false;
  }
  if (filter.from === undefined && filter.to === undefined) return true;
  const created = shop.clock.toWall(order.createdAt);
  return (filter.from === undefined || created >= filter.from) && (filter.to === undefined || created <= filter.to);
}

/** An order with the keys of reference 9.2, in that order. */
export function orderOnWire(shop: Shop, order: ShopOrder, additional: boolean): Record<string, unknown> {
  const wire: Record<string, unknown> = {
    order_id: order.order_id,
    user: order.user,
    delivery_name: order.delivery_name,
    delivery_email: order.delivery_email,
    delivery_phone: order.delivery_phone,
    delivery_city: order.delivery_city,
    delivery_address: order.delivery_address,
    delivery_type: optionOnWire(shop, order.delivery_type, shop.deliveryTypes),
    delivery_price: order.delivery_price,
    comment: order.comment,
    payment_type: optionOnWire(shop, order.payment_type, shop.paymentTypes),
    payment_price: order.payment_price,
    payed: order.payed,
    total_default: order.total_default,
    total_sum: order.total_sum,
    total_quantity: order.total_quantity,
    discount_percent: order.discount_percent,
    discount_value: order.discount_value,
    coupon_code: order.coupon_code,
    coupon_percent: order.coupon_percent,
    coupon_discount_value: order.coupon_discount_value,
    coupon_type: order.coupon_type,
    stat_status: order.stat_status,
    stat_created: shop.clock.toWall(order.createdAt),
    currency: order.currency,
    order_without_callback: order.order_without_callback,
    manager_id: order.manager_id,
    manager_comment: order.manager_comment,
    manager_discount: order.manager_discount,
    manager_discount_title: order.manager_discount_title,
    products: order.products.map((line) => ({ ...line })),
    additional_data: additionalOnWire(order, additional),
    analytics: order.analytics === null ? [] : { ...order.analytics },
    delivery_data: order.delivery_data === null ? [] : structuredClone(order.delivery_data),
    ...order.extra,
  };
  for (const field of order.textAmounts) wire[field] = String(wire[field]);
  for (const field of [...order.omitted, ...shop.switches.missingOrderFields]) delete wire[field];
  return wire;
}

function additionalOnWire(order: ShopOrder, asked: boolean): unknown {
  if (!asked || order.recipient_warehouse_ref === null) return [];
  return { recipient_warehouse_ref: order.recipient_warehouse_ref };
}

function optionOnWire(shop: Shop, option: { id: number; title: string }, known: { id: number }[]): unknown {
  const exists = known.some((one) => one.id === option.id);
  if (exists || shop.switches.deletedOption === "kept") return { id: option.id, title: option.title };
  return shop.switches.deletedOption === "null" ? null : [];
}

/** The `order_created` payload: a subset of the order; lines with `url` and `photo_url` (reference 20.5). */
export function createdOrderOnWire(shop: Shop, order: ShopOrder): Record<string, unknown> {
  const whole = orderOnWire(shop, order, false);
  for (const field of notInCreated) delete whole[field];
  whole.products = order.products.map((line) => hookLine(shop, line));
  return whole;
}

const notInCreated = [
  "payment_price",
  "manager_id",
  "manager_comment",
  "manager_discount",
  "manager_discount_title",
  "additional_data",
  "analytics",
  "delivery_data",
];

function hookLine(shop: Shop, line: ShopLine): Record<string, unknown> {
  const product = shop.products.find(line.article);
  const images = Array.isArray(product?.images) ? (product.images as string[]) : [];
  const { title, article, price, quantity, discount_marker, total_price } = line;
  return {
    ...{ title, article, price, quantity, discount_marker, total_price },
    url: typeof product?.link === "string" ? product.link : "",
    photo_url: images[0] ?? "",
  };
}

export function emptyDeliveryBlock(operator: string): DeliveryBlock {
  return {
    deliveryOperatorType: operator,
    tnNumber: null,
    tnId: null,
    tnStatusName: null,
    tnTrackingUpdateDate: null,
    estimatedDeliveryDate: null,
    departure: null,
    destination: null,
  };
}
