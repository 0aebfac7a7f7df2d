import { expect, test } from "vitest";
import { makeWorld, type World } from "../world.ts";

async function connected(settings: Record<string, unknown> = {}): Promise<World> {
  const world = await makeWorld();
  await world.connect({ settings });
  return world;
}

const creates = (world: World) => world.crm.requests.filter((request) => request.path.endsWith("orders/create"));

test("a create whose answer is lost makes exactly one order (F16, F106)", async () => {
  const world = await connected();
  world.crm.addFault({ kind: "lost-after", match: { path: "orders/create" }, times: 1 });

  world.placeOrder(101);
  await world.look();
  expect(await world.order(101)).toMatchObject({ state: "failed", problem: { code: "crm_unreachable" } });
  for (let round = 0; round < 3; round += 1) await world.sync();

  expect(world.crm.state.orders.size).toBe(1);
  expect(creates(world)).toHaveLength(1);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null, nextAttemptAt: null });
  expect(await world.problems()).toEqual([]);
});

test("a change in the shop after a create whose answer was lost still reaches the CRM", async () => {
  const world = await connected();
  world.crm.addFault({ kind: "lost-after", match: { path: "orders/create" }, times: 1 });
  world.placeOrder(101);
  await world.look();

  world.shop.setStatus(101, 2);
  world.shop.changeContact(101, { name: "Коваль Андрій" });
  await world.sync();

  expect(world.crm.order("101")).toMatchObject({ status: "assembling", lastName: "Коваль" });
  expect(world.shop.order(101)!.stat_status).toBe(2);
});

test("a status sent to the CRM without an answer does not win over the next one of the shop", async () => {
  const world = await connected();
  world.placeOrder(101);
  await world.look();
  world.shop.setStatus(101, 2);
  world.crm.addFault({ kind: "lost-after", match: { path: "/edit$" }, times: 1 });
  await world.sync();
  expect(world.crm.order("101")!.status).toBe("assembling");

  world.shop.setStatus(101, 6);
  await world.sync();

  expect([world.shop.order(101)!.stat_status, world.crm.order("101")!.status]).toEqual([6, "delivering"]);
});

test("a batch of 50 with three refused ones: 47 created, 3 listed, each with its own reason (F78, F79)", async () => {
  const world = await connected();
  world.crm.switches.unknownCustomField = "refuse";
  for (let id = 101; id <= 150; id += 1)
    world.placeOrder(id, { delivery_phone: `+38067${1_000_000 + id}`, delivery_email: "" });
  for (const id of ["103", "120", "150"])
    world.crm.addFault({
      kind: "400",
      match: { path: "orders/create" },
      times: 1,
      errorMsg: "Order is not loaded",
      errors: { [`number ${id}`]: "refused" },
    });
  const { handle } = world.crm;
  let batches = 0;
  world.crm.handle = async (request) => {
    if (!request.url.includes("orders/upload")) return handle(request);
    batches += 1;
    // The CRM refuses three of the batch and, as it does, tells no reason per order.
    const form = new URLSearchParams(request.body);
    const orders = JSON.parse(form.get("orders")!) as { externalId: string; status: string }[];
    for (const order of orders) if (["103", "120", "150"].includes(order.externalId)) order.status = "no-such-status";
    form.set("orders", JSON.stringify(orders));
    return handle({ ...request, body: form.toString() });
  };
  await world.look();

  const { body } = await world.api("GET", `/api/v1/connections/${world.id}/orders?state=failed&limit=200`);
  expect(batches).toBe(1);
  expect(world.crm.state.orders.size).toBe(47);
  expect(body.items.map((one: { shopOrderId: string }) => one.shopOrderId).sort()).toEqual(["103", "120", "150"]);
  const reasons = body.items.map((one: { problem: { params: { reason: string } } }) => one.problem.params.reason);
  expect(new Set(reasons).size).toBe(3);
  expect(await world.problems()).toEqual(["crm_refused_order"]);
});

test("a CRM that is down for an hour is one problem, and everything catches up (F100)", async () => {
  const world = await connected();
  world.placeOrder(101);
  await world.look();
  world.network.down.add("demo.retailcrm.pro");

  for (let id = 102; id <= 106; id += 1) {
    world.placeOrder(id, { delivery_phone: "0671234567" });
    await world.sync();
  }
  expect(await world.problems()).toEqual(["crm_unreachable"]);
  const { body } = await world.api("GET", `/api/v1/connections/${world.id}`);
  expect(body).toMatchObject({ state: "active", counts: { synced: 1, failed: 5 } });
  for (let id = 102; id <= 106; id += 1)
    expect((await world.order(id)).problem, `order ${id}`).toMatchObject({ code: "crm_unreachable" });

  world.network.down.clear();
  await world.turn(3_700_000);
  await world.sync();
  expect(world.crm.state.orders.size).toBe(6);
  expect(await world.problems()).toEqual([]);
});

test("a shop that answers a page instead of JSON is an outage, not an empty shop (F95)", async () => {
  const world = await connected();
  world.placeOrder(101);
  await world.look();
  world.shop.faults.add({ kind: "html-200", times: 1000 });

  await world.sync();
  await world.sync();
  expect(await world.problems()).toEqual(["shop_unreachable"]);
  expect(await world.order(101)).toMatchObject({ state: "synced" });

  world.shop.faults.clear();
  await world.turn(3_700_000);
  expect(await world.problems()).toEqual([]);
});

test("a rejected shop login stops the calls at once; a new password goes on and catches up (F93)", async () => {
  const world = await connected();
  world.shop.changePassword("another");
  world.placeOrder(101);
  await world.look();
  expect((await world.api("GET", `/api/v1/connections/${world.id}`)).body).toMatchObject({
    state: "needs_login",
    stateReason: { code: "shop_login_rejected" },
  });
  expect(await world.problems()).toEqual(["shop_login_rejected"]);

  const before = world.shop.requests.length;
  for (let round = 0; round < 3; round += 1) await world.sync();
  expect(world.shop.requests.length).toBe(before);
  const wrong = await world.api("PATCH", `/api/v1/connections/${world.id}`, { horoshop: { password: "wrong" } });
  expect(wrong).toMatchObject({ status: 422, body: { error: { code: "horoshop_login_rejected" } } });

  const right = await world.api("PATCH", `/api/v1/connections/${world.id}`, { horoshop: { password: "another" } });
  await world.work();
  expect(right).toMatchObject({ status: 200, body: { state: "active" } });
  expect(world.crm.order("101")).toBeDefined();
  expect(await world.problems()).toEqual([]);
});

test("a token that dies in the middle of a round costs one silent login (F94)", async () => {
  const world = await connected();
  world.placeOrder(101);
  world.shop.faults.add({ kind: "unauthorized", match: "orders/get", times: 1 });

  await world.look();

  expect(world.crm.order("101")).toBeDefined();
  expect((await world.api("GET", `/api/v1/connections/${world.id}`)).body.state).toBe("active");
});

test("a process killed over a manager's change leaves it to the next one, also while its claim still stands", async () => {
  const world = await connected();
  world.placeOrder(101);
  await world.look();
  world.crm.asManager.setStatus("101", "delivering");
  world.clock.turn(70_000);
  // The shop's new orders, the history, the order in the shop, the order in the CRM; then the write to the shop.
  expect(await world.workAndDie(4, false)).toBe(true);
  expect(world.shop.order(101)!.stat_status).toBe(1);

  await world.look();
  await world.look();
  await world.look();

  expect(world.shop.order(101)!.stat_status).toBe(6);
});

test("killed at any request of the round that creates an order: one order and one customer in the end (F17)", {
  timeout: 120_000,
}, async () => {
  for (const done of [true, false]) {
    for (let after = 0, isKilled = true; isKilled; after += 1) {
      const world = await connected();
      world.placeOrder(101);
      world.clock.turn(70_000);
      isKilled = await world.workAndDie(after, done);
      for (let round = 0; round < 3; round += 1) await world.sync();

      expect(world.crm.state.orders.size, `killed at request ${after}`).toBe(1);
      expect(world.crm.state.customers.size, `killed at request ${after}`).toBe(1);
      expect(await world.order(101), `killed at request ${after}`).toMatchObject({ state: "synced", problem: null });
    }
  }
});

test("an order deleted in the shop is reported, and nothing empty is sent (F23, F109)", async () => {
  const world = await connected();
  world.placeOrder(101);
  world.placeOrder(102);
  await world.look();
  const before = JSON.stringify(world.crm.order("101"));

  world.shop.deleteOrder(101);
  await world.sync();
  await world.turn(90_000_000);

  expect(await world.order(101)).toMatchObject({ state: "failed", problem: { code: "order_missing_in_shop" } });
  expect(await world.order(102)).toMatchObject({ state: "synced" });
  expect(JSON.stringify(world.crm.order("101"))).toBe(before);
});

test("an order deleted in the CRM is set aside and is sent again only when somebody asks", async () => {
  const world = await connected();
  world.placeOrder(101);
  await world.look();

  world.crm.asManager.deleteOrder("101");
  await world.look();
  world.shop.setStatus(101, 2);
  await world.sync();
  expect(await world.order(101)).toMatchObject({ state: "excluded", reason: "deleted_in_crm" });
  expect(world.crm.order("101")).toBeUndefined();

  await world.api("POST", `/api/v1/connections/${world.id}/orders/101/retry`);
  await world.work();
  expect(world.crm.order("101")).toMatchObject({ status: "assembling" });
});

test("orders of another site, and of our site without a link, cause nothing in the shop (F20)", async () => {
  const world = await connected();
  world.placeOrder(101);
  await world.look();
  world.crm.state.books.sites!["second-site"] = { ...world.crm.state.books.sites!["demo-site"], code: "second-site" };
  world.crm.state.keys.get("key-demo")!.sites = "all";
  const foreign = world.crm.asManager.createOrder("second-site", { externalId: "101", firstName: "Another" });
  const own = world.crm.asManager.createOrder("demo-site", { firstName: "By phone" });
  const before = world.shop.requests.filter((request) => request.function === "orders/update").length;

  world.crm.asManager.setStatus(foreign.id as number, "complete");
  world.crm.asManager.setStatus(own.id as number, "complete");
  await world.sync();

  expect(world.shop.order(101)!.stat_status).toBe(1);
  expect(world.shop.requests.filter((request) => request.function === "orders/update")).toHaveLength(before);
});

test("a round with nothing new asks the CRM at most 3 times and the shop 4 times plus one per 100 open orders", async () => {
  const world = await connected();
  for (let id = 101; id <= 250; id += 1) world.placeOrder(id, { delivery_phone: "0671234567", delivery_email: "" });
  await world.sync();
  await world.sync();
  const crm = world.crm.requests.length;
  const shop = world.shop.requests.filter((request) => request.function !== "auth").length;

  await world.sync();

  expect(world.crm.requests.length - crm).toBeLessThanOrEqual(3);
  expect(world.shop.requests.filter((request) => request.function !== "auth").length - shop).toBeLessThanOrEqual(6);
});
