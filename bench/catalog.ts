/**
 * The catalogue: how fast offers are written against a writer that builds a document, and how much memory a large shop
 * costs. Products come from a generator, so that nothing but the catalogue itself takes memory.
 */
import { fork } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { create } from "xmlbuilder2";
import { generateCatalog } from "../src/catalog/generate-catalog.flow.ts";
import { renderOffer } from "../src/catalog/icml.ts";
import { assignCodes } from "../src/catalog/param-codes.ts";
import {
  type CatalogRow,
  type CatalogRules,
  type Offer,
  productToRow,
  rowsToOffers,
} from "../src/catalog/product-to-offers.ts";
import { parseProduct } from "../src/horoshop/read.ts";
import type { HoroshopProduct } from "../src/horoshop/schema.ts";
import { samplePages, sampleProducts } from "./sample-products.ts";

const ratioMin = 10;
const memoryMaxMb = 120;
const writerOffers = 4000;
const largeShopRows = 100_000;
const rounds = 3;

const rules: CatalogRules = {
  language: "ua",
  shopUrl: "https://shop.example",
  hidden: "inactive",
  inStockQuantity: 1,
  bindBySku: false,
  description: "short",
  vatRate: "none",
  presenceWords: { in: "В наявності", out: "Немає в наявності" },
  currency: "UAH",
};
const codes = assignCodes(["kraina", "material", "osoblyvosti", "vaha"], new Map());
const context = { rules, codes, categories: new Set([31, 32, 33]) };

export type BenchResult = { name: string; measured: string; limit: string; ok: boolean };

/** Prints its figures with their limits; each result says whether the limit is kept. */
export async function benchCatalog(): Promise<BenchResult[]> {
  const results = [compareWriters(), ...(await measureLargeShop())];
  for (const { name, measured, limit, ok } of results) {
    console.log(`${ok ? "ok  " : "FAIL"} ${name}: ${measured} (limit: ${limit})`);
  }
  return results;
}

/** The same offers, once written as text, once as a document that is then written out. */
function compareWriters(): BenchResult {
  const offers = Array.from({ length: writerOffers / 2 }, (_, number) =>
    rowsToOffers(
      sampleProducts(number, 2).map((raw) => toRow(parseProduct(raw))),
      context,
    ),
  ).flat();
  const ours: number[] = [];
  const theirs: number[] = [];
  // The first round only warms up.
  for (let round = 0; round <= rounds; round += 1) {
    const text = offersPerSecond(offers, textWriter);
    const document = offersPerSecond(offers, documentWriter);
    if (round === 0) continue;
    ours.push(text);
    theirs.push(document);
  }
  const ratio = median(ours) / median(theirs);
  return {
    name: "catalogue, writing XML",
    measured: `${thousands(median(ours))} offers/s, a document builder ${thousands(median(theirs))} offers/s, ${ratio.toFixed(1)} times`,
    limit: `at least ${ratioMin} times`,
    ok: ratio >= ratioMin,
  };
}

type Writer = { add(offer: Offer): void; end(): string };

/** By processor time, so that other work on the machine does not count. */
function offersPerSecond(offers: Offer[], makeWriter: () => Writer): number {
  const before = process.cpuUsage();
  const writer = makeWriter();
  for (const offer of offers) writer.add(offer);
  if (Buffer.byteLength(writer.end()) < offers.length * 500) throw new Error("a writer wrote too little");
  const { user, system } = process.cpuUsage(before);
  return (offers.length / (user + system)) * 1e6;
}

function textWriter(): Writer {
  let xml = "";
  return {
    add(offer) {
      xml += renderOffer(offer);
    },
    end: () => xml,
  };
}

function toRow(product: HoroshopProduct): CatalogRow {
  const reading = productToRow(product, rules);
  if ("excluded" in reading) throw new Error(reading.excluded);
  return reading.row;
}

function documentWriter(): Writer {
  const root = create({ version: "1.0", encoding: "UTF-8" }).ele("offers");
  return {
    add(offer) {
      const node = root.ele("offer", { id: offer.id, productId: offer.productId, quantity: offer.quantity });
      node.ele("productActivity").txt(offer.active ? "Y" : "N");
      node.ele("url").txt(offer.url);
      node.ele("price").txt(offer.price);
      for (const id of offer.categoryIds) node.ele("categoryId").txt(String(id));
      for (const picture of offer.pictures) node.ele("picture").txt(picture);
      node.ele("name").txt(offer.name);
      node.ele("productName").txt(offer.productName);
      if (offer.vendor) node.ele("vendor").txt(offer.vendor);
      for (const { name, code, text } of offer.params) node.ele("param", { name, code }).txt(text);
      node.ele("vatRate").txt(offer.vatRate);
      for (const barcode of offer.barcodes) node.ele("barcode").txt(barcode);
    },
    end: () => root.end(),
  };
}

type LargeShop = { offers: number; seconds: number; idleMb: number; peakMb: number; fileMb: number };

/** In a process of its own: what the writers' document left in the heap must not hide anything. */
async function measureLargeShop(): Promise<BenchResult[]> {
  const measured = await new Promise<LargeShop>((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), ["large-shop"], { execArgv: process.execArgv });
    child.once("message", (message) => resolve(message as LargeShop));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the measuring process ended with ${code}`)));
  });
  const aboveMb = measured.peakMb - measured.idleMb;
  const perSecond = measured.offers / measured.seconds;
  return [
    {
      name: `catalogue, memory for ${thousands(measured.offers)} offers`,
      measured:
        `${aboveMb.toFixed(0)} MB above idle (${measured.peakMb.toFixed(0)} MB at most), ` +
        `${thousands(perSecond)} offers/s from the shop's rows to both files, ${measured.fileMb.toFixed(0)} MB of XML`,
      limit: `at most ${memoryMaxMb} MB above idle`,
      ok: aboveMb <= memoryMaxMb,
    },
  ];
}

async function publishLargeShop(): Promise<LargeShop> {
  const dataDir = mkdtempSync(join(tmpdir(), "bench-catalog-"));
  await publish(dataDir, 1000);
  await rest(500);
  const idleMb = process.memoryUsage.rss() / 1e6;
  let peakMb = idleMb;
  const sampling = setInterval(() => {
    peakMb = Math.max(peakMb, process.memoryUsage.rss() / 1e6);
  }, 10);
  const started = performance.now();
  const made = await publish(dataDir, largeShopRows);
  const seconds = (performance.now() - started) / 1000;
  clearInterval(sampling);
  await rm(dataDir, { recursive: true });
  return { offers: made.offers, seconds, idleMb, peakMb, fileMb: made.bytes / 1e6 };
}

async function publish(dataDir: string, rows: number) {
  const made = await generateCatalog({
    horoshop: {
      // Two modifications each; the second ones come last, so that no product lies on one page.
      async fetchProducts({ offset, limit }) {
        await rest(0);
        const products: HoroshopProduct[] = [];
        for (let row = offset; row < Math.min(offset + limit, rows); row += 1) {
          const half = rows / 2;
          products.push(parseProduct(sampleProducts(row % half, 2)[row < half ? 0 : 1]));
        }
        return { products, rows: products.length };
      },
      fetchPages: async (parent) => samplePages.filter((page) => page.parent === parent),
    },
    folder: { dataDir, connectionId: "bench" },
    mark: "bench",
    shopName: "Лісова крамниця",
    rules,
    at: new Date(),
    codesFor: async (fields) => assignCodes(fields, new Map()),
  });
  await made.writer.moveInPlace(`rows-${rows}`);
  return made;
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function median(values: number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString("en");
}

if (process.argv[2] === "large-shop") {
  const measured = await publishLargeShop();
  process.send!(measured, () => process.exit(0));
}
