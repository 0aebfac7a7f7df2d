import { expect, test } from "vitest";
import type { Fields } from "./state.ts";
import { makeAccount, order } from "./test-account.ts";

test("an upload stores the good orders and names the others without their reasons (F78)", async () => {
  const { post, crm } = makeAccount();
  const orders = [
    { ...order, externalId: "A-1" },
    { externalId: "A-2", items: [{ offer: { id: 123 }, productName: "x" }] },
    { externalId: "A-3" },
  ];

  const answer = await post("/api/v5/orders/upload", { orders });

  expect(answer.status).toBe(460);
  expect(answer.body).toMatchObject({
    success: false,
    uploadedOrders: [
      { id: 1042, externalId: "A-1" },
      { id: 1043, externalId: "A-3" },
    ],
    failedOrders: [{ externalId: "A-2" }],
    errorMsg: "Orders are loaded with errors",
    errors: ["items[0].offer.id: Offer with id 123 not found."],
  });
  expect(crm.state.orders.size).toBe(2);
});

test("a repeated upload makes nothing twice (F16)", async () => {
  const { post, crm } = makeAccount();
  const orders = [{ externalId: "A-1" }, { externalId: "A-2" }];

  const first = await post("/api/v5/orders/upload", { orders });
  const second = await post("/api/v5/orders/upload", { orders });

  expect(first).toMatchObject({ status: 201, body: { success: true, failedOrders: [] } });
  expect(second).toMatchObject({
    status: 460,
    body: {
      uploadedOrders: [],
      failedOrders: [{ externalId: "A-1" }, { externalId: "A-2" }],
      errors: ["Order with externalId=A-1 already exists.", "Order with externalId=A-2 already exists."],
    },
  });
  expect(crm.state.orders.size).toBe(2);
});

test("51 orders are refused whole", async () => {
  const { post, crm } = makeAccount();

  const answer = await post("/api/v5/orders/upload", {
    orders: Array.from({ length: 51 }, (_, at) => ({ externalId: `A-${at}` })),
  });

  expect(answer.status).toBe(400);
  expect(crm.state.orders.size).toBe(0);
});

test("what the reference leaves open can be switched", async () => {
  const { post, crm } = makeAccount();
  Object.assign(crm.switches, { ordersInUpload: false, uploadStatus: 200, uploadErrors: "by-index" });

  const fine = await post("/api/v5/orders/upload", { orders: [{ externalId: "A-1" }] });
  const twice = await post("/api/v5/orders/upload", { orders: [{ externalId: "A-1" }, { externalId: "A-2" }] });

  expect([fine.status, "orders" in fine.body]).toEqual([200, false]);
  expect(twice.body.errors).toEqual({ "0": "Order with externalId=A-1 already exists." });
});

test("what is not a list is said to be none", async () => {
  const { post } = makeAccount();

  expect((await post("/api/v5/orders/upload", { orders: "[" })).body.errorMsg).toBe(
    "Expected array, but got NULL: null",
  );
  expect((await post("/api/v5/orders/upload", {})).body.errorMsg).toBe("Parameter 'orders' is missing");
});

test("customers that exist are in neither list of an upload", async () => {
  const { post } = makeAccount();
  await post("/api/v5/customers/create", { customer: { externalId: "C-1", firstName: "Nora" } });

  const answer = await post("/api/v5/customers/upload", {
    customers: [{ externalId: "C-1" }, { externalId: "C-2", firstName: "Eva" }],
  });
  const failing = await post("/api/v5/customers/upload", { customers: [{ externalId: "C-3", managerId: 99 }] });

  expect(answer).toMatchObject({
    status: 201,
    body: { uploadedCustomers: [{ externalId: "C-2" }], failedCustomers: [] },
  });
  expect(failing).toMatchObject({ status: 460, body: { errorMsg: "Customers are loaded with errors" } });
  expect((failing.body.failedCustomers as Fields[])[0]).toEqual({ externalId: "C-3" });
});
