import { expect, test } from "vitest";
import { openTestShop } from "./ask.ts";

type Row = Record<string, unknown> & { order_id: number; products: Record<string, unknown>[] };

function rows(answer: { response: Record<string, unknown> }): Row[] {
  return (answer.response.orders ?? []) as Row[];
}

function ids(answer: { response: Record<string, unknown> }): number[] {
  return rows(answer).map((order) => order.order_id);
}

/** wall time of Kyiv in June is three hours ahead */
const at = (wall: string) => Date.parse(`${wall.replace(" ", "T")}+03:00`);

test("offset counts only together with limit, and the newest order comes first", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  for (let n = 1; n <= 5; n += 1) sandbox.placeOrder({ order_id: n, createdAt: at(`2024-06-0${n} 10:00:00`) });

  expect(ids(await call("orders/get", { offset: 2 }))).toEqual([5, 4, 3, 2, 1]);
  expect(ids(await call("orders/get", { offset: 2, limit: 2 }))).toEqual([3, 2]);
  expect((await call("orders/get", { offset: 5, limit: 2 })).status).toBe("EMPTY");
  sandbox.switches.ordersNewestFirst = false;
  sandbox.switches.defaultLimit = 3;
  expect(ids(await call("orders/get"))).toEqual([1, 2, 3]);
});

test("from and to compare the creation in the shop's time, both ends inclusive, in all four spellings", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  sandbox.placeOrder({ order_id: 1, createdAt: at("2024-06-02 00:00:00") });
  sandbox.placeOrder({ order_id: 2, createdAt: at("2024-06-02 23:59:59") });
  sandbox.placeOrder({ order_id: 3, createdAt: at("2024-06-03 00:00:00") });

  expect(rows(await call("orders/get", { ids: [1] }))[0]!.stat_created).toBe("2024-06-02 00:00:00");
  expect(ids(await call("orders/get", { from: "2024-06-02", to: "2024-06-02" }))).toEqual([2, 1]);
  expect(ids(await call("orders/get", { from: "03.06.2024" }))).toEqual([3]);
  expect(ids(await call("orders/get", { from: "2024-06-02 23:59:59", to: "03.06.2024 00:00:00" }))).toEqual([3, 2]);
  expect((await call("orders/get", { from: "2024-06-02T00:00:00Z" })).status).toBe("EXCEPTION");
});

test("filters combine with AND", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  for (const [id, status] of [
    [1, 1],
    [2, 2],
    [3, 1],
  ] as const)
    sandbox.placeOrder({ order_id: id, stat_status: status });

  expect(ids(await call("orders/get", { ids: [1, 2], status: 1 }))).toEqual([1]);
  expect(ids(await call("orders/get", { status: [1, 2] })).length).toBe(3);
  expect((await call("orders/get", { ids: [99] })).status).toBe("EMPTY");
});

test("one bad row of a batch has its own reason and does not stop the others", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  sandbox.placeOrder({ order_id: 1 });
  sandbox.placeOrder({ order_id: 2 });

  const batch = [
    { order_id: 1, status: 2 },
    { order_id: 2, status: 77 },
    { order_id: 99, status: 2 },
  ];
  const answer = await call("orders/update", { orders: batch });

  expect(answer.status).toBe("WARNING");
  expect(answer.response.log).toEqual([
    { status: "OK", message: "UPDATED" },
    { status: "ERROR", message: "status is not defined or defined incorrectly" },
    { status: "ERROR", message: "order_id is not defined or defined incorrectly" },
  ]);
  expect([sandbox.order(1)!.stat_status, sandbox.order(2)!.stat_status]).toEqual([2, 1]);
});

test("status 4 by the API locks the order for the API, not for the clerk", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  sandbox.placeOrder({ order_id: 1 });
  const set = (row: object) => call("orders/update", { orders: [{ order_id: 1, ...row }] });

  expect((await set({ status: 4 })).status).toBe("OK");
  expect((await set({ status: 2 })).status).toBe("WARNING");
  expect((await set({ payed: 1 })).status).toBe("WARNING");
  expect(sandbox.order(1)).toMatchObject({ stat_status: 4, payed: 0 });
  sandbox.setStatus(1, 2);
  expect((await set({ payed: 1 })).status).toBe("OK");
});

test("a waybill is taken, refused or quietly ignored, as the switches say", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  sandbox.placeOrder({ order_id: 1, delivery_type: 7 });
  const set = (row: object) => call("orders/update", { orders: [{ order_id: 1, ...row }] });
  const waybill = () => sandbox.order(1)!.delivery_data?.tnNumber;

  sandbox.switches.ownTrackingCode = "ignored";
  expect((await set({ own_tracking_code: "20450000000001" })).status).toBe("OK");
  expect(waybill()).toBeUndefined();
  sandbox.switches.ownTrackingCode = "refused";
  expect((await set({ own_tracking_code: "20450000000001" })).status).toBe("WARNING");
  sandbox.switches.ownTrackingCode = "accepted";
  expect((await set({ own_tracking_code: "20450000000001" })).status).toBe("OK");
  expect(waybill()).toBe("20450000000001");
});

test("a coupon lowers total_sum by a whole number and leaves line prices alone", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  const products = [{ article: "X", title: "X", price: 799 }];
  sandbox.placeOrder({ order_id: 1, products, coupon: { code: "C", percent: 25 }, textAmounts: [] });

  const [order] = rows(await call("orders/get"));

  expect(order).toMatchObject({ total_default: 799, total_sum: 599, coupon_percent: 25, coupon_discount_value: 200 });
  expect(order!.products[0]!.price).toBe(799);
});

test("additional data comes when asked for, carrier data always, and empty maps are lists", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  sandbox.placeOrder({ order_id: 1, delivery_type: 4 });
  sandbox.placeOrder({ order_id: 2, delivery_type: 7, analytics: null });

  const [plain] = rows(await call("orders/get", { ids: [1] }));
  const [whole] = rows(await call("orders/get", { ids: [1], additionalData: true }));
  const [pickup] = rows(await call("orders/get", { ids: [2], additionalData: true }));

  const branch = { recipient_warehouse_ref: expect.stringMatching(/^[0-9a-f-]{36}$/) };
  expect([plain!.additional_data, whole!.additional_data]).toEqual([[], branch]);
  expect(plain!.delivery_data).toMatchObject({ tnNumber: null });
  expect([pickup!.additional_data, pickup!.analytics, pickup!.delivery_data]).toEqual([[], [], []]);
});

test("an order keeps the words of a delivery option until the option is deleted", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  sandbox.placeOrder({ order_id: 1, delivery_type: 7, language: "ru" });
  const option = async () => rows(await call("orders/get"))[0]!.delivery_type;

  expect(await option()).toEqual({ id: 7, title: "Самовывоз" });
  sandbox.removeDeliveryType(7);
  expect(await option()).toEqual([]);
  sandbox.switches.deletedOption = "null";
  expect(await option()).toBeNull();
});

test("a deleted order is gone, an edited one has new totals", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  sandbox.placeOrder({ order_id: 1 });
  sandbox.placeOrder({ order_id: 2, textAmounts: [] });

  sandbox.deleteOrder(1);
  sandbox.editLines(2, [{ article: "X", price: 10.1, quantity: 3 }]);

  expect(rows(await call("orders/get"))).toMatchObject([{ order_id: 2, total_sum: 30.3, total_quantity: 3 }]);
});
