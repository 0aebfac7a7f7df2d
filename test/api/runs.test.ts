import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually, failureOf, type Json, startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.stop());
afterEach(() => world.clear());

const at = (connection: Json, rest: string) => `/api/v1/connections/${connection.id}${rest}`;
const start = (connection: Json, body: unknown) => world.call("POST", at(connection, "/runs"), body);
const dayMs = 86_400_000;

/** Keeps the shop's answers back until released, so that a run stays under way. */
function holdShop(): () => void {
  let release = () => {};
  const wait = new Promise<void>((resolve) => {
    release = resolve;
  });
  world.shopFront.override = async (request) => {
    await wait;
    return world.shop.handle(request);
  };
  return () => {
    world.shopFront.override = undefined;
    release();
  };
}

test("a run is shown with everything the contract names", { timeout: 120_000 }, async () => {
  const connection = await world.connectAndMap();
  world.shop.placeOrder({ order_id: 801 });
  const reply = await start(connection, { kind: "sync" });
  const run = await eventually(async () => {
    const { body } = await world.call("GET", `/api/v1/runs/${reply.body.id}`);
    return body.finishedAt ? body : undefined;
  }, "the run's end");

  expect(reply.status).toBe(202);
  expect(["queued", "running"]).toContain(reply.body.state);
  expect(run).toMatchObject({
    id: reply.body.id,
    connectionId: connection.id,
    kind: "sync",
    trigger: "manual",
    state: "succeeded",
    startedAt: expect.stringMatching(/Z$/),
    finishedAt: expect.stringMatching(/Z$/),
    progress: { done: expect.any(Number), total: expect.anything() },
    error: null,
  });
  expect(Object.keys(run.counts).sort()).toEqual(
    "created excluded failed held linked read unchanged updated".split(" "),
  );
  expect(run.counts.failed).toBe(0);
  const list = await world.call("GET", at(connection, "/runs?kind=sync&state=succeeded"));
  expect(list.body.items.map((one: Json) => one.id)).toContain(run.id);
  expect(list.body.items).toContainEqual(run);
});

test("equal parameters give the same run, others are queued behind; waiting ones can be cancelled", {
  timeout: 180_000,
}, async () => {
  const connection = await world.connectAndMap();
  await eventually(
    async () => (await world.call("GET", at(connection, "/runs"))).body.items.every((one: Json) => one.finishedAt),
    "the first runs' end",
  );
  const release = holdShop();

  const first = await start(connection, { kind: "archive", orderIds: ["5", "6"] });
  const same = await start(connection, { kind: "archive", orderIds: [6, "5"] });
  const falseDry = await start(connection, { kind: "archive", orderIds: ["5", "6"], dryRun: false });
  const other = await start(connection, { kind: "archive", since: "2024-01-01" });
  const dry = await start(connection, { kind: "archive", orderIds: ["5", "6"], dryRun: true });
  const cancelled = await world.call("POST", `/api/v1/runs/${other.body.id}/cancel`);
  const queued = await world.call("GET", at(connection, "/runs?kind=archive&state=queued"));
  const asked = await world.call("POST", `/api/v1/runs/${first.body.id}/cancel`);
  release();

  expect([first.status, same.status, falseDry.status, other.status, dry.status]).toEqual([202, 200, 200, 202, 202]);
  expect([same.body.id, falseDry.body.id]).toEqual([first.body.id, first.body.id]);
  expect(new Set([first.body.id, other.body.id, dry.body.id]).size).toBe(3);
  expect([cancelled.status, cancelled.body.state]).toEqual([202, "cancelled"]);
  expect(queued.body.items.map((one: Json) => one.id)).toEqual([dry.body.id]);
  expect(asked.status).toBe(202);
  await eventually(
    async () => (await world.call("GET", `/api/v1/runs/${dry.body.id}`)).body.state === "succeeded",
    "the dry run",
  );
  expect((await world.call("POST", `/api/v1/runs/${dry.body.id}/cancel`)).status).toBe(202);
  expect((await world.call("GET", `/api/v1/runs/${dry.body.id}`)).body.state).toBe("succeeded");
});

test("a trial of the archive in setup counts, sums and names what lacks a pair, and writes nothing", {
  timeout: 120_000,
}, async () => {
  const connection = await world.connect();
  const createdAt = Date.now() - 10 * dayMs;
  const line = [{ article: "HB-1", price: 100.5, quantity: 2 }];
  world.shop.placeOrder({
    order_id: 11,
    createdAt,
    products: line,
    delivery_price: 50,
    payment_price: 0,
    delivery_type: 4,
    payment_type: 9,
    textAmounts: [],
  });
  world.shop.placeOrder({
    order_id: 12,
    createdAt,
    products: line,
    delivery_price: -1,
    payment_price: 0,
    delivery_type: 4,
    payment_type: 9,
    textAmounts: [],
    stat_status: 2,
  });
  world.crm.asManager.createOrder("demo-site", { externalId: "12", firstName: "X" });
  world.shop.placeOrder({ order_id: 13 });

  const run = await world.run(connection.id, { kind: "archive", dryRun: true });

  expect(run).toMatchObject({ kind: "archive", state: "succeeded", counts: { created: 0, read: 2 } });
  expect(run.preview).toEqual({
    orders: 2,
    total: { UAH: expect.anything() },
    existing: 1,
    unmapped: {
      statuses: [
        { id: 1, title: "Нове", orders: 1 },
        { id: 2, title: "В роботі", orders: 1 },
      ],
      deliveryTypes: [{ id: 4, title: expect.stringContaining("Пошта"), orders: 2 }],
      paymentTypes: [{ id: 9, title: expect.any(String), orders: 2 }],
    },
  });
  expect(Number(run.preview.total.UAH)).toBe(452);
  // The catalogue's own run may write its address into the site meanwhile.
  const writes = world.crmFront.calls.filter((one) => one.method === "POST" && /\/(orders|customers)/.test(one.url));
  expect(writes).toEqual([]);
  expect((await world.call("GET", at(connection, "/orders"))).body.items).toEqual([]);
});

test("the archive takes what is older than the connection; since and until narrow it", {
  timeout: 180_000,
}, async () => {
  const connection = await world.connectAndMap({ settings: { archive: { auto: false } } });
  for (const [id, days] of [
    [21, 40],
    [22, 20],
    [23, 5],
  ] as const)
    world.shop.placeOrder({ order_id: id, createdAt: Date.now() - days * dayMs });
  world.shop.placeOrder({ order_id: 24 });
  const day = (days: number) => new Date(Date.now() - days * dayMs).toISOString();

  const some = await world.run(connection.id, { kind: "archive", since: day(30), until: day(10) });
  // Order 24 is new: it comes by the look that follows the mapping, or later.
  const ids = async () =>
    (await world.call("GET", at(connection, "/orders"))).body.items
      .map((one: Json) => one.shopOrderId)
      .filter((id: string) => id !== "24");
  const narrowed = await ids();
  const rest = await world.run(connection.id, { kind: "archive" });

  expect(some).toMatchObject({ state: "succeeded", counts: { created: 1 } });
  expect(narrowed).toEqual(["22"]);
  expect(rest.counts.created).toBe(2);
  expect(await ids()).toEqual(["23", "22", "21"]);
});

describe("when the connection is not active", () => {
  test("only the catalogue and a trial of the archive run in setup and paused", { timeout: 120_000 }, async () => {
    const connection = await world.connect();
    for (const state of ["setup", "paused"]) {
      if (state === "paused") await world.call("PATCH", at(connection, ""), { state: "paused" });
      for (const body of [{ kind: "sync" }, { kind: "archive" }, { kind: "stock" }, { kind: "reconcile" }])
        expect(failureOf(await start(connection, body))).toMatchObject({ status: 409, code: "connection_not_active" });
      expect(await world.run(connection.id, { kind: "catalog" })).toMatchObject({ state: "succeeded" });
      expect(await world.run(connection.id, { kind: "archive", dryRun: true })).toMatchObject({ state: "succeeded" });
    }
  });
});

test("a side that fails ends the run as failed, with words", { timeout: 120_000 }, async () => {
  const connection = await world.connectAndMap();
  world.crmFront.override = () => ({ status: 500, headers: {}, body: "<html>" });
  world.shop.placeOrder({ order_id: 41 });
  const run = await world.run(connection.id, { kind: "sync" });
  const problems = (await world.call("GET", at(connection, "/problems"))).body.items;
  world.crmFront.override = undefined;

  expect(run).toMatchObject({
    state: "failed",
    error: { code: "crm_unreachable", message: expect.stringMatching(/CRM/) },
  });
  expect(problems).toContainEqual(
    expect.objectContaining({ code: "crm_unreachable", severity: "error", action: { code: "check" } }),
  );
  await eventually(
    async () => (await world.call("GET", at(connection, "/problems"))).body.items.length === 0,
    "the problem's end by itself",
  );
  expect(world.crm.order("41")).toBeDefined();
});

test.each([
  [{}, ["kind"]],
  [{ kind: "everything" }, ["kind"]],
  [{ kind: "sync", dryRun: "yes" }, ["dryRun"]],
  [{ kind: "archive", since: "soon" }, ["since"]],
  [{ kind: "archive", until: 5 }, ["until"]],
  [{ kind: "archive", since: "2024-13-45" }, ["since"]],
  [{ kind: "archive", orderIds: ["x"] }, ["orderIds.0"]],
  [{ kind: "archive", orderIds: "5" }, ["orderIds"]],
  [{ kind: "archive", orderIds: [-1] }, ["orderIds.0"]],
  [{ kind: "archive", orderIds: [1.5] }, ["orderIds.0"]],
  [{ kind: "sync", colour: 1 }, ["colour"]],
  [undefined, ["body"]],
])("%j is malformed", async (body, fields) => {
  const connection = await world.connect();
  const failure = failureOf(await start(connection, body));
  expect([failure.status, failure.code, Object.keys(failure.fields)]).toEqual([400, "malformed", fields]);
});

test("lists are filtered and paged", { timeout: 120_000 }, async () => {
  const connection = await world.connect();
  await world.run(connection.id, { kind: "catalog" });
  await world.run(connection.id, { kind: "archive", dryRun: true });
  const all = (await world.call("GET", at(connection, "/runs"))).body.items;
  const paged: Json[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const { body }: Json = await world.call("GET", at(connection, `/runs?limit=1${cursor && `&cursor=${cursor}`}`));
    paged.push(...body.items);
    cursor = body.next;
  }

  expect(paged).toEqual(all);
  expect(all.length).toBeGreaterThan(1);
  expect(failureOf(await world.call("GET", at(connection, "/runs?kind=x"))).fields).toHaveProperty("kind");
  expect(failureOf(await world.call("GET", at(connection, "/runs?state=x"))).fields).toHaveProperty("state");
  expect(failureOf(await world.call("GET", "/api/v1/runs/nosuch"))).toMatchObject({ status: 404, code: "not_found" });
});
