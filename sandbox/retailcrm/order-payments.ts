import { type Call, chosenSite, created, identifierKind, jsonObject, ok, type Reply, reachableSites } from "./call.ts";
import { type FieldKind, isFields, readFields } from "./fields.ts";
import { commitOrder, copyOrder, findOrder } from "./order-commit.ts";
import { isComplete, orderTotals, settleFullPayment } from "./order-totals.ts";
import { missing, refuse, refuseInput, texts } from "./refusal.ts";
import type { Fields, Order, Payment } from "./state.ts";
import { nextId } from "./state.ts";
import { checkCode, startWriting, throwTrouble, type Writing } from "./writing.ts";

const paymentKinds: Record<string, FieldKind> = {
  type: "line",
  status: "line",
  amount: "number",
  paidAt: "dateTime",
  externalId: "line",
  comment: "text",
};

/** Writes a new payment onto `order` (a copy of the caller's); what speaks against it stands in `writing`. */
export function addPayment(writing: Writing, order: Order, raw: Fields, path: string): Payment {
  const payment: Payment = {
    id: nextId(writing.crm.state, "payment", 501),
    type: "",
    amount: 0,
    paidAtFilled: false,
  };
  const read = writePayment(writing, order, payment, raw, path);
  if (payment.type === "") writing.format[`${path}type`] = "This value should not be blank.";
  order.payments.push(payment);
  if (read.amount === undefined || read.amount === null) payment.amount = restToPay(writing, order, payment);
  return payment;
}

function restToPay(writing: Writing, order: Order, payment: Payment): number {
  const others = order.payments.filter((entry) => entry !== payment).map((entry) => entry.amount);
  const rest = orderTotals(writing.crm, order).totalSumm - others.reduce((total, amount) => total + amount, 0);
  return Math.max(0, Math.round(rest * 100) / 100);
}

/** Writes the sent fields of a payment and returns them. */
export function writePayment(writing: Writing, order: Order, payment: Payment, raw: Fields, path: string): Fields {
  const { crm } = writing;
  const read = readFields(raw, paymentKinds, writing.format, path);
  checkCode(writing, "paymentTypes", "PaymentType", `${path}type`, read.type);
  checkCode(writing, "paymentStatuses", "PaymentStatus", `${path}status`, read.status);
  if (typeof read.externalId === "string" && read.externalId !== payment.externalId) {
    const holder = crm.state.paymentByExternalId.get(read.externalId);
    const twice = order.payments.some((entry) => entry !== payment && entry.externalId === read.externalId);
    if (twice || (holder !== undefined && holder !== payment.id)) {
      writing.load[`${path}externalId`] = `Payment with externalId=${read.externalId} already exists.`;
    }
  }
  const wasComplete = isComplete(crm, payment);
  for (const [name, value] of Object.entries(read)) {
    if (value === null) {
      if (name !== "type" && name !== "amount") delete (payment as Fields)[name];
    } else (payment as Fields)[name] = value;
  }
  if (typeof read.paidAt === "string") payment.paidAtFilled = false;
  const complete = isComplete(crm, payment);
  if (complete && payment.paidAt === undefined) {
    payment.paidAt = `${writing.time.slice(0, 10)} 00:00:00`;
    payment.paidAtFilled = true;
  }
  if (wasComplete && !complete && payment.paidAtFilled) delete payment.paidAt;
  if (typeof read.type === "string") checkFit(writing, order, read.type);
  checkSum(writing, order, payment, read.amount);
  return read;
}

function checkSum(writing: Writing, order: Order, payment: Payment, amount: unknown): void {
  if (writing.crm.switches.cashPaymentSum === "any" || payment.type !== "cash" || typeof amount !== "number") return;
  if (amount !== restToPay(writing, order, payment)) writing.sentence = texts.cashPaymentSum;
}

/** The type must fit the delivery type and the site (reference 7.6). */
function checkFit(writing: Writing, order: Order, type: string): void {
  const { books } = writing.crm.state;
  const sites = books.paymentTypes?.[type]?.sites as string[] | undefined;
  if (sites !== undefined && sites.length > 0 && !sites.includes(order.site)) writing.sentence = texts.paymentForStore;
  const delivery = books.deliveryTypes?.[String(order.delivery.code)];
  if (delivery === undefined) return;
  const fitting = ((delivery.deliveryPaymentTypes as Fields[] | undefined) ?? []).map((entry) => entry.code);
  if (fitting.length === 0 && writing.crm.switches.emptyPaymentTypes === "any") return;
  if (!fitting.includes(type)) writing.sentence = texts.paymentForDelivery;
}

export function createPayment(call: Call): Reply {
  const site = chosenSite(call);
  const raw = jsonObject(call, "payment");
  const link = isFields(raw.order) ? raw.order : {};
  if (link.id === undefined && link.externalId === undefined && link.number === undefined) {
    refuse(400, texts.entityErrors, { order: "Set one of the following fields: id, externalId, number" });
  }
  if (link.id === undefined && site === undefined) missing("site");
  const order = orderOfLink(call, link, site);
  if (order === undefined) refuse(404, texts.notFound);
  const writing = startWriting(call.crm, call.actor, order.site, [order.site], call.time);
  const next = copyOrder(order);
  const payment = addPayment(writing, next, raw, "");
  throwTrouble(writing, "Payment is not loaded");
  settleFullPayment(call.crm, next, call.time);
  commitOrder(call.crm, order, next, call.actor);
  return created({ id: payment.id });
}

function orderOfLink(call: Call, link: Fields, site: string | undefined): Order | undefined {
  const reachable = reachableSites(call.crm, call.key);
  if (link.id !== undefined) {
    const order = call.crm.state.orders.get(Number(link.id));
    return order !== undefined && reachable.includes(order.site) ? order : undefined;
  }
  if (link.externalId !== undefined) return findOrder(call.crm, "externalId", String(link.externalId), [site!]);
  return [...call.crm.state.orders.values()].find(
    (order) => order.site === site && order.number === String(link.number),
  );
}

export function editPayment(call: Call): Reply {
  const payment = findPayment(call, identifierKind(call), call.path.id!);
  const raw = jsonObject(call, "payment");
  const order = call.crm.state.orders.get(call.crm.state.paymentOrder.get(payment.id)!)!;
  const writing = startWriting(call.crm, call.actor, order.site, [order.site], call.time);
  const next = copyOrder(order);
  writePayment(writing, next, next.payments.find((entry) => entry.id === payment.id)!, raw, "");
  throwTrouble(writing, "Payment is not loaded");
  settleFullPayment(call.crm, next, call.time);
  commitOrder(call.crm, order, next, call.actor);
  return ok({ id: payment.id });
}

export function deletePayment(call: Call): Reply {
  if (!/^\d+$/.test(call.path.id!)) refuseInput("id", "ID must be an integer");
  const payment = findPayment(call, "id", call.path.id!);
  const order = call.crm.state.orders.get(call.crm.state.paymentOrder.get(payment.id)!)!;
  const next = copyOrder(order);
  next.payments = next.payments.filter((entry) => entry.id !== payment.id);
  settleFullPayment(call.crm, next, call.time);
  commitOrder(call.crm, order, next, call.actor);
  return ok();
}

function findPayment(call: Call, by: "id" | "externalId", identifier: string): Payment {
  const { state } = call.crm;
  const id = by === "id" ? Number(identifier) : state.paymentByExternalId.get(identifier);
  const order = id === undefined ? undefined : state.orders.get(state.paymentOrder.get(id) ?? -1);
  const reachable = order !== undefined && reachableSites(call.crm, call.key).includes(order.site);
  const payment = reachable ? order.payments.find((entry) => entry.id === id) : undefined;
  return payment ?? refuse(404, texts.paymentNotFound);
}
