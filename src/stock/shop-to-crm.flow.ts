import { hasScope } from "../connections/connection.ts";
import type { ConnectionContext } from "../context.ts";
import { isApiError } from "../http/api-error.ts";
import type { Problem } from "../log/problem.ts";
import type { Run } from "../log/run.ts";
import type { CrmStore } from "../retailcrm/schema.ts";
import { type AgreedFigure, type Figure, planStock, type StockPlan, wantedInCrm } from "./plan-stock.ts";
import { readCrmStock, readShopStock } from "./read-stock.flow.ts";
import { lacksWarehouse, one, type ShopStock, shopQuantity, toThousandths } from "./shop-stock.ts";
import { forgetFigures, loadAgreedFigures, saveFigures } from "./stock.sql.ts";
import { advance, type Outcome, reportFailures, writeFigures } from "./write-stock.flow.ts";

/**
 * Shop → CRM: what the shop has to sell into one warehouse of the CRM. Orders lower the CRM's figure by themselves, so
 * only a new figure of the shop is sent. What a person must mend first comes back, and nothing is written.
 */
export async function moveShopToCrm(
  ctx: ConnectionContext,
  run: Run,
  signal: AbortSignal,
): Promise<Problem | undefined> {
  const { crmStore, shopWarehouse } = ctx.connection.settings.stock;
  const store = chooseStore(await ctx.crm.fetchStores(), crmStore?.trim() || null);
  if (!store) return { code: "stock_store_missing", params: crmStore ? { stores: [crmStore] } : {} };
  const shop = await readShopStock(ctx, signal);
  if (lacksWarehouse([...shop.values()], shopWarehouse))
    return { code: "stock_warehouse_missing", params: { warehouse: shopWarehouse } };
  const agreed = await loadAgreedFigures(ctx, "shop");
  const plan = await planFor(ctx, shop, agreed, store, signal);
  run.counts.read = shop.size;
  run.counts.unchanged = plan.agreements.length + plan.unchanged;
  run.progress = { ...run.progress, done: 0, total: shop.size };
  await advance(ctx, run, shop.size - plan.writes.length);
  await saveFigures(ctx, "shop", store.code, plan.agreements);
  const failures = await writeFigures(ctx, plan.writes, {
    run,
    signal,
    write: (figures) => writeToCrm(ctx, store, figures),
    settle: async (outcomes) => {
      const failed = outcomes.filter((outcome) => outcome.result !== "done");
      await saveFigures(
        ctx,
        "shop",
        store.code,
        outcomes.filter((outcome) => outcome.result === "done"),
      );
      await saveFigures(ctx, "shop", store.code, failed, true);
    },
  });
  await reportFailures(ctx, failures, []);
  await forgetFigures(
    ctx,
    "shop",
    [...agreed.keys()].filter((article) => !shop.has(article)),
  );
  return undefined;
}

/** The chosen one, else the first that is active; undefined when there is none. */
function chooseStore(stores: CrmStore[], chosen: string | null): CrmStore | undefined {
  return chosen === null ? stores.find((store) => store.active) : stores.find((store) => store.code === chosen);
}

async function planFor(
  ctx: ConnectionContext,
  shop: Map<string, ShopStock>,
  agreed: Map<string, AgreedFigure>,
  store: CrmStore,
  signal: AbortSignal,
): Promise<StockPlan> {
  const { settings } = ctx.connection;
  const inStock = toThousandths(settings.catalog.inStockQuantity);
  const countsPieces = store.inventoryType !== "available";
  const wanted = new Map<string, number>();
  for (const [article, row] of shop) {
    wanted.set(article, wantedInCrm(shopQuantity(row, settings.stock.shopWarehouse, inStock), countsPieces));
  }
  const isNew = [...wanted.keys()].some((article) => agreed.get(article)?.target !== store.code);
  const crm = isNew ? await crmFigures(ctx, store, signal) : undefined;
  return planStock({
    wanted,
    shown: (article) => crm?.get(article),
    agreed,
    target: store.code,
    isEcho: () => false,
    // An offer that the CRM did not know may have come with its next load of the catalogue.
    refusedBefore: ctx.now(),
  });
}

/** What the CRM shows already; without the right to read it, everything new is sent. */
async function crmFigures(
  ctx: ConnectionContext,
  store: CrmStore,
  signal: AbortSignal,
): Promise<Map<string, number> | undefined> {
  if (!hasScope(ctx.connection, "store_read")) return undefined;
  try {
    return await readCrmStock(ctx, [store.code], signal);
  } catch (error) {
    if (isApiError(error, "rejected")) return undefined;
    throw error;
  }
}

async function writeToCrm(ctx: ConnectionContext, store: CrmStore, figures: Figure[]): Promise<Outcome[]> {
  const offers = figures.map(({ article, figure }) => ({
    externalId: article,
    stores: [{ code: store.code, available: figure / one }],
  }));
  const { notFound } = await ctx.crm.uploadInventories(ctx.connection.crmSite!, offers);
  const unknown = new Set(notFound);
  return figures.map((figure) =>
    unknown.has(figure.article)
      ? { ...figure, result: "unknown", reason: "" }
      : { ...figure, result: "done", reason: "" },
  );
}
