import type { HoroshopOrder } from "../horoshop/schema.ts";
import type { CrmOrder } from "../retailcrm/schema.ts";
import type { Agreement } from "./agreement.ts";
import { type Amount, fromAmount, toAmount } from "./amount.ts";
import { comparableTotal, expectedTotal, totalDifference } from "./order-total.ts";

/** What is remembered of an order, as far as a comparison of both sides needs it. */
export type ComparedLink = {
  state: "synced" | "held" | "failed" | "excluded";
  crmOrderId: number | null;
  problem: unknown;
  nextAttemptAt: Date | null;
  agreement: Agreement;
  differences: { field: string }[];
};

export type SideDifference = { shopOrderId: string; field: "total" | "status"; shop: string; crm: string };

/** `mend`: the regular exchange is to look at it now. */
export type Verdict =
  | { is: "same" | "held" | "excluded" }
  | { is: "missing"; mend: boolean }
  | { is: "unlinked" }
  | { is: "differing"; differences: SideDifference[] };

/**
 * One order on both sides. Held and excluded orders wait for somebody and are no fault; one that the CRM refused is
 * missing there, but is tried again only when something changes.
 */
export function compareOrder(order: HoroshopOrder, link: ComparedLink | undefined, crm: CrmOrder | undefined): Verdict {
  if (link?.state === "excluded") return { is: "excluded" };
  if (link?.state === "held" && !link.crmOrderId) return { is: "held" };
  if (!crm) {
    const isRefused = link?.state === "failed" && link.problem !== null && link.nextAttemptAt === null;
    return { is: "missing", mend: !isRefused };
  }
  if (!link?.crmOrderId) return { is: "unlinked" };
  const differences = differencesOf(order, link, crm);
  return differences.length > 0 ? { is: "differing", differences } : { is: "same" };
}

function differencesOf(order: HoroshopOrder, link: ComparedLink, crm: CrmOrder): SideDifference[] {
  const shopOrderId = String(order.order_id);
  const total = totalDifference(order, crm);
  const differences: SideDifference[] = total ? [{ shopOrderId, field: "total", ...total }] : [];
  const last = link.agreement.status;
  // A difference that is known and shown (a CRM status without a pair) waits for nobody.
  const isKnown = link.state !== "synced" || link.differences.some((difference) => difference.field === "status");
  if (last && !isKnown && (last.shop !== order.stat_status || last.crm !== crm.status))
    differences.push({ shopOrderId, field: "status", shop: String(order.stat_status), crm: crm.status });
  return differences;
}

/** `total` in the currency of the CRM's site; orders in others are summed apart. */
type SideTotals = { orders: number; total: Amount; others: Map<string, Amount> };
type DayTotals = Record<"shop" | "crm", SideTotals>;
export type Days = Map<string, DayTotals>;

/** Counts an order under its day on the shop's clock, on the sides that have it. `own`: the currency of the CRM's site. */
export function countDay(days: Days, order: HoroshopOrder, crm: CrmOrder | undefined, own: string | null): void {
  const day = dayOf(days, order.stat_created.slice(0, 10));
  add(day.shop, expectedTotal(order), order.currency, own);
  if (crm) add(day.crm, comparableTotal(order, crm), crm.currency, own);
}

/** Counts an order that only the CRM has still. */
export function countCrmOnly(days: Days, day: string, crm: CrmOrder, own: string | null): void {
  add(dayOf(days, day).crm, crm.totalSumm, crm.currency, own);
}

function dayOf(days: Days, name: string): DayTotals {
  let day = days.get(name);
  if (!day) {
    const none = (): SideTotals => ({ orders: 0, total: 0n, others: new Map() });
    day = { shop: none(), crm: none() };
    days.set(name, day);
  }
  return day;
}

/** A side that names no currency means the account's own. */
function add(side: SideTotals, amount: string, currency: string | undefined, own: string | null): void {
  side.orders += 1;
  if (!currency || own === null || currency === own) side.total += toAmount(amount);
  else side.others.set(currency, (side.others.get(currency) ?? 0n) + toAmount(amount));
}

type SideView = { orders: number; total: string; others?: Record<string, string> };
export type DayView = { day: string; shop: SideView; crm: SideView };

/** Oldest first. */
export function viewDays(days: Days): DayView[] {
  const view = ({ orders, total, others }: SideTotals): SideView => ({
    orders,
    total: fromAmount(total),
    ...(others.size > 0
      ? { others: Object.fromEntries([...others].map(([currency, sum]) => [currency, fromAmount(sum)])) }
      : {}),
  });
  return [...days.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([day, { shop, crm }]) => ({ day, shop: view(shop), crm: view(crm) }));
}
