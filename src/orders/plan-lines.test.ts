import { expect, test } from "vitest";
import type { CrmItem } from "../retailcrm/schema.ts";
import { planChanges } from "./plan-changes.ts";
import { freeLines, withoutOffers } from "./plan-lines.ts";
import { planNewOrder } from "./plan-order.ts";
import { detourFor } from "./refusals.ts";
import {
  inStep,
  sampleFacts,
  sampleLine,
  sampleLists,
  sampleMapping,
  sampleOrder,
  writesNothing,
} from "./sample-order.ts";

const products = [sampleLine(), sampleLine({ article: "NEW-9", title: "New", price: "60", storage_id: 9002 })];
const shop = { products, total_default: "160", total_sum: "160" };
const plan = planNewOrder({
  ...{ shop: sampleOrder(shop), crm: undefined, link: undefined, mapping: sampleMapping, lists: sampleLists },
  facts: { ...sampleFacts(), unknownOffers: new Set(["NEW-9"]) },
});
if (plan.do !== "create") throw new Error("the sample order is created");

/** Both sides in step, the second line without its offer. */
function waiting(change: (items: CrmItem[]) => CrmItem[] = (items) => items) {
  const input = inStep(plan.do === "create" ? plan.draft : {}, { shop });
  return { ...input, crm: { ...input.crm, items: change(input.crm.items) }, relink: true };
}

test("a line without an offer is tied by the CRM's own list; nothing else in it moves", () => {
  const note = (items: CrmItem[]) => items.map((item) => ({ ...item, comment: "shelf 2", vatRate: "20" }));

  const changes = planChanges(waiting(note));

  expect(changes.relinked).toEqual(["NEW-9"]);
  expect(changes.toCrm).toEqual({
    items: [
      expect.objectContaining({ id: 1, offer: { externalId: "CUP-1" }, initialPrice: "100", vatRate: "20" }),
      expect.objectContaining({ id: 2, offer: { externalId: "NEW-9" }, quantity: "1", comment: "shelf 2" }),
    ],
  });
});

test.each([
  ["nobody loaded a catalogue", { relink: false }],
  ["the CRM still lacks it", { facts: { ...sampleFacts(), unknownOffers: new Set(["NEW-9"]) } }],
])("nothing is written when %s", (_, changed) => {
  const changes = planChanges({ ...waiting(), ...changed });

  expect(writesNothing(changes)).toBe(true);
  expect(changes.remarks).toEqual([{ code: "offer_unknown", params: { articles: ["NEW-9"] } }]);
});

test.each([
  ["another quantity", (item: CrmItem) => ({ ...item, quantity: "2" })],
  ["money off the line", (item: CrmItem) => ({ ...item, discounts: [{ type: "manual_product", amount: "5" }] })],
])("%s by a manager leaves the lines alone and says so", (_, change) => {
  const changes = planChanges(waiting(([first, second]) => [change(first!), second!]));

  expect(writesNothing(changes)).toBe(true);
  expect(changes.remarks).toEqual([{ code: "offer_unknown", params: { articles: ["NEW-9"], edited: true } }]);
});

test("a line that is tied, or that a manager replaced, waits for nothing", () => {
  const tied = waiting(([first, second]) => [first!, { ...second!, offerId: 7 }]);
  const replaced = waiting(([first]) => [first!, { ...first!, id: 9, externalIds: [], offerId: 8 }]);

  expect(freeLines(tied)).toEqual([]);
  expect(freeLines(replaced)).toEqual([]);
});

test("where the CRM tells no ids of lines they are known by their place", () => {
  const bare = waiting((items) => items.map((item) => ({ ...item, externalIds: [] })));

  expect(freeLines(bare).map(({ article }) => article)).toEqual(["NEW-9"]);
});

test("only the offers that a refusal names are left out, all of them when it names none", () => {
  const items = ["A", "B"].map((externalId) => ({ offer: { externalId }, initialPrice: "1", quantity: "1" }));
  const articles = (refusal: string) => withoutOffers(items, refusal).map((item) => item.offer?.externalId);

  expect(articles("items[1].offer.externalId: Offer with externalId B not found.")).toEqual(["A", undefined]);
  expect(articles("an offer is unknown")).toEqual([undefined, undefined]);
  expect(withoutOffers(items, "offer")[0]!.properties).toMatchObject([{ code: "article", value: "A" }]);
});

test.each([
  ["Cash payment sum must equal sum to pay", ["without-amount", "without-payment"]],
  ["This payment type is not supported for the type of delivery", ["without-payment"]],
  ["payments[0].externalId: Payment with externalId=1 already exists.", ["without-payment"]],
  ["items[0].offer.externalId: Offer not found.", ["free-lines", "all-free-lines"]],
  ["status: does not exist", []],
] as const)("round %j there are these ways: %j", (refusal, ways) => {
  const draft = plan.do === "create" ? plan.draft : {};
  const taken = new Set<string>();

  for (let way = detourFor(refusal, draft, taken as never); way; way = detourFor(refusal, draft, taken as never))
    taken.add(way);

  expect([...taken]).toEqual(ways);
});
