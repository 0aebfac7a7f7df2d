import { expect, test } from "vitest";
import { createHoroshopSandbox } from "../../sandbox/horoshop/sandbox.ts";
import { watchShopWrites } from "../watch-writes.ts";
import { fullMapping, makeWorld, newConnection, type World } from "../world.ts";
import { numbersFrom } from "../world-network.ts";

async function connected(settings: Record<string, unknown> = {}): Promise<World> {
  const world = await makeWorld();
  await world.connect({ settings });
  return world;
}

/** The order as the CRM keeps it, by its own id. */
const crmOrder = (world: World, id: unknown) => world.crm.order(id as number)!;

test("external ids that are no numbers, or nearly our number, are other orders: only ours is edited (F18)", async () => {
  const world = await connected({ numberPrefix: "A-0012/" });
  world.placeOrder(101);
  await world.look();
  const strangers = ["A-0012/101", "0101", "101/7", "A-0012/7"].map(
    (externalId) => world.crm.asManager.createOrder("demo-site", { externalId, firstName: "Another" }).id,
  );
  const writes = watchShopWrites(world);

  for (const id of strangers) world.crm.asManager.setStatus(id as number, "complete");
  await world.look();
  expect([world.shop.order(101)!.stat_status, writes.size]).toEqual([1, 0]);

  world.shop.setStatus(101, 2);
  await world.sync();
  expect(world.crm.order("101")).toMatchObject({ number: "A-0012/101", externalId: "101", status: "assembling" });
  expect(strangers.map((id) => crmOrder(world, id).status)).toEqual(strangers.map(() => "complete"));
});

test("two shops in one CRM, both with order 1001: two orders, told apart, and each change stays with its own (F20)", async () => {
  const world = await makeWorld();
  const { crm, network, clock } = world;
  crm.state.books.sites!["second-site"] = { ...crm.state.books.sites!["demo-site"], code: "second-site" };
  crm.state.keys.get("key-demo")!.sites = "all";
  const secondUrl = "https://second.example";
  const random = numbersFrom(7);
  const second = createHoroshopSandbox({
    now: clock.now,
    random,
    seed: "empty",
    baseUrl: secondUrl,
    sleep: clock.sleep,
  });
  network.hosts.set(new URL(secondUrl).host, second);
  await world.connect();
  const horoshop = { ...newConnection.horoshop, url: secondUrl };
  const sameSite = await world.api("POST", "/api/v1/connections", { ...newConnection, horoshop });
  const made = await world.api("POST", "/api/v1/connections", {
    name: "Second",
    crm: { ...newConnection.crm, site: "second-site" },
    horoshop,
    settings: { numberPrefix: "B-" },
  });
  await world.api("PUT", `/api/v1/connections/${made.body.id}/mapping`, fullMapping);
  await world.work();
  clock.turn(1000);

  world.placeOrder(1001, { delivery_phone: "0671234567" });
  second.placeOrder({ order_id: 1001, delivery_type: 8, payment_type: 9 });
  await world.look();
  const orders = [...crm.state.orders.values()];
  expect(sameSite).toMatchObject({ status: 409, body: { error: { code: "site_taken" } } });
  expect(orders.map((order) => [order.site, order.externalId, order.number]).sort()).toEqual([
    ["demo-site", "1001", "1001"],
    ["second-site", "1001", "B-1001"],
  ]);
  expect(new Set(orders.flatMap((order) => order.payments.map((payment) => payment.externalId))).size).toBe(2);

  const idIn = (site: string) => orders.find((order) => order.site === site)!.id;
  crm.asManager.setStatus(idIn("second-site"), "delivering");
  world.shop.setStatus(1001, 2);
  await world.sync();
  expect([world.shop.order(1001)!.stat_status, second.order(1001)!.stat_status]).toEqual([2, 6]);
  expect(crmOrder(world, idIn("demo-site")).status).toBe("assembling");
  expect(crmOrder(world, idIn("second-site")).status).toBe("delivering");
});

test("a change of an order that the CRM has lost makes it there anew, linked and noted (F21)", async () => {
  const world = await connected();
  world.placeOrder(101);
  await world.look();
  const lost = world.crm.order("101")!.id as number;
  // As after a restored backup of the account: no record says that somebody deleted it.
  world.crm.asManager.deleteOrder(lost);
  world.crm.state.orderHistory = world.crm.state.orderHistory.filter((entry) => entry.about !== lost);

  world.shop.setStatus(101, 2);
  await world.sync();

  const order = await world.order(101);
  expect(world.crm.order("101")).toMatchObject({ status: "assembling" });
  expect(order).toMatchObject({ state: "synced", problem: null, crmOrderId: world.crm.order("101")!.id });
  expect(order.crmOrderId).not.toBe(lost);
  expect(order.timeline.map((one: { action: string }) => one.action)).toEqual(["create", "lost_in_crm", "create"]);

  world.crm.asManager.setStatus("101", "delivering");
  await world.look();
  expect(world.shop.order(101)!.stat_status).toBe(6);
});

test("an unfinished order, in a status that is set aside, is not sent until it becomes a real one (F22)", async () => {
  const world = await makeWorld();
  world.shop.addStatus({ id: 30, title: { ua: "Незавершене", ru: "" } });
  await world.connect({ mapping: { statuses: [...fullMapping.statuses, { horoshop: 30, crm: null }] } });

  world.placeOrder(101, { stat_status: 30, delivery_phone: "0671234567" });
  await world.sync();
  expect(await world.order(101)).toMatchObject({ state: "excluded", reason: "status" });
  expect([world.crm.state.orders.size, world.crm.state.customers.size]).toEqual([0, 0]);
  expect(await world.problems()).toEqual([]);

  world.shop.setStatus(101, 1);
  await world.sync();
  expect(await world.order(101)).toMatchObject({ state: "synced", reason: null });
  expect(world.crm.order("101")).toMatchObject({ status: "new" });
});

test("a shop whose orders get a new creation time with every edit: the CRM keeps the first, and no second order (F24)", async () => {
  const world = await connected();
  world.placeOrder(101);
  await world.look();
  const first = world.crm.order("101")!.createdAt;

  for (const status of [2, 6, 3]) {
    await world.turn(86_400_000);
    world.shop.changeOrder(101, { createdAt: world.clock.now().getTime(), stat_status: status, comment: `${status}` });
    await world.sync();
  }

  expect(world.crm.order("101")).toMatchObject({ createdAt: first, status: "complete", customerComment: "3" });
  expect(world.crm.state.orders.size).toBe(1);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
});

for (const useShopNumber of [true, false])
  test(`a number changed in the CRM stays, and so does the link (useShopNumber ${useShopNumber}) (F25)`, async () => {
    const world = await connected({ useShopNumber, numberPrefix: "S" });
    world.placeOrder(101);
    await world.look();
    const { id, number } = world.crm.order("101")!;
    expect(number === "S101").toBe(useShopNumber);

    world.crm.asManager.editOrder("101", { number: "S102" });
    world.placeOrder(103, { delivery_phone: "0671234567" });
    await world.look();
    world.shop.changeOrder(101, { stat_status: 2, comment: "ring twice" });
    await world.sync();
    world.crm.asManager.setStatus(id as number, "delivering");
    await world.look();

    expect(crmOrder(world, id)).toMatchObject({ number: "S102", status: "delivering", customerComment: "ring twice" });
    expect(world.shop.order(101)!.stat_status).toBe(6);
    expect(await world.order(101)).toMatchObject({ state: "synced", problem: null, crmOrderId: id, crmNumber: "S102" });
    expect(world.crm.state.orders.size).toBe(2);
  });
