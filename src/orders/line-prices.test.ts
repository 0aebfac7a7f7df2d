import { expect, test } from "vitest";
import { fromAmount } from "./amount.ts";
import { linePrices } from "./line-prices.ts";
import { orderDiscount } from "./order-total.ts";
import { sampleLine, sampleOrder } from "./sample-order.ts";

const main = sampleLine({ type: "set_main", price: "500", storage_id: 1 });
const part = (price: string, storage_id: number) =>
  sampleLine({ type: "set_item", price, storage_id, parent_storage_id: 1 });
const gift = (price: string) => sampleLine({ type: "gift", price, storage_id: 7 });
const third = sampleLine({ price: "33.333333", quantity: "3", total_price: "100" });

test.each([
  ["a gift for nothing", [sampleLine(), gift("0")], "100", "100", ["100", "0"], undefined],
  ["a gift that shows what it would cost", [sampleLine(), gift("50")], "100", "100", ["100", "0"], undefined],
  ["a set priced on its main line", [main, part("0", 2), part("0", 3)], "500", "500", ["500", "0", "0"], undefined],
  [
    "a set whose parts show theirs too",
    [main, part("300", 2), part("250", 3)],
    "500",
    "500",
    ["500", "0", "0"],
    undefined,
  ],
  [
    "a set that its parts pay for",
    [main, part("300", 2), part("250", 3)],
    "550",
    "550",
    ["0", "300", "250"],
    undefined,
  ],
  ["such a set with a coupon", [main, part("300", 2), part("250", 3)], "500", "450", ["500", "0", "0"], "50"],
  ["a set and a gift", [main, part("300", 2), gift("9")], "500", "500", ["500", "0", "0"], undefined],
  ["sums that no choice explains", [main, part("300", 2)], "777", "777", ["500", "300"], "23"],
  ["a third of a kopeck", [third], "100", "100", ["33.34"], "0.02"],
  ["a discount written as a line", [sampleLine(), sampleLine({ price: "-20" })], "80", "80", ["100", "0"], "20"],
  ["a discount larger than the lines", [sampleLine()], "100", "-50", ["100"], "100"],
  ["a part of a kilogram", [sampleLine({ price: "299.99", quantity: "0.333" })], "99.9", "99.9", ["299.99"], undefined],
])("%s (F43, F44, F51)", (_, products, total_default, total_sum, prices, discount) => {
  const order = sampleOrder({ products, total_default, total_sum });

  expect(linePrices(order).map(({ price }) => fromAmount(price))).toEqual(prices);
  expect(orderDiscount(order)).toBe(discount);
});

test("a payment type that makes the order cheaper is part of the discount", () => {
  const order = sampleOrder({ products: [sampleLine()], total_default: "100", total_sum: "100", payment_price: "-5" });

  expect(orderDiscount(order)).toBe("5");
});
