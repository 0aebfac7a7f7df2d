import { hasScope } from "../connections/connection.ts";
import type { ConnectionContext } from "../context.ts";
import { isApiError } from "../http/api-error.ts";
import { loadBookmark, saveBookmark } from "../jobs/bookmarks.sql.ts";
import type { SyncOptions } from "./batch.ts";
import { saveKnownOffers } from "./customer-links.sql.ts";
import { syncByIds } from "./find-in-shop.flow.ts";
import { syncNewOrders } from "./find-new-orders.flow.ts";
import { listFreeLines } from "./free-lines.sql.ts";
import { toInstant, toLocalTime } from "./shop-time.ts";

const stream = "free-lines";
const pageMax = 50;
const pagesMax = 400;
/** New orders do not wait longer for the end of many pages. */
const lookEveryMs = 30_000;

/** The load that was worked for last, and how far: orders above this number are still to come; null: all are done. */
type Place = { load: string; after: number | null };

/**
 * Lines that were written without an offer are tied to it once the CRM has loaded a catalogue that knows their article.
 * Nothing waits: no request. Something waits: one request a round tells whether a catalogue was loaded; only then the
 * orders are looked at, once per load, page by page.
 */
export async function relinkLines(ctx: ConnectionContext, options: SyncOptions): Promise<void> {
  const [first] = await listFreeLines(ctx, 0, 1);
  if (!first) return;
  const load = await latestLoad(ctx);
  if (load === undefined) return;
  const place = await loadPlace(ctx, load, first.since);
  let lookedAt = ctx.now().getTime();
  for (let page = 0; page < pagesMax && place.after !== null; page += 1) {
    options.signal.throwIfAborted();
    const waiting = await listFreeLines(ctx, place.after, pageMax);
    const ready = await ordersWithOffers(ctx, waiting, options);
    if (ready.length > 0) await syncByIds(ctx, ready, { ...options, force: true, relink: true });
    // Orders that another lane has in hand are looked at again with the next round.
    if (ready.some((id) => options.unsettled.has(id))) return;
    place.after = waiting.at(-1)?.orderId ?? null;
    await saveBookmark(ctx.db, ctx.connection.id, stream, JSON.stringify(place), ctx.now());
    if (ctx.now().getTime() - lookedAt < lookEveryMs) continue;
    lookedAt = ctx.now().getTime();
    await syncNewOrders(ctx, options);
  }
}

/**
 * The time of the CRM's last load of our site's catalogue, as it tells it. Where articles may be asked for they are,
 * once a day as well: offers can come by other ways. Undefined: nothing is known of any load.
 */
async function latestLoad(ctx: ConnectionContext): Promise<string | undefined> {
  const site = (await ctx.crm.fetchSites()).find((one) => one.code === ctx.connection.crmSite);
  if (!hasScope(ctx.connection, "store_read")) return site?.catalogUpdatedAt;
  return `${site?.catalogUpdatedAt ?? "never"}, ${toLocalTime(ctx.now(), "UTC").slice(0, 10)}`;
}

/** Before anything was tied: a load from before the oldest waiting order was written has nothing to say about it. */
async function loadPlace(ctx: ConnectionContext, load: string, oldest: Date): Promise<Place> {
  const { connection } = ctx;
  const saved = await loadBookmark(ctx.db, connection.id, stream);
  if (saved) {
    const place = JSON.parse(saved) as Place;
    return place.load === load ? place : { load, after: 0 };
  }
  const loadedAt = toInstant(load, connection.crmTimeZone ?? connection.settings.timeZone);
  const wholeSecond = new Date(Math.floor(oldest.getTime() / 1000) * 1000);
  if (!loadedAt || loadedAt >= wholeSecond) return { load, after: 0 };
  const done = { load, after: null };
  await saveBookmark(ctx.db, connection.id, stream, JSON.stringify(done), ctx.now());
  return done;
}

/** Orders of which the CRM has an article by now; without the right to ask, all: their own edit will tell. */
async function ordersWithOffers(
  ctx: ConnectionContext,
  waiting: { orderId: number; articles: string[] }[],
  options: SyncOptions,
): Promise<number[]> {
  if (!hasScope(ctx.connection, "store_read")) return waiting.map((order) => order.orderId);
  const articles = [...new Set(waiting.flatMap((order) => order.articles))];
  const unsure = articles.filter((article) => !options.missingOffers.has(article));
  try {
    const found = unsure.length > 0 ? await ctx.crm.fetchOfferArticles(unsure, ctx.connection.crmSite!) : [];
    await saveKnownOffers(ctx, found);
    for (const article of unsure) if (!found.includes(article)) options.missingOffers.add(article);
    const hasOffer = (article: string) => found.includes(article);
    return waiting.filter((order) => order.articles.some(hasOffer)).map((order) => order.orderId);
  } catch (error) {
    if (!isApiError(error, "rejected")) throw error;
    return waiting.map((order) => order.orderId);
  }
}
