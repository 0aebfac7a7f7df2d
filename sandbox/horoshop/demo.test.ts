import { expect, test } from "vitest";
import { openTestShop } from "./ask.ts";

type Order = Record<string, unknown> & {
  order_id: number;
  products: { total_price: number; article: string; type: string }[];
};
type Row = Record<string, unknown> & { article: string; parent_article: string; characteristics: unknown };

async function allOrders(options: object = {}) {
  const { sandbox, signIn } = openTestShop({ seed: "demo", ...options });
  const call = await signIn();
  const { orders } = (await call("orders/get", { additionalData: true })).response as { orders: Order[] };
  return { sandbox, call, orders };
}

const linesTotal = (order: Order) =>
  Math.round(order.products.reduce((sum, line) => sum + line.total_price, 0) * 100) / 100;

test("the demo shop has 300 orders of the last year, the newest first, in every status", async () => {
  const { orders } = await allOrders();

  expect(orders.length).toBe(300);
  const times = orders.map((order) => String(order.stat_created));
  expect([...times].sort().reverse()).toEqual(times);
  expect(times.at(-1)! >= "2023-06-15" && times[0]! < "2024-06-15 12:00:00").toBe(true);
  expect(new Set(orders.map((order) => order.stat_status))).toEqual(new Set([1, 2, 3, 4, 6, 21]));
});

test("lines add up to total_sum unless something was taken off the order as a whole", async () => {
  const { orders } = await allOrders({ orders: 1_000 });
  const complete = orders.filter((order) => order.manager_discount !== undefined);
  const off = (order: Order) => Number(order.coupon_discount_value) + Number(order.manager_discount);

  expect(complete.filter((order) => order.coupon_code !== "").length).toBeGreaterThan(30);
  expect(complete.filter((order) => off(order) === 0).length).toBeGreaterThan(700);
  for (const order of complete) expect(Number(order.total_sum)).toBeCloseTo(linesTotal(order) - off(order), 2);
});

test("the quirks of real orders all occur", async () => {
  const { orders } = await allOrders({ orders: 1_000 });
  const some = (is: (order: Order) => boolean) => orders.some(is);
  const analytics = (order: Order) => (order.analytics ?? {}) as Record<string, unknown>;

  expect(some((order) => order.delivery_price === -1)).toBe(true);
  expect(some((order) => typeof order.total_sum === "string")).toBe(true);
  expect(some((order) => typeof analytics(order).utm_campaign === "number")).toBe(true);
  expect(some((order) => Array.isArray(order.analytics))).toBe(true);
  expect(some((order) => Array.isArray(order.delivery_data))).toBe(true);
  expect(some((order) => !("manager_comment" in order))).toBe(true);
  expect(some((order) => String(order.delivery_address).split("@").length === 5)).toBe(true);
  expect(some((order) => order.delivery_email === "")).toBe(true);
  for (const type of ["gift", "gift_parent", "set_main", "set_item"]) {
    expect(some((order) => order.products.some((line) => line.type === type))).toBe(true);
  }
  expect(some((order) => new Set(order.products.map((line) => line.article)).size < order.products.length)).toBe(true);
});

test("guests come back with the phone spelled otherwise and another user id", async () => {
  const { orders } = await allOrders();
  const byPhone = group(orders);
  const returning = [...byPhone.values()].filter((list) => new Set(list.map((order) => order.delivery_phone)).size > 1);

  expect(returning.length).toBeGreaterThan(20);
  expect(returning.some((list) => new Set(list.map((order) => order.user)).size > 1)).toBe(true);
});

function group(orders: Order[]): Map<string, Order[]> {
  const groups = new Map<string, Order[]>();
  for (const order of orders) {
    const phone = String(order.delivery_phone).replace(/\D/g, "").slice(-9);
    groups.set(phone, [...(groups.get(phone) ?? []), order]);
  }
  return groups;
}

test("what people do in the shop leaves other orders of the seed as they were", async () => {
  const { sandbox, call, orders } = await allOrders();
  const article = orders[0]!.products[0]!.article;

  sandbox.changeProduct(article, { price: 1 });
  sandbox.hideProduct(article);
  sandbox.addDeliveryType({ id: 77, title: { ua: "Дрон" } });
  sandbox.setStatus(orders[5]!.order_id, 2);
  const { orders: after } = (await call("orders/get", { additionalData: true })).response as { orders: Order[] };

  expect(after.length).toBe(300);
  expect(after.filter((order) => order.order_id !== orders[5]!.order_id)).toEqual(
    orders.filter((order) => order.order_id !== orders[5]!.order_id),
  );
});

test("1,200 product rows have modifications, gaps and the five shapes of a characteristic", async () => {
  const { signIn } = openTestShop({ seed: "demo" });
  const call = await signIn();
  const rows: Row[] = [];
  for (let offset = 0; offset < 1_500; offset += 500) {
    rows.push(...((await call("catalog/export", { offset })).response.products as Row[]));
  }

  expect(new Set(rows.map((row) => row.article)).size).toBe(1_200);
  expect(rows.filter((row) => row.article !== row.parent_article).length).toBe(600);
  expect(rows.some((row) => row.display_in_showcase === 0) && rows.some((row) => row.price === 0)).toBe(true);
  expect(rows.some((row) => typeof row.price === "string") && rows.some((row) => row.discount === "0")).toBe(true);
  expect(rows.some((row) => Array.isArray(row.characteristics)) && rows.some((row) => Array.isArray(row.brand))).toBe(
    true,
  );
  const shapes = new Set(rows.flatMap((row) => Object.values(row.characteristics as object).map(shapeOf)));
  expect([...shapes].sort()).toEqual(["choice", "choices", "scalar", "text", "unset"]);
});

function shapeOf(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "unset" : "choices";
  if (typeof value !== "object" || value === null) return "scalar";
  return "value" in value ? "choice" : "text";
}

test("reset brings the same shop back", async () => {
  const { sandbox, signIn } = openTestShop({ seed: "demo" });
  const before = sandbox.orderOnWire(10_042);
  sandbox.setStatus(10_042, 21);
  sandbox.placeOrder();
  sandbox.faults.add({ kind: "524", times: 9 });

  sandbox.reset();

  expect(sandbox.state.orders.count()).toBe(300);
  expect(sandbox.orderOnWire(10_042)).toEqual(before);
  const call = await signIn();
  expect((await call("pages/export")).status).toBe("OK");
});
