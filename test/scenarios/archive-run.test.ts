import { expect, test, vi } from "vitest";
import { workOrders } from "../../src/orders/work-orders.job.ts";
import type { World } from "../world.ts";
import { atBatch, dayMs, pause, resume, showRun, startArchive, withArchive } from "./archive-world.ts";

vi.setConfig({ testTimeout: 120_000 });

const listOf = async (world: World, query: string) =>
  (await world.api("GET", `/api/v1/connections/${world.id}/orders?limit=200&${query}`)).body.items;

test("1,000 old orders are there without anybody, over several kills and stops, each once (F77)", {
  timeout: 180_000,
}, async () => {
  const world = await withArchive(1000, { archive: { auto: true } }, { apartMs: 3_600_000 });

  for (let round = 0; round < 40 && world.crm.state.orders.size < 1000; round += 1) {
    if (round % 8 === 3) {
      await world.workAndDie(30, round % 16 === 3);
      world.clock.turn(130_000);
    } else if (round === 5) {
      atBatch(world, 5, () => world.stop());
      await world.turn(1_800_000);
      world.network.watch = () => {};
      await world.app.jobs.wake("archive", world.id);
    } else await world.turn(1_800_000);
  }
  await world.turn(3_600_000);

  const numbers = [...world.crm.state.orders.values()].map((order) => order.externalId);
  expect(new Set(numbers).size).toBe(1000);
  expect(numbers).toHaveLength(1000);
  expect(world.crm.state.customers.size).toBe(1000);
  const { body } = await world.api("GET", `/api/v1/connections/${world.id}`);
  expect(body.counts).toEqual({ synced: 1000, held: 0, failed: 0, excluded: 0 });
});

test("how long it still takes is told at its own pace; pauses do not count", async () => {
  const world = await withArchive(500);
  const id = await startArchive(world);
  expect((await showRun(world, id)).progress).toEqual({ done: 0, total: null, remainingSeconds: null });

  let batches = 0;
  world.network.watch = async (_, path) => {
    if (!path.endsWith("orders/upload")) return;
    batches += 1;
    world.clock.turn(30_000);
    if (batches === 4) await pause(world, id);
  };
  await world.work();
  const { progress } = await showRun(world, id);
  // A page of 100 takes two batches of half a minute, and a little.
  expect(progress).toMatchObject({ done: 200, total: 500 });
  expect(progress.remainingSeconds).toBeGreaterThanOrEqual(180);
  expect(progress.remainingSeconds).toBeLessThan(215);

  world.clock.turn(10 * dayMs);
  await resume(world, id);
  world.network.watch = async (_, path) => {
    if (!path.endsWith("orders/upload")) return;
    batches += 1;
    world.clock.turn(30_000);
    if (batches === 8) await pause(world, id);
  };
  await world.work();
  const after = (await showRun(world, id)).progress;
  expect(after.done).toBe(400);
  expect(after.remainingSeconds).toBeGreaterThanOrEqual(60);
  expect(after.remainingSeconds).toBeLessThan(80);
});

test("an order that does not exist any more is passed over with a note, the others go (F80)", async () => {
  const world = await withArchive(5);
  world.placeOrder(500);
  world.shop.deleteOrder(104);

  const id = await startArchive(world, { orderIds: ["102", 104, "0102", "9999", "500", "103"] });
  await world.work();

  const done = await showRun(world, id);
  expect(done).toMatchObject({
    state: "succeeded",
    counts: { read: 3, created: 3, failed: 0 },
    progress: { done: 5, total: 5 },
    notes: [{ code: "orders_not_in_shop", params: { count: 2, orders: ["104", "9999"] } }],
  });
  expect(done.notes[0].message).toContain("104, 9999");
  expect(["102", "103", "500"].map((number) => world.crm.order(number)?.externalId)).toEqual(["102", "103", "500"]);
  expect(await listOf(world, "")).toHaveLength(3);
});

test("named orders that are there are left alone; excluded and refused ones are tried again; a trial names the same", async () => {
  const world = await withArchive(6);
  await startArchive(world, { orderIds: ["101", "102"] });
  await world.work();
  await world.api("POST", `/api/v1/connections/${world.id}/orders/102/dismiss`);
  world.crm.asManager.deleteOrder("102");
  await world.look();
  const writes = () => world.crm.requests.filter((request) => request.method === "POST").length;
  const before = writes();

  const trial = await startArchive(world, { orderIds: ["101", "102", "777"], dryRun: true });
  await world.work();
  const shopAsked = world.shop.requests.length;
  expect(await showRun(world, trial)).toMatchObject({
    state: "succeeded",
    preview: { orders: 2, existing: 1, total: { UAH: "290" } },
    notes: [{ code: "orders_not_in_shop", params: { orders: ["777"] } }],
  });
  expect(writes()).toBe(before);
  expect(shopAsked).toBeGreaterThan(0);

  const id = await startArchive(world, { orderIds: ["101", "102"] });
  await world.work();
  expect(await showRun(world, id)).toMatchObject({ counts: { read: 2, created: 1, unchanged: 1 } });
  expect(world.crm.order("102")).toBeDefined();
});

test("named orders outside a period asked for are passed over with a note", async () => {
  const world = await withArchive(10);

  const id = await startArchive(world, { orderIds: ["101", "110"], since: "2026-03-08" });
  await world.work();

  expect(await showRun(world, id)).toMatchObject({
    counts: { created: 1 },
    notes: [{ code: "orders_outside_period", params: { count: 1, orders: ["101"] } }],
  });
  expect(world.crm.order("101")).toBeUndefined();
});

test("very many named orders go page by page, with a place to stop at and go on from", async () => {
  const world = await withArchive(230);
  const orderIds = Array.from({ length: 230 }, (_, place) => String(101 + place));
  const id = await startArchive(world, { orderIds });
  atBatch(world, 1, () => pause(world, id));
  await world.work();
  expect(await showRun(world, id)).toMatchObject({ state: "queued", progress: { done: 100, total: 230 } });

  world.network.watch = () => {};
  await resume(world, id);
  await world.work();
  expect(await showRun(world, id)).toMatchObject({ state: "succeeded", counts: { read: 230, created: 230 } });
  expect(world.crm.state.orders.size).toBe(230);
});

test("what a run refused or held is listed with its own reason, also after a restart and a later round", async () => {
  const world = await withArchive(12);
  world.shop.addDeliveryType({ id: 31, title: { ua: "Meest", ru: "" } });
  world.shop.changeDelivery(105, 31);
  refuse(world, { "103": "Order is not loaded: phone", "107": "Order is not loaded: address" });

  const id = await startArchive(world);
  atBatch(world, 1, () => world.stop());
  await world.work();
  world.network.watch = () => {};
  await world.app.jobs.wake("archive", world.id);
  await world.work();
  await world.sync();

  expect(await showRun(world, id)).toMatchObject({ state: "partial", counts: { failed: 2, held: 1 } });
  const failed = await listOf(world, `run=${id}&state=failed`);
  expect(failed.map((one: { shopOrderId: string }) => one.shopOrderId)).toEqual(["107", "103"]);
  expect(failed[0].problem.params.reason).toContain("address");
  expect(failed[1].problem.params.reason).toContain("phone");
  expect(await listOf(world, `run=${id}&state=held`)).toMatchObject([
    { shopOrderId: "105", problem: { code: "delivery_unmapped" } },
  ]);
  expect(await listOf(world, `run=${id}`)).toHaveLength(12);
  expect(await listOf(world, "run=nosuch")).toEqual([]);
});

/** The CRM refuses these orders, in a batch and alone, each with its own words. */
function refuse(world: World, reasons: Record<string, string>): void {
  const { handle } = world.crm;
  world.crm.handle = async (request) => {
    const form = new URLSearchParams(request.body);
    const isUpload = request.url.includes("orders/upload");
    const isCreate = request.url.includes("orders/create");
    if (isCreate) {
      const { externalId } = JSON.parse(form.get("order")!);
      const errorMsg = reasons[externalId];
      if (errorMsg) return { status: 400, headers: {}, body: JSON.stringify({ success: false, errorMsg }) };
    }
    if (!isUpload) return handle(request);
    const orders = JSON.parse(form.get("orders")!) as { externalId: string; status: string }[];
    for (const order of orders) if (reasons[order.externalId]) order.status = "no-such-status";
    form.set("orders", JSON.stringify(orders));
    return handle({ ...request, body: form.toString() });
  };
}

test("a new order is in the CRM before the archive's next page, while the archive goes on (F82)", async () => {
  const world = await withArchive(150);
  const id = await startArchive(world);
  let between: { state: string; hasNew: boolean } | undefined;
  atBatch(world, 2, async () => {
    world.placeOrder(900);
    world.clock.turn(60_000);
    await world.app.db.updateTable("lanes").set({ wanted: true }).where("lane", "=", "quick").execute();
    // What the worker of the other lane does, in the midst of the archive's work.
    await workOrders(world.app, world.id, new AbortController().signal);
    between = { state: (await showRun(world, id)).state, hasNew: world.crm.order("900") !== undefined };
  });
  await world.work();

  expect(between).toEqual({ state: "running", hasNew: true });
  expect(await showRun(world, id)).toMatchObject({ state: "succeeded", counts: { created: 150 } });
  expect(world.crm.state.orders.size).toBe(151);
});

test("an order that a round comes upon several times counts once, under what became of it", async () => {
  const world = await withArchive(3);
  await startArchive(world);
  await world.work();
  world.placeOrder(500);
  await world.turn(2 * 3_600_000);

  const runs = (await world.api("GET", `/api/v1/connections/${world.id}/runs?kind=sync`)).body.items;
  expect(runs[0].counts).toEqual({
    ...{ read: 4, created: 1, unchanged: 3 },
    ...{ linked: 0, updated: 0, held: 0, failed: 0, excluded: 0 },
  });
});
