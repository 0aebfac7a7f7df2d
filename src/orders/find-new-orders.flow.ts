import type { ConnectionContext } from "../context.ts";
import { loadBookmark, saveBookmark } from "../jobs/bookmarks.sql.ts";
import type { SyncOptions } from "./batch.ts";
import { newOrdersStart, readPages, syncWindow, withoutStrangers } from "./find-in-shop.flow.ts";
import { shiftLocal, toLocalTime } from "./shop-time.ts";
import { syncOrders } from "./sync-orders.flow.ts";

const overlapSeconds = 600;
const stream = "shop-orders";
const backlogStream = "shop-backlog";
/** Who was away for longer has a backlog: it is worked behind the orders of these last hours. */
const recentSeconds = 6 * 3600;

/** Times of the shop's clock. */
type Backlog = { from: string; to: string };

/** New orders since the last one seen, with an overlap. The place moves only when all of them are settled. */
export async function syncNewOrders(ctx: ConnectionContext, options: SyncOptions): Promise<void> {
  const start = newOrdersStart(ctx);
  await splitBacklog(ctx, start);
  const place = (await loadBookmark(ctx.db, ctx.connection.id, stream)) ?? start;
  const from = laterOf(shiftLocal(place, -overlapSeconds), start);
  let newest = place;
  await readPages(ctx, { from }, options, async (orders) => {
    await syncOrders(ctx, await withoutStrangers(ctx, orders, start), options);
    for (const order of orders) if (order.stat_created > newest) newest = order.stat_created;
  });
  // A shop clock that runs ahead must not carry the place past what is still to come.
  const latest = toLocalTime(ctx.now(), ctx.connection.settings.timeZone);
  if (newest !== place) await saveBookmark(ctx.db, ctx.connection.id, stream, earlierOf(newest, latest), ctx.now());
}

/**
 * After an absence (paused, a refused login, a shop that was away) what came meanwhile becomes the backlog, and the
 * place moves to the last hours: who orders now does not stand in a line of months.
 */
async function splitBacklog(ctx: ConnectionContext, start: string): Promise<void> {
  const { connection, db } = ctx;
  const seenAt = connection.lastSyncAt ?? connection.createdAt;
  if (ctx.now().getTime() - seenAt.getTime() < recentSeconds * 1000) return;
  connection.lastSyncAt = ctx.now();
  const recent = shiftLocal(toLocalTime(ctx.now(), connection.settings.timeZone), -recentSeconds);
  const place = (await loadBookmark(db, connection.id, stream)) ?? start;
  const from = laterOf(shiftLocal(place, -overlapSeconds), start);
  if (from >= recent) return;
  const before = await loadBacklog(ctx);
  const backlog: Backlog = { from: before ? earlierOf(before.from, from) : from, to: recent };
  await saveBookmark(db, connection.id, backlogStream, JSON.stringify(backlog), ctx.now());
  await saveBookmark(db, connection.id, stream, recent, ctx.now());
}

/** What came during an absence. Read from its beginning until one walk has seen it whole; what is settled costs little. */
export async function syncBacklog(ctx: ConnectionContext, options: SyncOptions): Promise<void> {
  const backlog = await loadBacklog(ctx);
  if (!backlog) return;
  await syncWindow(ctx, backlog, options);
  await saveBookmark(ctx.db, ctx.connection.id, backlogStream, "", ctx.now());
}

async function loadBacklog(ctx: ConnectionContext): Promise<Backlog | undefined> {
  const saved = await loadBookmark(ctx.db, ctx.connection.id, backlogStream);
  return saved ? (JSON.parse(saved) as Backlog) : undefined;
}

/** Local times sort as text. */
function laterOf(...times: string[]): string {
  return times.sort().at(-1)!;
}

function earlierOf(...times: string[]): string {
  return times.sort()[0]!;
}
