import { RunCancelled } from "../connections/work-lane.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import { loadBookmark, saveBookmark } from "../jobs/bookmarks.sql.ts";
import { noCounts, type Run } from "../log/run.ts";
import { saveRunProgress } from "../log/runs.sql.ts";
import { reportGaps } from "../mapping/reference-lists.flow.ts";
import type { SyncOptions } from "./batch.ts";
import { indexCustomers } from "./find-customers.flow.ts";
import { newOrdersStart, syncByIds } from "./find-in-shop.flow.ts";
import { loadLinks, type OrderLink } from "./order-links.sql.ts";
import { noteUnreadable } from "./order-trouble.flow.ts";
import { previewArchive } from "./preview-archive.flow.ts";
import { shiftLocal } from "./shop-time.ts";
import { syncOrders } from "./sync-orders.flow.ts";
import { syncOptions, windowOf } from "./sync-round.flow.ts";

const pageMax = 100;
/** A shop that cannot tell how many orders it has is taken to have many. */
const unknownTotal = 1000;

export const archiveStream = "archive";

/** Old orders to the CRM: a window that no longer grows, read page by page; each page is settled before the place moves. */
export async function uploadArchive(ctx: ConnectionContext, run: Run, signal: AbortSignal): Promise<void> {
  const window = archiveWindow(ctx, run.params);
  const total = run.params.orderIds?.length ?? run.progress.total ?? (await countOrders(ctx, window, signal));
  run.progress = { ...run.progress, total };
  if (run.params.dryRun) {
    // Its sums are not kept anywhere but in the preview: taken up again, it begins anew.
    run.progress = { done: 0, total };
    run.counts = noCounts();
    return previewArchive(ctx, run, readArchive(ctx, run, window, signal));
  }

  const options: SyncOptions = { ...syncOptions(run.counts, signal), brief: true };
  if (run.params.orderIds) {
    await syncByIds(ctx, run.params.orderIds.map(Number), { ...options, force: true, again: true });
    run.progress.done = run.params.orderIds.length;
    return;
  }
  await saveRunProgress(ctx, run);
  options.customersIndexed = await indexCustomers(ctx, total ?? unknownTotal, signal);
  const createdBefore = run.counts.created;
  for await (const orders of readArchive(ctx, run, window, signal)) {
    await syncOrders(ctx, await notYetThere(ctx, orders, run), options);
    await saveRunProgress(ctx, run);
    if (run.cancelAsked) throw new RunCancelled();
  }
  await reportGaps(ctx);
  const whole = !run.params.since && !run.params.until;
  // All are there once a whole pass finds nothing more to do.
  if (whole && run.counts.created === createdBefore && run.counts.failed === 0)
    await saveBookmark(ctx.db, ctx.connection.id, archiveStream, "done", ctx.now());
}

export async function isArchiveDone(ctx: ConnectionContext): Promise<boolean> {
  return (await loadBookmark(ctx.db, ctx.connection.id, archiveStream)) === "done";
}

/** Never later than the connection: from then on orders are new. */
function archiveWindow(ctx: ConnectionContext, params: Run["params"]): { from?: string; to: string } {
  const last = shiftLocal(newOrdersStart(ctx), -1);
  const asked = windowOf(ctx, params);
  const since =
    asked.from ??
    (ctx.connection.settings.archive.since
      ? windowOf(ctx, { since: ctx.connection.settings.archive.since }).from
      : undefined);
  return { ...(since ? { from: since } : {}), to: asked.to && asked.to < last ? asked.to : last };
}

async function* readArchive(
  ctx: ConnectionContext,
  run: Run,
  window: { from?: string; to: string },
  signal: AbortSignal,
): AsyncGenerator<HoroshopOrder[]> {
  const seen = new Set<number>();
  // The page before the place is read again: an order deleted meanwhile moves the following ones up.
  let offset = Math.max(0, Number(run.progress.place ?? 0) - pageMax);
  for (;;) {
    signal.throwIfAborted();
    const answer = await ctx.horoshop.fetchOrders({ ...window, limit: pageMax, offset }, signal);
    for (const unreadable of answer.unreadable) await noteUnreadable(ctx, unreadable, run.counts);
    const fresh = answer.orders.filter((order) => !seen.has(order.order_id) && order.stat_created <= window.to);
    for (const order of answer.orders) seen.add(order.order_id);
    if (fresh.length > 0) yield fresh;
    const isLast = answer.rows < pageMax || (fresh.length === 0 && answer.unreadable.length === 0);
    offset += answer.rows;
    run.progress = {
      ...run.progress,
      place: String(offset),
      done: Math.max(run.progress.done, Math.min(offset, run.progress.total ?? offset)),
    };
    if (isLast) return;
  }
}

/** Orders in the CRM already, set aside, or refused for good are left alone; so a second pass costs the CRM nothing. */
async function notYetThere(ctx: ConnectionContext, orders: HoroshopOrder[], run: Run): Promise<HoroshopOrder[]> {
  const links = await loadLinks(
    ctx,
    orders.map((order) => String(order.order_id)),
  );
  const open = orders.filter((order) => isOpen(links.get(String(order.order_id))));
  run.counts.read += orders.length - open.length;
  run.counts.unchanged += orders.length - open.length;
  return open;
}

function isOpen(link: OrderLink | undefined): boolean {
  if (!link) return true;
  return link.crmOrderId === null && link.state === "failed" && (link.problem === null || link.nextAttemptAt !== null);
}

const countMax = 2 ** 22;

/** No answer tells how many there are: the end is found by halving. Undefined-like null when the shop ignores offsets. */
async function countOrders(
  ctx: ConnectionContext,
  window: { from?: string; to: string },
  signal: AbortSignal,
): Promise<number | null> {
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
