import { expect, test } from "vitest";
import { parseProduct } from "../horoshop/read.ts";
import { type CatalogRow, type CatalogRules, type Offer, productToRow, rowsToOffers } from "./product-to-offers.ts";

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

type Raw = Record<string, unknown>;
const read = (raw: Raw, changes: Partial<CatalogRules> = {}) =>
  productToRow(parseProduct({ article: "A-1", parent_article: "A-1", title: { ua: "Чашка" }, ...raw }), {
    ...rules,
    ...changes,
  });

function row(raw: Raw, changes: Partial<CatalogRules> = {}): CatalogRow {
  const reading = read(raw, changes);
  if ("excluded" in reading) throw new Error(reading.excluded);
  return reading.row;
}

function remarks(raw: Raw): string[] {
  const reading = read({ price: 1, presence: { id: 1 }, ...raw });
  return "excluded" in reading ? [reading.excluded] : reading.remarks;
}

function offers(rows: Raw[], changes: Partial<CatalogRules> = {}, codes: Record<string, string> = {}): Offer[] {
  return rowsToOffers(
    rows.map((raw) => row(raw, changes)),
    {
      rules: { ...rules, ...changes },
      categories: new Set([31, 32]),
      codes: new Map(Object.entries(codes)),
    },
  );
}

test.each([
  ["by language", { ua: "Чашка", ru: "Чашка р" }, "Чашка"],
  ["in another language only", { ua: "", ru: "Чашка р" }, "Чашка р"],
  ["plain", "Чашка", "Чашка"],
  ["with markup and characters that XML forbids", { ua: "<b>Ча\u0001шка</b> &amp;\tблюдце" }, "Чашка & блюдце"],
  ["too long", { ua: "я".repeat(300) }, "я".repeat(255)],
  ["a number", 451, "451"],
  ["unset", [], "A-1"],
  ["missing", undefined, "A-1"],
  ["empty in all languages", { ua: "", ru: " " }, "A-1"],
])("F88 a title %s", (_, title, expected) => {
  expect(offers([{ title }])[0]).toMatchObject({ name: expected, productName: expected });
});

test("the product's name is the main row's title, a variant's name its own", () => {
  const [main, variant] = offers([
    { article: "TK-GRN", parent_article: "TK", title: { ua: "Інша" }, mod_title: { ua: "Термокружка, зелена" } },
    { article: "TK", parent_article: "TK", title: { ua: "Термокружка" }, mod_title: [] },
  ]);

  expect(main).toMatchObject({ id: "TK", productId: "TK", name: "Термокружка", productName: "Термокружка" });
  expect(variant).toMatchObject({
    id: "TK-GRN",
    productId: "TK",
    name: "Термокружка, зелена",
    productName: "Термокружка",
  });
});

test("variants without their main row stay together", () => {
  const found = offers([
    { article: "TK-2", parent_article: "TK" },
    { article: "TK-1", parent_article: "TK", title: { ua: "Термокружка" } },
  ]);

  expect(found.map((offer) => [offer.id, offer.productId, offer.productName])).toEqual([
    ["TK-1", "TK", "Термокружка"],
    ["TK-2", "TK", "Термокружка"],
  ]);
});

test("variants of equal name are told apart by what differs, or else by their article", () => {
  const variant = (article: string, color: string, size: string) => ({
    article,
    parent_article: "T",
    title: { ua: "Футболка" },
    color: { value: { ua: color } },
    characteristics: { rozmir: size, material: "бавовна" },
  });

  const told = offers([variant("T", "біла", "M"), variant("T-2", "біла", "L"), variant("T-3", "чорна", "L")]);
  const same = offers([variant("T", "біла", "M"), variant("T-2", "біла", "M")]);

  expect(told.map((offer) => offer.name)).toEqual(["Футболка, біла, M", "Футболка, біла, L", "Футболка, чорна, L"]);
  expect(same.map((offer) => offer.name)).toEqual(["Футболка, T", "Футболка, T-2"]);
});

test("a long name gives way to what tells variants apart", () => {
  const variant = (article: string) => ({ article, parent_article: "T", title: { ua: "я".repeat(300) } });

  const names = offers([variant("T"), variant("T-2")]).map((offer) => offer.name);

  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(name.length).toBeLessThanOrEqual(255);
});

test("F50 an offer's id is the article of its order lines, and nothing else", () => {
  const raw = { article: " 0012345678901234567890 ", parent_article: "", article_for_display: "SKU 7" };

  const [offer] = offers([raw]);

  expect(offer).toMatchObject({ id: "0012345678901234567890", productId: "0012345678901234567890", xmlId: "" });
  expect(offer!.params).toEqual([{ name: "Артикул", code: "article", text: "SKU 7" }]);
  expect(offers([raw], { bindBySku: true })[0]!.xmlId).toBe("0012345678901234567890");
});

test("rows that cannot be offers say why", () => {
  expect(productToRow({ ...parseProduct({ article: "x" }), article: "  " }, rules)).toEqual({ excluded: "no_article" });
  expect(read({ article: "x".repeat(256) })).toEqual({ excluded: "article_too_long" });
  expect(offers([{ parent_article: "x".repeat(256) }])[0]).toMatchObject({ id: "A-1", productId: "A-1" });
});

test.each([
  [{ price: 420 }, "420.00", []],
  [{ price: "1 299,50" }, "1299.50", []],
  [{ price: 2.675 }, "2.68", []],
  [{ price: 0 }, "0.00", []],
  [{ price: undefined }, "0.00", ["price_missing"]],
  [{ price: [] }, "0.00", ["price_missing"]],
  [{ price: -5 }, "0.00", ["price_unreadable"]],
  [{ price: 1e9 }, "0.00", ["price_unreadable"]],
] as const)("price of %j is %s", (raw, price, said) => {
  expect(row(raw).price).toBe(price);
  expect(remarks(raw)).toEqual(said);
});

test.each([
  [
    "stock accounting",
    {
      residues: [
        { warehouse: "a", quantity: 5 },
        { warehouse: "b", quantity: "2.5" },
      ],
    },
    "7.5",
  ],
  ["stock by warehouse name", { residues: { a: 1, b: 2 } }, "3"],
  ["stock beats presence", { residues: [{ warehouse: "a", quantity: 0 }], presence: { id: 1 } }, "0"],
  ["debts are no stock", { residues: [{ warehouse: "a", quantity: -3 }] }, "0"],
  ["in stock, not counted", { residues: [], presence: { id: 1, value: { ua: "Є" } }, quantity: 0 }, "10"],
  ["out of stock", { presence: { id: 2 }, quantity: 99 }, "0"],
  ["own id, known word", { presence: { id: 7, value: { ua: " в наявності " } } }, "10"],
  ["own id, known word for none", { presence: { id: 8, value: { ru: "Немає в наявності" } } }, "0"],
  ["a word alone", { presence: "В наявності" }, "10"],
  ["own id, own word", { presence: { id: 9, value: { ua: "Під замовлення" } } }, "0"],
  ["nothing said", {}, "0"],
])("quantity: %s", (_, raw, quantity) => {
  expect(row(raw, { inStockQuantity: 10 }).quantity).toBe(quantity);
});

test("an availability that nobody explained is remarked", () => {
  expect(remarks({ presence: { id: 9, value: { ua: "Під замовлення" } } })).toEqual(["presence_unknown"]);
  expect(remarks({ presence: { id: 2 } })).toEqual([]);
  expect(remarks({ currency: "EUR" })).toEqual(["currency_differs"]);
  expect(remarks({ title: [] })).toEqual(["title_missing"]);
});

test("F87 a product is shown when any of its rows is; hidden ones stay, switched off, or are left out", () => {
  const shownOnce = [
    { article: "T", parent_article: "T", display_in_showcase: 0 },
    { article: "T-2", parent_article: "T", display_in_showcase: "1" },
  ];
  const hidden = [{ display_in_showcase: false }];

  expect(offers(shownOnce).map((offer) => offer.active)).toEqual([true, true]);
  expect(offers(shownOnce, { hidden: "omit" })).toHaveLength(2);
  expect(offers(hidden).map((offer) => offer.active)).toEqual([false]);
  expect(offers(hidden, { hidden: "omit" })).toEqual([]);
  expect(offers([{}])[0]!.active).toBe(true);
});

test("groups: main section and others, known ones only, the same for all variants", () => {
  const found = offers([
    {
      article: "T",
      parent_article: "T",
      parent: { id: 32, value: "Посуд / Термоси" },
      alt_parent: [{ id: 31, value: "Посуд" }, { id: 99, value: "?" }, { id: 32 }],
    },
    { article: "T-2", parent_article: "T", parent: { id: 31, value: "Посуд" }, alt_parent: [] },
  ]);

  expect(found.map((offer) => offer.categoryIds)).toEqual([
    [32, 31],
    [32, 31],
  ]);
});

test("F89 pictures: own first, then the common ones, at most ten, each once, all reachable", () => {
  const images = ["//cdn.example/1.jpg", "https://cdn.example/1.jpg", "data:x", ""];
  const gallery = Array.from({ length: 20 }, (_, place) => `http://shop.example/g ${place}.jpg`);

  const { pictures } = row({ images, gallery_common: gallery });

  expect(pictures).toHaveLength(10);
  expect(pictures.slice(0, 2)).toEqual(["https://cdn.example/1.jpg", "https://shop.example/g%200.jpg"]);
});

test("a variant without pictures and address takes those of its product", () => {
  const [, variant] = offers([
    { article: "T", parent_article: "T", images: ["https://shop.example/1.jpg"], link: "https://shop.example/t/" },
    { article: "T-2", parent_article: "T", images: [] },
  ]);

  expect(variant).toMatchObject({ pictures: ["https://shop.example/1.jpg"], url: "https://shop.example/t/" });
});

test("attributes become params with their kept codes; what is unset is left out", () => {
  const characteristics = {
    title: [],
    material: { id: 14, value: { ua: "Сталь" } },
    osoblyvosti: [{ value: { ua: "Герметична" } }, { value: { ua: "Легка" } }],
    kraina_vyrobnyk: { ua: "Україна" },
    vaha: 310,
    opys: { ua: `<p>${"ы".repeat(300)}</p>` },
  };
  const codes = {
    material: "material",
    osoblyvosti: "osoblyvosti_2",
    kraina_vyrobnyk: "kraina",
    vaha: "vaha",
    opys: "opys",
  };

  const [offer] = offers(
    [{ characteristics, color: { id: 1, value: { ua: "Синій" } }, short_description: { ua: "<p>Добра&nbsp;річ</p>" } }],
    {},
    codes,
  );

  expect(offer!.params).toEqual([
    { name: "Артикул", code: "article", text: "A-1" },
    { name: "Колір", code: "color", text: "Синій" },
    { name: "Kraina vyrobnyk", code: "kraina", text: "Україна" },
    { name: "Material", code: "material", text: "Сталь" },
    { name: "Opys", code: "opys", text: "ы".repeat(255) },
    { name: "Osoblyvosti", code: "osoblyvosti_2", text: "Герметична, Легка" },
    { name: "Vaha", code: "vaha", text: "310" },
    { name: "Опис", code: "description", text: "Добра річ" },
  ]);
});

test.each([
  ["none", ""],
  ["short", "Коротко"],
  ["full", "Докладно"],
] as const)("description: %s", (description, expected) => {
  const raw = { short_description: { ua: "Коротко" }, description: { ua: "<h1>Докладно</h1>" } };

  expect(row(raw, { description }).description).toBe(expected);
});

test("manufacturer, barcodes and unit", () => {
  const [offer] = offers([
    {
      brand: { value: { ua: "Майстерня" } },
      gtin: "4820000000017, 4820000000024",
      unit_of_measurement: { id: 1, value: "Шт." },
    },
  ]);

  expect(offer).toMatchObject({
    vendor: "Майстерня",
    barcodes: ["4820000000017", "4820000000024"],
    unit: { code: "pcs", name: "Штука", sym: "шт." },
  });
  expect(offers([{ brand: [], gtin: "", unit_of_measurement: "бочка" }])[0]).toMatchObject({
    vendor: "",
    barcodes: [],
    unit: undefined,
  });
});

test("doing it twice gives the same offers, in whatever order the rows come", () => {
  const rows = ["T", "T-3", "T-1", "T-2"].map((article) => ({ article, parent_article: "T" }));

  expect(offers([...rows].reverse())).toEqual(offers(rows));
});
