import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { HoroshopClient } from "../horoshop/client.ts";
import {
  type CatalogFolder,
  type CatalogWriter,
  createCatalogWriter,
  spoolFolder,
  type WrittenFile,
} from "./catalog-files.flow.ts";
import { fileEnd, fileStart, renderOffer, renderShop, renderTime } from "./icml.ts";
import {
  type CatalogRow,
  type CatalogRules,
  type Exclusion,
  type OfferContext,
  rowsToOffers,
} from "./product-to-offers.ts";
import { readCategories, readProducts } from "./read-shop.flow.ts";
import { type CatalogWarning, createRemarks } from "./remarks.ts";
import { createSpool, type Spool } from "./spool.flow.ts";

export type CatalogOrder = {
  horoshop: Pick<HoroshopClient, "fetchProducts" | "fetchPages">;
  folder: CatalogFolder;
  /** tells this run's files from those of another one that was given up for dead */
  mark: string;
  shopName: string;
  rules: CatalogRules;
  at: Date;
  /** codes for the attributes that occur: known ones and, kept for ever from now on, new ones */
  codesFor(fields: Set<string>): Promise<ReadonlyMap<string, string>>;
  onPage?: (rows: number) => Promise<void>;
  /** the offers of one product after another, as they are written */
  onOffers?: (offers: { id: string; quantity: string; active: boolean }[]) => Promise<void>;
  signal?: AbortSignal;
};

export type MadeCatalog = WrittenFile & {
  rows: number;
  offers: number;
  activeOffers: number;
  products: number;
  excluded: Partial<Record<Exclusion, number>>;
  warnings: CatalogWarning[];
  writer: CatalogWriter;
};

/**
 * Reads the shop and writes a new catalogue file beside the served one. The same shop gives the same bytes, but for
 * the time of generation, whatever order its rows come in. The caller moves the file in place or discards it.
 */
export async function generateCatalog(order: CatalogOrder): Promise<MadeCatalog> {
  const { horoshop, rules, folder, signal } = order;
  const path = join(spoolFolder(folder), order.mark);
  await mkdir(path, { recursive: true });
  const remarks = createRemarks();
  const spool = createSpool(join(path, "rows"));
  let writer: CatalogWriter | undefined;
  try {
    const reading = await readProducts(horoshop, rules, spool, remarks, { signal, onPage: order.onPage });
    const categories = await readCategories(horoshop, reading.sections, rules.language, remarks, signal);
    signal?.throwIfAborted();
    const codes = await order.codesFor(reading.fields);
    writer = await createCatalogWriter(folder, path);
    await writer.write(fileStart);
    await writer.write(renderTime(order.at), false);
    await writer.write(renderShop(order.shopName, categories));
    const context = { rules, codes, categories: new Set(categories.map((category) => category.id)) };
    const counts = await writeOffers(spool, writer, context, order);
    await writer.write(fileEnd);
    const written = await writer.finish();
    const excluded = { ...reading.excluded, ...(counts.hidden > 0 ? { hidden: counts.hidden } : {}) };
    const { hidden: _, ...offers } = counts;
    return { ...written, ...offers, rows: reading.rows, excluded, warnings: remarks.list(), writer };
  } catch (error) {
    await writer?.discard();
    throw error;
  } finally {
    await spool.close();
  }
}

type OfferCounts = { offers: number; activeOffers: number; products: number; hidden: number };

async function writeOffers(
  spool: Spool,
  writer: CatalogWriter,
  context: OfferContext,
  { signal, onOffers }: Pick<CatalogOrder, "signal" | "onOffers">,
): Promise<OfferCounts> {
  const counts: OfferCounts = { offers: 0, activeOffers: 0, products: 0, hidden: 0 };
  for await (const lines of spool.buckets()) {
    signal?.throwIfAborted();
    for (const rows of groupRows(lines)) {
      const offers = rowsToOffers(rows, context);
      counts.hidden += rows.length - offers.length;
      if (offers.length === 0) continue;
      counts.products += 1;
      counts.offers += offers.length;
      if (offers[0]!.active) counts.activeOffers += offers.length;
      for (const offer of offers) await writer.write(renderOffer(offer));
      await onOffers?.(offers);
    }
  }
  return counts;
}

/** Rows of one bucket by product, products in the order of their ids. */
function groupRows(lines: string[]): CatalogRow[][] {
  const groups = new Map<string, CatalogRow[]>();
  for (const line of lines) {
    const row = JSON.parse(line) as CatalogRow;
    const group = groups.get(row.productId);
    if (group) group.push(row);
    else groups.set(row.productId, [row]);
  }
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, rows]) => rows);
}
