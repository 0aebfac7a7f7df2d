import type { ConnectionContext } from "../context.ts";
import { loadBookmark, saveBookmark } from "../jobs/bookmarks.sql.ts";
import type { CrmHistoryEntry } from "../retailcrm/schema.ts";
import type { SyncOptions } from "./batch.ts";
import { findClaimed } from "./claims.sql.ts";
import { syncByIds } from "./find-in-shop.flow.ts";
import { findLinkedByCrmIds } from "./order-links.sql.ts";
import { setAside } from "./order-trouble.flow.ts";
import { goneReasonOf } from "./read-crm-orders.flow.ts";
import { toLocalTime } from "./shop-time.ts";

const stream = "crm-history";
const pageMax = 100;
const pagesMax = 100;

/** Where reading begins: after an entry or, until the account has told of one, at a time of its clock. */
type Place = { sinceId: number } | { startDate: string };

export type HistoryWalk = {
  pagesMax?: number;
  /** Told after each page of several: entries done in this walk, and in all that are known of. */
  tell?: (done: number, total: number) => Promise<void>;
};

/**
 * Orders that somebody else changed in the CRM. The history only says which: both sides are read afresh. The place
 * moves page by page, each time after the page's orders are settled. Returns how many entries wait for the next walk.
 */
export async function syncCrmChanges(
  ctx: ConnectionContext,
  options: SyncOptions,
  walk: HistoryWalk = {},
): Promise<number> {
  let place = await loadPlace(ctx);
  for (let page = 1, done = 0; ; page += 1) {
    options.signal.throwIfAborted();
    const answer = await ctx.crm.fetchHistory(place);
    const before = "sinceId" in place ? place.sinceId : 0;
    const last = Math.max(before, ...answer.entries.map((entry) => entry.id), ...answer.unreadable);
    if (last === before) return 0;
    const unsettled = await syncEntries(ctx, answer.entries, options);
    place = { sinceId: unsettled === undefined ? last : unsettled - 1 };
    await saveBookmark(ctx.db, ctx.connection.id, stream, String(place.sinceId), ctx.now());
    if (unsettled !== undefined) return 0;

    const rows = answer.entries.length + answer.unreadable.length;
    if (rows < pageMax && answer.totalPages <= 1) return 0;
    done += rows;
    const left = Math.max(answer.total - rows, 0);
    if (done > rows || left > 0) await walk.tell?.(done, done + left);
    if (page >= (walk.pagesMax ?? pagesMax)) return left;
  }
}

/**
 * Returns the first entry that is not settled: its order is in the hands of another lane, or of a process that died
 * with it a moment ago. The next look begins there; what came after it is done twice and does no harm.
 */
async function syncEntries(
  ctx: ConnectionContext,
  entries: CrmHistoryEntry[],
  options: SyncOptions,
): Promise<number | undefined> {
  const site = ctx.connection.crmSite;
  const foreign = entries.filter((entry) => !entry.own);
  // Also under the name of another site: an order of ours may have been moved there.
  const linked = await findLinkedByCrmIds(ctx, [...new Set(foreign.map((entry) => entry.order.id))]);
  const gone = new Set<number>();
  for (const entry of foreign) {
    const shopOrderId = linked.get(entry.order.id);
    const reason = goneReasonOf(entry);
    if (shopOrderId === undefined || reason === undefined) continue;
    gone.add(shopOrderId);
    await setAside(ctx, shopOrderId, reason, options);
  }
  const touched = [
    ...new Set(
      foreign
        .map((entry) => linked.get(entry.order.id))
        .filter((id): id is number => id !== undefined && !gone.has(id)),
    ),
  ];
  if (touched.length > 0) await syncByIds(ctx, touched, { ...options, force: true });
  const isOurSite = (entry: CrmHistoryEntry) => entry.order.site === undefined || entry.order.site === site;
  const unlinked = foreign.filter(
    (entry) => !linked.has(entry.order.id) && entry.order.externalId !== undefined && isOurSite(entry),
  );
  const beingMade = await findClaimed(ctx, [...new Set(unlinked.map((entry) => entry.order.externalId!))]);
  const open = foreign.filter(
    (entry) =>
      options.unsettled.has(linked.get(entry.order.id) ?? 0) ||
      (unlinked.includes(entry) && beingMade.has(entry.order.externalId!)),
  );
  return open.length > 0 ? Math.min(...open.map((entry) => entry.id)) : undefined;
}

const hourMs = 3_600_000;

/**
 * The first look begins "now": an account of years has nothing to say about orders that are not linked yet. The time is
 * kept until the account has told of an entry; from then on its id is the place, since ids rise and times do not.
 */
async function loadPlace(ctx: ConnectionContext): Promise<Place> {
  const { crmTimeZone, settings, id } = ctx.connection;
  let saved = await loadBookmark(ctx.db, id, stream);
  if (saved === undefined) {
    saved = ctx.now().toISOString();
    await saveBookmark(ctx.db, id, stream, saved, ctx.now());
  }
  if (/^\d+$/.test(saved)) return { sinceId: Number(saved) };
  // The CRM's clock may be behind ours, and its records are not in the order of their times; its zone may be unknown.
  const marginMs = (crmTimeZone === null ? 26 : 2) * hourMs;
  return { startDate: toLocalTime(new Date(Date.parse(saved) - marginMs), crmTimeZone ?? settings.timeZone) };
}
