import { expect, test } from "vitest";
import { makeWorld, type World } from "../world.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const phone = "0671234567";

function customers(world: World) {
  return [...world.crm.state.customers.values()];
}

function customerOf(world: World, orderId: number): number {
  return (world.crm.order(String(orderId))!.customer as { id: number }).id;
}

/** A buyer whose card we made, and another card of the CRM without his phone. */
async function withTwoCards(): Promise<{ world: World; ours: number; other: number }> {
  const world = await makeWorld();
  await world.connect();
  world.placeOrder(101, { delivery_phone: phone, delivery_email: "" });
  await world.look();
  const other = world.crm.asManager.createCustomer("demo-site", { firstName: "Ігор", email: "ihor@example.com" });
  return { world, ours: customerOf(world, 101), other };
}

/** The card that took the other in does not have the phone: only the CRM's word leads there. */
function mergeWithoutPhone(world: World, from: number, into: number): void {
  world.crm.asManager.mergeCustomers([from], into);
  world.crm.state.customers.get(into)!.phones = [];
}

test("merged an hour ago and more: later orders go to the customer that is left (F33)", async () => {
  const { world, ours, other } = await withTwoCards();

  mergeWithoutPhone(world, ours, other);
  await world.turn(2 * hourMs);
  world.placeOrder(102, { delivery_phone: phone, delivery_email: "" });
  await world.look();
  world.placeOrder(103, { delivery_phone: phone, delivery_email: "" });
  await world.look();

  expect([101, 102, 103].map((id) => customerOf(world, id))).toEqual([other, other, other]);
  expect(customers(world).map((one) => one.id)).toEqual([other]);
});

test("merged a moment ago, and merged again: the CRM refuses the old one, its survivor takes the order (F33)", async () => {
  const { world, ours, other } = await withTwoCards();
  const last = world.crm.asManager.createCustomer("demo-site", { firstName: "Igor" });

  mergeWithoutPhone(world, ours, other);
  world.placeOrder(102, { delivery_phone: phone, delivery_email: "" });
  await world.look();
  expect(customerOf(world, 102)).toBe(other);

  mergeWithoutPhone(world, other, last);
  for (const orderId of [103, 104, 105]) world.placeOrder(orderId, { delivery_phone: phone, delivery_email: "" });
  await world.look();

  expect([103, 104, 105].map((id) => customerOf(world, id))).toEqual([last, last, last]);
  expect(customers(world).map((one) => one.id)).toEqual([last]);
  expect(await world.order(105)).toMatchObject({ state: "synced", problem: null });
});

test("a customer deleted in the CRM: the shop keeps everything, the next order makes one anew (F34)", async () => {
  const { world, ours } = await withTwoCards();
  const before = structuredClone(world.shop.order(101));

  world.crm.asManager.deleteCustomer(ours);
  await world.turn(2 * hourMs);
  expect(world.shop.order(101)).toEqual(before);
  world.placeOrder(102, { delivery_phone: phone, delivery_email: "" });
  await world.look();

  expect(customers(world)).toMatchObject([{}, { externalId: `${world.id}-c102`, phones: ["+380671234567"] }]);
  expect(customerOf(world, 102)).toBe(customers(world)[1]!.id);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
});

test("an hour of many orders asks once about the customers it knows, and searches for none of them", async () => {
  const { world } = await withTwoCards();
  await world.turn(2 * hourMs);
  const asked = () => world.crm.requests.filter((request) => request.path.endsWith("/customers")).length;
  const before = asked();

  for (let place = 0; place < 4; place += 1) {
    world.placeOrder(110 + place, { delivery_phone: phone, delivery_email: "" });
    await world.look();
  }

  expect(asked() - before).toBe(1);
});

/** Two cards with the buyer's phone, and an order that says so. */
async function withDoubles(): Promise<{ world: World; ids: number[] }> {
  const world = await makeWorld();
  await world.connect();
  const ids = ["Ігор", "Олена"].map((firstName) =>
    world.crm.asManager.createCustomer("demo-site", { firstName, phones: [{ number: "+380671234567" }] }),
  );
  world.placeOrder(101, { delivery_phone: phone, delivery_email: "" });
  await world.look();
  expect((await world.order(101)).problem).toMatchObject({ code: "customer_ambiguous" });
  return { world, ids };
}

test("doubles merged in the CRM: the remark goes with a retry, and by itself within a day", async () => {
  for (const byHand of [true, false]) {
    const { world, ids } = await withDoubles();
    const made = customerOf(world, 101);

    world.crm.asManager.mergeCustomers([ids[1]!], ids[0]!);
    if (byHand) await world.api("POST", `/api/v1/connections/${world.id}/orders/101/retry`);
    await world.turn(byHand ? hourMs : dayMs);
    // The card that the CRM made for the order itself is a double, too, and is named now.
    expect((await world.order(101)).problem).toMatchObject({
      code: "customer_ambiguous",
      params: { customers: [`№ ${made}`, `№ ${ids[0]}`] },
    });

    world.crm.asManager.mergeCustomers([made], ids[0]!);
    if (byHand) await world.api("POST", `/api/v1/connections/${world.id}/orders/101/retry`);
    await world.turn(byHand ? hourMs : dayMs + hourMs);
    expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
    expect(customerOf(world, 101)).toBe(ids[0]);
    expect(await world.problems()).not.toContain("customer_ambiguous");
  }
});

test("a manager who chooses one of the doubles for the order has decided", async () => {
  const { world, ids } = await withDoubles();

  world.crm.asManager.editOrder("101", { customer: { id: ids[0] } });
  await world.look();

  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
  expect(customerOf(world, 101)).toBe(ids[0]);
});
