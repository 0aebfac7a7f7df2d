import { reachSafePlace } from "../connections/work-lane.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import { loadBookmark, saveBookmark } from "../jobs/bookmarks.sql.ts";
import { noCounts, type Run } from "../log/run.ts";
import { reportGaps } from "../mapping/reference-lists.flow.ts";
import type { SyncOptions } from "./batch.ts";
import { indexCustomers } from "./index-customers.flow.ts";
import { loadLinks, type OrderLink } from "./order-links.sql.ts";
import { previewArchive } from "./preview-archive.flow.ts";
import { type ArchivePage, countArchive, readArchive } from "./read-archive.flow.ts";
import { isRegisteredDue } from "./read-registered.flow.ts";
import { syncOrders } from "./sync-orders.flow.ts";
import { syncOptions } from "./sync-round.flow.ts";
import { countRead, countUntouched } from "./tally.ts";
import { uploadRegistered } from "./upload-registered.flow.ts";

/** A shop that cannot tell how many orders it has is taken to have many. */
const unknownTotal = 1000;

export const archiveStream = "archive";

/** Old orders to the CRM, page by page; each page is settled before the place moves, and is a place to stop at. */
export async function uploadArchive(ctx: ConnectionContext, run: Run, signal: AbortSignal): Promise<void> {
  if (run.params.customersOnly) return uploadRegistered(ctx, run, signal);
  const options: SyncOptions = { ...syncOptions(run.counts, signal, run.id), brief: true };
  run.progress = { ...run.progress, total: run.progress.total ?? (await countArchive(ctx, run, signal)) };
  if (run.params.dryRun) return tryArchive(ctx, run, options);

  if (run.params.orderIds) Object.assign(options, { force: true, again: true });
  await reachSafePlace(ctx, run);
  const { since, until, orderIds } = run.params;
  const whole = !since && !until && !orderIds;
  if (whole && (run.trigger === "manual" || (await isRegisteredDue(ctx)))) await uploadRegistered(ctx, run, signal);
  options.customersIndexed = await indexCustomers(ctx, run.progress.total ?? unknownTotal, signal);
  run.saved = { at: ctx.now(), done: run.progress.done };
  const createdBefore = run.counts.created;
  for await (const page of readArchive(ctx, run, options)) {
    await syncOrders(ctx, await notYetThere(ctx, page, run, options), options);
    run.progress = { ...run.progress, place: page.next, done: page.done };
    await reachSafePlace(ctx, run);
  }
  await reportGaps(ctx);
  // All are there once a whole pass finds nothing more to do.
  if (whole && run.counts.created === createdBefore && run.counts.failed === 0)
    await saveBookmark(ctx.db, ctx.connection.id, archiveStream, "done", ctx.now());
}

export async function isArchiveDone(ctx: ConnectionContext): Promise<boolean> {
  return (await loadBookmark(ctx.db, ctx.connection.id, archiveStream)) === "done";
}

/** Its sums are kept in the preview alone: taken up again, it begins anew. */
async function tryArchive(ctx: ConnectionContext, run: Run, options: SyncOptions): Promise<void> {
  run.progress = { done: 0, total: run.progress.total };
  Object.assign(run.counts, noCounts());
  run.notes = [];
  await previewArchive(ctx, run, readArchive(ctx, run, options));
}

/**
 * Orders that are in the CRM are left alone; so a second pass costs the CRM nothing. Those set aside or refused for good
 * are, too, unless a person named them.
 */
async function notYetThere(
  ctx: ConnectionContext,
  { orders, isAgain }: ArchivePage,
  run: Run,
  options: SyncOptions,
): Promise<HoroshopOrder[]> {
  const links = await loadLinks(
    ctx,
    orders.map((order) => String(order.order_id)),
  );
  const isWanted = (link: OrderLink | undefined) => (run.params.orderIds ? !link?.crmOrderId : isOpen(link));
  const open = orders.filter((order) => isWanted(links.get(String(order.order_id))));
  // Settled by this run before it was interrupted, and counted then.
  if (isAgain) return open;
  const there = orders.filter((order) => !open.includes(order)).map((order) => order.order_id);
  countRead(options, there);
  countUntouched(options, there);
  return open;
}

function isOpen(link: OrderLink | undefined): boolean {
  if (!link) return true;
  return link.crmOrderId === null && link.state === "failed" && (link.problem === null || link.nextAttemptAt !== null);
}
