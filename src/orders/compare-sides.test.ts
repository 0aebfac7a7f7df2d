import { expect, test } from "vitest";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import type { CrmOrder } from "../retailcrm/schema.ts";
import { type ComparedLink, compareOrder, countCrmOnly, countDay, type Days, viewDays } from "./compare-sides.ts";

const shop = (changes: Partial<HoroshopOrder> = {}) =>
  ({
    order_id: 7,
    stat_status: 1,
    stat_created: "2026-03-10 23:30:00",
    total_sum: "100.10",
    delivery_price: "45",
    payment_price: "0",
    ...changes,
  }) as HoroshopOrder;
const crm = (changes: Partial<CrmOrder> = {}) =>
  ({ id: 70, status: "new", totalSumm: "145.1", delivery: { cost: "45" }, ...changes }) as CrmOrder;
const link = (changes: Partial<ComparedLink> = {}): ComparedLink => ({
  state: "synced",
  crmOrderId: 70,
  problem: null,
  nextAttemptAt: null,
  agreement: { status: { shop: 1, crm: "new" } },
  differences: [],
  ...changes,
});
const refused = { state: "failed", crmOrderId: null, problem: { code: "crm_refused_order" } } as const;
const total = { shopOrderId: "7", field: "total", shop: "145.1", crm: "145" };
const status = { shopOrderId: "7", field: "status", shop: "1", crm: "complete" };

test.each([
  ["in step", shop(), link(), crm(), { is: "same" }],
  ["never read before", shop(), undefined, undefined, { is: "missing", mend: true }],
  ["deleted from the CRM", shop(), link(), undefined, { is: "missing", mend: true }],
  [
    "to be tried again",
    shop(),
    link({ ...refused, nextAttemptAt: new Date() }),
    undefined,
    { is: "missing", mend: true },
  ],
  ["refused for good (F104)", shop(), link(refused), undefined, { is: "missing", mend: false }],
  ["held before it was sent", shop(), link({ state: "held", crmOrderId: null }), undefined, { is: "held" }],
  ["set aside", shop(), link({ state: "excluded" }), crm(), { is: "excluded" }],
  ["there, but without a link of ours", shop(), undefined, crm(), { is: "unlinked" }],
  ["other total", shop(), link(), crm({ totalSumm: "145" }), { is: "differing", differences: [total] }],
  [
    "unknown delivery",
    shop({ delivery_price: "-1" }),
    link(),
    crm({ totalSumm: "100.1", delivery: { cost: "0" } as never }),
    { is: "same" },
  ],
  ["a status nobody heard of", shop(), link(), crm({ status: "complete" }), { is: "differing", differences: [status] }],
  [
    "a known difference",
    shop(),
    link({ differences: [{ field: "status" }] }),
    crm({ status: "complete" }),
    { is: "same" },
  ],
  ["a guarded status", shop(), link({ state: "held" }), crm({ status: "complete" }), { is: "same" }],
])("%s", (_, order, known, inCrm, verdict) => {
  expect(compareOrder(order, known, inCrm)).toEqual(verdict);
});

test("days are the shop's, sums are exact, each side counts what it has", () => {
  const days: Days = new Map();
  for (let order = 0; order < 10; order += 1)
    countDay(days, shop({ total_sum: "0.1", delivery_price: "0" }), crm({ totalSumm: "0.1" }), "UAH");
  countDay(days, shop({ stat_created: "2026-03-09 00:00:00" }), undefined, "UAH");
  countCrmOnly(days, "2026-03-11", crm(), "UAH");

  expect(viewDays(days)).toEqual([
    { day: "2026-03-09", shop: { orders: 1, total: "145.1" }, crm: { orders: 0, total: "0" } },
    { day: "2026-03-10", shop: { orders: 10, total: "1" }, crm: { orders: 10, total: "1" } },
    { day: "2026-03-11", shop: { orders: 0, total: "0" }, crm: { orders: 1, total: "145.1" } },
  ]);
});

test("sums of another currency stand apart, and never in one number with the account's own", () => {
  const days: Days = new Map();
  for (const currency of ["UAH", "USD", undefined, "USD"])
    countDay(days, shop({ currency, total_sum: "0.1", delivery_price: "0" }), undefined, "UAH");
  countCrmOnly(days, "2026-03-10", crm({ currency: "EUR", totalSumm: "9007199254740993.01" }), "UAH");

  expect(viewDays(days)).toEqual([
    {
      day: "2026-03-10",
      shop: { orders: 4, total: "0.2", others: { USD: "0.2" } },
      crm: { orders: 1, total: "0", others: { EUR: "9007199254740993.01" } },
    },
  ]);
});
