import { expect, test } from "vitest";
import { makeWorld, type World } from "../world.ts";

/** The shop refuses a status of its own list for a while, as shops do while their settings are being changed. */
async function withRefusedStatus(): Promise<World> {
  const world = await makeWorld();
  await world.connect();
  world.placeOrder(101);
  await world.look();
  world.shop.removeStatus(2);
  world.crm.asManager.setStatus("101", "assembling");
  await world.look();
  return world;
}

const updates = (world: World) => world.shop.requests.filter((request) => request.function === "orders/update").length;

test("what the shop refused is written when a person tries again and the shop takes it now (F104, F105)", async () => {
  const world = await withRefusedStatus();
  expect(await world.order(101)).toMatchObject({ state: "failed", problem: { code: "shop_refused_status" } });
  await world.sync();
  expect(updates(world)).toBe(1);

  world.shop.addStatus({ id: 2, title: { ua: "В обробці" } });
  const { status } = await world.api("POST", `/api/v1/connections/${world.id}/orders/101/retry`);
  await world.work();

  expect(status).toBe(202);
  expect(world.shop.order(101)!.stat_status).toBe(2);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null, differences: [] });
});

test("a retry pressed while the order is in hand is not lost with that work (F105, F107)", async () => {
  const world = await withRefusedStatus();
  const retry = `/api/v1/connections/${world.id}/orders/101/retry`;
  await world.api("POST", retry);

  // The person presses again while the shop is refusing once more; then the shop is mended.
  let written = 0;
  world.network.watch = async (_, path) => {
    if (!path.includes("orders/update")) return;
    written += 1;
    world.clock.turn(1000);
    if (written === 1) await world.api("POST", retry);
    else world.shop.addStatus({ id: 2, title: { ua: "В обробці" } });
  };
  await world.work();
  await world.look();

  expect(world.shop.order(101)!.stat_status).toBe(2);
  expect(await world.order(101)).toMatchObject({ state: "synced", nextAttemptAt: null });
});
