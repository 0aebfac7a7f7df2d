import { expect, test } from "vitest";
import { wakeWaiting, watchSilence } from "../../src/connections/watch-silence.job.ts";
import { queueRun } from "../../src/log/runs.sql.ts";
import { makeWorld, newConnection, type World } from "../world.ts";

async function connected(settings: Record<string, unknown> = {}): Promise<World> {
  const world = await makeWorld();
  await world.connect({ settings });
  return world;
}

test("a shop whose tariff has no API is told before anything starts (F97)", async () => {
  const world = await makeWorld();
  world.shop.switches.forbiddenFunctions.push("orders/get");

  const answer = await world.api("POST", "/api/v1/connections", newConnection);

  expect(answer).toMatchObject({ status: 422, body: { error: { code: "horoshop_api_unavailable" } } });
  expect(answer.body.error.message).toContain("tariff");
});

test("webhooks that a shop takes and never sends, or does not take at all, leave the regular look (F97)", async () => {
  const silent = await connected();
  silent.shop.switches.hooksFire = false;
  silent.placeOrder(101);
  await silent.deliverHooks();
  await silent.look();
  expect(silent.crm.order("101")).toBeDefined();

  const refusing = await makeWorld();
  refusing.shop.switches.forbiddenFunctions.push("hooks/subscribe");
  await refusing.connect();
  refusing.placeOrder(101);
  await refusing.look();
  const check = await refusing.api("POST", `/api/v1/connections/${refusing.id}/check`);
  expect(refusing.crm.order("101")).toBeDefined();
  expect(check.body.capabilities.webhooks).toBe(false);
  expect(await refusing.problems()).toEqual([]);
});

test("a key that sees several shops of the CRM forces the choice, and every write carries the chosen one (F98)", async () => {
  const world = await makeWorld();
  world.crm.state.books.sites!.second = { ...world.crm.state.books.sites!["demo-site"]!, code: "second" };
  world.crm.keys.addKey({ key: "key-of-two" });
  const wish = (site?: string) => ({
    ...newConnection,
    crm: { url: newConnection.crm.url, apiKey: "key-of-two", site },
  });
  const unchosen = await world.api("POST", "/api/v1/connections", wish());
  expect(unchosen).toMatchObject({
    status: 422,
    body: { error: { code: "site_required", details: { sites: [{ code: "demo-site" }, { code: "second" }] } } },
  });

  const sites: (string | null)[] = [];
  const { handle } = world.crm;
  world.crm.handle = (request) => {
    const [path, query] = request.url.split("?");
    const isWrite = request.method === "POST" && /orders|customers/.test(path!);
    if (isWrite) sites.push(new URLSearchParams(request.body).get("site") ?? new URLSearchParams(query).get("site"));
    return handle(request);
  };
  await world.connect({ crm: { apiKey: "key-of-two", site: "second" } });
  world.placeOrder(101);
  await world.look();
  world.shop.setStatus(101, 6);
  world.shop.setPaid(101, true);
  await world.sync();

  expect(world.crm.order("101")).toMatchObject({ site: "second", status: "delivering" });
  expect(sites.length).toBeGreaterThanOrEqual(4);
  expect(new Set(sites)).toEqual(new Set(["second"]));
});

test("what a key lacks is named before the start: required rights refuse, optional ones are told and only then needed (F99)", async () => {
  const world = await makeWorld();
  const required = ["order_read", "order_write", "customer_read", "customer_write", "reference_read"];
  world.crm.keys.addKey({ key: "key-few", scopes: ["order_read", "reference_read"], sites: ["demo-site"] });
  world.crm.keys.addKey({ key: "key-just", scopes: required, sites: ["demo-site"] });
  const connect = (apiKey: string, settings = {}) =>
    world.api("POST", "/api/v1/connections", { ...newConnection, crm: { ...newConnection.crm, apiKey }, settings });

  const few = await connect("key-few");
  const stock = await connect("key-just", { stock: { direction: "crm-to-shop" } });
  const just = await connect("key-just");
  const check = await world.api("POST", `/api/v1/connections/${just.body.id}/check`);

  expect(few.body.error).toMatchObject({
    code: "crm_scopes_missing",
    details: { missing: ["order_write", "customer_read", "customer_write"] },
  });
  expect(few.body.error.message).toContain("customer_write");
  expect(stock.body.error).toMatchObject({ code: "crm_scopes_missing", details: { missing: ["store_read"] } });
  expect(just.status).toBe(201);
  expect(check.body.capabilities).toMatchObject({ store_read: false, custom_fields_write: false });
});

test("five people press the same button: one job, and one order (F107)", async () => {
  const world = await connected();
  const runs = `/api/v1/connections/${world.id}/runs`;
  const press = () => Promise.all(Array.from({ length: 5 }, () => world.api("POST", runs, { kind: "sync" })));
  world.placeOrder(101);

  const answers = await press();
  await world.work();
  const finished = (await world.api("GET", `${runs}?kind=sync&state=succeeded`)).body.items;
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 200, 200, 202]);
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
  expect(finished.filter((run: { id: string }) => run.id === answers[0]!.body.id)).toHaveLength(1);
  expect(world.crm.state.orders.size).toBe(1);

  world.crm.addFault({ kind: "400", match: { path: "orders/create" }, times: 1, errorMsg: "Order is not loaded" });
  world.placeOrder(102);
  await world.look();
  const retry = `/api/v1/connections/${world.id}/orders/102/retry`;
  const before = world.crm.requests.filter((request) => request.path.endsWith("orders/create")).length;
  await Promise.all(Array.from({ length: 5 }, () => world.api("POST", retry)));
  await world.work();
  await world.look();

  const creates = world.crm.requests.filter((request) => request.path.endsWith("orders/create")).length - before;
  expect(creates).toBe(1);
  expect(world.crm.order("102")).toBeDefined();
});

test("after an outage of an hour a waiting order is in the CRM with the first round that gets through, and looks were few (F100)", async () => {
  const world = await connected();
  world.network.down.add("demo.retailcrm.pro");
  world.placeOrder(101);
  let asked = 0;
  const { transport } = world.network;
  world.network.transport = (request) => {
    if (request.url.includes("/orders/history") || request.url.includes("filter")) asked += 1;
    return transport(request);
  };
  for (let minute = 0; minute < 60; minute += 1) await world.turn(60_000);
  expect(await world.problems()).toEqual(["crm_unreachable"]);

  world.network.down.clear();
  await world.sync();

  expect(world.crm.order("101")).toBeDefined();
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
  // Growing pauses: some ten rounds of three attempts in the hour, not sixty.
  expect(asked).toBeGreaterThan(10);
  expect(asked).toBeLessThan(60);
});

test("a run whose wake-up was lost shows its age, is taken up by itself, and its silence is told (F102)", async () => {
  const world = await connected();
  world.placeOrder(101);
  const { run } = await queueRun(world.app, world.id, "sync", "manual");
  await world.work();
  await watchSilence(world.app);

  world.clock.turn(40 * 60_000);
  await watchSilence(world.app);
  const waiting = (await world.api("GET", `/api/v1/runs/${run.id}`)).body;
  expect(waiting).toMatchObject({ state: "queued", startedAt: null });
  expect(world.clock.now().getTime() - Date.parse(waiting.createdAt)).toBeGreaterThanOrEqual(40 * 60_000);
  expect(await world.problems()).toEqual(["sync_silent"]);

  await wakeWaiting(world.app);
  await world.work();
  await watchSilence(world.app);

  expect((await world.api("GET", `/api/v1/runs/${run.id}`)).body.state).toBe("succeeded");
  expect(world.crm.order("101")).toBeDefined();
  expect(await world.problems()).toEqual([]);
});
