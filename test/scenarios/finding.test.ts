import { expect, test } from "vitest";
import { startDueLanes } from "../../src/all-jobs.ts";
import { makeWorld, type World } from "../world.ts";

const minuteMs = 60_000;
const phone = { delivery_phone: "0671234567", delivery_email: "" };

async function connected(): Promise<World> {
  const world = await makeWorld();
  await world.connect();
  return world;
}

/** A buyer's order that carries a time so far from ours. */
function placeAside(world: World, id: number, minutes: number): void {
  world.placeOrder(id, { ...phone, createdAt: world.clock.now().getTime() + minutes * minuteMs });
}

const inCrm = (world: World, ids: number[]) => ids.filter((id) => world.crm.order(String(id)) !== undefined);

for (const [clock, minutes] of [
  ["25 minutes slow", -25],
  ["25 minutes fast", 25],
] as const)
  test(`the shop's clock is ${clock}: every order reaches the CRM within a quick look, once (F15)`, async () => {
    const world = await connected();
    await world.turn(30 * minuteMs);
    const ids = [101, 102, 103, 104];

    for (const [place, id] of ids.entries()) {
      placeAside(world, id, minutes);
      await world.look();
      expect(inCrm(world, ids)).toEqual(ids.slice(0, place + 1));
    }
    await world.sync();

    expect(world.crm.state.orders.size).toBe(4);
  });

test("an order that shows up late behind a newer one is found by the overlap, or by the hourly look back (F15)", async () => {
  const world = await connected();
  await world.turn(240 * minuteMs);
  world.placeOrder(110, phone);
  await world.look();

  placeAside(world, 108, -5);
  await world.look();
  expect(inCrm(world, [108, 110])).toEqual([108, 110]);

  placeAside(world, 105, -120);
  await world.turn(61 * minuteMs);
  expect(inCrm(world, [105, 108, 110])).toEqual([105, 108, 110]);
  await world.sync();
  expect(world.crm.state.orders.size).toBe(3);
});

test("the CRM's clock is an hour and a half slow: the first changes after the connection are not missed (F15)", async () => {
  const world = await connected();
  world.crm.addFault({ kind: "500", match: { path: "orders/history" } });
  world.placeOrder(101, phone);
  await world.look();
  world.crm.faults.length = 0;

  world.crm.asManager.setStatus("101", "delivering");
  for (const entry of world.crm.state.orderHistory) entry.createdAt = "2026-03-10 08:31:00";
  await world.turn(15 * minuteMs);

  expect(world.shop.order(101)!.stat_status).toBe(6);
});

for (const [shop, switches] of [
  ["lists the newest first", {}],
  ["lists the oldest first", { ordersNewestFirst: false }],
  ["gives 50 at a time, whatever is asked for", { ordersLimitMax: 50 }],
] as const)
  test(`orders come and one goes while pages are read of a shop that ${shop}: each is in the CRM once (F27)`, async () => {
    const world = await connected();
    Object.assign(world.shop.switches, switches);
    const ids = Array.from({ length: 130 }, (_, place) => 101 + place);
    for (const id of ids) world.placeOrder(id, phone);
    let came = 0;
    world.network.watch = (_, path) => {
      if (!path.includes("orders/get") || came === 5) return;
      came += 1;
      world.placeOrder(300 + came, phone);
      if (came === 2) world.shop.deleteOrder(150);
    };

    await world.look();
    await world.sync();

    const expected = [...ids.filter((id) => id !== 150), 301, 302, 303, 304, 305].slice(0, 129 + came);
    expect(came).toBeGreaterThan(2);
    expect(inCrm(world, expected)).toEqual(expected);
    expect([...world.crm.state.orders.values()].map((order) => order.externalId)).toHaveLength(
      new Set([...world.crm.state.orders.values()].map((order) => order.externalId)).size,
    );
  });

test("a shop that gives 50 orders at a time hears of all 120 changes made in the CRM (F04)", async () => {
  const world = await connected();
  world.shop.switches.ordersLimitMax = 50;
  const ids = Array.from({ length: 120 }, (_, place) => 101 + place);
  for (const id of ids) world.placeOrder(id, phone);
  await world.sync();

  for (const id of ids) world.crm.asManager.setStatus(String(id), "delivering");
  await world.look();
  await world.work();

  expect(ids.filter((id) => world.shop.order(id)!.stat_status !== 6)).toEqual([]);
  expect(await world.problems()).toEqual([]);
});

test("a run that lasts longer than its interval is alone; the next one comes after it (F13)", async () => {
  const world = await connected();
  const runs = async () => (await world.api("GET", `/api/v1/connections/${world.id}/runs?kind=sync`)).body.items;
  const seen: string[] = [];
  world.network.watch = async (_, path) => {
    if (!path.endsWith("orders/history")) return;
    // The run hangs for half an hour; meanwhile the schedule ticks.
    for (let tick = 0; tick < 30; tick += 1) {
      world.clock.turn(minuteMs);
      await startDueLanes(world.app);
    }
    world.network.watch = () => {};
    for (const { state } of await runs()) if (state === "running" || state === "queued") seen.push(state);
  };
  await world.turn(12 * minuteMs);

  expect(seen).toEqual(["running"]);
  await world.sync();
  const [next, long] = await runs();
  expect(Date.parse(long.finishedAt) - Date.parse(long.startedAt)).toBeGreaterThanOrEqual(30 * minuteMs);
  expect(Date.parse(next.startedAt)).toBeGreaterThanOrEqual(Date.parse(long.finishedAt));
});

test("a shop that gives 50 orders at a time hands over its whole archive, and is compared as a whole", async () => {
  const world = await makeWorld();
  world.shop.switches.ordersLimitMax = 50;
  const ids = Array.from({ length: 120 }, (_, place) => 101 + place);
  for (const id of ids) placeAside(world, id, -100_000 + 600 * (id - 100));
  await world.connect({ settings: { archive: { auto: false } } });
  const start = async (kind: string) => {
    const since = kind === "reconcile" ? { since: "2025-12-01" } : {};
    const { body } = await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind, ...since });
    await world.work();
    return (await world.api("GET", `/api/v1/runs/${body.id}`)).body;
  };

  const archive = await start("archive");
  const comparison = await start("reconcile");

  expect(archive).toMatchObject({ state: "succeeded", counts: { created: 120 } });
  expect(inCrm(world, ids)).toEqual(ids);
  expect(comparison).toMatchObject({
    state: "succeeded",
    counts: { read: 120 },
    preview: { onlyInCrm: [], missing: [] },
  });
});
