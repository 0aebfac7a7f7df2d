import { expect, test } from "vitest";
import type { Fields } from "./state.ts";
import { makeAccount, order, type TestAccount } from "./test-account.ts";

async function history(account: TestAccount, query = "", key?: string): Promise<Fields[]> {
  return (await account.get(`/api/v5/orders/history${query}`, key)).body.history as Fields[];
}

test("a creation stands with the order as it was and the customer of now", async () => {
  const account = makeAccount();
  await account.post("/api/v5/orders/create", { order: { ...order, payments: [{ type: "cash", externalId: "p-1" }] } });
  account.crm.asManager.setStatus("A-7", "complete");

  const [made, customer, status] = await history(account);

  expect(made).toMatchObject({
    id: 9001,
    created: true,
    source: "api",
    apiKey: { current: true },
    field: "status",
    oldValue: null,
    newValue: { code: "new" },
    order: { id: 1042, status: "new", totalSumm: 86, payments: [{ externalId: "p-1" }], customer: { ordersCount: 1 } },
  });
  expect(customer).toMatchObject({ source: "code", field: "customer", newValue: { site: "north-shop" } });
  expect(status).toEqual({
    id: 9003,
    createdAt: expect.any(String) as unknown,
    source: "user",
    user: { id: 4 },
    field: "status",
    oldValue: { code: "new" },
    newValue: { code: "complete" },
    order: { id: 1042, externalId: "A-7", site: "north-shop", status: "complete" },
  });
});

test("own changes are own only for the key that made them (F05, F07)", async () => {
  const account = makeAccount();
  await account.post("/api/v5/orders/create", { order });

  const [own] = await history(account);
  const [foreign] = await history(account, "", "key-all");

  expect(own!.apiKey).toEqual({ current: true });
  expect(foreign!.apiKey).toEqual({ current: false });
});

test("one record for each field, status first, then the address, the rest by name", async () => {
  const account = makeAccount();
  await account.post("/api/v5/orders/create", { order });

  account.crm.asManager.editOrder("A-7", {
    phone: "+34600000002",
    managerId: 4,
    status: "delivering",
    delivery: { cost: 9, address: { city: "Toledo" } },
    customFields: { city_ref: "ES-45" },
  });

  const changes = (await history(account)).slice(2);
  expect(changes.map((record) => [record.field, record.oldValue, record.newValue])).toEqual([
    ["status", { code: "new" }, { code: "delivering" }],
    ["delivery_address.city", "Madrid", "Toledo"],
    ["custom_city_ref", null, "ES-45"],
    ["delivery_cost", 6, 9],
    ["manager", null, { id: 4 }],
    ["phone", "+34600000001", "+34600000002"],
  ]);
  expect(new Set(changes.map((record) => record.createdAt)).size).toBe(1);
});

test("old records keep the status of their time, and tell the manager of now", async () => {
  const account = makeAccount();
  await account.post("/api/v5/orders/create", { order });
  account.crm.asManager.setStatus("A-7", "client-confirmed");
  account.crm.asManager.editOrder("A-7", { status: "complete", managerId: 4 });

  const confirmed = (await history(account)).find(
    (record) => (record.newValue as Fields | null)?.code === "client-confirmed",
  );

  expect(confirmed!.order).toEqual({
    id: 1042,
    externalId: "A-7",
    managerId: 4,
    site: "north-shop",
    status: "client-confirmed",
  });
});

test("lines and payments have records of their own", async () => {
  const account = makeAccount();
  await account.post("/api/v5/orders/create", { order });
  const lineId = (account.crm.order("A-7")!.items as Fields[])[0]!.id;

  account.crm.asManager.editOrder("A-7", { items: [{ id: lineId, quantity: 3 }] });
  account.crm.asManager.addLine("A-7", { offer: { externalId: "502#S" }, quantity: 1 });
  account.crm.asManager.removeLine("A-7", "502#S");
  account.crm.asManager.addPayment("A-7", { type: "bank-card", status: "not-paid" });
  account.crm.asManager.setPaymentStatus("A-7", "paid");

  const changes = (await history(account)).slice(2);
  const fields = changes.map((record) => record.field);
  expect(fields).toEqual([
    "order_product.quantity",
    "order_product.summ",
    "order_product",
    "order_product",
    "payments",
    "full_paid_at",
    "payments.paid_at",
    "payments.status",
  ]);
  expect(changes[0]).toMatchObject({ oldValue: 2, newValue: 3, item: { id: lineId, offer: { externalId: "501" } } });
  expect(changes[2]).toMatchObject({ oldValue: null, item: { initialPrice: 15, quantity: 1 } });
  expect(changes[3]).toMatchObject({ newValue: null, item: { quantity: 1 } });
  expect(changes[7]).toMatchObject({
    oldValue: { code: "not-paid" },
    newValue: { code: "paid" },
    payment: { type: "bank-card" },
  });
});

test("an edit that changes nothing leaves no record", async () => {
  const account = makeAccount();
  await account.post("/api/v5/orders/create", { order });
  const before = account.crm.state.orderHistory.length;

  await account.post("/api/v5/orders/A-7/edit", { order: { ...order, createdAt: undefined } });

  expect(account.crm.state.orderHistory.length).toBe(before);
});

test("sinceId is exclusive, refuses a page beside it, and 100 records come at most (F03, F09)", async () => {
  const account = makeAccount();
  for (let count = 0; count < 60; count++) account.crm.asManager.createOrder("north-shop", {});

  const first = await account.get("/api/v5/orders/history");
  const records = first.body.history as Fields[];
  const rest = await history(account, `?filter[sinceId]=${String(records.at(-1)!.id)}`);
  const refused = await account.get("/api/v5/orders/history?filter[sinceId]=9001&page=1");

  expect(first.body.pagination).toEqual({ limit: 100, totalCount: 120, currentPage: 1, totalPageCount: 2 });
  expect(records.length).toBe(100);
  expect(rest.length).toBe(20);
  expect(rest[0]!.id).toBe(Number(records.at(-1)!.id) + 1);
  expect(refused.status).toBe(400);
});

test("a wrong date is refused, a start date leaves older records out", async () => {
  const account = makeAccount();
  account.crm.asManager.createOrder("north-shop", {});
  account.wait(3_600_000);
  account.crm.asManager.createOrder("north-shop", {});

  const wrong = await account.get("/api/v5/orders/history?filter[startDate]=yesterday");
  const late = await history(account, "?filter[startDate]=2026-01-05%2011:30:00");

  expect(wrong.body).toEqual({
    success: false,
    errorMsg: "Errors in the input parameters",
    errors: { "children[startDate]": "This value is not valid." },
  });
  expect(late.map((record) => (record.order as Fields).id)).toEqual([1043, 1043]);
});

test("a key sees only the history of its sites", async () => {
  const account = makeAccount();
  account.crm.asManager.createOrder("south-shop", {});

  expect(await history(account)).toEqual([]);
  expect((await history(account, "", "key-all")).length).toBe(2);
});

test("a deleted order and a combined one stay in the history", async () => {
  const account = makeAccount();
  for (const externalId of ["A-1", "A-2", "A-3"]) account.crm.asManager.createOrder("north-shop", { externalId });

  account.crm.asManager.deleteOrder("A-1");
  account.crm.asManager.combineOrders("A-2", "A-3");

  const gone = (await history(account)).filter((record) => record.deleted === true);
  expect(gone).toMatchObject([
    { source: "user", order: { externalId: "A-1" } },
    { source: "combine", order: { externalId: "A-2" }, combinedTo: { externalId: "A-3", site: "north-shop" } },
  ]);
  expect(await account.get("/api/v5/orders/A-1")).toMatchObject({ status: 404, body: { errorMsg: "Not found" } });
});

test("F33: a merged customer answers 404 with the survivor, and the orders go along", async () => {
  const account = makeAccount();
  const first = (await account.post("/api/v5/customers/create", { customer: { externalId: "C-1" } })).body.id;
  const second = (await account.post("/api/v5/customers/create", { customer: { externalId: "C-2" } })).body.id;
  await account.post("/api/v5/orders/create", { order: { ...order, customer: { externalId: "C-1" } } });

  account.crm.asManager.mergeCustomers(["C-1"], "C-2");

  expect(await account.get("/api/v5/customers/C-1")).toMatchObject({
    status: 404,
    body: { errorMsg: "Not found", combinedTo: { id: second, externalId: "C-2" } },
  });
  expect(account.crm.order("A-7")!.customer).toMatchObject({ id: second });
  const records = (await account.get("/api/v5/customers/history")).body.history as Fields[];
  expect(records.at(-1)).toMatchObject({ deleted: true, oldValue: first, combinedTo: { id: second } });
});
