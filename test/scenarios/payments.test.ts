import { expect, test } from "vitest";
import type { OrderWish } from "../../sandbox/horoshop/order-making.ts";
import { type ConnectOptions, makeWorld, type World } from "../world.ts";

async function withOrder(wish: OrderWish = {}, options: ConnectOptions = {}): Promise<World> {
  const world = await makeWorld();
  await world.connect(options);
  world.placeOrder(101, wish);
  await world.look();
  return world;
}

type Payment = { id: number; externalId?: string; type: string; status?: string; amount: number; paidAt?: string };

const paymentsOf = (world: World, id = "101") => Object.values(world.crm.order(id)!.payments as object) as Payment[];
const paymentWrites = (world: World) =>
  world.crm.requests.filter((request) => request.path.includes("/orders/payments/")).length;
const fieldsOf = async (world: World) =>
  (await world.order(101)).differences.map((difference: { field: string }) => difference.field);

/** Payment by instalments, which the CRM does not allow with Ukrposhta. */
const unfit = {
  mapping: {
    paymentTypes: [
      { horoshop: 9, crm: "installments" },
      { horoshop: 12, crm: "bank-card" },
      { horoshop: 14, crm: "bank-transfer" },
    ],
  },
};

function allow(world: World): void {
  const delivery = world.crm.state.books.deliveryTypes!.ukrposhta!;
  (delivery.deliveryPaymentTypes as object[]).push({ code: "installments", cod: false });
}

test("a pair that the CRM allows later brings the payment within a day, without anybody's help (F60)", async () => {
  const world = await withOrder({}, unfit);
  expect(paymentsOf(world)).toEqual([]);
  expect((await world.order(101)).problem).toMatchObject({
    code: "payment_not_allowed",
    params: { delivery: "Укрпошта", payment: "Оплата частинами" },
  });

  allow(world);
  await world.turn(80_000_000);
  expect(paymentsOf(world)).toEqual([]);
  await world.turn(6_600_000);
  await world.look();

  expect(paymentsOf(world)).toMatchObject([{ type: "installments", status: "not-paid", amount: 145 }]);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
  expect(await world.problems()).toEqual([]);
});

test.each([
  ["a person tries the order again", (world: World) => `/api/v1/connections/${world.id}/orders/101/retry`],
  ["the lists are read again", (world: World) => `/api/v1/connections/${world.id}/references/refresh`],
])("it comes at once when %s (F60)", async (_, path) => {
  const world = await withOrder({}, unfit);
  await world.turn(120_000);

  allow(world);
  await world.api("POST", path(world));
  await world.work();

  expect(paymentsOf(world)).toMatchObject([{ type: "installments" }]);
  expect((await world.order(101)).problem).toBeNull();
});

test("a pair that the lists allow and the CRM refuses is not tried with every change (F60)", async () => {
  const world = await makeWorld();
  world.crm.switches.emptyPaymentTypes = "none";
  world.crm.state.books.deliveryTypes!.ukrposhta!.deliveryPaymentTypes = [];
  await world.connect();
  world.placeOrder(101);
  await world.look();
  expect((await world.order(101)).problem).toMatchObject({
    code: "payment_not_allowed",
    params: { delivery: "Укрпошта", payment: "Готівка / оплата при отриманні", refused: true },
  });

  for (let round = 0; round < 3; round += 1) {
    world.shop.changeContact(101, { comment: `round ${round}` });
    await world.sync();
  }
  expect(paymentWrites(world)).toBe(0);

  world.crm.state.books.deliveryTypes!.ukrposhta!.deliveryPaymentTypes = [{ code: "cash", cod: true }];
  await world.api("POST", `/api/v1/connections/${world.id}/orders/101/retry`);
  await world.work();
  expect(paymentsOf(world)).toMatchObject([{ type: "cash" }]);
});

test("paid while its payment was left out: it comes paid, with the time of detection (F63)", async () => {
  const world = await withOrder({}, unfit);
  world.shop.setPaid(101);
  await world.sync();
  expect(await fieldsOf(world)).toEqual(["paid"]);

  allow(world);
  await world.turn(3_600_000);
  await world.api("POST", `/api/v1/connections/${world.id}/orders/101/retry`);
  await world.work();

  expect(paymentsOf(world)).toMatchObject([{ status: "paid", paidAt: expect.stringMatching(/ 11:/) }]);
});

test("delivery and payment that change together are judged together (F60)", async () => {
  const world = await withOrder(
    { delivery_type: 8, payment_type: 12 },
    {
      mapping: {
        ...unfit.mapping,
        paymentTypes: [
          { horoshop: 9, crm: "installments" },
          { horoshop: 12, crm: "cash" },
          { horoshop: 14, crm: "bank-transfer" },
        ],
      },
    },
  );
  expect(paymentsOf(world)).toMatchObject([{ type: "cash" }]);

  world.shop.changeDelivery(101, 4);
  world.shop.changePayment(101, 9);
  await world.sync();

  expect(world.crm.order("101")).toMatchObject({ delivery: { code: "nova-poshta" } });
  expect(paymentsOf(world)).toMatchObject([{ type: "installments" }]);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null, differences: [] });
});

test("a payment type that no longer fits stays as it was in the CRM, the pair is named (F60)", async () => {
  const world = await withOrder({ payment_type: 12 }, unfit);

  world.shop.changePayment(101, 9);
  await world.sync();
  await world.sync();

  expect(paymentsOf(world)).toMatchObject([{ type: "bank-card" }]);
  expect((await world.order(101)).problem).toMatchObject({ code: "payment_not_allowed" });
  expect(await fieldsOf(world)).toEqual(["payment"]);
  expect(paymentWrites(world)).toBe(0);
});

test("an account that wants the exact sum: the payment goes with it, or without a sum of ours (F61)", async () => {
  const world = await makeWorld();
  world.crm.switches.cashPaymentSum = "exact";
  await world.connect();

  world.placeOrder(101);
  world.placeOrder(102, { total_sum: 130 });
  await world.look();
  world.shop.editLines(101, [{ article: "TEA-1", title: "Tea", price: 60, quantity: 2 }]);
  await world.sync();

  expect(paymentsOf(world)).toMatchObject([{ amount: 165 }]);
  expect(paymentsOf(world, "102")).toMatchObject([{ amount: 145, externalId: `${world.id}-102` }]);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null, differences: [] });
  expect((await world.order(102)).problem).toMatchObject({ code: "total_differs" });
  for (let round = 0; round < 2; round += 1) await world.sync();
  expect(await world.order(102)).toMatchObject({ state: "synced" });
});

test("an order that becomes one of amount 0 keeps its payment as it is, and no empty one is sent (F62)", async () => {
  const world = await withOrder({ delivery_price: 0 });

  world.shop.editLines(101, [{ article: "TEA-1", title: "Tea", price: 0, quantity: 1 }]);
  await world.sync();

  expect(world.crm.order("101")).toMatchObject({ totalSumm: 0 });
  expect(paymentsOf(world)).toHaveLength(1);
  expect(await world.order(101)).toMatchObject({ state: "synced" });
});

test("two connections of one CRM account, each with its order 101: two payments, each with an id of its own (F64)", async () => {
  const world = await makeWorld();
  const { sites, catalogs: _ } = world.crm.state.books as Record<string, Record<string, Record<string, unknown>>>;
  sites!["second-site"] = { ...sites!["demo-site"], code: "second-site", name: "Second", ymlUrl: undefined };
  world.crm.keys.addKey({ key: "key-second", sites: ["second-site"] });
  await world.connect();
  const crm = { url: "https://demo.retailcrm.pro", apiKey: "key-second", site: "second-site" };
  const horoshop = { url: "https://shop.example", login: "integration", password: "demo-password" };
  const second = (await world.api("POST", "/api/v1/connections", { name: "Second", crm, horoshop })).body;
  const { body: mapping } = await world.api("GET", `/api/v1/connections/${world.id}/mapping`);
  const { complete: __, ...pairs } = mapping;
  await world.api("PUT", `/api/v1/connections/${second.id}/mapping`, pairs);
  await world.work();
  world.clock.turn(1000);

  world.placeOrder(101);
  await world.sync();

  const orders = [...world.crm.state.orders.values()];
  expect(orders.map((order) => [order.site, order.externalId])).toEqual([
    ["demo-site", "101"],
    ["second-site", "101"],
  ]);
  const ids = orders.map((order) => order.payments.map((payment) => payment.externalId));
  expect(ids).toEqual([[`${world.id}-101`], [`${second.id}-101`]]);
});

test("a payment that the CRM took itself is never touched, and covers what the shop calls paid (F66)", async () => {
  const world = await withOrder();
  const id = world.crm.asManager.addPayment("101", { type: "liqpay", status: "paid", amount: 145 });
  await world.look();
  const [ours, theirs] = paymentsOf(world);

  world.shop.setPaid(101);
  await world.sync();
  world.shop.setStatus(101, 2);
  await world.sync();
  expect(await world.order(101)).toMatchObject({ state: "synced", differences: [] });

  world.shop.setPaid(101, false);
  await world.sync();
  await world.sync();

  expect(theirs).toMatchObject({ id });
  expect(paymentsOf(world)).toEqual([ours, theirs]);
  expect(paymentWrites(world)).toBe(0);
  expect(await fieldsOf(world)).toEqual(["paid"]);
});

test("beside a part payment of the CRM ours is marked, and only ours (F66)", async () => {
  const world = await withOrder();
  world.crm.asManager.addPayment("101", { type: "liqpay", status: "paid", amount: 40 });
  const [, theirs] = paymentsOf(world);

  world.shop.setPaid(101);
  await world.sync();
  await world.sync();

  expect(paymentsOf(world)).toMatchObject([{ status: "paid", amount: 145 }, theirs!]);
  expect(paymentWrites(world)).toBe(1);
});

test("a payment type of the CRM's acquiring: its status is the CRM's, a mark is not taken back (F66)", async () => {
  const world = await makeWorld();
  world.crm.state.books.paymentTypes!["bank-card"]!.integrationModule = { active: true, name: "Acquiring" };
  await world.connect();
  world.placeOrder(101, { payment_type: 12 });
  await world.look();
  expect(paymentsOf(world)[0]).not.toHaveProperty("status");

  world.crm.asManager.setPaymentStatus("101", "paid");
  await world.look();
  world.shop.setPaid(101);
  await world.sync();
  world.shop.setPaid(101, false);
  await world.sync();

  expect(paymentsOf(world)).toMatchObject([{ status: "paid" }]);
  expect(paymentWrites(world)).toBe(0);
});

test("cancelled and paid in the CRM: the shop's order is not marked paid (F65)", async () => {
  const world = await withOrder({}, { settings: { sendPaid: true } });
  world.crm.asManager.setStatus("101", "cancel-other");
  await world.look();

  world.crm.asManager.setPaymentStatus("101", "paid");
  await world.look();
  await world.sync();

  expect(world.shop.order(101)!.payed).toBe(0);
  expect(await fieldsOf(world)).toContain("paid");
});

test("a second payment provider of the shop is named where it has no pair, and its orders wait under its name (F67)", async () => {
  const world = await withOrder();
  world.shop.addPaymentType({ id: 31, title: { ua: "Mono Checkout", ru: "Mono Checkout" } });

  world.placeOrder(102, { payment_type: 31 });
  world.shop.changePayment(101, 31);
  await world.sync();

  for (const orderId of [101, 102])
    expect((await world.order(orderId)).problem).toMatchObject({
      code: "payment_unmapped",
      params: { name: "Mono Checkout" },
    });
  expect(paymentsOf(world)).toMatchObject([{ type: "cash" }]);
  expect(world.crm.order("102")).toBeUndefined();
});

test("a payment type that the shop deleted leaves the CRM's payment under its name (F67)", async () => {
  const world = await withOrder();

  world.shop.removePaymentType(9);
  await world.turn(90_000_000);

  expect(paymentsOf(world)).toMatchObject([{ type: "cash", amount: 145 }]);
  expect(paymentWrites(world)).toBe(0);
});
