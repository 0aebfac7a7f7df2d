import { expect, test } from "vitest";
import type { Fields } from "./state.ts";
import { makeAccount, order } from "./test-account.ts";

test("a create answers 201 with the full order, defaults of the account, and payments as a list", async () => {
  const { post, get } = makeAccount();
  const payments = [
    { externalId: "p-1", type: "bank-card", status: "paid", amount: 86, paidAt: "2025-03-09 14:06:00" },
  ];

  const answer = await post("/api/v5/orders/create", { order: { ...order, payments } });

  expect(answer).toMatchObject({
    status: 201,
    body: {
      success: true,
      id: 1042,
      order: {
        externalId: "A-7",
        orderType: "eshop-individual",
        orderMethod: "shopping-cart",
        currency: "EUR",
        summ: 80,
        totalSumm: 86,
        prepaySum: 86,
        fullPaidAt: "2025-03-09 14:06:00",
        fromApi: true,
        customFields: { gift: false },
        payments: [{ id: 501, externalId: "p-1" }],
      },
    },
  });
  const read = (await get("/api/v5/orders/A-7")).body.order as Fields;
  expect(read.payments).toEqual({ "501": expect.objectContaining({ id: 501, status: "paid" }) as unknown });
});

test("a nameless order gets the account's number, and a read order without payments an empty list", async () => {
  const { post, get } = makeAccount();

  await post("/api/v5/orders/create", { order: { firstName: "Nora" } });
  const read = (await get("/api/v5/orders/1042?by=id")).body.order as Fields;

  expect(read.number).toBe("1042A");
  expect(read.payments).toEqual([]);
  expect("externalId" in read).toBe(false);
});

test("an order discount is spread over the lines and the delivery is added", async () => {
  const { post } = makeAccount();
  const items = [
    { productName: "Kettle", initialPrice: 40, quantity: 2, discountManualAmount: 1.5 },
    { productName: "Gift wrap", initialPrice: 3, quantity: 1 },
  ];

  const answer = await post("/api/v5/orders/create", { order: { ...order, items, discountManualAmount: 5 } });

  expect(answer.body.order).toMatchObject({
    summ: 80,
    totalSumm: 81,
    items: [
      {
        discountTotal: 3.91,
        prices: [
          { price: 36.09, quantity: 1 },
          { price: 36.1, quantity: 1 },
        ],
      },
      { discountTotal: 0.19, prices: [{ price: 2.81, quantity: 1 }] },
    ],
  });
});

test("F44: three lines and a discount that divides badly still add up to the total", async () => {
  const { post } = makeAccount();
  const items = [1, 2, 3].map((number) => ({ productName: `Line ${number}`, initialPrice: 33.33, quantity: 1 }));

  const answer = await post("/api/v5/orders/create", { order: { items, discountManualAmount: 10 } });

  const made = answer.body.order as { totalSumm: number; items: { prices: { price: number; quantity: number }[] }[] };
  const sum = made.items.flatMap((line) => line.prices).reduce((total, one) => total + one.price * one.quantity, 0);
  expect(made.totalSumm).toBe(89.99);
  expect(sum).toBeCloseTo(89.99, 6);
});

test.each<[string, Fields, number, string, unknown]>([
  [
    "an unknown status",
    { status: "nope" },
    400,
    "Order is not loaded",
    { status: '"Status" with "code"="nope" does not exist.' },
  ],
  [
    "an unknown type",
    { orderType: "eshop-x" },
    400,
    "Order is not loaded",
    { orderType: '"OrderType" with "code"="eshop-x" does not exist.' },
  ],
  [
    "an unknown delivery type",
    { delivery: { code: "x" } },
    400,
    "Order is not loaded",
    { "delivery.code": '"DeliveryType" with "code"="x" does not exist.' },
  ],
  [
    "an unknown customer",
    { customer: { externalId: "77" } },
    400,
    "Order is not loaded",
    { "customer.externalId": "Customer with externalId=77 not found." },
  ],
  [
    "an unknown offer id",
    { items: [{ offer: { id: 123 }, productName: "x" }] },
    400,
    "Order is not loaded",
    { "items[0].offer.id": "Offer with id 123 not found." },
  ],
  [
    "a payment that does not fit the delivery",
    { delivery: { code: "self-delivery" }, payments: [{ type: "bank-transfer" }] },
    400,
    "This payment type is not supported for the type of delivery",
    undefined,
  ],
  [
    "a text that is too long",
    { firstName: "n".repeat(256) },
    400,
    "Errors in the entity format",
    { firstName: expect.any(String) as unknown },
  ],
  [
    "a date in another form",
    { createdAt: "2025-03-09T14:05:00Z" },
    400,
    "Errors in the entity format",
    { createdAt: "This value is not valid." },
  ],
  [
    "an unknown custom field",
    { customFields: { nope: 1 } },
    400,
    "Errors in the entity format",
    { customFields: expect.any(String) as unknown },
  ],
])("%s is refused and nothing is stored", async (_, change, status, errorMsg, errors) => {
  const { post, crm } = makeAccount();

  const answer = await post("/api/v5/orders/create", { order: { ...order, ...change } });

  expect(answer.status).toBe(status);
  expect(answer.body).toEqual({ success: false, errorMsg, ...(errors === undefined ? {} : { errors }) });
  expect(crm.state.orders.size).toBe(0);
  expect(crm.state.orderHistory).toEqual([]);
});

test("a payment type bound to other sites is refused in this one", async () => {
  const { post, crm } = makeAccount();
  crm.state.books.paymentTypes!.cash!.sites = ["south-shop"];

  const answer = await post("/api/v5/orders/create", { order: { ...order, payments: [{ type: "cash" }] } });

  expect(answer.body.errorMsg).toBe("This payment type is not available in selected store");
});

test("external ids of orders are unique per site, those of payments in the whole account (F20, F64)", async () => {
  const { post } = makeAccount();
  const paid = { ...order, payments: [{ type: "cash", externalId: "p-1" }] };

  const first = await post("/api/v5/orders/create", { order: paid, site: "north-shop" }, "key-all");
  const again = await post("/api/v5/orders/create", { order: paid, site: "north-shop" }, "key-all");
  const elsewhere = await post("/api/v5/orders/create", { order: paid, site: "south-shop" }, "key-all");
  const unpaid = await post("/api/v5/orders/create", { order, site: "south-shop" }, "key-all");

  expect(first.status).toBe(201);
  expect(again.body).toEqual({ success: false, errorMsg: "Order already exists." });
  expect(elsewhere.body.errors).toEqual({ "payments[0].externalId": "Payment with externalId=p-1 already exists." });
  expect(unpaid.status).toBe(201);
});

test("a line of an unknown article stands without offer, or is refused where that is switched on (F49)", async () => {
  const { post, crm } = makeAccount();
  const items = [{ offer: { externalId: "new-article" }, productName: "New thing", initialPrice: 10 }];

  const loose = await post("/api/v5/orders/create", { order: { externalId: "A-1", items } });
  crm.switches.unknownOffer = "refuse";
  const strict = await post("/api/v5/orders/create", { order: { externalId: "A-2", items } });

  const [line] = (loose.body.order as { items: Fields[] }).items;
  expect(line).toMatchObject({ initialPrice: 10, quantity: 1, properties: [] });
  expect("offer" in line!).toBe(false);
  expect(strict.body.errors).toEqual({ "items[0].offer.externalId": "Offer with externalId new-article not found." });
});

test("an edit changes what is sent; items are the whole list, matched by id, external id or offer", async () => {
  const { post, crm } = makeAccount();
  const items = [
    { externalIds: [{ code: "shop", value: "1" }], offer: { externalId: "501" }, initialPrice: 40, quantity: 1 },
    { externalIds: [{ code: "shop", value: "2" }], offer: { externalId: "501" }, initialPrice: 35, quantity: 1 },
    { productName: "Wrap", initialPrice: 3 },
  ];
  const made = (await post("/api/v5/orders/create", { order: { ...order, items } })).body.order as { items: Fields[] };
  const ids = made.items.map((line) => line.id);

  await post("/api/v5/orders/A-7/edit", { order: { managerComment: "call" } });
  const kept = crm.order("A-7") as { items: Fields[] };
  const changed = await post("/api/v5/orders/A-7/edit", {
    order: {
      items: [
        { externalIds: [{ code: "shop", value: "2" }], quantity: 5 },
        { id: ids[2], comment: "red" },
      ],
    },
  });

  expect(kept.items.map((line) => line.id)).toEqual(ids);
  expect(changed.status).toBe(200);
  expect(changed.body.order).toMatchObject({
    firstName: "Nora",
    managerComment: "call",
    items: [
      { id: ids[1], quantity: 5, initialPrice: 35 },
      { id: ids[2], comment: "red", initialPrice: 3 },
    ],
  });
});

test("two lines of one offer that nothing tells apart become one, the last", async () => {
  const { post } = makeAccount();
  const items = [40, 38].map((initialPrice) => ({ offer: { externalId: "501" }, initialPrice }));

  const answer = await post("/api/v5/orders/create", { order: { items } });

  expect((answer.body.order as { items: Fields[] }).items).toMatchObject([{ initialPrice: 38 }]);
});

test("a status comment goes only with a change of the status", async () => {
  const { post } = makeAccount();
  await post("/api/v5/orders/create", { order });

  const alone = await post("/api/v5/orders/A-7/edit", { order: { statusComment: "why" } });
  const together = await post("/api/v5/orders/A-7/edit", { order: { status: "complete", statusComment: "why" } });

  expect((alone.body.order as Fields).statusComment).toBeUndefined();
  expect(together.body.order).toMatchObject({ status: "complete", statusComment: "why" });
});

test("payments are made, changed and deleted by their own methods, and fill and empty fullPaidAt", async () => {
  const { post, crm } = makeAccount();
  await post("/api/v5/orders/create", { order });

  const nameless = await post("/api/v5/orders/payments/create", { payment: { type: "cash" } });
  const made = await post("/api/v5/orders/payments/create", {
    payment: { order: { externalId: "A-7" }, type: "cash", externalId: "p-9" },
  });
  const whole = Object.values(crm.order("A-7")!.payments as Record<string, Fields>);
  const paid = await post("/api/v5/orders/payments/p-9/edit", { payment: { status: "paid" } });
  const afterPay = crm.order("A-7")!;
  await post("/api/v5/orders/payments/p-9/edit", { payment: { status: "not-paid" } });
  const afterBack = crm.order("A-7")!;

  expect(nameless.body.errors).toEqual({ order: "Set one of the following fields: id, externalId, number" });
  expect(made).toMatchObject({ status: 201, body: { id: 501 } });
  expect(whole).toMatchObject([{ amount: 86, externalId: "p-9" }]);
  expect(paid).toMatchObject({ status: 200, body: { id: 501 } });
  expect(Object.values(afterPay.payments as object)).toMatchObject([{ paidAt: "2026-01-05 00:00:00" }]);
  expect(afterPay.fullPaidAt).toMatch(/^2026-01-05 11:00:0\d$/);
  expect(afterBack.fullPaidAt).toBeUndefined();
  expect(await post("/api/v5/orders/payments/501/delete", {})).toMatchObject({ status: 200 });
  expect(await post("/api/v5/orders/payments/501/delete", {})).toMatchObject({
    status: 404,
    body: { errorMsg: "Payment not found" },
  });
});

test("an order without customer makes one each time, or finds the same phone where the account does that", async () => {
  const { post, crm } = makeAccount();
  const customerOf = (answer: { body: Fields }): unknown => ((answer.body.order as Fields).customer as Fields).id;

  const first = customerOf(await post("/api/v5/orders/create", { order }));
  const second = customerOf(await post("/api/v5/orders/create", { order: { ...order, externalId: "A-8" } }));
  crm.switches.automaticCustomer = "match";
  const third = customerOf(
    await post("/api/v5/orders/create", { order: { ...order, externalId: "A-9", phone: "34 600 000 001" } }),
  );

  expect(second).not.toBe(first);
  expect(third).toBe(first);
});

test("statuses of orders come once each, named by id and external id", async () => {
  const { get, post } = makeAccount();
  await post("/api/v5/orders/create", { order });

  const answer = await get("/api/v5/orders/statuses?ids[]=1042&externalIds[]=A-7&externalIds[]=none");
  const none = await get("/api/v5/orders/statuses");

  expect(answer.body.orders).toEqual([{ id: 1042, externalId: "A-7", status: "new", group: "new" }]);
  expect(none.status).toBe(400);
});

test("a path may carry an external id with a slash (F18)", async () => {
  const { get, post } = makeAccount();
  await post("/api/v5/orders/create", { order: { externalId: "A-0012/7" } });

  const answer = await get(`/api/v5/orders/${encodeURIComponent("A-0012/7")}`);

  expect(answer.body.order).toMatchObject({ externalId: "A-0012/7" });
});
