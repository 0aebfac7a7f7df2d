import { expect, test } from "vitest";
import { makeWorld, type World } from "../world.ts";

const dayMs = 86_400_000;

/** Orders from before the connection, a day apart, each of its own buyer. */
async function withArchive(count: number, settings: Record<string, unknown> = {}): Promise<World> {
  const world = await makeWorld();
  for (let place = 0; place < count; place += 1)
    world.placeOrder(101 + place, {
      createdAt: world.clock.now().getTime() - (count - place) * dayMs,
      delivery_phone: `+38067${1_000_000 + place}`,
      delivery_email: "",
    });
  await world.connect({ settings: { archive: { auto: false }, ...settings } });
  return world;
}

async function start(world: World, wish: Record<string, unknown> = {}): Promise<string> {
  const answer = await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "archive", ...wish });
  expect(answer.status).toBe(202);
  return answer.body.id;
}

const run = async (world: World, id: string) => (await world.api("GET", `/api/v1/runs/${id}`)).body;

test("old orders go to the CRM in batches, in the order of the shop, and none twice", async () => {
  const world = await withArchive(130);
  await world.sync();
  expect(world.crm.state.orders.size).toBe(0);

  const id = await start(world);
  await world.work();

  expect(await run(world, id)).toMatchObject({
    state: "succeeded",
    progress: { done: 130, total: 130 },
    counts: { read: 130, created: 130, failed: 0 },
  });
  expect(world.crm.state.orders.size).toBe(130);
  expect(world.crm.state.customers.size).toBe(130);
  expect(world.crm.requests.filter((request) => request.path.endsWith("orders/create"))).toEqual([]);

  const again = await start(world);
  await world.work();
  expect(await run(world, again)).toMatchObject({ state: "succeeded", counts: { created: 0, unchanged: 130 } });
});

test("a dry run counts, sums and names what has no pair, and writes nothing", async () => {
  const world = await withArchive(12);
  world.shop.addDeliveryType({ id: 31, title: { ua: "Meest", ru: "" } });
  world.shop.changeDelivery(105, 31);
  world.crm.asManager.createOrder("demo-site", { externalId: "103", firstName: "There" });

  const id = await start(world, { dryRun: true });
  await world.work();

  expect(await run(world, id)).toMatchObject({
    state: "succeeded",
    preview: {
      orders: 12,
      existing: 1,
      total: { UAH: "1695" },
      unmapped: { statuses: [], deliveryTypes: [{ id: 31, orders: 1 }], paymentTypes: [] },
    },
  });
  expect(world.crm.state.orders.size).toBe(1);
});

test("stopped in the middle, it goes on where it was, and so does a dry run (F81)", async () => {
  for (const dryRun of [false, true]) {
    const world = await withArchive(230);
    const id = await start(world, { dryRun });
    let batches = 0;
    world.network.watch = (_, path) => {
      if (path === (dryRun ? "/api/v5/orders" : "/api/v5/orders/upload")) batches += 1;
      if (batches === 2) world.stop();
    };
    await world.work();
    world.network.watch = () => {};
    const between = await run(world, id);
    expect(between.state).toBe("queued");

    await world.app.jobs.wake("archive", world.id);
    await world.work();

    const after = await run(world, id);
    expect(after).toMatchObject({ state: "succeeded", progress: { done: 230, total: 230 } });
    if (dryRun) expect(after.preview).toMatchObject({ orders: 230 });
    else expect(world.crm.state.orders.size).toBe(230);
  }
});

test("killed at several places, it loses and doubles nothing", { timeout: 120_000 }, async () => {
  const world = await withArchive(120);
  const id = await start(world);
  for (const [place, after] of [12, 6, 25, 3].entries()) {
    await world.workAndDie(after, place % 2 === 0);
    world.clock.turn(130_000);
  }
  await world.work();
  await world.sync();
  await world.turn(3_700_000);

  expect((await run(world, id)).state).toMatch(/succeeded|partial/);
  expect(world.crm.state.orders.size).toBe(120);
  expect(world.crm.state.customers.size).toBe(120);
  const { body } = await world.api("GET", `/api/v1/connections/${world.id}`);
  expect(body.counts).toEqual({ synced: 120, held: 0, failed: 0, excluded: 0 });
});

test("cancelled, it stops at the next page and keeps what is done", async () => {
  const world = await withArchive(250);
  const id = await start(world);
  world.network.watch = async (_, path) => {
    if (path.endsWith("orders/upload")) await world.api("POST", `/api/v1/runs/${id}/cancel`);
  };
  await world.work();

  expect((await run(world, id)).state).toBe("cancelled");
  expect(world.crm.state.orders.size).toBe(100);
});

test("a new order does not wait for the archive, nor does the archive take it (F82)", async () => {
  const world = await withArchive(60);
  world.placeOrder(500);
  await start(world);
  await world.look();

  expect(world.crm.state.orders.size).toBe(61);
  expect((await world.order(500)).state).toBe("synced");
});

test("since and until cut the archive; until is never later than the connection", async () => {
  const world = await withArchive(20);

  const id = await start(world, { since: "2026-03-01", until: "2026-03-05" });
  await world.work();

  expect(await run(world, id)).toMatchObject({ state: "succeeded", counts: { created: 5 } });
  world.placeOrder(500);
  await start(world, { until: "2027-01-01" });
  await world.work();
  expect(world.crm.order("500")).toBeUndefined();
});

test("the automatic archive begins by itself once the catalogue is there", async () => {
  const world = await withArchive(30, { archive: { auto: true } });

  for (let round = 0; round < 4; round += 1) await world.sync();

  expect(world.crm.state.orders.size).toBe(30);
});

test("archive orders with one buyer and three spellings are one customer (F28, F38)", async () => {
  const world = await makeWorld();
  for (const [place, phone] of ["0671234567", "+380 67 123-45-67", "380671234567", "0501111111"].entries())
    world.placeOrder(101 + place, {
      createdAt: world.clock.now().getTime() - dayMs,
      delivery_phone: phone,
      delivery_email: "",
    });
  await world.connect({ settings: { archive: { auto: false } } });

  await start(world);
  await world.work();

  expect(world.crm.state.orders.size).toBe(4);
  expect(world.crm.state.customers.size).toBe(2);
});
