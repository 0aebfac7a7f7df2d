import { expect, test } from "vitest";
import type { Fields } from "./state.ts";
import { makeAccount, order } from "./test-account.ts";

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
