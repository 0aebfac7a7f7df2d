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
