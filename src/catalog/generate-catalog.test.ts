import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { SaxesParser } from "saxes";
import { afterEach, beforeEach, expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import { type RawProduct, samplePages, sampleProducts } from "../../bench/sample-products.ts";
import { ApiError } from "../http/api-error.ts";
import { catalogFile } from "./catalog-files.flow.ts";
import { generateCatalog, type MadeCatalog } from "./generate-catalog.flow.ts";
import { assignCodes } from "./param-codes.ts";
import type { CatalogRules } from "./product-to-offers.ts";
import { createTestShop, type TestShop } from "./test-shop.ts";

const schema = readFileSync(new URL("../../fixtures/icml.xsd", import.meta.url), "utf8");
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

let dataDir = "";
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "catalog-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

type Options = { rules?: Partial<CatalogRules>; at?: string; shopName?: string; signal?: AbortSignal };

async function generate(shop: TestShop, options: Options = {}): Promise<MadeCatalog & { xml: string }> {
  const folder = { dataDir, connectionId: "c1" };
  const made = await generateCatalog({
    horoshop: shop,
    folder,
    mark: "run",
    shopName: options.shopName ?? "Лісова <крамниця> & син",
    rules: { ...rules, ...options.rules },
    at: new Date(options.at ?? "2025-03-14T09:30:00Z"),
    codesFor: async (fields) => assignCodes(fields, new Map()),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  await made.writer.moveInPlace("v");
  const xml = readFileSync(catalogFile(folder, "v", false), "utf8");
  expect(gunzipSync(readFileSync(catalogFile(folder, "v", true))).toString()).toBe(xml);
  expect(Buffer.byteLength(xml)).toBe(made.bytes);
  return { ...made, xml };
}

/** Ids in the order of the file; rejects text that is not well-formed. */
function offerIds(xml: string): string[] {
  const ids: string[] = [];
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", (tag) => {
    if (tag.name === "offer") ids.push(String(tag.attributes.id));
  });
  parser.write(xml).close();
  return ids;
}

async function schemaErrors(xml: string): Promise<string[]> {
  const result = await validateXML({ xml: { fileName: "catalog.xml", contents: xml }, schema });
  return result.errors.map((error) => error.message);
}

const excludedRows = (made: MadeCatalog) => Object.values(made.excluded).reduce((sum, rows) => sum + rows, 0);
const many = (count: number, modifications = 1): RawProduct[] =>
  Array.from({ length: count }, (_, number) => sampleProducts(number, modifications)).flat();

test("F88 whatever the shop says, the file is well-formed and valid", async () => {
  const nasty: RawProduct[] = [
    { article: 'A&<>"\u0001\n1', title: { ua: "\u0000Ча\ud800шка ]]> <&amp;>" }, price: "1e-7", gtin: "1\u0002 2" },
    { article: "x".repeat(300) },
    { article: "  " },
    { broken: true },
    {
      article: "лише-артикул",
      characteristics: { "": "порожній ключ", "Ключ <1>&": { ua: "<i>x</i>\u0008" }, "😀": "😀".repeat(300) },
      images: ["http://shop.example/ж &'\".jpg"],
      link: '/a?b=1&c="2"',
      alt_parent: [{ id: 31 }, { id: 31 }, { id: -4 }, { id: 0 }],
      unit_of_measurement: "шт.",
      brand: { ua: 'ТОВ "Ліс"' },
    },
    { article: "негативна", price: -1, residues: [{ quantity: -7 }, "0.0004"], parent_article: " " },
    ...many(7, 3),
  ];

  for (const changes of [{}, { hidden: "omit", bindBySku: true, description: "none", vatRate: "20" }] as const) {
    const made = await generate(createTestShop(nasty, samplePages), { rules: changes });

    expect(await schemaErrors(made.xml)).toEqual([]);
    expect(offerIds(made.xml)).toHaveLength(made.offers);
    expect(made.offers + excludedRows(made)).toBe(made.rows);
    expect(made.rows).toBe(nasty.length);
    expect(made.excluded).toMatchObject({ no_article: 1, article_too_long: 1, unreadable: 1 });
  }
});

test("F84 all 523 products, though a page holds at most 500", async () => {
  const shop = createTestShop(many(523), samplePages);

  const made = await generate(shop);

  expect(made).toMatchObject({ rows: 523, offers: 523, products: 523, excluded: {} });
  expect(shop.asked).toEqual([0, 500]);
});

test("F84 a last page that is exactly full costs one more call", async () => {
  const shop = createTestShop(many(1000), samplePages);

  expect((await generate(shop)).offers).toBe(1000);
  expect(shop.asked).toEqual([0, 500, 1000]);
});

test("F85 the same shop gives the same bytes but for the time, in whatever order its rows come", async () => {
  const products = many(700, 2);
  const shuffled = [...products].sort((one, other) =>
    String(one.gtin) + one.link < String(other.gtin) + other.link ? 1 : -1,
  );

  const first = await generate(createTestShop(products, samplePages));
  const again = await generate(createTestShop(products, samplePages), { at: "2026-01-01T00:00:00Z" });
  const other = await generate(createTestShop(shuffled, samplePages));

  expect(first.xml).toContain('<yml_catalog date="2025-03-14 09:30:00">');
  expect(again.xml.replace("2026-01-01 00:00:00", "2025-03-14 09:30:00")).toBe(first.xml);
  expect(again.contentHash).toBe(first.contentHash);
  expect(other.xml).toBe(first.xml);
});

test("a change of one price is another content", async () => {
  const products = many(3);
  const first = await generate(createTestShop(products, samplePages));

  const other = await generate(createTestShop([{ ...products[0], price: 7 }, ...products.slice(1)], samplePages));

  expect(other.contentHash).not.toBe(first.contentHash);
});

test("F86 doubled articles are written once, also when they come under another product", async () => {
  const products = [...many(510), ...many(3), { ...sampleProducts(1)[0], parent_article: "A-2", price: 1 }];

  const made = await generate(createTestShop(products, samplePages));

  expect(new Set(offerIds(made.xml)).size).toBe(510);
  expect(made).toMatchObject({ offers: 510, excluded: { duplicate_article: 4 } });
  expect(made.warnings).toContainEqual({
    code: "duplicate_article",
    params: { count: 4, examples: ["A-0", "A-1", "A-2", "A-1"] },
  });
});

test("rows of one product come together though they lie on pages far apart", async () => {
  const products = many(1200, 2);
  const mains = products.filter((row) => row.article === row.parent_article);
  const variants = products.filter((row) => row.article !== row.parent_article).reverse();

  const made = await generate(createTestShop([...variants, ...mains], samplePages));

  const ids = offerIds(made.xml);
  expect(made).toMatchObject({ offers: 2400, products: 1200 });
  for (let number = 0; number < 1200; number += 1) {
    expect(ids[ids.indexOf(`A-${number}`) + 1]).toBe(`A-${number}-1`);
  }
  expect(await schemaErrors(made.xml)).toEqual([]);
});

test("F87 hidden products are switched off or left out, and counted", async () => {
  const products = many(20);

  const kept = await generate(createTestShop(products, samplePages));
  const omitted = await generate(createTestShop(products, samplePages), { rules: { hidden: "omit" } });

  expect(kept).toMatchObject({ offers: 20, activeOffers: 18, excluded: {} });
  expect(kept.xml.match(/<productActivity>N</g)).toHaveLength(2);
  expect(omitted).toMatchObject({ offers: 18, activeOffers: 18, excluded: { hidden: 2 } });
});

test("F87 sections: used ones with their ancestors; the walk ends when all are found", async () => {
  const shop = createTestShop(many(6), samplePages);

  const made = await generate(shop);

  expect(made.xml).toContain(
    '<category id="30">Посуд</category>\n<category id="31" parentId="30">Термоси</category>\n' +
      '<category id="32" parentId="30">Чашки &amp; блюдця</category>\n<category id="33" parentId="31">#33</category>',
  );
  expect(made.xml).not.toContain("Контакти");
  expect(shop.walked).not.toContain(33);
});

test("a section that the shop does not list is dropped and remarked", async () => {
  const made = await generate(
    createTestShop(
      many(3),
      samplePages.filter((page) => page.id !== 32),
    ),
  );

  expect(made.xml).not.toContain("<categoryId>32</categoryId>");
  expect(made.warnings).toContainEqual({ code: "section_unknown", params: { count: 1, examples: ["32"] } });
  expect(await schemaErrors(made.xml)).toEqual([]);
});

test("a shop whose sections point at each other is walked once", async () => {
  const shop = createTestShop(many(3));
  shop.fetchPages = async (parent) => {
    shop.walked.push(parent);
    return [{ id: (parent % 5) + 1, parent: parent + 7, title: { ua: "коло" } }];
  };

  await generate(shop);

  expect(shop.walked).toHaveLength(6);
});

test("a shop too old to list sections still gives groups", async () => {
  const shop = createTestShop(many(3));
  shop.fetchPages = async () => {
    throw new ApiError({
      kind: "rejected",
      remote: "horoshop",
      operation: "pages/export",
      message: "no such function",
      remoteCode: "UNDEFINED_FUNCTION",
    });
  };

  const made = await generate(shop);

  expect(made.xml).toContain('<category id="31">Термоси</category>');
  expect(made.warnings.map((warning) => warning.code)).toEqual(["sections_not_listed"]);
});

test("F90 a page that cannot be read leaves nothing behind", async () => {
  const shop = createTestShop(many(1600), samplePages);
  shop.beforePage = (offset) => {
    if (offset === 1000) throw new Error("502");
  };

  await expect(generate(shop)).rejects.toThrow("502");

  expect(readdirSync(join(dataDir, "spool", "c1", "run"))).toEqual([]);
  expect(existsSync(join(dataDir, "catalogs"))).toBe(false);
});

test("sections that cannot be read fail the run like a page", async () => {
  const shop = createTestShop(many(3), samplePages);
  shop.fetchPages = async () => {
    throw new Error("502");
  };

  await expect(generate(shop)).rejects.toThrow("502");
});

test("a shop that gives the same page for ever is not read for ever", async () => {
  const shop = createTestShop(many(500), samplePages);
  const { fetchProducts } = shop;
  shop.fetchProducts = (page, signal) => fetchProducts({ ...page, offset: 0 }, signal);

  await expect(generate(shop)).rejects.toThrow(/same page/);

  expect(shop.asked.length).toBeLessThan(5);
});

test("a stop ends the reading at the next page", async () => {
  const stop = new AbortController();
  const shop = createTestShop(many(2000), samplePages);
  shop.beforePage = (offset) => {
    if (offset === 500) stop.abort();
  };

  await expect(generate(shop, { signal: stop.signal })).rejects.toThrow();

  expect(shop.asked).toEqual([0, 500]);
});

test("an empty shop makes an empty, valid file", async () => {
  const made = await generate(createTestShop());

  expect(made).toMatchObject({ rows: 0, offers: 0, products: 0, excluded: {} });
  expect(await schemaErrors(made.xml)).toEqual([]);
});
