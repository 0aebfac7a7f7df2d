import { expect, test } from "vitest";
import { sumQuantities, toPrice } from "./amounts.ts";

test.each([
  ["420", "420.00"],
  ["1299.5", "1299.50"],
  ["0.005", "0.01"],
  ["0.0049", "0.00"],
  ["1.005", "1.01"],
  ["2.675", "2.68"],
  ["99999999", "99999999.00"],
  ["99999999.004", "99999999.00"],
  ["100000000", undefined],
  ["-1", undefined],
  ["abc", undefined],
  ["1,5", undefined],
])("price %s → %s", (amount, expected) => {
  expect(toPrice(amount)).toBe(expected);
});

test.each([
  [["0.1", "0.2"], "0.3"],
  [["5", "2"], "7"],
  [["12.5"], "12.5"],
  [["1.0005"], "1.001"],
  [["3", "-5"], "0"],
  [["-5", "8"], "3"],
  [[], "0"],
  [["99999999", "1"], "99999999"],
  [["0.0001"], "0"],
])("stock %j → %s", (amounts, expected) => {
  expect(sumQuantities(amounts)).toBe(expected);
});

test("F92 all of 150 warehouses are counted", () => {
  const warehouses = Array.from({ length: 150 }, () => "1.001");

  expect(sumQuantities(warehouses)).toBe("150.15");
});
