import { expect, test } from "vitest";
import { fromAmount, sameAmount, sum, times, toAmount } from "./amount.ts";

test.each([
  ["1299.5", "1299.5"],
  ["1299,50", "1299.5"],
  ["-1", "-1"],
  [" 0.10 ", "0.1"],
  ["0.005", "0.01"],
  ["-0.004", "0"],
  ["", "0"],
  ["1 299", "0"],
])("%j is read as %s", (typed, expected) => {
  expect(fromAmount(toAmount(typed))).toBe(expected);
});

test("a third of a kopeck is not lost in a float (F44)", () => {
  const third = times(toAmount("10"), toAmount("0.333333"));

  expect(fromAmount(sum([third, third, third]))).toBe("10");
  expect(fromAmount(times(toAmount("0.1"), toAmount("3")))).toBe("0.3");
  expect(sameAmount("0.1", "0.10")).toBe(true);
  expect(sameAmount("0.1", "0.11")).toBe(false);
});
