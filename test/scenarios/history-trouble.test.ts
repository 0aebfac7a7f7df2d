import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { questionsTo, watchShopWrites } from "../watch-writes.ts";
import { makeWorld, type World } from "../world.ts";

const ids = [101, 102, 103, 104, 105, 106];
const others = ids.filter((id) => id !== 103);

async function withOrders(): Promise<World> {
  const world = await makeWorld();
  await world.connect();
  for (const id of ids) world.placeOrder(id, { delivery_phone: `+38067${1_000_000 + id}`, delivery_email: "" });
  await world.look();
  await world.look();
  return world;
}

const statuses = (world: World, of: number[]) => of.map((id) => world.shop.order(id)!.stat_status);

/** In every answer of the CRM that shows this order it has no status, until the returned function is called. */
function spoil(world: World, crmOrderId: unknown): () => void {
  const { handle } = world.crm;
  world.crm.handle = async (request) => {
    const answer = await handle(request);
    if (!("body" in answer) || request.url.includes("history")) return answer;
    const body = JSON.parse(answer.body);
    for (const order of [body.order, ...(body.orders ?? [])]) if (order?.id === crmOrderId) delete order.status;
    return { ...answer, body: JSON.stringify(body) };
  };
  return () => {
    world.crm.handle = handle;
  };
}

test("one changed order whose CRM side cannot be read is kept with its reason and tried again; the others go on (F10)", {
  timeout: 60_000,
}, async () => {
  const world = await withOrders();
  const mend = spoil(world, world.crm.order("103")!.id);

  for (const id of ids) world.crm.asManager.setStatus(String(id), "delivering");
  await world.look();

  expect(statuses(world, others)).toEqual(others.map(() => 6));
  expect(await world.order(103)).toMatchObject({
    state: "failed",
    problem: { code: "crm_unreachable", params: { reason: expect.stringContaining("status") } },
    nextAttemptAt: expect.any(String),
  });
  world.crm.asManager.setStatus("104", "complete");
  world.placeOrder(107, { delivery_phone: "0671234567" });
  await world.sync();
  expect([world.shop.order(104)!.stat_status, world.crm.order("107")?.status]).toEqual([3, "new"]);
  const run = await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "reconcile" });
  await world.work();
  const comparison = (await world.api("GET", `/api/v1/runs/${run.body.id}`)).body;
  expect(comparison).toMatchObject({ state: "partial", counts: { read: 7, failed: 1 } });

  mend();
  await world.turn(3_700_000);
  expect(statuses(world, [103])).toEqual([6]);
  expect(await world.order(103)).toMatchObject({ state: "synced", problem: null, nextAttemptAt: null });
  expect(await world.problems()).toEqual([]);
});

test("one changed order whose shop side cannot be read is kept with its reason and tried again (F10)", async () => {
  const world = await withOrders();
  world.shop.changeOrder(103, { extra: { total_sum: "a hundred" } });

  for (const id of ids) world.crm.asManager.setStatus(String(id), "delivering");
  await world.look();

  expect(statuses(world, others)).toEqual(others.map(() => 6));
  expect(await world.order(103)).toMatchObject({
    state: "failed",
    problem: { code: "shop_unreachable", params: { reason: expect.stringContaining("total_sum") } },
    nextAttemptAt: expect.any(String),
  });

  world.shop.changeOrder(103, { extra: {} });
  await world.turn(3_700_000);
  expect(statuses(world, [103])).toEqual([6]);
  expect(await world.order(103)).toMatchObject({ state: "synced", problem: null });
});

test("a fault of ours over one order stops no other one, is logged, and the order is tried again (F10)", async () => {
  const world = await withOrders();
  const drop = () => sql`alter table order_links drop constraint if exists broken`.execute(world.app.db);
  onTestFinished(async () => void (await drop()));
  // This order's outcome cannot be remembered.
  await sql`alter table order_links add constraint broken
    check (shop_order_id <> '103' or state <> 'synced' or claimed_by is not null) not valid`.execute(world.app.db);
  const writes = watchShopWrites(world);

  for (const id of ids) world.crm.asManager.setStatus(String(id), "delivering");
  await world.look();
  await world.look();

  expect(statuses(world, others)).toEqual(others.map(() => 6));
  expect(await world.order(103)).toMatchObject({
    state: "failed",
    problem: { code: "internal" },
    nextAttemptAt: expect.any(String),
  });
  expect(world.errors.join()).toContain("broken");
  expect(await world.problems()).toEqual(["internal"]);

  await drop();
  await world.turn(3_700_000);
  expect(await world.order(103)).toMatchObject({ state: "synced", problem: null });
  expect(statuses(world, ids)).toEqual(ids.map(() => 6));
  expect([...writes.values()]).toEqual(ids.map(() => 1));
});

test("an order deleted in the CRM is not made again by a change that the shop made in the same minute", async () => {
  const world = await withOrders();

  world.crm.asManager.deleteOrder("103");
  world.shop.setStatus(103, 2);
  await world.look();
  await world.sync();

  expect(await world.order(103)).toMatchObject({ state: "excluded", reason: "deleted_in_crm" });
  expect(world.crm.order("103")).toBeUndefined();
  expect((await world.order(103)).timeline.map((one: { action: string }) => one.action)).toEqual([
    "create",
    "deleted_in_crm",
  ]);
});

test("an order merged into another is set aside under its own reason, and the other one goes on", async () => {
  const world = await withOrders();

  world.crm.asManager.combineOrders("103", "104");
  world.crm.asManager.setStatus("104", "delivering");
  await world.look();
  world.shop.setStatus(103, 2);
  await world.sync();

  expect(await world.order(103)).toMatchObject({ state: "excluded", reason: "combined_in_crm", crmOrderId: null });
  expect(world.shop.order(104)!.stat_status).toBe(6);
  expect(await world.order(104)).toMatchObject({ state: "synced" });
  expect(world.crm.state.orders.size).toBe(5);
});

test("an order moved to another site of the CRM is set aside: its changes no longer reach the shop, nor ours it", async () => {
  const world = await withOrders();
  const { state } = world.crm;
  state.books.sites!["second-site"] = { ...state.books.sites!["demo-site"], code: "second-site" };
  state.keys.get("key-demo")!.sites = "all";
  const moved = state.orders.get(world.crm.order("103")!.id as number)!;
  state.orderByExternalId.delete("demo-site\n103");
  state.orderByExternalId.set("second-site\n103", moved.id);
  moved.site = "second-site";
  const writes = watchShopWrites(world);

  world.crm.asManager.setStatus(moved.id, "delivering");
  await world.look();
  world.shop.setStatus(103, 2);
  await world.sync();

  expect(await world.order(103)).toMatchObject({ state: "excluded", reason: "moved_in_crm" });
  expect(writes.size).toBe(0);
  expect(world.crm.order("103")).toMatchObject({ site: "second-site", status: "delivering" });
  expect(state.orders.size).toBe(6);
});

test("a change whose order another lane has in hand is looked at again until it is settled", async () => {
  const world = await withOrders();
  const until = new Date(world.clock.now().getTime() + 110_000);
  await world.app.db
    .updateTable("order_links")
    .set({ claimed_by: "another lane", claimed_until: until })
    .where("shop_order_id", "=", "103")
    .execute();

  for (const id of ids) world.crm.asManager.setStatus(String(id), "delivering");
  await world.look();
  expect(statuses(world, ids)).toEqual([6, 6, 1, 6, 6, 6]);
  await world.look();

  expect(statuses(world, ids)).toEqual(ids.map(() => 6));
  const places = questionsTo(world, "orders/history").map((one) => Number(one.get("filter[sinceId]")));
  expect(places).toEqual([...places].sort((one, other) => one - other));
});
