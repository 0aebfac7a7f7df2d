import { expect, test } from "vitest";
import { type AgreedFigure, crmQuantity, planStock, wantedInCrm, wantedInShop } from "./plan-stock.ts";

const now = new Date("2026-03-10T08:00:00Z");
const hourAgo = new Date("2026-03-10T07:00:00Z");

function plan(
  wanted: number,
  world: { shown?: number; agreed?: Partial<AgreedFigure>; echo?: boolean; refusedBefore?: Date },
) {
  const agreed = world.agreed && { figure: 0, target: "main", refusedAt: null, ...world.agreed };
  const { writes, agreements, unchanged, refused } = planStock({
    wanted: new Map([["A", wanted]]),
    shown: () => world.shown,
    agreed: new Map(agreed ? [["A", agreed]] : []),
    target: "main",
    isEcho: () => world.echo ?? false,
    refusedBefore: world.refusedBefore ?? now,
  });
  if (writes.length > 0) return `write ${writes[0]!.figure}`;
  if (agreements.length > 0) return `agree ${agreements[0]!.figure}`;
  return unchanged === 1 ? "unchanged" : `refused ${refused}`;
}

test.each([
  ["the first look finds a difference", 5000, { shown: 3000 }, "write 5000"],
  ["the first look finds both alike", 5000, { shown: 5000 }, "agree 5000"],
  ["the first look could not see the other side", 5000, {}, "write 5000"],
  ["nothing new, whatever the other side sold meanwhile", 5000, { shown: 4000, agreed: { figure: 5000 } }, "unchanged"],
  ["a new figure", 6000, { shown: 4000, agreed: { figure: 5000 } }, "write 6000"],
  ["a new figure that the other side has already", 4000, { shown: 4000, agreed: { figure: 5000 } }, "agree 4000"],
  [
    "a new figure that came from the other side",
    6000,
    { shown: 4000, echo: true, agreed: { figure: 5000 } },
    "agree 6000",
  ],
  ["another warehouse than before", 5000, { shown: 0, agreed: { figure: 5000, target: "old" } }, "write 5000"],
  ["nothing left is a figure like any other", 0, { shown: 4000, agreed: { figure: 5000 } }, "write 0"],
  [
    "refused a moment ago",
    5000,
    { shown: 0, agreed: { figure: 5000, refusedAt: now }, refusedBefore: hourAgo },
    "refused A",
  ],
  ["refused long ago", 5000, { shown: 0, agreed: { figure: 5000, refusedAt: hourAgo } }, "write 5000"],
  [
    "refused, then another figure",
    7000,
    { shown: 0, agreed: { figure: 5000, refusedAt: now }, refusedBefore: hourAgo },
    "write 7000",
  ],
])("%s", (_, wanted, world, expected) => {
  expect(plan(wanted, world)).toBe(expected);
});

test("F92 one sum over any number of warehouses, or over the chosen ones; thirds of a kilogram add up exactly", () => {
  const stores = Array.from({ length: 130 }, (_, number) => ({ store: `s${number}`, quantity: 0.1 }));

  expect(crmQuantity({ quantity: 1, stores }, new Set())).toBe(13_000);
  expect(crmQuantity({ quantity: 1, stores }, new Set(["s3", "s129", "gone"]))).toBe(200);
  expect(crmQuantity({ quantity: 7, stores: [] }, new Set())).toBe(7000);
  expect(crmQuantity({ quantity: 7, stores: [] }, new Set(["s3"]))).toBe(0);
});

test("the reserve is kept back, and nothing falls below zero", () => {
  const warehouse = { kind: "warehouse", warehouse: "office" } as const;

  expect([5000, 2000, 1500, -3000].map((sum) => wantedInShop(sum, 2, warehouse))).toEqual([3000, 0, 0, 0]);
  expect([5000, 2001, 2000].map((sum) => wantedInShop(sum, 2, { kind: "presence" }))).toEqual([1000, 1000, 0]);
});

test("a warehouse that says yes or no gets 1 or 0", () => {
  expect([wantedInCrm(7500, true), wantedInCrm(7500, false), wantedInCrm(0, false)]).toEqual([7500, 1000, 0]);
});
