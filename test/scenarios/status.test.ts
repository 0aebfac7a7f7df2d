import { expect, test } from "vitest";
import { makeWorld, type World } from "../world.ts";

async function withOrder(settings: Record<string, unknown> = {}): Promise<World> {
  const world = await makeWorld();
  await world.connect({ settings });
  world.placeOrder(101);
  await world.look();
  return world;
}

function writes(world: World): number {
  const toShop = world.shop.requests.filter((request) => request.function === "orders/update");
  return toShop.length + world.crm.requests.filter((request) => request.method === "POST").length;
}

test("a manager's status reaches the shop within a quick look and does not come back (F05, F07)", async () => {
  const world = await withOrder();

  world.crm.asManager.setStatus("101", "complete");
  await world.look();
  const before = writes(world);
  await world.sync();
  await world.sync();

  expect(world.shop.order(101)!.stat_status).toBe(3);
  expect(world.crm.order("101")!.status).toBe("complete");
  expect(writes(world)).toBe(before);
  expect((await world.order(101)).timeline.at(-1)).toMatchObject({ direction: "crm-to-shop", result: "done" });
});

test("a status in the shop reaches the CRM in the next round and does not come back (F71)", async () => {
  const world = await withOrder();

  world.shop.setStatus(101, 6);
  await world.sync();
  const before = writes(world);
  await world.sync();

  expect(world.crm.order("101")!.status).toBe("delivering");
  expect(world.shop.order(101)!.stat_status).toBe(6);
  expect(writes(world)).toBe(before);
});

test("a webhook of the shop brings a status at once, twice sent or not (F113)", async () => {
  const world = await withOrder();
  world.shop.switches.hooksTwice = true;

  world.shop.setStatus(101, 6);
  await world.deliverHooks();
  await world.work();

  expect(world.crm.order("101")!.status).toBe("delivering");
  expect(
    world.crm.requests.filter((request) => request.path.endsWith("/edit") && request.path.includes("orders")),
  ).toHaveLength(1);
});

test("both moved: the CRM wins, or the shop when the settings say so", async () => {
  const byCrm = await withOrder();
  byCrm.shop.setStatus(101, 2);
  byCrm.crm.asManager.setStatus("101", "delivering");
  await byCrm.sync();
  expect([byCrm.shop.order(101)!.stat_status, byCrm.crm.order("101")!.status]).toEqual([6, "delivering"]);

  const byShop = await withOrder({ statusConflict: "shop" });
  byShop.shop.setStatus(101, 2);
  byShop.crm.asManager.setStatus("101", "delivering");
  await byShop.sync();
  expect([byShop.shop.order(101)!.stat_status, byShop.crm.order("101")!.status]).toEqual([2, "assembling"]);
});

test("a CRM status without a pair leaves the shop's, is shown and counted, and everything else goes on (F70)", async () => {
  const world = await withOrder();

  world.crm.asManager.setStatus("101", "client-confirmed");
  world.shop.changeContact(101, { comment: "ring twice" });
  await world.sync();

  const order = await world.order(101);
  expect(order).toMatchObject({ state: "synced", problem: null });
  expect(order.differences).toMatchObject([{ field: "status", shop: 1, crm: "client-confirmed" }]);
  expect(world.crm.order("101")!.customerComment).toBe("ring twice");
  expect(await world.problems()).toEqual(["crm_status_unmapped"]);

  const mapping = (await world.api("GET", `/api/v1/connections/${world.id}/mapping`)).body;
  mapping.statuses = mapping.statuses.map((pair: { horoshop: number }) =>
    pair.horoshop === 21 ? { horoshop: 21, crm: "client-confirmed" } : pair,
  );
  await world.api("PUT", `/api/v1/connections/${world.id}/mapping`, mapping);
  await world.work();

  expect(world.shop.order(101)!.stat_status).toBe(21);
  expect(await world.problems()).toEqual([]);
});

test("a status that locks the order waits for a person, who confirms it (F72)", async () => {
  const world = await withOrder();

  world.crm.asManager.setStatus("101", "cancel-other");
  await world.look();
  expect(await world.order(101)).toMatchObject({ state: "held", problem: { code: "final_status_waiting" } });
  expect(world.shop.order(101)!.stat_status).toBe(1);

  const confirmed = await world.api("POST", `/api/v1/connections/${world.id}/orders/101/confirm`);
  await world.work();

  expect(confirmed.status).toBe(202);
  expect(world.shop.order(101)!.stat_status).toBe(4);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
  expect(await world.problems()).toEqual([]);
});

test("all waiting statuses are confirmed together", async () => {
  const world = await withOrder();
  world.placeOrder(102);
  await world.look();
  for (const id of ["101", "102"]) world.crm.asManager.setStatus(id, "cancel-other");
  await world.look();

  const answer = await world.api("POST", `/api/v1/connections/${world.id}/orders/confirm`, {
    problem: "final_status_waiting",
  });
  await world.work();

  expect(answer).toEqual({ status: 202, body: { queued: 2 } });
  expect([101, 102].map((id) => world.shop.order(id)!.stat_status)).toEqual([4, 4]);
});

test("dismissed, a waiting status leaves the shop's own, and the next move of the manager counts again", async () => {
  const world = await withOrder();
  world.crm.asManager.setStatus("101", "cancel-other");
  await world.look();

  const dismissed = await world.api("POST", `/api/v1/connections/${world.id}/orders/101/dismiss`);
  expect(dismissed).toMatchObject({ status: 200, body: { state: "synced", problem: null } });
  await world.sync();
  expect(world.shop.order(101)!.stat_status).toBe(1);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });

  world.crm.asManager.setStatus("101", "delivering");
  await world.look();
  expect(world.shop.order(101)!.stat_status).toBe(6);
});

test("an order that the shop has locked refuses once and is not tried for days (F73, F104)", async () => {
  const world = await withOrder({ guardFinalStatus: false });
  world.crm.asManager.setStatus("101", "cancel-other");
  await world.look();

  world.crm.asManager.setStatus("101", "delivering");
  await world.look();
  const before = writes(world);
  for (let round = 0; round < 3; round += 1) await world.sync();
  await world.turn(90_000_000);

  expect(await world.order(101)).toMatchObject({
    state: "failed",
    nextAttemptAt: null,
    problem: { code: "order_closed_in_shop" },
  });
  expect(writes(world)).toBe(before);
});

test("one bad order in a batch of ten does not stop nine (F75)", async () => {
  const world = await withOrder();
  for (let id = 102; id <= 110; id += 1) world.placeOrder(id);
  await world.look();
  world.shop.changeOrder(105, { stat_status: 4, cancelledByApi: true });

  for (let id = 101; id <= 110; id += 1) world.crm.asManager.setStatus(String(id), "delivering");
  await world.look();

  const states = [];
  for (let id = 101; id <= 110; id += 1) states.push((await world.order(id)).state);
  expect(states.filter((state) => state === "synced")).toHaveLength(9);
  expect(await world.order(105)).toMatchObject({ state: "failed", problem: { code: "order_closed_in_shop" } });
});

test("sendStatus off: the manager's status stays in the CRM and is shown as a difference", async () => {
  const world = await withOrder({ sendStatus: false });

  world.crm.asManager.setStatus("101", "delivering");
  await world.look();

  expect(world.shop.order(101)!.stat_status).toBe(1);
  expect((await world.order(101)).differences).toMatchObject([{ field: "status", writable: false }]);
});

test("the same change three times in one history page is one write (F12)", async () => {
  const world = await withOrder();

  for (const status of ["assembling", "delivering", "complete"]) world.crm.asManager.setStatus("101", status);
  await world.look();

  expect(world.shop.requests.filter((request) => request.function === "orders/update")).toHaveLength(1);
  expect(world.shop.order(101)!.stat_status).toBe(3);
});

test("status and payment in one save both arrive (F68)", async () => {
  const world = await withOrder({ sendPaid: true });

  world.crm.asManager.setStatus("101", "assembling");
  world.crm.asManager.setPaymentStatus("101", "paid");
  await world.look();
  await world.sync();

  expect(world.shop.order(101)).toMatchObject({ stat_status: 2, payed: 1 });
  expect(world.crm.order("101")).toMatchObject({ status: "assembling" });
});
