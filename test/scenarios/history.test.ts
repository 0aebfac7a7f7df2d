import { expect, test } from "vitest";
import { questionsTo, watchShopWrites } from "../watch-writes.ts";
import { makeWorld, type World } from "../world.ts";

/** Orders 101 … of as many buyers, in the CRM; all that was said about them is read. */
async function withOrders(count: number, settings: Record<string, unknown> = {}): Promise<World> {
  const world = await makeWorld();
  await world.connect({ settings });
  await placeOrders(world, count);
  return world;
}

async function placeOrders(world: World, count: number): Promise<void> {
  for (let id = 101; id < 101 + count; id += 1)
    world.placeOrder(id, { delivery_phone: `+38067${1_000_000 + id}`, delivery_email: "" });
  await world.look();
  await world.look();
}

const numbers = (count: number) => Array.from({ length: count }, (_, place) => 101 + place);
const statuses = (world: World, count: number) => numbers(count).map((id) => world.shop.order(id)!.stat_status);
const asked = (world: World) => questionsTo(world, "orders/history").map((one) => one.get("filter[sinceId]"));

test("killed at any request of a page of 100 changes: each is applied once, and the place waits for them (F01)", {
  timeout: 120_000,
}, async () => {
  const world = await makeWorld();
  await world.connect();
  for (const done of [true, false]) {
    for (let after = 0, isKilled = true; isKilled; after += 1) {
      await world.renew(after, {});
      await placeOrders(world, 10);
      const writes = watchShopWrites(world);
      for (let change = 0; change < 10; change += 1)
        for (const id of numbers(10)) world.crm.asManager.setStatus(String(id), change % 2 ? "delivering" : "complete");
      const place = asked(world).at(-1);
      world.clock.turn(70_000);

      isKilled = await world.workAndDie(after, done);
      const isApplied = statuses(world, 10).every((status) => status === 6);
      const questions = asked(world).length;
      for (let round = 0; round < 3; round += 1) await world.look();

      expect(statuses(world, 10), `killed at request ${after}`).toEqual(numbers(10).map(() => 6));
      expect([...writes.values()], `killed at request ${after}`).toEqual(numbers(10).map(() => 1));
      if (!isApplied) expect(asked(world)[questions], `killed at request ${after}`).toBe(place);
    }
  }
});

test("the place in the orders' history moves on while nobody changes a customer, and nothing is applied twice (F02)", async () => {
  const world = await withOrders(1);
  world.crm.state.customerHistory.length = 0;
  const writes = watchShopWrites(world);

  world.crm.asManager.setStatus("101", "delivering");
  await world.look();
  const place = Number(asked(world).at(-1));
  const readings = questionsTo(world, "/orders").length;
  await world.look();
  await world.look();

  expect(Number(asked(world).at(-1))).toBeGreaterThan(place);
  expect(questionsTo(world, "/orders")).toHaveLength(readings);
  expect(writes).toEqual(new Map([[101, 1]]));
  expect(questionsTo(world, "customers/history")).toEqual([]);
});

test("1,000 waiting entries are worked in their order by one run, which shows how far it is (F03)", async () => {
  const world = await withOrders(20);
  const writes = watchShopWrites(world);
  const shown = new Set<string>();
  world.network.watch = async (_, path) => {
    if (!path.endsWith("orders/history")) return;
    const { body } = await world.api("GET", `/api/v1/connections/${world.id}/runs?kind=sync&state=running`);
    for (const { progress } of body.items) shown.add(`${progress.done} of ${progress.total}`);
  };
  for (let change = 0; change < 50; change += 1)
    for (const id of numbers(20))
      world.crm.asManager.setStatus(String(id), ["assembling", "complete", "delivering"][change % 3]!);

  await world.look();

  expect(statuses(world, 20)).toEqual(numbers(20).map(() => 3));
  expect(numbers(20).map((id) => world.crm.order(String(id))!.status)).toEqual(numbers(20).map(() => "complete"));
  expect([...writes.values()]).toEqual(numbers(20).map(() => 1));
  expect([...shown]).toEqual(["0 of null", ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((page) => `${page}00 of 900`)]);
  const places = asked(world).map(Number);
  expect(places).toEqual([...places].sort((one, other) => one - other));
});

test("35 orders changed in the CRM reach the shop in one look, 35 changed in the shop the CRM in one round (F04)", async () => {
  const world = await withOrders(35);

  for (const id of numbers(35)) world.crm.asManager.setStatus(String(id), "delivering");
  await world.look();
  expect(statuses(world, 35)).toEqual(numbers(35).map(() => 6));

  for (const id of numbers(35)) world.shop.setStatus(id, 3);
  await world.sync();
  expect(numbers(35).map((id) => world.crm.order(String(id))!.status)).toEqual(numbers(35).map(() => "complete"));
});

async function changeByUs(isNamed: boolean): Promise<void> {
  const world = await withOrders(1);
  const { id } = world.crm.order("101") as { id: number };
  if (!isNamed) world.crm.state.orders.get(id)!.externalId = undefined;
  const writes = watchShopWrites(world);
  const readings = questionsTo(world, "/orders").length;

  world.shop.setStatus(101, 2);
  await world.sync();
  await world.look();
  await world.look();

  const own = world.crm.state.orderHistory.filter((entry) => entry.about === id && entry.field === "status");
  expect(own.map((entry) => entry.source)).toEqual(["api", "api"]);
  expect(world.crm.state.orders.get(id)!.status).toBe("assembling");
  expect(questionsTo(world, "/orders")).toHaveLength(readings + 1);
  expect(writes.size).toBe(0);
}

test("our own change of an order is neither written back nor looked into (F05)", () => changeByUs(true));

test("nor is our own change of an order without an external id (F06)", () => changeByUs(false));

test("a change made with another API key is a change like a manager's (F07)", async () => {
  const world = await withOrders(1);
  world.crm.keys.addKey({ key: "key-of-another-module" });

  const form = new URLSearchParams({ by: "externalId", site: "demo-site", order: '{"status":"delivering"}' });
  await world.crm.handle({
    method: "POST",
    url: "/api/v5/orders/101/edit",
    headers: { "x-api-key": "key-of-another-module", "content-type": "application/x-www-form-urlencoded" },
    body: form.toString(),
  });
  await world.look();

  expect(world.crm.order("101")!.status).toBe("delivering");
  expect(world.shop.order(101)!.stat_status).toBe(6);
});

test("a page tells of the creation after the changes of the same order: nothing is dropped (F08)", async () => {
  const world = await makeWorld();
  await world.connect();
  world.crm.addFault({ kind: "lost-after", match: { path: "orders/create" }, times: 1 });
  world.placeOrder(101);
  await world.look();
  world.crm.addFault({ kind: "500", match: { path: "orders/history" } });
  world.placeOrder(102, { delivery_phone: "0671234567" });
  await world.look();
  world.crm.faults.length = 0;

  for (const id of ["101", "102"]) {
    world.crm.asManager.setStatus(id, "delivering");
    world.crm.asManager.editOrder(id, { managerComment: "called" });
    const about = world.crm.order(id)!.id;
    const entries = world.crm.state.orderHistory.filter((entry) => entry.about === about);
    const ids = entries.map((entry) => entry.id);
    // The creation takes the last id, the others move forward.
    for (const [place, entry] of [...entries.slice(1), entries[0]!].entries()) entry.id = ids[place]!;
    world.crm.state.orderHistory.sort((one, other) => one.id - other.id);
  }
  await world.turn(3_700_000);
  await world.sync();

  expect(world.crm.state.orders.size).toBe(2);
  for (const id of [101, 102]) {
    expect(world.shop.order(id)!.stat_status).toBe(6);
    expect(world.crm.order(String(id))).toMatchObject({ status: "delivering", managerComment: "called" });
    expect(await world.order(id)).toMatchObject({ state: "synced" });
  }
});

test("an account with years of history is begun with now by one question, and never asked for a page (F09, F11)", async () => {
  const world = await makeWorld();
  const old = world.crm.asManager.createOrder("demo-site", { externalId: "77", firstName: "Old" });
  const [first] = world.crm.state.orderHistory;
  world.crm.state.orderHistory = Array.from({ length: 20_000 }, (_, place) => ({
    ...first!,
    id: 9001 + place,
    createdAt: `202${1 + Math.floor(place / 4000)}-01-01 10:00:00`,
  }));
  world.crm.state.lastId.orderHistory = 40_000;

  await world.connect();
  await world.look();
  const atFirst = questionsTo(world, "orders/history");
  await placeOrders(world, 2);
  world.crm.asManager.setStatus(old.id as number, "delivering");
  world.crm.asManager.setStatus("101", "delivering");
  await world.look();

  // One question a look, from two hours before the first one on.
  expect(atFirst.length).toBeLessThanOrEqual(3);
  expect(new Set(atFirst.map((one) => one.get("filter[startDate]")))).toEqual(new Set(["2026-03-10 08:00:01"]));
  expect(world.shop.order(101)!.stat_status).toBe(6);
  const questions = questionsTo(world, "orders/history");
  expect(questions.some((one) => one.has("page"))).toBe(false);
  expect(Number(questions.at(-1)!.get("filter[sinceId]"))).toBeGreaterThan(30_000);
});
