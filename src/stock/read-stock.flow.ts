import type { ConnectionContext } from "../context.ts";
import { loadBookmark, saveBookmark } from "../jobs/bookmarks.sql.ts";
import { type CrmStock, crmQuantity } from "./plan-stock.ts";
import { articleInCrm, type ShopStock, toShopStock } from "./shop-stock.ts";
import { wasCatalogFetched } from "./stock.sql.ts";

/** The shop's own limit: more is lowered silently (reference of the shop's API, 5). */
const shopPageMax = 500;
const shopRowsMax = 1_000_000;
const crmPagesMax = 20_000;
const includedParams = ["article", "parent_article", "residues", "presence", "quantity"];

/** By article as the CRM knows it. A page that cannot be read rejects: half a shop must not look like a smaller one. */
export async function readShopStock(ctx: ConnectionContext, signal: AbortSignal): Promise<Map<string, ShopStock>> {
  const words = ctx.connection.settings.stock.presenceWords;
  const rows = new Map<string, ShopStock>();
  for (let offset = 0; ; ) {
    signal.throwIfAborted();
    const before = rows.size;
    const page = await ctx.horoshop.fetchProducts({ offset, limit: shopPageMax, includedParams }, signal);
    for (const product of page.products) {
      const article = articleInCrm(product.article);
      if (article !== "" && !rows.has(article)) rows.set(article, toShopStock(product, words));
    }
    offset += page.rows;
    if (page.rows < shopPageMax) return rows;
    if (page.products.length > 0 && rows.size === before)
      throw new Error("the shop gives the same page of products again and again");
    if (offset > shopRowsMax) throw new Error(`the shop gives more than ${shopRowsMax} rows`);
  }
}

/**
 * Sums of the chosen warehouses by article, all when none is chosen. Every offer comes with all its warehouses, however
 * many there are (reference of the CRM's API, 14.1, `filter[details]`).
 */
export async function readCrmStock(
  ctx: ConnectionContext,
  stores: string[],
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const chosen = new Set(stores);
  const figures = new Map<string, number>();
  for (let page = 1; page <= crmPagesMax; page += 1) {
    signal.throwIfAborted();
    const { offers, totalPages } = await ctx.crm.fetchInventories({ sites: [ctx.connection.crmSite!] }, page);
    for (const offer of offers as (CrmStock & { externalId: string | undefined })[]) {
      if (offer.externalId) figures.set(offer.externalId, crmQuantity(offer, chosen));
    }
    if (page >= totalPages) return figures;
  }
  throw new Error(`the CRM gives more than ${crmPagesMax} pages of stock`);
}

/** When the CRM last loaded our catalogue, in its own words. */
export type CatalogLoad = { key: string; isUnderWay: boolean; wasFetched: boolean };

/**
 * The site's `catalogUpdatedAt` and `catalogLoadingAt` (reference of the CRM's API, 5.3) tell whether figures may have
 * come from the file since the last look; where the CRM does not tell, that somebody fetched the file must do.
 */
export async function readCatalogLoad(ctx: ConnectionContext): Promise<CatalogLoad> {
  const site = (await ctx.crm.fetchSites()).find((entry) => entry.code === ctx.connection.crmSite);
  const updatedAt = site?.catalogUpdatedAt ?? "";
  const loadingAt = site?.catalogLoadingAt ?? "";
  return {
    key: `${updatedAt}|${loadingAt}`,
    isUnderWay: loadingAt > updatedAt,
    wasFetched: await wasCatalogFetched(ctx),
  };
}

const loadStream = "stock-catalog";

/** May figures of the CRM have come from our catalogue since the last look? */
export async function mayHaveLoaded(ctx: ConnectionContext, before: CatalogLoad, after: CatalogLoad): Promise<boolean> {
  if (after.key === "|") return after.wasFetched;
  const seen = await loadBookmark(ctx.db, ctx.connection.id, loadStream);
  return after.isUnderWay || after.key !== before.key || before.key !== seen;
}

/** After the look is settled: figures loaded until then are no news any more. */
export async function rememberLoad(ctx: ConnectionContext, before: CatalogLoad): Promise<void> {
  if (!before.isUnderWay) await saveBookmark(ctx.db, ctx.connection.id, loadStream, before.key, ctx.now());
}
