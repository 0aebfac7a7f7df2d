import { expect, test } from "vitest";
import { makeWorld, type World } from "../world.ts";

const dayMs = 90_000_000;
const targets = (world: World) => world.shop.state.subscriptions.map((one) => one.target_url).sort();

test("what the shop did not take at first is subscribed with the next day's look", async () => {
  const world = await makeWorld();
  world.shop.faults.add({ kind: "502-html", match: "hooks/subscribe", times: 1 });
  await world.connect();
  const atFirst = targets(world).length;

  await world.turn(dayMs);

  expect([atFirst, targets(world).length]).toEqual([0, 3]);
});

test("what somebody removed by hand stays away until he says so", async () => {
  const world = await makeWorld();
  await world.connect();
  world.shop.removeHookByHand(world.shop.state.subscriptions[0]!.id);
  await world.deliverHooks();

  await world.turn(dayMs);
  expect(targets(world)).toHaveLength(2);
  expect(await world.problems()).toEqual(["webhook_removed"]);
  await world.api("POST", `/api/v1/connections/${world.id}/webhooks/restore`);

  expect(targets(world)).toHaveLength(3);
  expect(await world.problems()).toEqual([]);
});

test("when our own address moves, the shop learns the new one and loses the old one", async () => {
  const world = await makeWorld();
  await world.connect();

  world.app.config.publicUrl = "https://moved.example";
  await world.turn(dayMs);
  world.placeOrder(101);
  await world.deliverHooks();
  await world.work();

  expect(targets(world).map((url) => new URL(url).host)).toEqual(["moved.example", "moved.example", "moved.example"]);
  expect(world.crm.order("101")).toBeDefined();
});
