import { expect, test } from "vitest";
import { planPublication } from "./check-catalog.ts";

const facts = (activeOffers: number, contentHash: string, offers = activeOffers) => ({
  offers,
  activeOffers,
  contentHash,
});

test.each([
  ["the first file", facts(3, "a"), undefined, 30, { do: "publish" }],
  ["no change", facts(3, "a"), facts(3, "a"), 30, { do: "keep" }],
  ["more offers", facts(9, "b"), facts(3, "a"), 30, { do: "publish" }],
  ["exactly the limit", facts(70, "b"), facts(100, "a"), 30, { do: "publish" }],
  ["one beyond the limit", facts(69, "b"), facts(100, "a"), 30, { do: "hold", before: 100, after: 69, vanished: 31 }],
  ["all switched off", facts(0, "b", 100), facts(100, "a"), 30, { do: "hold", before: 100, after: 0, vanished: 100 }],
  ["any fall with limit 0", facts(99, "b"), facts(100, "a"), 0, { do: "hold", before: 100, after: 99, vanished: 1 }],
  ["limit 100 holds nothing", facts(1, "b"), facts(100, "a"), 100, { do: "publish" }],
  ["an empty file replaces nothing", facts(0, "b"), facts(100, "a"), 100, { do: "refuse", isServed: true }],
  ["an empty file is not even the first", facts(0, "b"), undefined, 30, { do: "refuse", isServed: false }],
] as const)("F90 %s", (_, made, served, limit, plan) => {
  expect(planPublication(made, served, limit)).toEqual(plan);
});

test.each([
  ["others came in their place", facts(100, "b"), 31, { do: "hold", before: 100, after: 100, vanished: 31 }],
  ["exactly the limit", facts(100, "b"), 30, { do: "publish" }],
  [
    "it grew, but half of the old ones are gone",
    facts(500, "b"),
    50,
    { do: "hold", before: 100, after: 500, vanished: 50 },
  ],
  ["none is gone", facts(100, "b"), 0, { do: "publish" }],
] as const)("F90 vanished offers count: %s", (_, made, vanished, plan) => {
  expect(planPublication(made, facts(100, "a"), 30, vanished)).toEqual(plan);
});
