import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { eventually, failureOf, type Json, startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 120_000);
afterAll(() => world?.stop());
afterEach(() => world.clear());

const at = (connection: Json, rest: string) => `/api/v1/connections/${connection.id}${rest}`;
const dayMs = 86_400_000;

test("a comparison tells both sides by day, mends, and stands in the list of its kind", {
  timeout: 180_000,
}, async () => {
  const connection = await world.connectAndMap({ settings: { archive: { auto: false } } });
  world.shop.placeOrder({ order_id: 901 });
  await world.run(connection.id, { kind: "sync" });
  world.shop.placeOrder({ order_id: 902 });

  const run = await world.run(connection.id, { kind: "reconcile" });

  expect(run).toMatchObject({ kind: "reconcile", trigger: "manual", state: "succeeded", error: null, notes: [] });
  expect(run.preview).toMatchObject({ missing: ["902"], differing: [], onlyInCrm: [], held: [], capped: false });
  expect(run.preview.outcome).toMatchObject([{ shopOrderId: "902", state: "synced", problem: null }]);
  expect(run.preview.days).toMatchObject([{ shop: { orders: 2 }, crm: { orders: 1 } }]);
  expect(world.crm.order("902")).toBeDefined();
  const listed = await world.call("GET", at(connection, "/runs?kind=reconcile"));
  expect(listed.body.items).toEqual([run]);
  const touched = await world.call("GET", at(connection, `/orders?run=${run.id}`));
  expect(touched.body.items.map((one: Json) => one.shopOrderId)).toEqual(["902"]);
});

test("a run of stock does nothing until a direction is chosen, then moves what the leading side has", {
  timeout: 180_000,
}, async () => {
  const connection = await world.connectAndMap({ settings: { archive: { auto: false } } });
  const none = await world.run(connection.id, { kind: "stock" });
  expect(none).toMatchObject({ kind: "stock", state: "succeeded", counts: { read: 0, updated: 0 } });

  const changed = await world.call("PATCH", at(connection, ""), {
    settings: { stock: { direction: "shop-to-crm", crmStore: "main" } },
  });
  expect(changed.status).toBe(200);
  const run = await world.run(connection.id, { kind: "stock" });
  expect(run.state).toMatch(/succeeded|partial/);
  expect(run.counts.read).toBeGreaterThan(0);
  expect(run.preview).toBeUndefined();
});

test("an archive is paused and resumed over HTTP; what cannot be paused says why", { timeout: 180_000 }, async () => {
  const connection = await world.connectAndMap({ settings: { archive: { auto: false } } });
  for (let place = 0; place < 130; place += 1)
    world.shop.placeOrder({ order_id: 1000 + place, createdAt: Date.now() - (200 - place) * dayMs });
  const ask = (id: string, what: string) => world.call("POST", `/api/v1/runs/${id}/${what}`);
  let id = "";
  world.crmFront.override = async (request) => {
    if (id && request.url.includes("orders/upload")) await ask(id, "pause");
    return world.crm.handle(request);
  };

  id = (await world.call("POST", at(connection, "/runs"), { kind: "archive" })).body.id;
  const paused = await eventually(async () => {
    const { body } = await world.call("GET", `/api/v1/runs/${id}`);
    return body.pausedAt ? body : undefined;
  }, "the pause");
  world.crmFront.override = undefined;
  expect(paused).toMatchObject({ state: "queued", pauseAsked: false, progress: { done: 100, total: 130 } });
  expect(paused.progress.remainingSeconds).toBeGreaterThanOrEqual(0);

  expect((await ask(id, "resume")).status).toBe(202);
  const done = await eventually(async () => {
    const { body } = await world.call("GET", `/api/v1/runs/${id}`);
    return body.finishedAt ? body : undefined;
  }, "the end");
  expect(done).toMatchObject({ state: "succeeded", pausedAt: null, counts: { created: 130 } });
  expect(failureOf(await ask(id, "pause"))).toMatchObject({ status: 409, code: "run_finished" });
  const trial = await world.run(connection.id, { kind: "archive", dryRun: true });
  expect(failureOf(await ask(trial.id, "pause"))).toMatchObject({ status: 409, code: "run_not_pausable" });
  expect(failureOf(await ask("nosuch", "pause"))).toMatchObject({ status: 404, code: "not_found" });
  expect(failureOf(await ask("nosuch", "resume"))).toMatchObject({ status: 404, code: "not_found" });
});

test("the report, the pause and the orders of a run are described", async () => {
  const { paths } = (await world.call("GET", "/api/v1/openapi.json")).body;

  const run = paths["/api/v1/runs/{runId}"].get.responses["200"].content["application/json"].schema.properties;
  const report = JSON.stringify(run.preview);
  for (const field of ["unmapped", "days", "missing", "differing", "onlyInCrm", "held", "outcome", "capped"])
    expect(report).toContain(`"${field}"`);
  expect(Object.keys(run.progress.properties)).toEqual(["done", "total", "remainingSeconds"]);
  for (const action of ["pause", "resume"]) expect(paths[`/api/v1/runs/{runId}/${action}`].post.summary).toBeTruthy();
  const orders = paths["/api/v1/connections/{id}/orders"].get.parameters.map((one: Json) => one.name);
  expect(orders).toContain("run");
});
