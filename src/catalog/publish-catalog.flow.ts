import type { ConnectionContext } from "../context.ts";
import { makeCode } from "../log/id.ts";
import { closeProblem, openProblem } from "../log/problems.sql.ts";
import { noCounts, type Run, type RunCounts } from "../log/run.ts";
import { saveRunProgress } from "../log/runs.sql.ts";
import { isStale } from "./catalog.flow.ts";
import { tellCrm } from "./catalog-address.flow.ts";
import { countVanished, recordFigures, settleFigures } from "./catalog-figures.sql.ts";
import {
  type CatalogFolder,
  catalogFile,
  cleanCatalogFolders,
  hasCatalogFiles,
  removeSpool,
} from "./catalog-files.flow.ts";
import { readVersion, versionOf } from "./catalog-version.ts";
import {
  type CatalogRecord,
  type Catalogs,
  loadCatalogs,
  loadCodes,
  prunePieces,
  saveHeld,
  savePieces,
  saveServed,
} from "./catalogs.sql.ts";
import { type PublicationPlan, planPublication } from "./check-catalog.ts";
import { etagOf } from "./conditional-request.ts";
import { createFingerprints, type Fingerprints } from "./fingerprints.ts";
import { generateCatalog, type MadeCatalog } from "./generate-catalog.flow.ts";
import type { CatalogRules } from "./product-to-offers.ts";
import type { CatalogWarning } from "./remarks.ts";

export type CatalogOutcome = {
  /** `partial`: a new file was made but is not served (it shrank, or is empty) */
  state: "succeeded" | "partial" | "cancelled";
  counts: RunCounts;
  excluded: Record<string, number>;
  warnings: CatalogWarning[];
};

/**
 * Reads the whole shop and publishes its catalogue. Rejects when anything cannot be read; the served file stays as it
 * is until a better one is complete, also when the process dies at any moment.
 */
export async function publishCatalog(
  ctx: ConnectionContext,
  run?: Run,
  signal: AbortSignal = ctx.signal,
): Promise<CatalogOutcome> {
  const folder = { dataDir: ctx.config.dataDir, connectionId: ctx.connection.id };
  const catalogs = await loadCatalogs(ctx, ctx.connection.id);
  // What was served before the last run goes now, not then: the database itself may forget its last moment.
  await cleanCatalogFolders(
    folder,
    Object.values(catalogs).map((record) => record.version),
    Date.now(),
  );
  const cancel = new AbortController();
  try {
    const { made, active } = await makeCatalog(ctx, folder, run, cancel, AbortSignal.any([signal, cancel.signal]));
    try {
      // A person may have confirmed the held one meanwhile.
      const present = await loadCatalogs(ctx, ctx.connection.id);
      const plan = await choosePlan(ctx, folder, present, made, active);
      await applyPlan(ctx, folder, plan, present, made);
      await settleFigures(ctx, plan.do);
      if (plan.do === "publish" || plan.do === "keep") await tellCrm(ctx, plan.do === "publish");
      return outcomeOf(plan, made);
    } finally {
      await made.writer.discard();
    }
  } catch (error) {
    if (cancel.signal.aborted)
      return { state: "cancelled", counts: run?.counts ?? noCounts(), excluded: {}, warnings: [] };
    await remarkAge(ctx, catalogs);
    throw error;
  } finally {
    await removeSpool(folder);
  }
}

async function makeCatalog(
  ctx: ConnectionContext,
  folder: CatalogFolder,
  run: Run | undefined,
  cancel: AbortController,
  signal: AbortSignal,
): Promise<{ made: MadeCatalog; active: Fingerprints }> {
  const { connection } = ctx;
  if (!connection.shopUrl) throw new Error("the connection has no shop yet");
  const figures = await recordFigures(ctx);
  const active = createFingerprints();
  const made = await generateCatalog({
    horoshop: ctx.horoshop,
    folder,
    mark: makeCode(12, ctx.random),
    shopName: connection.name.trim() || new URL(connection.shopUrl).host,
    rules: rulesOf(ctx, connection.shopUrl),
    at: ctx.now(),
    codesFor: (fields) => loadCodes(ctx, fields),
    onPage: async (rows) => {
      if (!run) return;
      run.progress = { ...run.progress, done: rows };
      run.counts.read = rows;
      await saveRunProgress(ctx, run);
      if (run.cancelAsked) cancel.abort();
    },
    onOffers: async (offers) => {
      for (const offer of offers) if (offer.active) active.add(offer.id);
      await figures.add(offers);
    },
    signal,
  });
  await figures.finish();
  return { made, active };
}

function rulesOf(ctx: ConnectionContext, shopUrl: string): CatalogRules {
  const { settings, crmCurrency } = ctx.connection;
  const { hidden, inStockQuantity, bindBySku, description, vatRate } = settings.catalog;
  return {
    language: settings.language,
    shopUrl,
    hidden,
    inStockQuantity,
    bindBySku,
    description,
    vatRate,
    presenceWords: settings.stock.presenceWords,
    currency: crmCurrency ?? undefined,
  };
}

async function choosePlan(
  ctx: ConnectionContext,
  folder: CatalogFolder,
  { served }: Catalogs,
  made: MadeCatalog,
  active: Fingerprints,
): Promise<PublicationPlan> {
  const facts = served && { ...served, contentHash: readVersion(served.version).contentHash };
  const vanished = served && (await countVanished(ctx, active));
  const plan = planPublication(made, facts, ctx.connection.settings.catalog.shrinkLimitPercent, vanished);
  // A data folder that lost the served file gets it back even though nothing changed.
  if (plan.do === "keep" && ctx.store.kind === "embedded" && !(await hasCatalogFiles(folder, served!.version, served!)))
    return { do: "publish" };
  return plan;
}

async function applyPlan(
  ctx: ConnectionContext,
  folder: CatalogFolder,
  plan: PublicationPlan,
  { served }: Catalogs,
  made: MadeCatalog,
): Promise<void> {
  if (plan.do === "refuse") {
    if (served) await openProblem(ctx, { code: "catalog_empty", params: { before: served.offers } });
    return;
  }
  await closeProblem(ctx, "catalog_empty");
  const record = recordOf(ctx, made);
  if (plan.do === "keep") {
    await saveServed(ctx, { ...record, version: served!.version, bytes: served!.bytes, gzipBytes: served!.gzipBytes });
  } else {
    await made.writer.moveInPlace(record.version);
    if (ctx.store.kind === "server") await savePieces(ctx, record.version, catalogFile(folder, record.version, true));
  }
  if (plan.do === "hold") {
    const facts = { before: plan.before, after: plan.after, vanished: plan.vanished };
    const limitPercent = ctx.connection.settings.catalog.shrinkLimitPercent;
    await saveHeld(ctx, { ...record, reason: { code: "catalog_shrunk", ...facts, limitPercent } });
    await openProblem(ctx, { code: "catalog_shrunk", params: { ...facts, limitPercent } });
    return;
  }
  if (plan.do === "publish") await saveServed(ctx, record);
  await closeProblem(ctx, "catalog_shrunk");
  await closeProblem(ctx, "catalog_stale");
  if (ctx.store.kind === "server") await prunePieces(ctx);
}

function recordOf(ctx: ConnectionContext, made: MadeCatalog): CatalogRecord {
  const at = ctx.now();
  return {
    version: versionOf(at, made.contentHash),
    generatedAt: at,
    offers: made.offers,
    activeOffers: made.activeOffers,
    products: made.products,
    bytes: made.bytes,
    gzipBytes: made.gzipBytes,
    etag: etagOf(made.contentHash, false),
    excluded: made.excluded,
    warnings: made.warnings,
    reason: null,
    lastFetchedAt: null,
  };
}

/** A catalogue that could not be renewed for two intervals is a problem, whatever the cause of each failure. */
async function remarkAge(ctx: ConnectionContext, { served }: Catalogs): Promise<void> {
  const since = served?.generatedAt ?? ctx.connection.createdAt;
  if (!isStale(ctx, since)) return;
  await openProblem(ctx, {
    code: "catalog_stale",
    params: { since: since.toISOString(), published: served !== undefined },
  });
}

function outcomeOf(plan: PublicationPlan, made: MadeCatalog): CatalogOutcome {
  const { offers, warnings, rows } = made;
  const excluded = made.excluded as Record<string, number>;
  const counts = { ...noCounts(), read: rows, excluded: Object.values(excluded).reduce((sum, one) => sum + one, 0) };
  if (plan.do === "hold") counts.held = offers;
  if (plan.do === "publish") counts.updated = offers;
  if (plan.do === "keep") counts.unchanged = offers;
  const partial = plan.do === "hold" || (plan.do === "refuse" && plan.isServed);
  return { state: partial ? "partial" : "succeeded", counts, excluded, warnings };
}
