/** Makes the catalogue of a shop with so many offers in a folder, and prints how many came out. */
import { writeSync } from "node:fs";
import { samplePages, sampleProducts } from "../../bench/sample-products.ts";
import { generateCatalog } from "../../src/catalog/generate-catalog.flow.ts";
import { assignCodes } from "../../src/catalog/param-codes.ts";
import { parseProduct } from "../../src/horoshop/read.ts";

const [dataDir, rowsText] = process.argv.slice(2) as [string, string];
const rows = Number(rowsText);

const made = await generateCatalog({
  horoshop: {
    // Two modifications each; the second ones come last, so that no product lies on one page.
    async fetchProducts({ offset, limit }) {
      const numbers = Array.from({ length: Math.max(0, Math.min(limit, rows - offset)) }, (_, place) => offset + place);
      const products = numbers.map((row) => parseProduct(sampleProducts(row % (rows / 2), 2)[row < rows / 2 ? 0 : 1]));
      return { products, rows: products.length };
    },
    fetchPages: async (parent) => samplePages.filter((page) => page.parent === parent),
  },
  folder: { dataDir, connectionId: "c1" },
  mark: "test",
  shopName: "Лісова крамниця",
  rules: {
    language: "ua",
    shopUrl: "https://shop.example",
    hidden: "inactive",
    inStockQuantity: 1,
    bindBySku: false,
    description: "short",
    vatRate: "none",
    presenceWords: { in: "В наявності", out: "Немає в наявності" },
    currency: "UAH",
  },
  at: new Date("2026-03-10T08:00:00Z"),
  codesFor: async (fields) => assignCodes(fields, new Map()),
});
await made.writer.moveInPlace("made");
writeSync(1, `${made.offers} offers\n`);
