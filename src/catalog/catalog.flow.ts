import { randomUUID } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import type { Connection } from "../connections/connection.ts";
import type { AppContext, ConnectionContext } from "../context.ts";
import { isApiError } from "../http/api-error.ts";
import { closeProblem } from "../log/problems.sql.ts";
import { catalogUrl, tellCrm } from "./catalog-address.flow.ts";
import { serveHeldFigures } from "./catalog-figures.sql.ts";
import { hasCatalogFiles, openCatalogFile, restoreCatalogFiles } from "./catalog-files.flow.ts";
import { type CatalogRecord, loadCatalogs, loadPieces, promoteHeld } from "./catalogs.sql.ts";
import type { CatalogWarning } from "./remarks.ts";

/** A file older than this many intervals is stale. */
const staleIntervals = 2;

/** `GET /connections/{id}/catalog` of the contract. */
export type CatalogView = {
  url: string;
  state: "none" | "fresh" | "stale" | "held";
  generatedAt: string | null;
  offers: number;
  products: number;
  bytes: number;
  excluded: Record<string, number>;
  warnings: CatalogWarning[];
  held: { offers: number; reason: string; params: Record<string, unknown> } | null;
  lastFetchedAt: string | null;
};

export async function catalogView(app: AppContext, connection: Connection): Promise<CatalogView> {
  const { served, held } = await loadCatalogs(app, connection.id);
  return {
    url: catalogUrl(app, connection),
    state: held ? "held" : stateOf(app, served),
    generatedAt: served?.generatedAt.toISOString() ?? null,
    offers: served?.offers ?? 0,
    products: served?.products ?? 0,
    bytes: served?.bytes ?? 0,
    excluded: served?.excluded ?? {},
    warnings: served?.warnings ?? [],
    held: held ? heldView(held) : null,
    lastFetchedAt: served?.lastFetchedAt?.toISOString() ?? null,
  };
}

function stateOf(app: AppContext, served: CatalogRecord | undefined): CatalogView["state"] {
  if (!served) return "none";
  return isStale(app, served.generatedAt) ? "stale" : "fresh";
}

function heldView(held: CatalogRecord): CatalogView["held"] {
  const { code, ...params } = held.reason ?? {};
  return { offers: held.offers, reason: String(code ?? "catalog_shrunk"), params };
}

export function isStale(app: Pick<AppContext, "config" | "now">, generatedAt: Date): boolean {
  return app.now().getTime() - generatedAt.getTime() > staleIntervals * app.config.catalogIntervalMs;
}

/** A person looked: what was held back is served from now on, and the CRM is asked to load it. False: none is held. */
export async function confirmHeld(ctx: ConnectionContext): Promise<boolean> {
  if (!(await promoteHeld(ctx))) return false;
  await serveHeldFigures(ctx);
  await closeProblem(ctx, "catalog_shrunk");
  await closeProblem(ctx, "catalog_stale");
  try {
    await tellCrm(ctx, true);
  } catch (error) {
    // Refused credentials: the next exchange meets and reports them; the confirmation itself is done.
    if (!isApiError(error)) throw error;
  }
  return true;
}

export type ServedFile = { record: CatalogRecord; open(gzip: boolean): Promise<{ file: FileHandle; bytes: number }> };

/**
 * What is served for a connection; undefined before the first generation, or when the file is nowhere. A process that
 * has no copy of its own makes one from the database.
 */
export async function servedFile(app: AppContext, connectionId: string): Promise<ServedFile | undefined> {
  const { served } = await loadCatalogs(app, connectionId);
  if (!served) return undefined;
  const folder = { dataDir: app.config.dataDir, connectionId };
  if (!(await hasCatalogFiles(folder, served.version, served))) {
    if (app.store.kind !== "server") return undefined;
    const pieces = loadPieces(app, connectionId, served.version);
    await restoreCatalogFiles(folder, served.version, pieces, randomUUID());
  }
  return {
    record: served,
    async open(gzip) {
      const opened = await openCatalogFile(folder, served.version, gzip);
      if (!opened) throw new Error("the catalogue file vanished while it was being opened");
      return opened;
    },
  };
}
