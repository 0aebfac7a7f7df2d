/** A shop in memory for the tests of the catalogue: it pages as the real one does. */
import type { RawProduct } from "../../bench/sample-products.ts";
import type { HoroshopClient } from "../horoshop/client.ts";
import { parseProduct } from "../horoshop/read.ts";
import type { HoroshopPage } from "../horoshop/schema.ts";

export type TestShop = Pick<HoroshopClient, "fetchProducts" | "fetchPages"> & {
  products: RawProduct[];
  pages: HoroshopPage[];
  /** `offset` of each page asked for */
  asked: number[];
  /** sections asked for */
  walked: number[];
  /** called before each page; may reject */
  beforePage: (offset: number) => void | Promise<void>;
};

const limitMax = 500;

export function createTestShop(products: RawProduct[] = [], pages: HoroshopPage[] = []): TestShop {
  const shop: TestShop = {
    products,
    pages,
    asked: [],
    walked: [],
    beforePage: () => {},
    async fetchProducts({ offset, limit }, signal) {
      signal?.throwIfAborted();
      await shop.beforePage(offset);
      shop.asked.push(offset);
      // Lowered without a word, as measured.
      const rows = shop.products.slice(offset, offset + Math.min(limit, limitMax));
      const readable = rows.filter((row) => row.broken !== true);
      return { products: readable.map((row) => parseProduct(row)), rows: rows.length };
    },
    async fetchPages(parent) {
      shop.walked.push(parent);
      return shop.pages.filter((page) => page.parent === parent);
    },
  };
  return shop;
}
