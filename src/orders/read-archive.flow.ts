import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import type { Run } from "../log/run.ts";
import type { SyncOptions } from "./batch.ts";
import { newOrdersStart } from "./find-in-shop.flow.ts";
import { loadLinks } from "./order-links.sql.ts";
import { noteMissing, noteUnreadable } from "./order-trouble.flow.ts";
import { addNote } from "./run-notes.ts";
import { shiftLocal } from "./shop-time.ts";
import { windowOf } from "./sync-round.flow.ts";

export const pageMax = 100;

/** `next`: where to go on once these are settled; `done`: how many orders of the run are behind it then. */
export type ArchivePage = { orders: HoroshopOrder[]; next: string; done: number; isAgain: boolean };

type Window = { from?: string; to?: string };

/** What the run is to take: named orders, or all within its period, page by page. */
export function readArchive(ctx: ConnectionContext, run: Run, options: SyncOptions): AsyncGenerator<ArchivePage> {
  return run.params.orderIds
    ? readNamed(ctx, run, run.params.orderIds.map(Number), options)
    : readAll(ctx, run, options);
}

/** Null when the shop cannot tell. */
export async function countArchive(ctx: ConnectionContext, run: Run, signal: AbortSignal): Promise<number | null> {
  return run.params.orderIds?.length ?? countOrders(ctx, archiveWindow(ctx, run.params), signal);
}

/** Never later than the connection: from then on orders are new. */
function archiveWindow(ctx: ConnectionContext, params: Run["params"]): Window & { to: string } {
  const last = shiftLocal(newOrdersStart(ctx), -1);
  const asked = windowOf(ctx, params);
  const since =
    asked.from ??
    (ctx.connection.settings.archive.since
      ? windowOf(ctx, { since: ctx.connection.settings.archive.since }).from
      : undefined);
  return { ...(since ? { from: since } : {}), to: asked.to && asked.to < last ? asked.to : last };
}

/** A window that no longer grows. */
async function* readAll(ctx: ConnectionContext, run: Run, options: SyncOptions): AsyncGenerator<ArchivePage> {
  const window = archiveWindow(ctx, run.params);
  const seen = new Set<number>();
  const place = Number(run.progress.place ?? 0);
  // The page before the place is read again: an order deleted meanwhile moves the following ones up.
  let offset = Math.max(0, place - pageMax);
  for (;;) {
    options.signal.throwIfAborted();
    const isAgain = offset < place;
    const answer = await ctx.horoshop.fetchOrders({ ...window, limit: pageMax, offset }, options.signal);
    await noteUnreadables(ctx, run, answer.unreadable, options);
    const orders = answer.orders.filter((order) => !seen.has(order.order_id) && order.stat_created <= window.to);
    for (const order of answer.orders) seen.add(order.order_id);
    offset += answer.rows;
    const next = Math.max(offset, place);
    const done = Math.max(run.progress.done, Math.min(next, run.progress.total ?? next));
    if (orders.length > 0) yield { orders, next: String(next), done, isAgain };
    if (answer.isLast || (orders.length === 0 && answer.unreadable.length === 0)) return;
  }
}

/** Those that the shop does not have any more are passed over with a note, and so are those outside a period asked for. */
async function* readNamed(
  ctx: ConnectionContext,
  run: Run,
  ids: number[],
  options: SyncOptions,
): AsyncGenerator<ArchivePage> {
  const { from, to } = windowOf(ctx, run.params);
  const isWithin = (order: HoroshopOrder) =>
    (from === undefined || order.stat_created >= from) && (to === undefined || order.stat_created <= to);
  for (let start = Number(run.progress.place ?? 0); start < ids.length; start += pageMax) {
    options.signal.throwIfAborted();
    const part = ids.slice(start, start + pageMax);
    const { orders, absent } = await fetchNamed(ctx, run, part, options);
    if (absent.length > 0) await passOver(ctx, run, absent, options);
    const outside = orders.filter((order) => !isWithin(order)).map((order) => order.order_id);
    if (outside.length > 0) addNote(run, "orders_outside_period", outside);
    const done = start + part.length;
    yield { orders: orders.filter(isWithin), next: String(done), done, isAgain: false };
  }
}

async function fetchNamed(
  ctx: ConnectionContext,
  run: Run,
  ids: number[],
  options: SyncOptions,
): Promise<{ orders: HoroshopOrder[]; absent: number[] }> {
  const orders: HoroshopOrder[] = [];
  let absent = ids;
  // What a whole answer lacks is asked for once more before it counts as gone.
  for (let attempt = 0; attempt < 2 && absent.length > 0; attempt += 1) {
    const wanted = new Set(absent);
    const answer = await ctx.horoshop.fetchOrders({ ids: absent, limit: pageMax, offset: 0 }, options.signal);
    await noteUnreadables(ctx, run, answer.unreadable, options);
    orders.push(...answer.orders.filter((order) => wanted.has(order.order_id)));
    const told = new Set([...orders.map((order) => order.order_id), ...answer.unreadable.map((one) => one.orderId)]);
    absent = absent.filter((id) => !told.has(id));
  }
  return { orders, absent };
}

/** An order that was known once also says so in its own row. */
async function passOver(ctx: ConnectionContext, run: Run, absent: number[], options: SyncOptions): Promise<void> {
  addNote(run, "orders_not_in_shop", absent);
  if (run.params.dryRun) return;
  const known = await loadLinks(ctx, absent.map(String));
  await noteMissing(
    ctx,
    absent.filter((id) => known.has(String(id))),
    options,
  );
}

/** A trial leaves no trace of an order that cannot be read, except in its counts. */
async function noteUnreadables(
  ctx: ConnectionContext,
  run: Run,
  unreadable: { orderId: number | undefined; reason: string }[],
  options: SyncOptions,
): Promise<void> {
  if (run.params.dryRun) run.counts.failed += unreadable.length;
  else for (const one of unreadable) await noteUnreadable(ctx, one, options);
}

const countMax = 2 ** 22;

/** No answer tells how many there are: the end is found by halving. Null when the shop ignores offsets. */
async function countOrders(ctx: ConnectionContext, window: Window, signal: AbortSignal): Promise<number | null> {
  const hasRow = async (offset: number) =>
    (await ctx.horoshop.fetchOrders({ ...window, limit: 1, offset }, signal)).rows;
  const first = await hasRow(0);
  if (first !== 1) return first;
  let known = 0;
  let beyond = 1;
  while ((await hasRow(beyond)) > 0) {
    known = beyond;
    beyond *= 4;
    if (beyond > countMax) return null;
  }
  while (beyond - known > 1) {
    const middle = Math.floor((known + beyond) / 2);
    if ((await hasRow(middle)) > 0) known = middle;
    else beyond = middle;
  }
  return beyond;
}
