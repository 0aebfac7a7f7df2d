import { expect, test } from "vitest";
import type { ComparedOutcome, ComparisonReport } from "../../api-shapes.ts";
import { differs, gapOf, problemsToRetry, sumOf, turnOf, turnsOf } from "./comparison-report.ts";

const day = (shop: [number, string], crm: [number, string]) => ({
  day: "2026-03-10",
  shop: { orders: shop[0], total: shop[1] },
  crm: { orders: crm[0], total: crm[1] },
});

const outcome = (more: Partial<ComparedOutcome>): ComparedOutcome => ({
  shopOrderId: "1",
  state: "synced",
  problem: null,
  differs: [],
  nextAttemptAt: null,
  ...more,
});

const report = (more: Partial<ComparisonReport>): ComparisonReport => ({
  days: [],
  missing: [],
  differing: [],
  onlyInCrm: [],
  outcome: [],
  capped: false,
  ...more,
});

test.each([
  [day([2, "290"], [2, "290.00"]), { orders: 0, total: "0.00" }, false],
  [day([2, "290"], [1, "145"]), { orders: -1, total: "-145.00" }, true],
  [day([1, "0.3"], [1, "0.1"]), { orders: 0, total: "-0.20" }, true],
  [day([0, "0"], [1, "12.5"]), { orders: 1, total: "12.50" }, true],
])("a day's gap is what the CRM has more (%#)", (one, gap, isDifferent) => {
  expect(gapOf(one)).toEqual(gap);
  expect(differs(one)).toBe(isDifferent);
});

test("other currencies are compared and summed apart", () => {
  const usd = (sum: string) => ({ orders: 1, total: "0", others: { USD: sum } });
  const equal = { day: "2026-03-10", shop: usd("10"), crm: usd("10.00") };
  const unequal = { day: "2026-03-11", shop: usd("10"), crm: { orders: 1, total: "0" } };

  expect([differs(equal), differs(unequal)]).toEqual([false, true]);
  expect(sumOf([equal, unequal]).shop.others).toEqual({ USD: "20.00" });
});

test("sums of days are exact", () => {
  const days = Array.from({ length: 10 }, () => day([1, "0.1"], [1, "1000000.01"]));

  expect(sumOf(days)).toEqual({ shop: { orders: 10, total: "1.00" }, crm: { orders: 10, total: "10000000.10" } });
});

test.each([
  [undefined, "open"],
  [outcome({}), "mended"],
  [outcome({ differs: ["items"] }), "shown"],
  [outcome({ problem: "total_differs" }), "shown"],
  [outcome({ state: "held", problem: "status_unmapped" }), "held"],
  [outcome({ state: "failed", nextAttemptAt: "2026-03-10T10:00:00Z" }), "retried"],
  [outcome({ state: "failed", problem: "crm_refused_order" }), "failed"],
  [outcome({ state: "excluded" }), "excluded"],
] as const)("whose turn it is after the mending (%#)", (one, turn) => {
  expect(turnOf(one)).toBe(turn);
});

test("an order that was missing and one that differs twice have one turn each", () => {
  const found = report({
    missing: ["1"],
    differing: [
      { shopOrderId: "2", field: "total", shop: "1", crm: "2" },
      { shopOrderId: "2", field: "status", shop: "1", crm: "new" },
    ],
    outcome: [outcome({})],
  });

  expect([...turnsOf(found)]).toEqual([
    ["1", "mended"],
    ["2", "open"],
  ]);
});

test("what is held waits for a person, also in a report that was cut short", () => {
  expect([...turnsOf(report({ held: ["7"] }))]).toEqual([["7", "held"]]);
});

test("only what failed is tried again, each problem once", () => {
  const found = report({
    outcome: [
      outcome({ state: "failed", problem: "crm_refused_order" }),
      outcome({ state: "failed", problem: "crm_refused_order", shopOrderId: "2" }),
      outcome({ state: "held", problem: "status_unmapped", shopOrderId: "3" }),
      outcome({ state: "synced", problem: "total_differs", shopOrderId: "4" }),
    ],
  });

  expect(problemsToRetry(found)).toEqual(["crm_refused_order"]);
});
