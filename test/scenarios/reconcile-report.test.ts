import { expect, test, vi } from "vitest";
import { type ApiAnswer, makeWorld, type World } from "../world.ts";

vi.setConfig({ testTimeout: 120_000 });

async function startReconcile(world: World, params: Record<string, unknown> = {}): Promise<string> {
  const started = await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "reconcile", ...params });
  expect(started.status).toBe(202);
  return started.body.id;
}

const showRun = async (world: World, id: string): Promise<ApiAnswer["body"]> =>
  (await world.api("GET", `/api/v1/runs/${id}`)).body;

async function reconcile(world: World, params: Record<string, unknown> = {}): Promise<ApiAnswer["body"]> {
  const id = await startReconcile(world, params);
  await world.work();
  return showRun(world, id);
}

async function withOrders(count: number): Promise<World> {
  const world = await makeWorld();
  await world.connect();
  for (let place = 0; place < count; place += 1)
    world.placeOrder(101 + place, { delivery_phone: `+38067${1_000_000 + place}`, delivery_email: "" });
  await world.look();
  return world;
}

/** As after a restored backup of the CRM: they are gone, and no history tells of it. */
function wipeFromCrm(world: World, shopOrderIds: string[]): void {
  const { state } = world.crm;
  const entries = state.orderHistory.length;
  for (const id of shopOrderIds) world.crm.asManager.deleteOrder(id);
  state.orderHistory.length = entries;
}

test("one click mends what is missing, names what waits for a person, and asks nobody twice about a refusal", async () => {
  const world = await makeWorld();
  await world.connect();
  world.shop.addDeliveryType({ id: 31, title: { ua: "Дрон", ru: "" } });
  for (const [id, wish] of [
    [101, {}],
    [102, { delivery_type: 31 }],
    [103, {}],
  ] as const)
    world.placeOrder(id, wish);
  const { handle } = world.crm;
  let refusals = 0;
  world.crm.handle = async (request) => {
    const isCreate = /orders\/(create|upload)/.test(request.url);
    if (!isCreate || !new URLSearchParams(request.body).toString().includes("externalId%22%3A%22103"))
      return handle(request);
    refusals += 1;
    return { status: 400, headers: {}, body: JSON.stringify({ success: false, errorMsg: "no such manager" }) };
  };
  await world.look();
  wipeFromCrm(world, ["101"]);
  const before = refusals;

  const run = await reconcile(world);

  expect([...run.preview.missing].sort()).toEqual(["101", "103"]);
  expect(run.preview.held).toEqual(["102"]);
  const byNumber = Object.fromEntries(
    run.preview.outcome.map((one: { shopOrderId: string }) => [one.shopOrderId, one]),
  );
  expect(byNumber).toMatchObject({
    101: { state: "synced", problem: null },
    102: { state: "held", problem: "delivery_unmapped", nextAttemptAt: null },
    103: { state: "failed", problem: "crm_refused_order", nextAttemptAt: null },
  });
  expect(world.crm.order("101")).toBeDefined();
  expect(refusals).toBe(before);
  expect(before).toBeGreaterThan(0);

  const runs = await world.api("GET", `/api/v1/connections/${world.id}/runs?kind=reconcile`);
  expect(runs.body.items).toEqual([run]);
  const touched = await world.api("GET", `/api/v1/connections/${world.id}/orders?run=${run.id}`);
  expect(touched.body.items.map((one: { shopOrderId: string }) => one.shopOrderId)).toEqual(["101"]);
});

test("cancelled between pages it ends, and what it found so far can be read", { timeout: 120_000 }, async () => {
  const world = await withOrders(110);
  wipeFromCrm(world, ["101", "210"]);
  const id = await startReconcile(world);
  let pages = 0;
  world.network.watch = async (_, path) => {
    if (!path.endsWith("orders/get/")) return;
    pages += 1;
    if (pages === 2) await world.api("POST", `/api/v1/runs/${id}/cancel`);
  };
  await world.work();

  const run = await showRun(world, id);
  expect(run.state).toBe("cancelled");
  expect(run.preview.missing.length).toBeLessThan(3);
  expect(run.preview.outcome).toEqual([]);
  expect(pages).toBe(2);
});

test("cancelled while it mends, it stops after the orders in hand", { timeout: 120_000 }, async () => {
  const world = await withOrders(110);
  wipeFromCrm(
    world,
    Array.from({ length: 110 }, (_, place) => String(101 + place)),
  );
  const id = await startReconcile(world);
  let batches = 0;
  world.network.watch = async (_, path) => {
    if (!path.endsWith("orders/upload")) return;
    batches += 1;
    if (batches === 1) await world.api("POST", `/api/v1/runs/${id}/cancel`);
  };
  await world.work();

  expect(await showRun(world, id)).toMatchObject({ state: "cancelled", counts: { created: 100 } });
  expect(world.crm.state.orders.size).toBe(100);
});

test("lists are cut at 200 and say so; counts and days are of all, and all is mended", {
  timeout: 60_000,
}, async () => {
  const world = await withOrders(203);
  wipeFromCrm(
    world,
    Array.from({ length: 203 }, (_, place) => String(101 + place)),
  );

  const run = await reconcile(world);

  expect(run.preview.missing).toHaveLength(200);
  expect(run.preview.outcome).toHaveLength(200);
  expect(run.preview).toMatchObject({ capped: true, days: [{ shop: { orders: 203 }, crm: { orders: 0 } }] });
  expect(run).toMatchObject({ state: "succeeded", counts: { read: 203, created: 203, unchanged: 0 } });
  expect(world.crm.state.orders.size).toBe(203);
});

test("an order of the shop's night belongs to the shop's day", async () => {
  const world = await makeWorld({ start: "2026-03-10T21:00:00Z" });
  await world.connect();
  world.placeOrder(101);
  await world.turn(90 * 60_000);
  world.placeOrder(102);
  await world.turn(90 * 60_000);
  world.shop.deleteOrder(102);

  const { preview } = await reconcile(world);

  // 22:00 UTC is midnight in Kyiv.
  expect(preview.days).toMatchObject([
    { day: "2026-03-10", shop: { orders: 1 }, crm: { orders: 1 } },
    { day: "2026-03-11", shop: { orders: 0 }, crm: { orders: 1 } },
  ]);
});
