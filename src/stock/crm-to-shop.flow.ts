import type { ConnectionContext } from "../context.ts";
import type { StockRow, StockRowResult } from "../horoshop/client.ts";
import { loadBookmark, saveBookmark } from "../jobs/bookmarks.sql.ts";
import type { Problem } from "../log/problem.ts";
import type { Run } from "../log/run.ts";
import { type Figure, planStock, type StockPlan, wantedInShop } from "./plan-stock.ts";
import { mayHaveLoaded, readCatalogLoad, readCrmStock, readShopStock, rememberLoad } from "./read-stock.flow.ts";
import { chooseShopTarget, one, type ShopStock, type ShopTarget, shownInShop, targetName } from "./shop-stock.ts";
import { forgetFigures, loadAgreedFigures, loadCatalogFigures, saveFigures } from "./stock.sql.ts";
import { advance, type Outcome, reportFailures, writeFigures } from "./write-stock.flow.ts";

/** Codes of the shop's import log (reference of its API, 17.1). */
const doneCodes = [0, 15];
const failureCodes = [16, 17, 18, 19];
const accountingIsOff = 16;
const warehouseNotFound = 18;

const dayMs = 86_400_000;
const noStockStream = "stock-not-kept";
/** A row that the shop would not take is left alone for so long, unless a person asks or its figure changes. */
const retryRefusedMs = 6 * 3_600_000;

/**
 * CRM → shop: sums of the chosen warehouses, less the reserve, as residues of one warehouse of the shop; where the shop
 * keeps no stock, as "in stock" or "out of stock". What a person must mend first comes back, and nothing is written.
 */
export async function moveCrmToShop(
  ctx: ConnectionContext,
  run: Run,
  signal: AbortSignal,
): Promise<Problem | undefined> {
  const { stores, shopWarehouse } = ctx.connection.settings.stock;
  const unknown = await unknownStores(ctx, stores);
  if (unknown.length > 0) return { code: "stock_store_missing", params: { stores: unknown } };
  const loadBefore = await readCatalogLoad(ctx);
  const figures = await readCrmStock(ctx, stores, signal);
  const hasLoaded = await mayHaveLoaded(ctx, loadBefore, await readCatalogLoad(ctx));
  const shop = await readShopStock(ctx, signal);
  const target = chooseShopTarget([...shop.values()], shopWarehouse, await saidNoStock(ctx));
  if (target.kind === "unclear") return { code: "stock_warehouse_missing", params: { warehouses: target.warehouses } };
  const echoes = hasLoaded ? await loadCatalogFigures(ctx) : new Map<string, number[]>();
  const isEcho = (article: string) => echoes.get(article)?.includes(figures.get(article)!) ?? false;
  const move = { ctx, run, signal, figures, shop, isEcho };
  const trouble = await moveTo(move, target);
  if (trouble) return trouble;
  await forgetGone(ctx, shop);
  await rememberLoad(ctx, loadBefore);
  return undefined;
}

type Move = {
  ctx: ConnectionContext;
  run: Run;
  signal: AbortSignal;
  /** of the CRM, by article */
  figures: Map<string, number>;
  shop: Map<string, ShopStock>;
  isEcho: (article: string) => boolean;
};

async function moveTo(move: Move, target: ShopTarget): Promise<Problem | undefined> {
  const { ctx, run, shop } = move;
  const plan = await planFor(move, target);
  run.counts.read = plan.writes.length + plan.agreements.length + plan.unchanged + plan.refused.length;
  run.counts.unchanged = plan.agreements.length + plan.unchanged;
  run.counts.failed = plan.refused.length;
  run.counts.updated = 0;
  run.progress = { ...run.progress, done: 0, total: run.counts.read };
  await advance(ctx, run, run.counts.read - plan.writes.length);
  const remember = (figures: Figure[], refused = false) =>
    saveFigures(ctx, "crm", targetName(target), figures, refused);
  try {
    const failures = await writeFigures(ctx, plan.writes, {
      run,
      signal: move.signal,
      write: (figures) => writeToShop(move, target, figures),
      settle: async (outcomes) => {
        await remember(outcomes.filter((outcome) => outcome.result === "done"));
        await remember(
          outcomes.filter((outcome) => outcome.result === "refused"),
          true,
        );
      },
    });
    await remember(plan.agreements.filter(({ article }) => shop.has(article)));
    await reportFailures(ctx, failures, plan.refused);
    return undefined;
  } catch (error) {
    if (!(error instanceof WrongTarget)) throw error;
    if (error.code === warehouseNotFound) {
      const warehouse = target.kind === "warehouse" ? target.warehouse : undefined;
      run.counts.failed = plan.writes.length + plan.refused.length;
      return { code: "stock_warehouse_missing", params: { warehouse } };
    }
    await saveBookmark(ctx.db, ctx.connection.id, noStockStream, ctx.now().toISOString(), ctx.now());
    return moveTo(move, { kind: "presence" });
  }
}

/** The shop keeps no stock, or has no such warehouse: no row of the call was taken. */
class WrongTarget extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`the shop answered with code ${code}`);
    this.code = code;
  }
}

async function planFor(move: Move, target: ShopTarget): Promise<StockPlan> {
  const { ctx, run, figures, shop, isEcho } = move;
  const { reserve } = ctx.connection.settings.stock;
  const wanted = new Map<string, number>();
  for (const article of shop.keys()) {
    const figure = figures.get(article);
    if (figure !== undefined) wanted.set(article, wantedInShop(figure, reserve, target));
  }
  return planStock({
    wanted,
    shown: (article) => shownInShop(shop.get(article)!, target),
    agreed: await loadAgreedFigures(ctx, "crm"),
    target: targetName(target),
    isEcho,
    refusedBefore: new Date(ctx.now().getTime() - (run.trigger === "manual" ? 0 : retryRefusedMs)),
  });
}

/** By `catalog/import` with nothing but the stock of known articles: what is not sent stays as it is. */
async function writeToShop(move: Move, target: ShopTarget, figures: Figure[]): Promise<Outcome[]> {
  const rows = figures.map((figure) => toStockRow(move, target, figure));
  const results = await move.ctx.horoshop.importResidues(rows, move.signal);
  const codes = results.flatMap((result) => result.codes);
  for (const code of [accountingIsOff, warehouseNotFound])
    if (target.kind === "warehouse" && codes.includes(code)) throw new WrongTarget(code);
  return figures.map((figure, place) => toOutcome(figure, results[place]));
}

function toStockRow({ ctx, shop }: Move, target: ShopTarget, { article, figure }: Figure): StockRow {
  const words = ctx.connection.settings.stock.presenceWords;
  const spelt = shop.get(article)!.article;
  if (target.kind === "presence") return { article: spelt, presence: figure > 0 ? words.in : words.out };
  return { article: spelt, residues: [{ warehouse: target.warehouse, quantity: figure / one }] };
}

function toOutcome(figure: Figure, result: StockRowResult | undefined): Outcome {
  const codes = result?.codes ?? [];
  const done = codes.some((code) => doneCodes.includes(code)) && !codes.some((code) => failureCodes.includes(code));
  if (done) return { ...figure, result: "done", reason: "" };
  return { ...figure, result: "refused", reason: result?.messages.join("; ") || codes.join(", ") };
}

/** A chosen warehouse that is gone would count as empty. */
async function unknownStores(ctx: ConnectionContext, chosen: string[]): Promise<string[]> {
  if (chosen.length === 0) return [];
  const known = new Set((await ctx.crm.fetchStores()).map((store) => store.code));
  return chosen.filter((code) => !known.has(code));
}

/** Remembered for a day, so that it is not tried each time, and found out when the shop begins to keep stock. */
async function saidNoStock(ctx: ConnectionContext): Promise<boolean> {
  const at = await loadBookmark(ctx.db, ctx.connection.id, noStockStream);
  return at !== undefined && ctx.now().getTime() - Date.parse(at) < dayMs;
}

async function forgetGone(ctx: ConnectionContext, shop: Map<string, ShopStock>): Promise<void> {
  const agreed = await loadAgreedFigures(ctx, "crm");
  await forgetFigures(
    ctx,
    "crm",
    [...agreed.keys()].filter((article) => !shop.has(article)),
  );
}
