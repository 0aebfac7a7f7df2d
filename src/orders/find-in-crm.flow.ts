import type { ConnectionContext } from "../context.ts";
import { loadBookmark, saveBookmark } from "../jobs/bookmarks.sql.ts";
import { addToTimeline } from "../log/timeline.sql.ts";
import type { CrmHistoryEntry } from "../retailcrm/schema.ts";
import type { SyncOptions } from "./batch.ts";
import { syncByIds } from "./find-in-shop.flow.ts";
import { findClaimed, findLinkedByCrmIds } from "./order-links.sql.ts";
import { toLocalTime } from "./shop-time.ts";
import { countOutcome } from "./tally.ts";

const stream = "crm-history";
const pageMax = 100;
const pagesMax = 100;

/**
 * Orders that somebody else changed in the CRM. The history only says which: both sides are read afresh. The place
 * moves page by page, each time after the page's orders are settled.
 */
export async function syncCrmChanges(ctx: ConnectionContext, options: SyncOptions): Promise<void> {
  let place = await loadPlace(ctx);
  for (let page = 0; page < pagesMax; page += 1) {
    options.signal.throwIfAborted();
    const answer = await ctx.crm.fetchHistory({ sinceId: place });
    const last = Math.max(place, ...answer.entries.map((entry) => entry.id), ...answer.unreadable);
    if (last === place) return;
    const unsettled = await syncEntries(ctx, answer.entries, options);
    place = unsettled === undefined ? last : unsettled - 1;
    await saveBookmark(ctx.db, ctx.connection.id, stream, String(place), ctx.now());
    if (unsettled !== undefined) return;
    if (answer.entries.length + answer.unreadable.length < pageMax && answer.totalPages <= 1) return;
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
  const foreign = entries.filter(
    (entry) => !entry.own && (entry.order.site === undefined || entry.order.site === site),
  );
  const linked = await findLinkedByCrmIds(ctx, [...new Set(foreign.map((entry) => entry.order.id))]);
  const gone = new Set<number>();
  for (const entry of foreign) {
    const shopOrderId = linked.get(entry.order.id);
    if (shopOrderId === undefined || (!entry.deleted && !entry.combinedTo)) continue;
    gone.add(shopOrderId);
    await setAside(ctx, shopOrderId, entry.deleted ? "deleted_in_crm" : "combined_in_crm", options);
  }
  const touched = [
    ...new Set(
      foreign
        .map((entry) => linked.get(entry.order.id))
        .filter((id): id is number => id !== undefined && !gone.has(id)),
    ),
  ];
  if (touched.length > 0) await syncByIds(ctx, touched, { ...options, force: true });
  const unlinked = foreign.filter((entry) => !linked.has(entry.order.id) && entry.order.externalId !== undefined);
  const beingMade = await findClaimed(ctx, [...new Set(unlinked.map((entry) => entry.order.externalId!))]);
  const open = foreign.filter(
    (entry) =>
      options.unsettled.has(linked.get(entry.order.id) ?? 0) ||
      (!linked.has(entry.order.id) && beingMade.has(entry.order.externalId ?? "")),
  );
  return open.length > 0 ? Math.min(...open.map((entry) => entry.id)) : undefined;
}

/** A manager deleted the order or merged it into another: the shop keeps its own, and nothing is sent again by itself. */
async function setAside(
  ctx: ConnectionContext,
  shopOrderId: number,
  reason: string,
  options: SyncOptions,
): Promise<void> {
  countOutcome(options, shopOrderId, "excluded");
  await ctx.db
    .updateTable("order_links")
    .set({
      state: "excluded",
      reason,
      problem: null,
      problem_key: null,
      problem_params: null,
      problem_since: null,
      next_attempt_at: null,
      crm_order_id: null,
      differences: "[]",
    })
    .where("connection_id", "=", ctx.connection.id)
    .where("shop_order_id", "=", String(shopOrderId))
    .execute();
  await addToTimeline(ctx, [
    { shopOrderId: String(shopOrderId), direction: "crm-to-shop", action: reason, result: "done" },
  ]);
}

/** On the first look the place is "now": an account of years has nothing to say about orders that are not linked yet. */
async function loadPlace(ctx: ConnectionContext): Promise<number> {
  const saved = await loadBookmark(ctx.db, ctx.connection.id, stream);
  if (saved !== undefined) return Number(saved);
  const place = await findLatestEntry(ctx);
  await saveBookmark(ctx.db, ctx.connection.id, stream, String(place), ctx.now());
  return place;
}

async function findLatestEntry(ctx: ConnectionContext): Promise<number> {
  const first = await ctx.crm.fetchHistory({ page: 1 });
  if (first.totalPages <= 1) return Math.max(0, ...first.entries.map((entry) => entry.id));
  const last = await ctx.crm.fetchHistory({ page: first.totalPages });
  if (last.entries.length > 0) return Math.max(...last.entries.map((entry) => entry.id));
  const dayAgo = new Date(ctx.now().getTime() - 86_400_000);
  const recent = await ctx.crm.fetchHistory({
    startDate: toLocalTime(dayAgo, ctx.connection.crmTimeZone ?? ctx.connection.settings.timeZone),
  });
  return Math.max(0, ...first.entries.map((entry) => entry.id), ...recent.entries.map((entry) => entry.id));
}
