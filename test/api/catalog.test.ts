import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { htmlAnswer, jsonAnswer } from "../../sandbox/answer.ts";
import { callsTo, eventually, failureOf, formOf, type Json, startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld({ products: 60 });
});
afterAll(() => world?.stop());
afterEach(() => world.clear());

const at = (connection: Json, rest: string) => `/api/v1/connections/${connection.id}${rest}`;
const view = async (connection: Json) => (await world.call("GET", at(connection, "/catalog"))).body;
const fileOf = (connection: Json) => new URL(connection.catalog.url).pathname;
const file = (connection: Json, method = "GET", headers: Record<string, string> = {}) =>
  world.call(method, fileOf(connection), undefined, {
    token: null,
    headers: { "accept-encoding": "identity", ...headers },
  });
const fresh = (connection: Json) =>
  eventually(async () => {
    const found = await view(connection);
    return found.state === "fresh" ? found : undefined;
  }, "a fresh catalogue");

test("none and 503 before the first, fresh after it, also in setup", { timeout: 120_000 }, async () => {
  let release = () => {};
  const wait = new Promise<void>((resolve) => {
    release = resolve;
  });
  world.shopFront.override = async (request) => {
    if (request.url.startsWith("/api/catalog/export")) await wait;
    return world.shop.handle(request);
  };
  const connection = await world.connect();
  const before = await file(connection);
  const none = await view(connection);
  release();
  const after = await fresh(connection);

  expect(before.status).toBe(503);
  expect(Number(before.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(none).toEqual({
    url: connection.catalog.url,
    state: "none",
    generatedAt: null,
    offers: 0,
    products: 0,
    bytes: 0,
    excluded: {},
    warnings: [],
    held: null,
    lastFetchedAt: null,
  });
  expect(after).toMatchObject({
    state: "fresh",
    held: null,
    generatedAt: expect.stringMatching(/Z$/),
    warnings: expect.any(Array),
  });
  expect(after.bytes).toBe(Buffer.byteLength((await file(connection)).text));
  const excluded = Object.values(after.excluded as Record<string, number>).reduce((sum, one) => sum + one, 0);
  expect(after.offers + excluded).toBe(world.shop.state.products.count());
});

test("GET, HEAD, ETag, Last-Modified, conditions and gzip", { timeout: 120_000 }, async () => {
  const connection = await world.connect();
  await fresh(connection);
  const get = await file(connection);
  const etag = get.headers.get("etag")!;
  const modified = get.headers.get("last-modified")!;
  const head = await file(connection, "HEAD");
  const zipped = await fetch(connection.catalog.url, { headers: { "accept-encoding": "gzip" } });
  const text = await zipped.text();

  expect(get.status).toBe(200);
  expect(get.headers.get("content-type")).toMatch(/^application\/xml|^text\/xml/);
  expect(get.text).toMatch(/^<\?xml [^>]*UTF-8/i);
  expect(get.text).toContain("<yml_catalog");
  expect(etag).toMatch(/^(W\/)?".+"$/);
  expect(new Date(modified).getTime()).toBeGreaterThan(Date.now() - 600_000);
  expect([head.status, head.text, head.headers.get("etag"), head.headers.get("content-length")]).toEqual([
    200,
    "",
    etag,
    get.headers.get("content-length"),
  ]);
  expect(zipped.headers.get("content-encoding")).toBe("gzip");
  expect(text).toBe(get.text);
  expect(gunzipSync).toBeDefined();
  for (const headers of [
    { "if-none-match": etag },
    { "if-none-match": `"x", W/${etag}` },
    { "if-none-match": "*" },
    { "if-modified-since": modified },
  ]) {
    const same = await file(connection, "GET", headers as unknown as Record<string, string>);
    expect([same.status, same.text, same.headers.get("etag")], JSON.stringify(headers)).toEqual([304, "", etag]);
  }
  for (const headers of [
    { "if-none-match": '"x"' },
    { "if-modified-since": "Mon, 01 Jan 2001 00:00:00 GMT" },
    { "if-modified-since": "never" },
  ])
    expect((await file(connection, "GET", headers as unknown as Record<string, string>)).status).toBe(200);
  expect((await view(connection)).lastFetchedAt).toMatch(/Z$/);
  for (const method of ["POST", "PUT", "DELETE"])
    expect(failureOf(await file(connection, method))).toMatchObject({ status: 405, code: "method_not_allowed" });
  for (const path of [
    "/catalog/unknown.xml",
    "/catalog/x",
    "/catalog/%00.xml",
    "/catalog/..%2f..%2fsecret.key",
    fileOf(connection).replace(".xml", ".txt"),
  ])
    expect((await world.call("GET", path, undefined, { token: null })).status, path).toBe(404);
});

test("an unchanged shop keeps its ETag, a failed read leaves the file, paused is served but not renewed", {
  timeout: 180_000,
}, async () => {
  const connection = await world.connect();
  await fresh(connection);
  const etag = (await file(connection)).headers.get("etag");
  await world.run(connection.id, { kind: "catalog" });
  expect((await file(connection)).headers.get("etag")).toBe(etag);

  world.shopFront.override = (request) =>
    request.url.startsWith("/api/catalog/export") ? htmlAnswer(502, "<html>") : undefined;
  const failed = await world.run(connection.id, { kind: "catalog" });
  world.shopFront.override = undefined;
  expect(failed).toMatchObject({ state: "failed", error: { code: "shop_unreachable" } });
  expect((await file(connection)).headers.get("etag")).toBe(etag);
  await world.call("PATCH", at(connection, ""), { state: "paused" });
  expect((await file(connection)).status).toBe(200);
});

test("a shrunk catalogue is held back until it is confirmed", { timeout: 180_000 }, async () => {
  const connection = await world.connect();
  const { offers } = await fresh(connection);
  expect(failureOf(await world.call("POST", at(connection, "/catalog/confirm")))).toMatchObject({ status: 409 });
  const before = await file(connection);
  world.shop.removeProducts(Math.ceil(world.shop.state.products.count() * 0.6));

  const run = await world.run(connection.id, { kind: "catalog" });
  const held = await view(connection);
  const still = await file(connection);
  const problems = (await world.call("GET", at(connection, "/problems"))).body.items;
  const confirmed = await world.call("POST", at(connection, "/catalog/confirm"));

  expect(run.state).toBe("partial");
  expect(held).toMatchObject({ state: "held", offers, held: { offers: expect.any(Number), reason: "catalog_shrunk" } });
  expect(still.text).toBe(before.text);
  expect(problems).toContainEqual(
    expect.objectContaining({ code: "catalog_shrunk", severity: "warning", action: { code: "confirm_catalog" } }),
  );
  expect([confirmed.status, confirmed.body.state, confirmed.body.held]).toEqual([200, "fresh", null]);
  expect(confirmed.body.offers).toBe(held.held.offers);
  expect((await file(connection)).text).not.toBe(before.text);
  expect((await world.call("GET", at(connection, "/problems"))).body.items).toEqual([]);
});

describe("the address in the CRM", () => {
  test("is written by itself where there is none", { timeout: 120_000 }, async () => {
    const connection = await world.connect();
    await eventually(
      () => world.crm.state.books.sites!["demo-site"]!.ymlUrl === connection.catalog.url,
      "the address in the CRM's site",
    );
    await eventually(() => callsTo(world.crmFront, /statistic\/update$/).length > 0, "the wish to load it");
  });

  test("another one is a problem, until install", { timeout: 120_000 }, async () => {
    world.crm.state.books.sites!["demo-site"]!.ymlUrl = "https://other.example/feed.xml";
    const connection = await world.connect();
    const problem = await eventually(
      async () =>
        (await world.call("GET", at(connection, "/problems"))).body.items.find(
          (one: Json) => one.code === "catalog_elsewhere",
        ),
      "the problem",
    );
    const writes = callsTo(world.crmFront, /reference\/sites/).filter((call) => call.method === "POST").length;
    const reply = await world.call("POST", at(connection, "/catalog/install"));

    expect(problem).toMatchObject({
      severity: "info",
      action: { code: "install_catalog" },
      params: { url: "https://other.example/feed.xml" },
    });
    expect(writes).toBe(0);
    expect([reply.status, reply.body.url]).toEqual([200, connection.catalog.url]);
    expect(world.crm.state.books.sites!["demo-site"]!.ymlUrl).toBe(connection.catalog.url);
    expect((await world.call("GET", at(connection, "/problems"))).body.items).toEqual([]);
    const [site] = callsTo(world.crmFront, /reference\/sites\/.+\/edit$/).map((call) => formOf(call, "site"));
    expect(site).toMatchObject({ ymlUrl: connection.catalog.url, loadFromYml: true });
  });

  test("installing needs reference_write; a CRM that fails is told", { timeout: 120_000 }, async () => {
    const connection = await world.connect({ crm: { apiKey: "key-minimal" } });
    const refused = failureOf(await world.call("POST", at(connection, "/catalog/install")));
    await world.call("DELETE", at(connection, ""));
    const other = await world.connect();
    world.crmFront.override = () => htmlAnswer(500, "<html>");
    const failing = failureOf(await world.call("POST", at(other, "/catalog/install")));

    expect(refused).toEqual({ status: 422, code: "crm_scopes_missing", details: { missing: ["reference_write"] } });
    expect([failing.status, failing.code]).toEqual([422, "crm_unreachable"]);

    const no = { success: false, errorMsg: "Errors in the entity format", errors: { ymlUrl: "not allowed" } };
    world.crmFront.override = () => jsonAnswer(400, no);
    const denied = failureOf(await world.call("POST", at(other, "/catalog/install")));
    expect([denied.status, denied.code]).toEqual([422, "crm_refused"]);
    expect(denied.details.reason).toMatch(/Errors in the entity format.*not allowed/);
  });
});
