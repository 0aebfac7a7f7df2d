import { expect, test } from "vitest";
import type { OrderWish } from "../../sandbox/horoshop/order-making.ts";
import { makeWorld, type World } from "../world.ts";
import { numbersFrom } from "../world-network.ts";

const line = (article: string, price: number, quantity = 1) => ({ article, title: article, price, quantity });

async function withOrder(wish: OrderWish): Promise<World> {
  const world = await makeWorld();
  await world.connect();
  world.placeOrder(101, { delivery_price: 0, ...wish });
  await world.look();
  return world;
}

const editsOf = (world: World) =>
  world.crm.requests.filter((request) => /orders\/\d+\/edit$/.test(request.path)).length;

test("money stays as it is through rounds in which either side changes something else (F41, F42)", async () => {
  const discounts = { manager_discount: 30, discount_value: 20.5 };
  const products = [line("CUP-1", 100, 2), line("TEA-1", 49.5)];
  const world = await withOrder({ products, coupon: { code: "SALE", percent: 10 }, ...discounts, payment_price: 12 });
  const stands = { discountManualAmount: 75.5, totalSumm: 186 };
  expect(world.crm.order("101")).toMatchObject(stands);

  for (let round = 0; round < 3; round += 1) {
    world.crm.asManager.editOrder("101", { managerComment: `round ${round}` });
    world.shop.changeContact(101, { name: `Олена ${round}` });
    await world.sync();
  }

  expect(world.crm.order("101")).toMatchObject({ ...stands, items: [{}, {}, { initialPrice: 12 }] });
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
});

test("a discount larger than the lines leaves nothing below zero, and says what is left (F43)", async () => {
  const world = await withOrder({ products: [line("CUP-1", 100)], total_sum: -50 });

  expect(world.crm.order("101")).toMatchObject({ discountManualAmount: 100, totalSumm: 0, payments: [] });
  expect((await world.order(101)).problem).toMatchObject({
    code: "total_differs",
    params: { shop: "-50", crm: "0" },
  });
});

test("orders of thirds, weights and percents come to the shop's total in the CRM, to the kopeck (F44)", async () => {
  const world = await makeWorld();
  await world.connect();
  const random = numbersFrom(44);
  const draw = (most: number) => 1 + Math.floor(random() * most);
  for (let orderId = 101; orderId <= 140; orderId += 1) {
    const lines = ["CUP-1", "TEA-1", "POT-1"].map((article) => {
      const quantity = draw(4) === 1 ? draw(2000) / 1000 : draw(5);
      const total_price = draw(100_000) / 100;
      return { article, price: total_price / quantity, quantity, total_price };
    });
    const total = Math.round(lines.reduce((sum, one) => sum + one.total_price * 100, 0));
    const off = draw(3) === 1 ? 0 : Math.round((total * draw(33)) / 100);
    const sums = { total_default: total / 100, total_sum: (total - off) / 100 };
    world.placeOrder(orderId, { products: lines, ...sums, delivery_price: draw(9000) / 100 });
  }

  await world.sync();
  await world.sync();

  const wrong = world.crm.requests.length === 0 ? ["nothing was sent"] : [];
  for (let orderId = 101; orderId <= 140; orderId += 1) {
    const { total_sum, delivery_price } = world.shop.order(orderId)!;
    const { totalSumm } = world.crm.order(String(orderId))!;
    if (totalSumm !== Math.round((total_sum + delivery_price) * 100) / 100) wrong.push(`${orderId}: ${totalSumm}`);
  }
  expect(wrong).toEqual([]);
  expect(await world.problems()).toEqual([]);
  expect(editsOf(world)).toBe(0);
});

test("prices as text are read, an empty one stops its own order and never becomes zero (F45)", async () => {
  const world = await makeWorld();
  await world.connect();
  const text = (price: string) => [{ ...line("CUP-1", 0), price: price as never, total_price: 1299.5 }];
  const sums = { total_default: 1299.5, total_sum: 1299.5, delivery_price: 0 };

  world.placeOrder(101, { products: text("1 299,50"), ...sums, textAmounts: ["total_sum", "delivery_price"] });
  world.placeOrder(102, { products: text(""), ...sums });
  world.placeOrder(103);
  await world.look();

  expect(world.crm.order("101")).toMatchObject({ totalSumm: 1299.5, items: [{ initialPrice: 1299.5 }] });
  expect(world.crm.order("102")).toBeUndefined();
  expect(await world.order(102)).toMatchObject({ state: "failed", problem: { params: { reason: expect.anything() } } });
  expect(await world.order(103)).toMatchObject({ state: "synced" });
});

test("the same article on two lines: the shop's edit of one leaves the other (F46)", async () => {
  const world = await withOrder({ products: [line("CUP-1", 100), line("CUP-1", 80)] });
  const [first, second] = world.shop.order(101)!.products;

  world.shop.changeOrder(101, {
    products: [first!, { ...second!, quantity: 3, total_price: 240 }],
    total_default: 340,
    total_sum: 340,
  });
  await world.sync();
  await world.sync();

  expect(world.crm.order("101")).toMatchObject({
    totalSumm: 340,
    items: [
      { initialPrice: 100, quantity: 1 },
      { initialPrice: 80, quantity: 3 },
    ],
  });
});

test("a quantity that a manager lowered keeps the discount as it was: nothing is added to it (F47)", async () => {
  const world = await withOrder({ products: [line("CUP-1", 100, 3)], coupon: { code: "SALE", percent: 10 } });
  const [item] = world.crm.order("101")!.items as { id: number }[];

  world.crm.asManager.editOrder("101", { items: [{ id: item!.id, quantity: 1 }] });
  for (let round = 0; round < 3; round += 1) await world.sync();

  expect(world.crm.order("101")).toMatchObject({ discountManualAmount: 30, totalSumm: 70, items: [{ quantity: 1 }] });
  expect((await world.order(101)).differences).toMatchObject([{ field: "items" }]);
  expect(editsOf(world)).toBe(0);
});

test("money that a manager takes off a line is his: the shop's later lines do not wipe it", async () => {
  const world = await withOrder({ products: [line("CUP-1", 100, 2)] });
  const [item] = world.crm.order("101")!.items as { id: number }[];

  world.crm.asManager.editOrder("101", { items: [{ id: item!.id, discountManualAmount: 15 }] });
  await world.look();
  world.shop.editLines(101, [line("TEA-1", 60)]);
  await world.sync();

  expect(world.crm.order("101")).toMatchObject({ totalSumm: 170, items: [{ offer: { externalId: "CUP-1" } }] });
  expect((await world.order(101)).differences.map((one: { field: string }) => one.field)).toContain("items");
});

test("a gift costs nothing and a set is counted once, whichever of its lines carry a price (F51)", async () => {
  const world = await makeWorld();
  await world.connect();
  const set = (main: number, ...parts: number[]) => [
    { ...line("POT-1", main), type: "set_main" as const, storage_id: 70 },
    ...parts.map((price, place) => ({
      ...line(`TEA-${place + 1}`, price),
      ...{ type: "set_item" as const, storage_id: 71 + place, parent_storage_id: 70 },
    })),
  ];
  const sums = (total: number) => ({ total_default: total, total_sum: total, delivery_price: 0 });
  const gift = { ...line("CUP-2", 0), type: "gift" as const };

  world.placeOrder(101, { products: [{ ...line("CUP-1", 100), type: "gift_parent" }, gift], delivery_price: 0 });
  world.placeOrder(102, { products: set(500, 0, 0), ...sums(500) });
  world.placeOrder(103, { products: set(500, 300, 250), ...sums(500) });
  world.placeOrder(104, { products: set(500, 300, 250), ...sums(550) });
  for (let round = 0; round < 3; round += 1) await world.sync();

  const prices = (id: string) =>
    (world.crm.order(id)!.items as { initialPrice: number }[]).map((one) => one.initialPrice);
  expect(prices("101")).toEqual([100, 0]);
  expect(prices("102")).toEqual([500, 0, 0]);
  expect(prices("103")).toEqual([500, 0, 0]);
  expect(prices("104")).toEqual([0, 300, 250]);
  for (const [id, totalSumm] of [
    ["101", 100],
    ["102", 500],
    ["103", 500],
    ["104", 550],
  ] as const) {
    expect(world.crm.order(id)).toMatchObject({ totalSumm });
    expect(world.crm.order(id)).not.toHaveProperty("discountManualAmount");
  }
  expect(await world.problems()).toEqual([]);
});

test("what separates the two sums of the shop is one discount; the lines keep their prices (F52)", async () => {
  const world = await withOrder({
    products: [line("CUP-1", 799)],
    coupon: { code: "SALE", percent: 25 },
  });

  expect(world.shop.order(101)).toMatchObject({ total_default: 799, total_sum: 599 });
  expect(world.crm.order("101")).toMatchObject({
    discountManualAmount: 200,
    totalSumm: 599,
    items: [{ initialPrice: 799 }],
  });
});

test("a total that the CRM reckons otherwise is told with both numbers, and no more once both agree", async () => {
  const world = await withOrder({ products: [line("CUP-1", 100)] });

  world.crm.asManager.editOrder("101", { discountManualPercent: 10 });
  await world.look();
  expect((await world.order(101)).problem).toMatchObject({ code: "total_differs", params: { shop: "100", crm: "90" } });
  expect(await world.problems()).toEqual(["total_differs"]);

  world.crm.asManager.editOrder("101", { discountManualPercent: 0 });
  await world.look();
  expect((await world.order(101)).problem).toBeNull();
  expect(await world.problems()).toEqual([]);
  expect(editsOf(world)).toBe(0);
});
