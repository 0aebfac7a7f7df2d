import { expect, test } from "vitest";
import { makeWorld } from "../world.ts";

test("a new order reaches the CRM within one quick look", async () => {
  const world = await makeWorld();
  await world.connect();

  world.placeOrder(101);
  await world.look();

  expect(world.crm.order("101")).toMatchObject({ number: "101", status: "new", site: "demo-site", totalSumm: 145 });
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
});
