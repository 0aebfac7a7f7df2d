import { expect, test } from "vitest";
import type { Fields } from "./state.ts";
import { makeAccount } from "./test-account.ts";

test("books are maps by code or lists, as the service has them", async () => {
  const { get } = makeAccount("demo");
  const read = async (book: string): Promise<Fields> => (await get(`/api/v5/reference/${book}`)).body;

  expect((await read("statuses")).statuses).toMatchObject({ new: { name: "Новий", group: "new", ordering: 10 } });
  expect((await read("status-groups")).statusGroups).toMatchObject({ new: { statuses: ["new"], process: false } });
  expect((await read("payment-statuses")).paymentStatuses).toMatchObject({
    paid: { paymentComplete: true },
    "not-paid": { paymentComplete: false },
  });
  expect((await read("payment-types")).paymentTypes).toMatchObject({
    installments: { deliveryTypes: ["nova-poshta", "self-delivery"] },
  });
  expect((await read("stores")).stores).toMatchObject([{ code: "main", phone: {} }, { code: "outlet" }]);
  expect((await read("countries")).countriesIso).toContain("UA");
  expect(await read("delivery-services")).toEqual({ success: true, deliveryServices: [] });
});

test("a key sees the sites it reaches", async () => {
  const { get } = makeAccount("demo");

  expect(Object.keys((await get("/api/v5/reference/sites")).body.sites as object)).toEqual(["demo-site"]);
  expect(Object.keys((await get("/api/v5/reference/sites", "key-all")).body.sites as object)).toEqual([
    "demo-site",
    "second-site",
  ]);
});

test("an edit makes a record with 201 and changes it with 200, leaving the rest", async () => {
  const { get, post } = makeAccount("demo");
  const path = "/api/v5/reference/delivery-types/meest/edit";

  const made = await post(path, { deliveryType: { code: "meest", name: "Meest", active: true, sites: ["demo-site"] } });
  const changed = await post(path, { deliveryType: { paymentTypes: ["cash"] } });

  expect([made.status, changed.status]).toEqual([201, 200]);
  expect(made.body).toEqual({ success: true });
  expect(((await get("/api/v5/reference/delivery-types")).body.deliveryTypes as Fields).meest).toMatchObject({
    name: "Meest",
    sites: ["demo-site"],
    paymentTypes: ["cash"],
    deliveryPaymentTypes: [{ code: "cash", cod: false }],
  });
  const types = (await get("/api/v5/reference/payment-types")).body.paymentTypes as Record<string, Fields>;
  expect(types.cash!.deliveryTypes).toContain("meest");
});

test.each([
  ["statuses", "status", { name: "X" }],
  ["statuses", "status", { name: "X", group: "nope" }],
  ["sites", "site", { name: "X", code: "x", active: true }],
  ["payment-types", "paymentType", { active: true }],
])("a new record of %s without what it needs is refused", async (book, field, record) => {
  const { post } = makeAccount("demo");

  const answer = await post(`/api/v5/reference/${book}/brand-new/edit`, { [field]: record });

  expect(answer).toMatchObject({ status: 400, body: { errorMsg: "Errors in the entity format" } });
});

test("books without a write method do not have one", async () => {
  const { post } = makeAccount("demo");

  const answer = await post("/api/v5/reference/status-groups/new/edit", { statusGroup: { name: "X" } });

  expect(answer).toMatchObject({ status: 404, body: { errorMsg: "API method not found" } });
});

test("couriers have numbers", async () => {
  const { post } = makeAccount("demo");

  expect(await post("/api/v5/reference/couriers/create", { courier: { lastName: "X" } })).toMatchObject({
    status: 400,
    body: { errors: { firstName: "Specify the first name" } },
  });
  expect(await post("/api/v5/reference/couriers/create", { courier: { firstName: "Ivan" } })).toMatchObject({
    status: 201,
    body: { id: 11 },
  });
  expect(await post("/api/v5/reference/couriers/99/edit", { courier: { firstName: "X" } })).toMatchObject({
    status: 404,
    body: { errorMsg: "An attempt was made to edit a nonexistent record" },
  });
});

test("a custom field is made once, and carries values of its type", async () => {
  const { get, post, crm } = makeAccount("demo");
  const create = (customField: Fields): ReturnType<typeof post> =>
    post("/api/v5/custom-fields/order/create", { customField });

  const made = await create({ code: "horoshop_ttn", name: "ТТН", type: "string", displayArea: "delivery" });
  const again = await create({ code: "horoshop_ttn", name: "ТТН", type: "string" });
  const wrong = await create({ code: "x", name: "X", type: "colour" });
  await create({ code: "parcels", name: "Parcels", type: "integer" });
  const order = await post("/api/v5/orders/create", {
    order: { externalId: "1", customFields: { horoshop_ttn: 59000, parcels: 2 } },
  });
  const bad = await post("/api/v5/orders/create", { order: { customFields: { parcels: "two" } } });
  crm.switches.unknownCustomField = "ignore";
  const ignored = await post("/api/v5/orders/create", { order: { customFields: { nope: 1 } } });

  expect(made).toMatchObject({ status: 201, body: { success: true, code: "horoshop_ttn" } });
  expect([again.status, wrong.status, bad.status]).toEqual([400, 400, 400]);
  expect((order.body.order as Fields).customFields).toEqual({ horoshop_ttn: "59000", parcels: 2 });
  expect((ignored.body.order as Fields).customFields).toEqual([]);
  expect((await get("/api/v5/custom-fields?filter[entity]=order")).body.customFields).toMatchObject([
    { code: "horoshop_ttn", entity: "order", inFilter: true },
    { code: "parcels" },
  ]);
  expect((await get("/api/v5/custom-fields/order/nope")).status).toBe(404);
});
