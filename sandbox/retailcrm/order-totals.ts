import type { Crm } from "./call.ts";
import type { Fields, Line, Order, Payment } from "./state.ts";

export type LineTotals = {
  /** off one unit, from line and order discounts together */
  discountTotal: number;
  prices: { price: number; quantity: number }[];
  discounts: { type: string; amount: number }[];
  /** the whole line after all discounts */
  total: number;
};

export type OrderTotals = {
  summ: number;
  totalSumm: number;
  prepaySum: number;
  purchaseSumm: number;
  lines: Map<number, LineTotals>;
};

/** The sums of an order (reference 7.7, 8.3), reckoned in hundredths. */
export function orderTotals(crm: Crm, order: Order): OrderTotals {
  const goods = order.lines.map((line) => ({ line, cents: lineCents(line) }));
  const goodsCents = sum(goods.map((entry) => entry.cents));
  const discountCents = Math.min(goodsCents, orderDiscountCents(order, goodsCents));
  const shares = spread(
    discountCents,
    goods.map((entry) => entry.cents),
  );
  const lines = new Map<number, LineTotals>();
  for (const [index, { line, cents: before }] of goods.entries()) {
    lines.set(line.id, lineTotals(line, before, shares[index]!));
  }
  const afterCents = goodsCents - discountCents;
  const summCents =
    crm.switches.summ === "after-line-discounts"
      ? goodsCents
      : sum(order.lines.map((line) => Math.round(cents(line.initialPrice) * line.quantity)));
  return {
    summ: summCents / 100,
    totalSumm: (afterCents + cents(order.delivery.cost)) / 100,
    prepaySum: sum(order.payments.filter((payment) => isComplete(crm, payment)).map((p) => cents(p.amount))) / 100,
    purchaseSumm: sum(order.lines.map((line) => Math.round(cents(line.purchasePrice) * line.quantity))) / 100,
    lines,
  };
}

export function isComplete(crm: Crm, payment: Payment): boolean {
  return crm.state.books.paymentStatuses?.[payment.status ?? ""]?.paymentComplete === true;
}

/** Sets or empties `fullPaidAt` by what is paid (reference 7.6). */
export function settleFullPayment(crm: Crm, order: Order, time: string): void {
  const totals = orderTotals(crm, order);
  const paid = order.payments.filter((payment) => isComplete(crm, payment));
  if (paid.length === 0 || totals.prepaySum < totals.totalSumm) {
    delete order.fullPaidAt;
    return;
  }
  if (order.fullPaidAt !== undefined) return;
  const last = paid.at(-1)!;
  order.fullPaidAt = last.paidAtFilled || last.paidAt === undefined ? time : last.paidAt;
}

function cents(amount: number): number {
  return Math.round(amount * 100);
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function unitDiscountCents(line: Line): number {
  const percent = Math.round((cents(line.initialPrice) * line.discountManualPercent) / 100);
  return Math.min(cents(line.initialPrice), cents(line.discountManualAmount) + percent);
}

function lineCents(line: Line): number {
  return Math.round((cents(line.initialPrice) - unitDiscountCents(line)) * line.quantity);
}

function orderDiscountCents(order: Order, goodsCents: number): number {
  const amount = Number(order.plain.discountManualAmount ?? 0);
  const percent = Number(order.plain.discountManualPercent ?? 0);
  return cents(amount) + Math.round((goodsCents * percent) / 100);
}

/** Shares a sum by weight; what rounding leaves goes to the last entry that can bear it. */
function spread(total: number, weights: number[]): number[] {
  const whole = sum(weights);
  if (whole === 0 || total === 0) return weights.map(() => 0);
  const shares = weights.map((weight) => Math.floor((total * weight) / whole));
  let rest = total - sum(shares);
  for (let index = shares.length - 1; rest > 0 && index >= 0; index--) {
    const room = Math.min(rest, weights[index]! - shares[index]!);
    shares[index]! += room;
    rest -= room;
  }
  return shares;
}

function lineTotals(line: Line, beforeCents: number, shareCents: number): LineTotals {
  const totalCents = beforeCents - shareCents;
  const initialCents = cents(line.initialPrice) * line.quantity;
  const discounts: { type: string; amount: number }[] = [];
  const own = unitDiscountCents(line);
  if (own > 0) discounts.push({ type: "manual_product", amount: own / 100 });
  if (shareCents > 0) discounts.push({ type: "manual_order", amount: perUnit(shareCents, line.quantity) });
  return {
    discountTotal: perUnit(initialCents - totalCents, line.quantity),
    prices: unitPrices(totalCents, line.quantity),
    discounts,
    total: totalCents / 100,
  };
}

function perUnit(totalCents: number, quantity: number): number {
  return quantity === 0 ? 0 : Math.round(totalCents / quantity) / 100;
}

/** Two prices when a sum cannot be spread evenly over whole units. */
function unitPrices(totalCents: number, quantity: number): { price: number; quantity: number }[] {
  if (quantity === 0) return [];
  if (!Number.isInteger(quantity)) return [{ price: perUnit(totalCents, quantity), quantity }];
  const low = Math.floor(totalCents / quantity);
  const dearer = totalCents - low * quantity;
  const prices = [{ price: low / 100, quantity: quantity - dearer }];
  if (dearer > 0) prices.push({ price: (low + 1) / 100, quantity: dearer });
  return prices.filter((entry) => entry.quantity > 0);
}

/** The total of a line as plain numbers for the history. */
export function lineHistoryNumbers(line: Line, totals: LineTotals): Fields {
  return {
    quantity: line.quantity,
    initial_price: line.initialPrice,
    discount_total: totals.discountTotal,
    discount_manual_amount: line.discountManualAmount || null,
    discount_manual_percent: line.discountManualPercent || null,
    summ: totals.total,
  };
}
