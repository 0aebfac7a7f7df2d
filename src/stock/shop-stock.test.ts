import { expect, test } from "vitest";
import {
  articleInCrm,
  chooseShopTarget,
  lacksWarehouse,
  type ShopStock,
  shopQuantity,
  shownInShop,
  toShopStock,
} from "./shop-stock.ts";

const words = { in: "В наявності", out: "Немає в наявності" };

const row = (residues: [string, number][], presence: ShopStock["presence"] = "out"): ShopStock => ({
  article: "A",
  residues: residues.map(([warehouse, quantity]) => ({ warehouse, quantity })),
  presence,
});

test.each([
  [{ id: 1, value: "anything" }, "in"],
  [{ id: 2, value: { ua: "Закінчився" } }, "out"],
  [{ id: 9, value: { ru: "…", ua: " в наявності " } }, "in"],
  [{ id: undefined, value: "Немає в наявності" }, "out"],
  [{ id: 3, value: { ua: "Під замовлення" } }, "other"],
  [undefined, "other"],
])("presence %j is read as %s", (presence, expected) => {
  expect(toShopStock({ article: "A", residues: [], presence }, words).presence).toBe(expected);
});

test("residues are read in thousandths", () => {
  const residues = [{ warehouse: " office ", quantity: "2.125" }];

  expect(toShopStock({ article: "A", residues, presence: undefined }, words).residues).toEqual([
    { warehouse: "office", quantity: 2125 },
  ]);
});

test.each([
  ["the warehouse of the settings", [row([["office", 1]])], "shelf", false, { kind: "warehouse", warehouse: "shelf" }],
  ["the only one there is", [row([]), row([["office", 1]])], null, true, { kind: "warehouse", warehouse: "office" }],
  [
    "none is chosen among two",
    [row([["b", 1]]), row([["a", 0]])],
    null,
    false,
    { kind: "unclear", warehouses: ["b", "a"] },
  ],
  ["no stock is kept", [row([])], null, false, { kind: "presence" }],
  [
    "a warehouse is chosen and nobody knows yet",
    [row([])],
    "office",
    false,
    { kind: "warehouse", warehouse: "office" },
  ],
  ["a warehouse is chosen and the shop said no", [row([])], "office", true, { kind: "presence" }],
  [
    "the shop said no and keeps stock since",
    [row([["office", 1]])],
    "office",
    true,
    { kind: "warehouse", warehouse: "office" },
  ],
])("target: %s", (_, rows, chosen, saidNo, expected) => {
  expect(chooseShopTarget(rows, chosen, saidNo)).toEqual(expected);
});

test("a target shows its own warehouse only; one without a name counts for any", () => {
  const both = row([
    ["office", 2000],
    ["shelf", 500],
  ]);

  expect(shownInShop(both, { kind: "warehouse", warehouse: "shelf" })).toBe(500);
  expect(shownInShop(row([["", 700]]), { kind: "warehouse", warehouse: "shelf" })).toBe(700);
  expect([row([], "in"), row([], "other")].map((one) => shownInShop(one, { kind: "presence" }))).toEqual([1000, 0]);
});

test.each([
  [
    "all warehouses",
    row([
      ["a", 2000],
      ["b", 500],
    ]),
    null,
    2500,
  ],
  [
    "one warehouse",
    row([
      ["a", 2000],
      ["b", 500],
    ]),
    "b",
    500,
  ],
  ["a debt of the shop", row([["a", -2000]]), null, 0],
  ["in stock without a figure", row([], "in"), null, 3000],
  ["a word of the shop's own", row([], "other"), null, 0],
])("what the shop has to sell: %s", (_, stock, warehouse, expected) => {
  expect(shopQuantity(stock, warehouse, 3000)).toBe(expected);
});

test("a warehouse that no row has is told from one that is empty, and from a shop without any", () => {
  const rows = [row([["office", 0]])];

  expect([lacksWarehouse(rows, "ofice"), lacksWarehouse(rows, "office"), lacksWarehouse(rows, null)]).toEqual([
    true,
    false,
    false,
  ]);
  expect(lacksWarehouse([row([])], "office")).toBe(false);
});

test("an article is spelt in the CRM as in the catalogue file", () => {
  expect(articleInCrm("  AB \t 12 ")).toBe("AB 12");
});
