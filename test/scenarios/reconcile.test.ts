import { expect, test } from "vitest";
import { type ApiAnswer, makeWorld, type World } from "../world.ts";

/** Starts a run and works it; the run as the API shows it. */
async function reconcile(world: World, params: Record<string, unknown> = {}): Promise<ApiAnswer["body"]> {
  const started = await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "reconcile", ...params });
  expect(started.status).toBe(202);
  await world.work();
  return (await world.api("GET", `/api/v1/runs/${started.body.id}`)).body;
}

async function withOrders(...ids: number[]): Promise<World> {
  const world = await makeWorld();
  await world.connect();
  for (const id of ids) world.placeOrder(id);
  await world.look();
  return world;
}

/** As after a restored backup: it is gone, and no history tells of it. */
function wipeFromCrm(world: World, shopOrderId: string): void {
  const { state } = world.crm;
  const entries = state.orderHistory.length;
  world.crm.asManager.deleteOrder(shopOrderId);
  state.orderHistory.length = entries;
}

const writesToCrm = (world: World) => world.crm.requests.filter((request) => request.method === "POST").length;

test("two sides in step: the same counts and sums for every day, and nothing is written", async () => {
  const world = await withOrders(101, 102);
  const before = writesToCrm(world);

  const run = await reconcile(world);

  const both = { orders: 2, total: "290" };
  expect(run).toMatchObject({
    state: "succeeded",
    trigger: "manual",
    counts: { read: 2, unchanged: 2, created: 0 },
    progress: { done: 2, total: 2 },
    preview: { days: [{ day: "2026-03-10", shop: both, crm: both }], missing: [], differing: [], capped: false },
  });
  expect(writesToCrm(world)).toBe(before);
});

test("an order that the CRM lost is shown as missing and is there afterwards (F108)", async () => {
  const world = await withOrders(101, 102);
  wipeFromCrm(world, "102");

  const run = await reconcile(world);
  const again = await reconcile(world);

  expect(run.preview.missing).toEqual(["102"]);
  expect(run.preview.days[0]).toMatchObject({ shop: { orders: 2 }, crm: { orders: 1, total: "145" } });
  expect(world.crm.order("102")).toMatchObject({ totalSumm: 145 });
  expect(await world.order(102)).toMatchObject({ state: "synced" });
  expect(again.preview.missing).toEqual([]);
});

test("an order that a manager deleted a moment ago is not made again", async () => {
  const world = await withOrders(101, 102);

  world.crm.asManager.deleteOrder("102");
  const run = await reconcile(world);

  expect(run).toMatchObject({ preview: { missing: [] }, counts: { created: 0 } });
  expect(world.crm.order("102")).toBeUndefined();
});

test("a new order that nobody has looked for yet is found, once", async () => {
  const world = await withOrders(101);

  world.placeOrder(102);
  const run = await reconcile(world);
  await world.look();

  expect(run).toMatchObject({ preview: { missing: ["102"] }, counts: { read: 2, created: 1, unchanged: 1 } });
  expect([...world.crm.state.orders.values()].filter((order) => order.externalId === "102")).toHaveLength(1);
});

test("a total that a manager changed is shown with both numbers, and is not changed back", async () => {
  const world = await withOrders(101);

  world.crm.asManager.editOrder("101", { discountManualAmount: 20 });
  const run = await reconcile(world);

  expect(run.preview.differing).toEqual([{ shopOrderId: "101", field: "total", shop: "145", crm: "125" }]);
  expect(world.crm.order("101")).toMatchObject({ totalSumm: 125 });
});

test("a status whose history was lost is carried over", async () => {
  const world = await withOrders(101);
  const entries = world.crm.state.orderHistory.length;
  world.crm.asManager.setStatus("101", "complete");
  world.crm.state.orderHistory.length = entries;

  const run = await reconcile(world);

  expect(run.preview.differing).toEqual([{ shopOrderId: "101", field: "status", shop: "1", crm: "complete" }]);
  expect(world.shop.order(101)!.stat_status).toBe(3);
});

test("an order that the shop no longer has stays in the CRM and is shown (F109)", async () => {
  const world = await withOrders(101, 102);
  world.shop.deleteOrder(102);

  const run = await reconcile(world);

  expect(run.preview.onlyInCrm).toEqual(["102"]);
  expect(run.preview.days[0]).toMatchObject({ shop: { orders: 1 }, crm: { orders: 2 } });
  expect(world.crm.order("102")).toBeDefined();
});

test("orders from before the connection are the archive's, unless they are linked; held ones are no fault", async () => {
  const world = await makeWorld();
  world.placeOrder(90, { createdAt: Date.parse("2026-03-01T10:00:00Z") });
  world.placeOrder(91, { createdAt: Date.parse("2026-03-02T10:00:00Z") });
  await world.connect({ settings: { archive: { auto: false } } });
  await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "archive", orderIds: ["91"] });
  await world.work();
  world.shop.addDeliveryType({ id: 31, title: { ua: "Дрон", ru: "" } });
  world.placeOrder(101, { delivery_type: 31 });
  await world.look();

  const run = await reconcile(world);

  expect(run.preview.days).toMatchObject([
    { day: "2026-03-02", shop: { orders: 1 }, crm: { orders: 1 } },
    { day: "2026-03-10", shop: { orders: 1 }, crm: { orders: 0, total: "0" } },
  ]);
  expect(run).toMatchObject({ preview: { missing: [] }, counts: { read: 2, held: 1 } });
  expect(world.crm.order("90")).toBeUndefined();
});

test("since and until bound it in the shop's days", async () => {
  const world = await withOrders(101);
  await world.turn(26 * 3_600_000);
  world.placeOrder(102);
  await world.look();

  const first = await reconcile(world, { since: "2026-03-10", until: "2026-03-10" });
  const second = await reconcile(world, { since: "2026-03-11" });

  expect(first.preview.days.map((day: { day: string }) => day.day)).toEqual(["2026-03-10"]);
  expect(second.preview.days.map((day: { day: string }) => day.day)).toEqual(["2026-03-11"]);
});

test("it comes by itself once a day", async () => {
  const world = await withOrders(101);
  const count = async () =>
    (await world.api("GET", `/api/v1/connections/${world.id}/runs?kind=reconcile`)).body.items.map(
      (run: { trigger: string; state: string }) => `${run.trigger} ${run.state}`,
    );

  await world.sync();
  const early = await count();
  await world.turn(24 * 3_600_000);
  await world.sync();
  const first = await count();
  await world.turn(27 * 3_600_000);

  expect([early, first]).toEqual([[], ["schedule succeeded"]]);
  expect(await count()).toEqual(["schedule succeeded", "schedule succeeded"]);
});
