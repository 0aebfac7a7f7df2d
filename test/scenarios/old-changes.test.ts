import { expect, test } from "vitest";
import { makeWorld, type World } from "../world.ts";

/** The shop has no "changed since": what changes late is found by looking again, the older the order the rarer. */

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

async function withOrders(ids: number[], status = 1): Promise<World> {
  const world = await makeWorld({ environment: { CATALOG_INTERVAL: "500h" } });
  await world.connect({ settings: { webhooks: false } });
  for (const id of ids) world.placeOrder(id, { delivery_type: 4, stat_status: status });
  await world.look();
  return world;
}

/** So much later, with a newer order behind them: the look for new orders does not meet the old ones any more. */
async function laterBy(world: World, ms: number): Promise<void> {
  await world.turn(ms);
  world.placeOrder(900);
  await world.look();
  await world.sync();
}

function changeLate(world: World, id: number): void {
  world.shop.setTracking(id, `2045000000${id}`);
  world.shop.changeAddress(id, { address: "Відділення №31", branchRef: "branch-31" });
  world.shop.setPaid(id);
}

function late(world: World, id: number) {
  const order = world.crm.order(String(id))!;
  const fields = order.customFields as Record<string, unknown>;
  const [payment] = Object.values(order.payments as Record<string, { status: string }>);
  return { waybill: fields.horoshop_ttn, branch: fields.horoshop_branch, paid: payment?.status };
}

const changed = (id: number) => ({ waybill: `2045000000${id}`, branch: "branch-31", paid: "paid" });

test("waybill, branch and payment of an open order of last week are in the CRM after one round", async () => {
  const world = await withOrders([101]);
  await laterBy(world, 7 * dayMs);

  changeLate(world, 101);
  await world.sync();

  expect(late(world, 101)).toEqual(changed(101));
});

test("those of an order completed three weeks ago arrive within the hour", async () => {
  const world = await withOrders([101], 3);
  await laterBy(world, 21 * dayMs);

  changeLate(world, 101);
  for (let round = 0; round < 6; round += 1) await world.sync();

  expect(late(world, 101)).toEqual(changed(101));
});

test("those of an order completed five months ago arrive within a day", async () => {
  const world = await withOrders([101], 3);
  await laterBy(world, 150 * dayMs);

  changeLate(world, 101);
  await world.turn(dayMs);

  expect(late(world, 101)).toEqual(changed(101));
});

test("an order that is still open after a year is looked at daily", async () => {
  const world = await withOrders([101]);
  await laterBy(world, 365 * dayMs);

  changeLate(world, 101);
  await world.turn(dayMs);

  expect(late(world, 101)).toEqual(changed(101));
});
