import { expect, test } from "vitest";
import type { CrmCustomer } from "../retailcrm/schema.ts";
import { matchCustomer } from "./customer-to-crm.ts";
import { orderIdOf } from "./hook-body.ts";
import { orderToCrm } from "./order-to-crm.ts";
import { chooseRemark } from "./remarks.ts";
import { sampleFacts, sampleLine, sampleOrder } from "./sample-order.ts";

const codes = { status: "new", deliveryType: "ukrposhta", paymentType: "cash", paymentStatus: "not-paid" };
const draftOf = (changes: Parameters<typeof sampleOrder>[0], settings = {}) =>
  orderToCrm(sampleOrder(changes), codes, sampleFacts(settings));

test("every field has its place, and what is empty is left out (F40)", () => {
  const draft = draftOf({ delivery_email: "not an address", delivery_city: "", delivery_address: "" });

  expect(draft).toEqual({
    externalId: "101",
    number: "101",
    createdAt: "2026-03-10 10:00:00",
    status: "new",
    lastName: "Бондар",
    firstName: "Ігор",
    phone: "+380671234567",
    items: [
      {
        externalIds: [{ code: "horoshop", value: "9001" }],
        offer: { externalId: "CUP-1" },
        productName: "Cup",
        initialPrice: "100",
        quantity: "2",
      },
    ],
    delivery: { code: "ukrposhta", cost: "45" },
    payments: [{ externalId: "short-101", type: "cash", amount: "245", status: "not-paid" }],
  });
});

test("two shops in one CRM are told apart by prefix and by payment ids (F20, F64)", () => {
  expect(draftOf({}, { numberPrefix: "B-" })).toMatchObject({ number: "B-101", externalId: "101" });
  expect(draftOf({}, { useShopNumber: false })).not.toHaveProperty("number");
});

test.each([
  [{ total_sum: "150" }, "50", "195"],
  [{ total_sum: "200" }, undefined, "245"],
  [{ total_sum: "230" }, undefined, "275"],
  [{ delivery_price: "-1" }, undefined, "200"],
  [{ payment_price: "20.5" }, undefined, "265.5"],
] as const)("sums of %o: discount %s, to pay %s (F42, F56)", (changes, discount, amount) => {
  const draft = draftOf(changes);

  expect(draft.discountManualAmount).toBe(discount);
  expect(draft.payments).toMatchObject([{ amount }]);
});

test("lines without an id of their own, or with the same one, keep apart (F46)", () => {
  const draft = draftOf({
    products: [sampleLine({ storage_id: undefined }), sampleLine({ storage_id: 7 }), sampleLine({ storage_id: 7 })],
  });

  expect(draft.items!.map((item) => item.externalIds![0]!.value)).toEqual(["101-1", "7", "101-3"]);
});

test("utm marks go as text, and empty is empty (F112)", () => {
  const analytics = { ...sampleOrder().analytics, utm_source: "google", utm_campaign: "20000001" };

  expect(draftOf({ analytics }).source).toEqual({ source: "google", campaign: "20000001" });
  expect(draftOf({})).not.toHaveProperty("source");
});

const customer = (id: number, changes: object): CrmCustomer =>
  ({ id, site: "demo-site", type: "customer", phones: [], ...changes }) as unknown as CrmCustomer;

test.each([
  ["a namesake whose name is the phone", [customer(1, { firstName: "+380671234567" })], "none"],
  ["another spelling of the phone", [customer(1, { phones: ["067 123-45-67"] })], "one"],
  ["the e-mail in capitals", [customer(1, { email: "IHOR@example.com" })], "one"],
  ["a company", [customer(1, { type: "customer_corporate", phones: ["0671234567"] })], "none"],
  ["two with the phone", [customer(1, { phones: ["0671234567"] }), customer(2, { phones: ["0671234567"] })], "several"],
  [
    "two, one of them with the e-mail too",
    [customer(1, { phones: ["0671234567"] }), customer(2, { phones: ["0671234567"], email: "ihor@example.com" })],
    "one",
  ],
  [
    "two, one of them of our site",
    [customer(1, { phones: ["0671234567"], site: "other" }), customer(2, { phones: ["0671234567"] })],
    "one",
  ],
])("of what a search brought, %s: %#  (F28, F30)", (_, found, expected) => {
  const keys = { phone: "+380671234567", email: "ihor@example.com" };

  expect(matchCustomer(found, keys, "UA", "demo-site").is).toBe(expected);
});

test.each([
  [{ order_id: 7 }, 7],
  [{ order_id: "7" }, 7],
  ['{"order_id": 7}', 7],
  [Buffer.from('{"order_id": 7}'), 7],
  [{ order_id: -1 }, undefined],
  [{ order_id: "7; drop" }, undefined],
  ["not json", undefined],
  [null, undefined],
  [[], undefined],
])("the body %o of a webhook names order %s (F113)", (body, expected) => {
  expect(orderIdOf(body)).toBe(expected);
});

test("an order shows its weightiest remark, the others stand beside it", () => {
  const remarks = ["offer_unknown", "total_differs"].map((code) => ({ code, params: {} }));

  const others = [{ code: "offer_unknown", params: {} }];
  expect(chooseRemark(remarks)).toEqual({ code: "total_differs", params: { also: ["offer_unknown"], others } });
  expect(chooseRemark([])).toBeNull();
});
