import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import { loadBookmark, saveBookmark } from "../jobs/bookmarks.sql.ts";
import type { SyncOptions } from "./batch.ts";
import { listDueOrders, listOrdersToRead, loadLinks } from "./order-links.sql.ts";
import { noteMissing, noteUnreadable } from "./order-trouble.flow.ts";
import { toLocalTime } from "./shop-time.ts";
import { syncOrders } from "./sync-orders.flow.ts";

const pageMax = 100;

/** From this second on (shop's clock) orders are new; earlier ones are the archive's. */
export function newOrdersStart(ctx: ConnectionContext): string {
  return toLocalTime(ctx.connection.createdAt, ctx.connection.settings.timeZone);
}

/** Orders from before the connection are left to the archive, unless they are linked already. */
export async function withoutStrangers(
  ctx: ConnectionContext,
  orders: HoroshopOrder[],
  start: string,
): Promise<HoroshopOrder[]> {
  const old = orders.filter((order) => order.stat_created < start);
  if (old.length === 0) return orders;
  const links = await loadLinks(
    ctx,
    old.map((order) => String(order.order_id)),
  );
  return orders.filter((order) => order.stat_created >= start || links.has(String(order.order_id)));
}

/** A window of creation times, read again in whole; orders that are neither new nor linked stay the archive's. */
export async function syncWindow(
  ctx: ConnectionContext,
  window: { from?: string; to?: string },
  options: SyncOptions,
): Promise<void> {
  const start = newOrdersStart(ctx);
  await readPages(ctx, window, options, async (orders) =>
    syncOrders(ctx, await withoutStrangers(ctx, orders, start), options),
  );
}

/** All pages, whatever the shop takes for the size of one; orders that come or go meanwhile push none out of sight. */
export async function readPages(
  ctx: ConnectionContext,
  filter: { from?: string; to?: string },
  options: SyncOptions,
  take: (orders: HoroshopOrder[]) => Promise<void>,
): Promise<void> {
  for await (const page of ctx.horoshop.fetchAllOrders(filter, options.signal)) {
    for (const unreadable of page.unreadable) await noteUnreadable(ctx, unreadable, options);
    if (page.orders.length > 0) await take(page.orders);
    options.signal.throwIfAborted();
  }
}

/** Named orders, read afresh a hundred at a time. Those the shop no longer has are reported, not guessed about. */
export async function syncByIds(ctx: ConnectionContext, ids: number[], options: SyncOptions): Promise<void> {
  for (let start = 0; start < ids.length; start += pageMax) {
    const untold = await syncPart(ctx, ids.slice(start, start + pageMax), options);
    await syncOrders(ctx, await noteMissing(ctx, untold, options), options);
  }
}

/** Returns those of the orders that the shop did not name. It may name fewer at a time than it was asked for. */
async function syncPart(ctx: ConnectionContext, ids: number[], options: SyncOptions): Promise<number[]> {
  let untold = ids;
  for (let isNews = true; isNews && untold.length > 0; ) {
    options.signal.throwIfAborted();
    const answer = await ctx.horoshop.fetchOrders({ ids: untold, limit: pageMax, offset: 0 }, options.signal);
    for (const unreadable of answer.unreadable) await noteUnreadable(ctx, unreadable, options);
    const wanted = new Set(untold);
    const orders = answer.orders.filter((order) => wanted.has(order.order_id));
    await syncOrders(ctx, orders, options);
    const told = new Set([...orders.map((order) => order.order_id), ...answer.unreadable.map((one) => one.orderId)]);
    untold = untold.filter((id) => !told.has(id));
    isNews = untold.length < wanted.size;
  }
  return untold;
}

const dayMs = 86_400_000;

/** Every round: open orders of the last month. Hourly: closed ones too. Daily: the last half year, and all that are open. */
export async function syncChangedOrders(ctx: ConnectionContext, options: SyncOptions): Promise<void> {
  const { id } = ctx.connection;
  const since = (days: number) => new Date(ctx.now().getTime() - days * dayMs);
  const isDue = async (sweep: string, everyMs: number) => {
    const last = await loadBookmark(ctx.db, id, sweep);
    return last === undefined || ctx.now().getTime() - Date.parse(last) >= everyMs;
  };
  const daily = await isDue("sweep-day", dayMs);
  const hourly = daily || (await isDue("sweep-hour", 3_600_000));
  const which = daily ? "all-since-or-open" : hourly ? "all-since" : "open-since";
  await syncByIds(ctx, await listOrdersToRead(ctx, { which, since: since(daily ? 180 : 30) }), options);
  if (hourly) {
    // An order that became visible later than the overlap reaches.
    const dayAgo = toLocalTime(since(1), ctx.connection.settings.timeZone);
    const start = newOrdersStart(ctx);
    await syncWindow(ctx, { from: laterOf(dayAgo, start) }, options);
    await saveBookmark(ctx.db, id, "sweep-hour", ctx.now().toISOString(), ctx.now());
  }
  if (daily) await saveBookmark(ctx.db, id, "sweep-day", ctx.now().toISOString(), ctx.now());
}

const dueMax = 2000;

/**
 * Orders whose next attempt is due: after passing trouble, a saved mapping, a hint of the shop, or a person's word.
 * True: there are more than `max`.
 */
export async function syncDueOrders(ctx: ConnectionContext, options: SyncOptions, max = dueMax): Promise<boolean> {
  const ids = await listDueOrders(ctx, max + 1);
  if (ids.length > 0) await syncByIds(ctx, ids.slice(0, max), { ...options, force: true, again: true });
  return ids.length > max;
}

/** Local times sort as text. */
function laterOf(...times: string[]): string {
  return times.sort().at(-1)!;
}
