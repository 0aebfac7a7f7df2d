/** Reading orders: one page, or all of them over offsets that shift and limits that are not kept. */
import { ZodError } from "zod";
import { ApiError } from "../http/api-error.ts";
import { isObject, optionalInteger } from "../http/lenient.ts";
import type { Ask } from "./ask.ts";
import { rowsOf } from "./envelope.ts";
import { parseOrder } from "./read.ts";
import type { HoroshopOrder } from "./schema.ts";

/** `from` and `to` compare the creation time, both ends included, in the shop's zone: `YYYY-MM-DD[ HH:mm:ss]`. */
export type OrderFilter = { from?: string; to?: string; ids?: number[]; limit?: number; offset?: number };
export type UnreadableOrder = { orderId: number | undefined; reason: string };
/** `rows` counts what the shop sent, readable or not; `isLast`: nothing comes behind them, as far as their number tells */
export type OrdersPage = { orders: HoroshopOrder[]; unreadable: UnreadableOrder[]; rows: number; isLast: boolean };

const timeoutMs = 90_000;
const bytesMax = 96_000_000;
const pageRows = 100;
const pagesMax = 5_000;
/** Rows read twice on purpose: orders that vanish between two pages would otherwise pull others across the border. */
const overlapRows = 5;

export async function fetchOrders(shop: Ask, filter: OrderFilter, signal?: AbortSignal): Promise<OrdersPage> {
  // An empty list of numbers is no filter to the shop: it would send everything.
  if (filter.ids?.length === 0) return { orders: [], unreadable: [], rows: 0, isLast: true };
  // `offset` counts only together with `limit`.
  const paged = filter.offset !== undefined && filter.limit === undefined ? { ...filter, limit: pageRows } : filter;
  const question = {
    operation: "orders/get",
    parameters: { ...paged, additionalData: true },
    writes: false,
    timeoutMs,
    bytesMax,
    signal,
  };
  const rows = rowsOf(await shop.ask(question), "orders", question.operation);

  const isLast = isLastPage(rows.length, paged.limit ?? pageRows);
  const page: OrdersPage = { orders: [], unreadable: [], rows: rows.length, isLast };
  for (const raw of rows) {
    try {
      page.orders.push(parseOrder(raw));
    } catch (error) {
      page.unreadable.push({ orderId: orderIdOf(raw), reason: reasonOf(error) });
    }
  }
  return page;
}

export async function* fetchAllOrders(
  shop: Ask,
  filter: Omit<OrderFilter, "limit" | "offset">,
  signal?: AbortSignal,
): AsyncGenerator<OrdersPage> {
  const seen = new Set<number>();
  for (let offset = 0, pages = 0; ; pages += 1) {
    if (pages >= pagesMax) throw endless();
    const page = await fetchOrders(shop, { ...filter, limit: pageRows, offset }, signal);
    const fresh = onlyFresh(page, seen);
    if (fresh.orders.length + fresh.unreadable.length > 0) yield fresh;
    // Nothing new: the end, or a shop that sends the same page whatever the offset.
    if (fresh.orders.length + fresh.unreadable.filter(({ orderId }) => orderId !== undefined).length === 0) return;
    if (page.isLast) return;
    offset += page.rows > overlapRows ? page.rows - overlapRows : page.rows;
  }
}

/** The most that a shop gives per page is not documented: a short page of a round size may be such a limit. */
function isLastPage(rows: number, limit: number): boolean {
  return rows === 0 || (rows < limit && rows % 10 !== 0);
}

function onlyFresh(page: OrdersPage, seen: Set<number>): OrdersPage {
  const isNew = (id: number | undefined): boolean => {
    if (id === undefined) return true;
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  };
  return {
    orders: page.orders.filter(({ order_id }) => isNew(order_id)),
    unreadable: page.unreadable.filter(({ orderId }) => isNew(orderId)),
    rows: page.rows,
    isLast: page.isLast,
  };
}

function orderIdOf(raw: unknown): number | undefined {
  return isObject(raw) ? optionalInteger.parse(raw.order_id) : undefined;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof ZodError)) throw error;
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join(".")}: ${issue.message}`)
    .join("; ");
}

function endless(): ApiError {
  const message = `horoshop orders/get: still more orders after ${pagesMax} pages`;
  return new ApiError({ kind: "unreadable", remote: "horoshop", operation: "orders/get", message });
}
