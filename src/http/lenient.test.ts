import { expect, test } from "vitest";
import { z } from "zod";
import { decimal, flag, mapOfAnything, optionalInteger, readableListOf, text, toDecimal } from "./lenient.ts";

test.each<[unknown, string | undefined]>([
  [1299.5, "1299.5"],
  [0, "0"],
  [-1, "-1"],
  [0.1 + 0.2, "0.3"],
  ["1299.50", "1299.5"],
  ["1 299,50", "1299.5"],
  ["1\u00a0299,50", "1299.5"],
  ["1,299.50", "1299.5"],
  ["1.299,50", "1299.5"],
  ["0,250", "0.25"],
  ["007", "7"],
  ["-0.00", "0"],
  // F45: two readings, a factor of a thousand apart
  ["1,299", undefined],
  ["", undefined],
  ["12 UAH", undefined],
  [null, undefined],
  [[], undefined],
  [Number.NaN, undefined],
])("the amount %j reads as %j", (written, amount) => {
  expect(toDecimal(written)).toBe(amount);
});

test("missing keys, empty maps as lists and flags in every spelling", () => {
  const shape = z.object({
    name: text,
    paid: flag,
    user: optionalInteger,
    extra: mapOfAnything,
    lines: readableListOf(z.object({ id: z.int() })),
  });

  expect(shape.parse({})).toEqual({ name: "", paid: false, user: undefined, extra: {}, lines: [] });
  expect(
    shape.parse({ name: 20517733, paid: "1", user: "7", extra: [], lines: { "5": { id: 5 }, "6": "broken" } }),
  ).toEqual({
    name: "20517733",
    paid: true,
    user: 7,
    extra: {},
    lines: [{ id: 5 }],
  });
  expect(() => z.object({ price: decimal }).parse({})).toThrow("not an amount");
});
