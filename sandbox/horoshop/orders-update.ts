import { type FunctionAnswer, ok, refused, warning } from "./envelope.ts";
import { queueHook } from "./hooks.ts";
import { emptyDeliveryBlock } from "./orders-get.ts";
import { asFlag, asInteger, asRecord, asText, type Parameters } from "./parameters.ts";
import type { ShopOrder } from "./records.ts";
import type { Shop } from "./shop.ts";

const cancelled = 4;

type Outcome = { done: boolean; text: string };
type Change = { status: number | undefined; payed: 0 | 1 | undefined; tracking: string | undefined };

/** `orders/update` (reference 10): the log is positional, and one bad row does not stop the others. */
export function updateOrders(shop: Shop, parameters: Parameters): FunctionAnswer {
  if (!Array.isArray(parameters.orders) || parameters.orders.length === 0) return refused("orders is not defined");
  const rows = parameters.orders.map(asRecord);
  const outcomes = rows.map((row) => updateRow(shop, row));
  const log = outcomes.map((outcome, index) => ({
    ...(shop.switches.logCarriesOrderId ? { order_id: rows[index]!.order_id } : {}),
    status: outcome.done ? "OK" : shop.switches.failedRowWord,
    [shop.switches.logTextField]: outcome.text,
  }));
  return outcomes.every((outcome) => outcome.done) ? ok({ log }) : warning(log);
}

function updateRow(shop: Shop, row: Record<string, unknown>): Outcome {
  const orderId = asInteger(row.order_id);
  const order = orderId === undefined ? undefined : shop.orders.find(orderId);
  if (!order) return { done: false, text: "order_id is not defined or defined incorrectly" };
  if (isLocked(shop, order)) return { done: false, text: "order is closed and can not be changed" };

  const change = readChange(shop, row);
  if (typeof change === "string") return { done: false, text: change };
  if (change.status !== undefined) changeStatus(shop, order.order_id, change.status, true);
  if (change.payed !== undefined) changePaid(shop, order.order_id, change.payed);
  if (change.tracking !== undefined) changeTracking(shop, order.order_id, change.tracking);
  return { done: true, text: "UPDATED" };
}

/** What a row wants, or the reason why none of it is done. Unknown fields (`paid`, `comment`…) are ignored. */
function readChange(shop: Shop, row: Record<string, unknown>): Change | string {
  const change: Change = { status: undefined, payed: undefined, tracking: undefined };
  if (row.status !== undefined) {
    change.status = asInteger(row.status);
    const known = shop.statuses.some((status) => status.id === change.status);
    if (!known) return "status is not defined or defined incorrectly";
  }
  if (row.payed !== undefined) {
    const flag = asFlag(row.payed);
    if (flag === undefined || row.payed === "") return "payed is not defined or defined incorrectly";
    change.payed = flag ? 1 : 0;
  }
  const codes = [
    ["tracking_code", shop.switches.trackingCode],
    ["own_tracking_code", shop.switches.ownTrackingCode],
  ] as const;
  for (const [field, rule] of codes) {
    if (row[field] === undefined || rule === "ignored") continue;
    if (rule === "refused") return `${field} is not supported`;
    change.tracking = asText(row[field]) ?? change.tracking;
  }
  const given = ["status", "payed", "tracking_code", "own_tracking_code"].some((field) => row[field] !== undefined);
  return given ? change : "status is not defined or defined incorrectly";
}

/** Status 4 set by the API locks an order for ever (reference 10.3). */
export function isLocked(shop: Shop, order: ShopOrder): boolean {
  if (!shop.switches.lockAfterCancelled || order.stat_status !== cancelled) return false;
  return order.cancelledByApi || shop.switches.lockWhenCancelledByHand;
}

export function changeStatus(shop: Shop, orderId: number, status: number, byApi: boolean): void {
  const before = shop.orders.find(orderId)?.stat_status;
  if (before === status) return;
  const order = shop.orders.change(orderId, (one) => {
    one.stat_status = status;
    one.cancelledByApi = byApi && status === cancelled;
  });
  if (order && status !== 1) queueHook(shop, "order_update", updatedOnWire(shop, order));
}

export function changePaid(shop: Shop, orderId: number, payed: 0 | 1): void {
  if (shop.orders.find(orderId)?.payed === payed) return;
  const order = shop.orders.change(orderId, (one) => {
    one.payed = payed;
  });
  if (order && payed === 1) queueHook(shop, "order_paid", { ...contactOnWire(order), payed: 1 });
}

export function changeTracking(shop: Shop, orderId: number, tracking: string): void {
  shop.orders.change(orderId, (order) => {
    order.delivery_data ??= emptyDeliveryBlock("own");
    order.delivery_data.tnNumber = tracking === "" ? null : tracking;
    order.omitted = order.omitted.filter((field) => field !== "delivery_data");
  });
}

function contactOnWire(order: ShopOrder): Record<string, unknown> {
  const { order_id, user, delivery_name, delivery_email, delivery_phone } = order;
  return { order_id, user, delivery_name, delivery_email, delivery_phone };
}

// The vendor describes no payload of `order_update` (reference 24).
function updatedOnWire(shop: Shop, order: ShopOrder): Record<string, unknown> {
  if (shop.switches.orderUpdatePayload === "id") return { order_id: order.order_id };
  return { ...contactOnWire(order), stat_status: order.stat_status };
}
