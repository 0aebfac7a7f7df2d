import { expect, test } from "vitest";
import { joinAgreements } from "./agreement.ts";
import type { ChangeInput } from "./order-changes.ts";
import { planChanges } from "./plan-changes.ts";
import { planNewOrder } from "./plan-order.ts";
import {
  crmOrderOf,
  inStep,
  sampleFacts,
  sampleLine,
  sampleLists,
  sampleMapping,
  sampleOrder,
  writesNothing,
} from "./sample-order.ts";
import { withSentWrites } from "./sent-writes.ts";

const created = planNewOrder({
  shop: sampleOrder(),
  crm: undefined,
  link: undefined,
  mapping: sampleMapping,
  lists: sampleLists,
  facts: sampleFacts(),
});
if (created.do !== "create") throw new Error("the sample order is created");
const { draft } = created;

const fieldsOf = (input: ChangeInput) => planChanges(input).differences.map((difference) => difference.field);

test("both sides in step: nothing is written, nothing differs", () => {
  const changes = planChanges(inStep(draft));

  expect(writesNothing(changes)).toBe(true);
  expect(changes).toMatchObject({ differences: [], remarks: [], problem: undefined });
});

test.each([
  ["status", { stat_status: 2 }, { status: "assembling" }],
  ["name", { delivery_name: "Коваль Олена" }, { lastName: "Коваль", firstName: "Олена" }],
  ["a shorter name", { delivery_name: "Олена" }, { lastName: "", firstName: "Олена" }],
  ["comment", { comment: "Подзвоніть" }, { customerComment: "Подзвоніть" }],
  ["city", { delivery_city: "Київ" }, { delivery: { address: { city: "Київ" } } }],
  ["waybill", { tracking: "20450" }, { customFields: { horoshop_ttn: "20450" } }],
  ["branch", { branch: "b-1" }, { customFields: { horoshop_branch: "b-1" } }],
  ["lines", { products: [sampleLine({ price: "80" })], total_sum: "80" }, { items: [{ initialPrice: "80" }] }],
])("moved in the shop, the %s goes to the CRM", (_, shop, expected) => {
  const changes = planChanges(inStep(draft, { shop }));

  expect(changes.toCrm).toMatchObject(expected);
  expect(changes.toShop).toEqual([]);
});

test.each([
  ["name", { firstName: "Changed" }, "customer"],
  ["lines", { items: [] }, "items"],
  ["address", { delivery: { ...crmOrderOf(draft).delivery, address: { city: "Одеса" } } }, "delivery"],
])("moved in the CRM, the %s stays there and is shown, also when the shop moves it afterwards", (_, crm, field) => {
  const shop = {
    delivery_name: "Коваль Олена",
    delivery_city: "Київ",
    products: [sampleLine({ price: "80" })],
  };

  expect(fieldsOf(inStep(draft, { crm }))).toContain(field);
  expect(writesNothing(planChanges(inStep(draft, { crm })))).toBe(true);
  const both = planChanges(inStep(draft, { crm, shop }));
  expect(both.partsWritten).not.toContain(field);
  expect(both.differences.map((difference) => difference.field)).toContain(field);
});

test("once written, what the CRM answers is agreed and nothing more is planned", () => {
  const shop = { stat_status: 2, delivery_name: "Олена", comment: "so", tracking: "20450", branch: "b-1" };
  const input = inStep(draft, { shop });
  const changes = planChanges(input);
  const answer = { ...input.crm, ...changes.toCrm, delivery: input.crm.delivery } as ChangeInput["crm"];
  const agreement = joinAgreements(input.link.agreement, changes.agreed, changes.crmAgrees);

  const after = planChanges({ ...input, crm: answer, link: { ...input.link, agreement } });

  expect(writesNothing(after)).toBe(true);
  expect(after.differences).toEqual([]);
});

test("a status sent without an answer counts as agreed where the CRM holds it, and only there (F16)", () => {
  const sent = { toCrm: { status: { shop: 2, crm: "assembling" } }, toShop: {} };
  const lost = (crmStatus: string) => {
    const input = inStep(draft, { shop: { stat_status: 4 }, crm: { status: crmStatus } });
    return withSentWrites({ ...input, link: { ...input.link, agreement: { ...input.link.agreement, sent } } });
  };

  expect(planChanges(lost("assembling")).toCrm).toMatchObject({ status: "cancel-other" });
  expect(lost("new").link.agreement.status).toEqual({ shop: 1, crm: "new" });
});

test("lines sent without an answer are ours, so that the shop's next lines replace them", () => {
  const shop = { products: [sampleLine({ price: "80" })], total_sum: "80" };
  const first = inStep(draft, { shop });
  const { partsSent, toCrm } = planChanges(first);
  const there = crmOrderOf({ ...draft, ...toCrm });
  const agreement = { ...first.link.agreement, sent: { toCrm: { parts: partsSent }, toShop: {} } };
  const next = { ...first, shop: sampleOrder({ ...shop, products: [sampleLine({ price: "70" })] }), crm: there };

  const changes = planChanges(withSentWrites({ ...next, link: { ...next.link, agreement } }));

  expect(changes.toCrm.items).toMatchObject([{ initialPrice: "70" }]);
});

test("paid in the shop marks our payment; a cancelled order never is (F65)", () => {
  expect(planChanges(inStep(draft, { shop: { payed: true } })).toPayment).toMatchObject({
    do: "edit",
    changes: { status: "paid", paidAt: "2026-03-10 12:00:00" },
  });
  const cancelled = inStep(draft, { shop: { payed: true }, crm: { status: "cancel-other" } });
  expect(planChanges(cancelled).toPayment).toBeUndefined();
  // Taken up again by the same change, it is.
  const reopened = { ...cancelled, shop: sampleOrder({ payed: true, stat_status: 2 }) };
  reopened.link = {
    ...cancelled.link,
    agreement: { ...cancelled.link.agreement, status: { shop: 1, crm: "cancel-other" } },
  };
  expect(planChanges(reopened)).toMatchObject({ toCrm: { status: "assembling" }, toPayment: { do: "edit" } });
});

test("a payment that a manager deleted is not made again", () => {
  const changes = planChanges(inStep(draft, { crm: { payments: [] } }));

  expect(changes.toPayment).toBeUndefined();
});

test("a total that the CRM reckons otherwise is told with both numbers, and written nowhere", () => {
  const changes = planChanges(inStep(draft, { crm: { totalSumm: "250" } }));

  expect(changes.remarks).toEqual([{ code: "total_differs", params: { shop: "245", crm: "250" } }]);
  expect(writesNothing(changes)).toBe(true);
});

test("an order that the shop has locked is not asked field by field again and again (F73, F104)", () => {
  const problem = { code: "order_closed_in_shop", params: { crm: "cancel-other" } };
  const input = inStep(draft, {
    shop: { stat_status: 4 },
    crm: { status: "cancel-other", customFields: { horoshop_ttn: "59000" } },
  });
  const locked = { ...input, link: { ...input.link, problem } };

  expect(planChanges(input).toShop).toHaveLength(1);
  expect(planChanges(locked)).toMatchObject({
    toShop: [],
    problem,
    differences: [{ field: "tracking", crm: "59000" }],
  });
  expect(planChanges({ ...locked, again: true }).toShop).toHaveLength(1);
  expect(planChanges({ ...locked, shop: { ...locked.shop, stat_status: 2 } }).toShop).not.toEqual([]);
});
