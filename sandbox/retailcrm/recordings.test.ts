import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Fields } from "./state.ts";
import { makeAccount, order, type TestAccount } from "./test-account.ts";

const folder = new URL("../../../shared/recordings/retailcrm/", import.meta.url);
const there = existsSync(new URL("index.json", folder));

/** Keys that hold a map by code or id: their own keys are no part of the shape. */
const maps = new Set(
  "statuses statusGroups deliveryTypes paymentTypes paymentStatuses orderTypes orderMethods sites units".split(" "),
);
for (const key of ["productStatuses", "customFields", "properties", "channels", "settings", "actions"]) maps.add(key);

type Shape = string | { [key: string]: Shape };

/** Values whose type hangs on the field that they belong to. */
const anyType = new Set(["oldValue", "newValue", "defaultTyped"]);

/** Types of all keys; numbers are one type, empty lists and maps fit anything of theirs. */
function shapeOf(value: unknown, key = ""): Shape {
  if (Array.isArray(value))
    return value.length === 0 ? "empty" : { "[]": merged(value.map((entry) => shapeOf(entry))) };
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  const entries = Object.entries(value);
  if (entries.length === 0) return "empty";
  const byId = entries.every(([name]) => /^\d+$/.test(name));
  if (key === "customFields" || key === "properties") return "map";
  if (byId || (maps.has(key) && entries.every(([, entry]) => typeof entry === "object"))) {
    return { "{}": merged(entries.map(([, entry]) => shapeOf(entry))) };
  }
  return Object.fromEntries(entries.map(([name, entry]) => [name, shapeOf(entry, name)]));
}

function merged(shapes: Shape[]): Shape {
  const whole: { [key: string]: Shape } = {};
  for (const shape of shapes) {
    if (typeof shape === "string") return shape;
    for (const [key, part] of Object.entries(shape))
      if (whole[key] === undefined || whole[key] === "empty") whole[key] = part;
  }
  return whole;
}

/** Paths at which both have the key but not the same type. */
function differences(recorded: Shape, ours: Shape, path = ""): string[] {
  if (recorded === "empty" || ours === "empty" || recorded === "null" || ours === "null") return [];
  if (recorded === "map" || ours === "map") return recorded === ours ? [] : [path];
  if (typeof recorded === "string" || typeof ours === "string") {
    return recorded === ours ? [] : [`${path}: recorded ${JSON.stringify(recorded)}, ours ${JSON.stringify(ours)}`];
  }
  if ("[]" in recorded !== "[]" in ours || "{}" in recorded !== "{}" in ours) return [`${path}: map and list`];
  return Object.keys(recorded)
    .filter((key) => key in ours && !anyType.has(key))
    .flatMap((key) => differences(recorded[key]!, ours[key]!, `${path}/${key}`));
}

/** An account in which every read has something to show. */
async function filledAccount(): Promise<TestAccount> {
  const account = makeAccount();
  const { post, crm } = account;
  const payments = [{ type: "cash", externalId: "p-1", status: "paid" }];
  const customer = {
    externalId: "C-1",
    firstName: "Nora",
    email: "n@example.org",
    phones: [{ number: "1" }],
    tags: ["x"],
  };
  await post("/api/v5/customers/create", { customer: { ...customer, address: { city: "Madrid" } } });
  await post("/api/v5/orders/create", { order: { ...order, customer: { externalId: "C-1" }, payments, managerId: 4 } });
  await post("/api/v5/orders/create", { order: { externalId: "A-8" } });
  await post("/api/v5/orders/links/create", { link: { comment: "x", orders: [{ id: 1042 }, { id: 1043 }] } });
  await post("/api/v5/customers/notes/create", { note: { text: "x", customer: { id: 77 } } });
  await post("/api/v5/customers-corporate/create", {
    customerCorporate: {
      externalId: "F-1",
      nickName: "F",
      companies: [{ name: "F" }],
      addresses: [{ name: "A", city: "B" }],
    },
  });
  await post("/api/v5/customers-corporate/F-1/contacts/create", { contact: { customer: { id: 77 } } });
  await post("/api/v5/reference/couriers/create", { courier: { firstName: "I", active: true } });
  await post("/api/v5/integration-modules/x-1/edit", {
    integrationModule: {
      integrationCode: "x",
      name: "X",
      active: true,
      baseUrl: "https://x.example",
      actions: { activity: "/a" },
    },
  });
  crm.asManager.editOrder("A-7", { status: "complete", customerComment: "x", delivery: { cost: 7 } });
  crm.asManager.setPaymentStatus("A-7", "not-paid");
  return account;
}

const reads: Record<string, string> = {
  "api-versions": "/api/api-versions",
  credentials: "/api/credentials",
  "system-info": "/api/system-info",
  settings: "/api/v5/settings",
  "users-list": "/api/v5/users",
  "users-get": "/api/v5/users/4",
  "user-groups": "/api/v5/user-groups",
  "orders-list": "/api/v5/orders",
  "orders-get": "/api/v5/orders/A-7",
  "orders-history": "/api/v5/orders/history",
  "orders-statuses": "/api/v5/orders/statuses?ids[]=1042",
  "customers-list": "/api/v5/customers",
  "customers-get": "/api/v5/customers/C-1",
  "customers-history": "/api/v5/customers/history",
  "customers-notes": "/api/v5/customers/notes",
  "customers-corporate-list": "/api/v5/customers-corporate",
  "customers-corporate-get": "/api/v5/customers-corporate/F-1",
  "customers-corporate-history": "/api/v5/customers-corporate/history",
  "customers-corporate-addresses": "/api/v5/customers-corporate/F-1/addresses",
  "customers-corporate-companies": "/api/v5/customers-corporate/F-1/companies",
  "customers-corporate-contacts": "/api/v5/customers-corporate/F-1/contacts",
  "custom-fields-list": "/api/v5/custom-fields",
  "custom-fields-get": "/api/v5/custom-fields/order/gift",
  "store-products": "/api/v5/store/products",
  "store-offers": "/api/v5/store/offers",
  "store-product-groups": "/api/v5/store/product-groups",
  "store-inventories": "/api/v5/store/inventories",
  "integration-module-get": "/api/v5/integration-modules/x-1",
  ...Object.fromEntries(
    (
      "statuses status-groups delivery-types delivery-services payment-types payment-statuses order-types order-methods " +
      "sites product-statuses units stores couriers currencies price-types legal-entities countries"
    )
      .split(" ")
      .map((book) => [`reference-${book}`, `/api/v5/reference/${book}`]),
  ),
};

function recorded(name: string): Fields {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Fields;
}

describe.skipIf(!there)("answers have the shape of recorded ones (skipped without ../shared/recordings)", () => {
  test.each(Object.entries(reads))("%s", async (name, path) => {
    const { get } = await filledAccount();

    const answer = await get(path, name === "credentials" ? "key-all" : "key-north");

    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body).sort()).toEqual(Object.keys(recorded(name)).sort());
    expect(differences(shapeOf(recorded(name)), shapeOf(answer.body))).toEqual([]);
  });

  const writes: [string, string, Fields][] = [
    [
      "orders-create",
      "/api/v5/orders/create",
      { order: { ...order, externalId: "W-1", payments: [{ type: "cash" }] } },
    ],
    ["orders-edit", "/api/v5/orders/A-7/edit", { order: { managerComment: "x" } }],
    ["orders-upload", "/api/v5/orders/upload", { orders: [{ ...order, externalId: "W-2" }] }],
    ["orders-payments-create", "/api/v5/orders/payments/create", { payment: { order: { id: 1043 }, type: "cash" } }],
    ["orders-combine", "/api/v5/orders/combine", { technique: "ours", order: { id: 1043 }, resultOrder: { id: 1042 } }],
    ["customers-create", "/api/v5/customers/create", { customer: { firstName: "N" } }],
    ["customers-edit", "/api/v5/customers/C-1/edit", { customer: { firstName: "N" } }],
    ["customers-upload", "/api/v5/customers/upload", { customers: [{ externalId: "W-3" }] }],
    ["store-inventories-upload", "/api/v5/store/inventories/upload", { offers: [{ externalId: "501", stores: [] }] }],
    [
      "store-prices-upload",
      "/api/v5/store/prices/upload",
      { prices: [{ externalId: "501", prices: [{ code: "base", price: 1 }] }] },
    ],
  ];
  test.each(writes)("%s", async (name, path, fields) => {
    const { post } = await filledAccount();

    const answer = await post(path, fields);

    expect(answer.body.success).toBe(true);
    expect(differences(shapeOf(recorded(name)), shapeOf(answer.body))).toEqual([]);
  });

  test("a failed upload has the keys of the recorded one", async () => {
    const { post } = makeAccount();

    const answer = await post("/api/v5/orders/upload", {
      orders: [{ externalId: "1", items: [{ offer: { id: 5 } }] }],
    });

    const shape = recorded("error-460-orders-upload");
    expect(answer.status).toBe(460);
    for (const key of Object.keys(shape)) expect(answer.body).toHaveProperty(key);
    expect(differences(shapeOf(shape), shapeOf(answer.body))).toEqual([]);
  });
});
