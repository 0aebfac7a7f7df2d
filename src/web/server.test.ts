import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { readConfig } from "../config.ts";
import { migrate } from "../db/migrate.ts";
import { openStore, type Store } from "../db/open.ts";
import type { WebApp } from "./api.ts";
import { ApiFailure } from "./api-failure.ts";
import { withAnyBodies, withFormBodies } from "./body.ts";
import { listQuery, page, readCursor } from "./list.ts";
import { createWeb } from "./server.ts";

const log = pino({ level: "silent" });
const operator = { authorization: "Bearer operator-token" };
const config = readConfig({ ADMIN_TOKEN: "operator-token", OPEN_CONNECT: "true", SUPPORT_URL: "https://help.example" });

let store: Store;
let app: WebApp;
let uiFolder: string;
let reason: string | undefined;
let clock = new Date("2026-01-01T10:00:00Z");

beforeAll(async () => {
  store = await openStore({ dataDir: "", inMemory: true, log });
  await migrate(store.db);
});
afterAll(() => store.close());

beforeEach(async () => {
  uiFolder = mkdtempSync(join(tmpdir(), "ui-"));
  mkdirSync(join(uiFolder, "assets"));
  writeFileSync(join(uiFolder, "index.html"), "<p>the pages</p>");
  writeFileSync(join(uiFolder, "assets", "main-1a2b.js"), "export {};");
  reason = undefined;
  clock = new Date("2026-01-01T10:00:00Z");
  const random = {
    bytes: (count: number) => Buffer.from(Array.from({ length: count }, () => Math.floor(Math.random() * 256))),
  };
  app = await createWeb({
    config,
    log,
    db: store.db,
    now: () => clock,
    random,
    uiFolder,
    isReady: async () => reason,
    metrics: new Registry(),
  });
  addTestRoutes(app);
});
afterEach(async () => {
  await app.close();
  rmSync(uiFolder, { recursive: true, force: true });
});

function addTestRoutes(to: WebApp): void {
  const body = z.strictObject({
    name: z.string().min(2),
    crm: z.object({ url: z.string() }),
    count: z.number().int().optional(),
  });
  to.post("/api/v1/things", { schema: { body } }, async (request, reply) => reply.code(201).send(request.body));
  to.post("/api/v1/things/:id/check", async () => ({ ok: true }));
  to.get("/api/v1/things", { schema: { querystring: z.object(listQuery) } }, async (request) => {
    const place = readCursor(request.query.cursor, z.object({ after: z.number() }));
    return page([place?.after ?? 0], { after: (place?.after ?? 0) + request.query.limit });
  });
  to.get("/api/v1/broken", async () => {
    throw new Error("secret detail");
  });
  to.get("/api/v1/refused", async () => {
    throw new ApiFailure(422, "crm_scopes_missing", { details: { missing: ["order_read"] } });
  });
  to.get("/api/v1/value", async () => {
    throw Object.assign(new Error("invalid byte sequence"), { code: "22021" });
  });
  const limit = { attempts: 2, seconds: 60, per: "caller" } as const;
  to.post("/api/v1/limited", { config: { access: "open", limit } }, async () => ({ ok: true }));
  withFormBodies(to, (scope) => scope.post("/form", async (request) => request.body));
  withAnyBodies(to, (scope) =>
    scope.route({
      method: ["PUT", "DELETE"],
      url: "/any/:secret",
      handler: async (request) => ({ body: request.body ?? null }),
    }),
  );
}

const good = { name: "Demo", crm: { url: "x" } };

test("also the web's own addresses answer 401 in that shape", async () => {
  const reply = await app.inject({ url: "/api/v1/me" });

  expect(reply.statusCode).toBe(401);
  expect(reply.json().error.code).toBe("unauthorized");
  expect(reply.json().error.details).toHaveProperty("openConnect");
});

test("without a token the API answers 401 in the one shape of failures, with what the sign-in page shows", async () => {
  const reply = await app.inject({ method: "GET", url: "/api/v1/things" });

  expect(reply.statusCode).toBe(401);
  expect(reply.json().error).toMatchObject({
    code: "unauthorized",
    details: { openConnect: true, supportUrl: "https://help.example" },
  });
  expect(reply.json().error.message).toMatch(/not signed in/);
  for (const authorization of ["Bearer wrong", "Basic operator-token", "operator-token", "Bearer "]) {
    expect((await app.inject({ url: "/api/v1/things", headers: { authorization } })).statusCode).toBe(401);
  }
});

test("a body that does not fit its schema names the fields, in the caller's language", async () => {
  const payload = { name: "x", crm: {}, more: 1 };

  const english = await app.inject({ method: "POST", url: "/api/v1/things", headers: operator, payload });
  const ukrainian = await app.inject({
    method: "POST",
    url: "/api/v1/things",
    headers: { ...operator, "accept-language": "ua" },
    payload,
  });

  expect(english.statusCode).toBe(400);
  expect(english.json().error.code).toBe("malformed");
  expect(Object.keys(english.json().error.fields).sort()).toEqual(["crm.url", "more", "name"]);
  expect(english.json().error.fields["crm.url"]).toContain("expected string");
  expect(ukrainian.json().error.message).toMatch(/Виправте/);
  expect(ukrainian.json().error.fields["crm.url"]).toContain("очікується");
  expect(ukrainian.headers["content-language"]).toBe("uk");
});

test.each([
  ["broken JSON", "application/json", "{"],
  ["an empty body", "application/json", ""],
  ["a list", "application/json", "[]"],
  ["a form", "application/x-www-form-urlencoded", "name=Demo"],
  ["an unknown type", "text/csv", "a,b"],
  ["a poisoned prototype", "application/json", '{"__proto__":{"x":1}}'],
  ["a NUL in a text", "application/json", JSON.stringify({ ...good, name: "a\0b" })],
  ["endless nesting", "application/json", `${"[".repeat(5000)}${"]".repeat(5000)}`],
])("%s is 400", async (_, type, payload) => {
  const reply = await app.inject({
    method: "POST",
    url: "/api/v1/things",
    headers: { ...operator, "content-type": type },
    payload,
  });

  expect(reply.statusCode).toBe(400);
  expect(reply.json().error.code).toBe("malformed");
});

test("an action without parameters may be called with an empty JSON body", async () => {
  const headers = { ...operator, "content-type": "application/json" };

  expect((await app.inject({ method: "POST", url: "/api/v1/things/1/check", headers, payload: "" })).statusCode).toBe(
    200,
  );
  expect((await app.inject({ method: "POST", url: "/api/v1/things/1/check", headers: operator })).statusCode).toBe(200);
});

test("bodies over 1 MB are 413, as JSON, form and webhook", async () => {
  const big = "x".repeat(1_048_577);
  const replies = [
    await app.inject({
      method: "POST",
      url: "/api/v1/things",
      headers: { ...operator, "content-type": "application/json" },
      payload: big,
    }),
    await app.inject({
      method: "POST",
      url: "/form",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      payload: big,
    }),
    await app.inject({ method: "PUT", url: "/any/1", headers: { "content-type": "application/json" }, payload: big }),
  ];

  for (const reply of replies) {
    expect(reply.statusCode).toBe(413);
    expect(reply.json().error.code).toBe("too_large");
  }
});

test("an unknown address is 404, a wrong method 405 with the right ones, OPTIONS and HEAD answer", async () => {
  const missing = await app.inject({ url: "/api/v1/nothing" });
  const wrong = await app.inject({ method: "DELETE", url: "/api/v1/things", headers: operator });
  const options = await app.inject({ method: "OPTIONS", url: "/api/v1/things" });
  const head = await app.inject({ method: "HEAD", url: "/api/v1/things", headers: operator });

  expect([missing.statusCode, missing.json().error.code]).toEqual([404, "not_found"]);
  expect([wrong.statusCode, wrong.json().error.code, wrong.headers.allow]).toEqual([
    405,
    "method_not_allowed",
    "GET, HEAD, OPTIONS, POST",
  ]);
  expect([options.statusCode, options.headers.allow]).toEqual([204, "GET, HEAD, OPTIONS, POST"]);
  expect([head.statusCode, head.body]).toEqual([200, ""]);
  for (const url of ["/api/v1/%zz", "/api/v1/things/%00/check", `/api/v1/${"x".repeat(5000)}`]) {
    expect((await app.inject({ url, headers: operator })).statusCode, url.slice(0, 40)).toBeLessThan(500);
  }
});

test("an unexpected error is 500 without its words, a value the database cannot hold is 400, a refusal keeps its details", async () => {
  const broken = await app.inject({ url: "/api/v1/broken", headers: operator });
  const value = await app.inject({ url: "/api/v1/value", headers: operator });
  const refused = await app.inject({ url: "/api/v1/refused", headers: { ...operator, "accept-language": "es" } });

  expect([broken.statusCode, broken.json().error.code]).toEqual([500, "internal"]);
  expect(broken.body).not.toContain("secret detail");
  expect(value.statusCode).toBe(400);
  expect(refused.json().error).toMatchObject({ code: "crm_scopes_missing", details: { missing: ["order_read"] } });
  expect(refused.json().error.message).toContain("permisos: order_read.");
});

test("lists take a limit of 1 to 200 and only a cursor of their own", async () => {
  const get = (query: string) => app.inject({ url: `/api/v1/things?${query}`, headers: operator });

  const first = await get("limit=200");
  const second = await get(`cursor=${first.json().next}`);

  expect(second.json().items).toEqual([200]);
  for (const query of [
    "limit=0",
    "limit=201",
    "limit=ten",
    "limit=1.5",
    "limit=",
    "cursor=nonsense",
    "cursor=%7B%7D",
    "cursor=e30",
    "limit=1&limit=2",
  ]) {
    expect((await get(query)).statusCode, query).toBe(400);
  }
});

test("too many calls are 429 with the time to wait, until the window is over", async () => {
  const call = () => app.inject({ method: "POST", url: "/api/v1/limited" });

  const codes = [(await call()).statusCode, (await call()).statusCode];
  const third = await call();
  clock = new Date(clock.getTime() + 61_000);

  expect(codes).toEqual([200, 200]);
  expect([third.statusCode, third.json().error.code, third.headers["retry-after"]]).toEqual([429, "too_many", "60"]);
  expect((await call()).statusCode).toBe(200);
});

test("forms and webhooks are read where they are expected, whatever their type", async () => {
  const form = await app.inject({
    method: "POST",
    url: "/form",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    payload: "clientId=a%20b&activity=%7B%7D",
  });
  const typeless = await app.inject({ method: "DELETE", url: "/any/1" });
  const odd = await app.inject({
    method: "PUT",
    url: "/any/1",
    headers: { "content-type": "text/odd" },
    payload: "hello",
  });

  expect(form.json()).toEqual({ clientId: "a b", activity: "{}" });
  expect((await app.inject({ method: "POST", url: "/form" })).json()).toEqual({});
  expect(typeless.json()).toEqual({ body: null });
  expect(odd.json()).toEqual({ body: "hello" });
});

test("pages, hashed files and unknown pages are served with a strict policy", async () => {
  const html = { accept: "text/html" };
  const start = await app.inject({ url: "/connections/c1/orders", headers: html });
  const asset = await app.inject({ url: "/assets/main-1a2b.js" });
  const missing = await app.inject({ url: "/nowhere", headers: html });
  const missingFile = await app.inject({ url: "/assets/none.js", headers: html });

  expect([start.statusCode, start.body, start.headers["cache-control"]]).toEqual([200, "<p>the pages</p>", "no-cache"]);
  expect(start.headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self';/);
  expect(start.headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
  expect([asset.statusCode, asset.headers["cache-control"]]).toEqual([200, "public, max-age=31536000, immutable"]);
  expect([missing.statusCode, missing.body]).toEqual([404, "<p>the pages</p>"]);
  expect([missingFile.statusCode, missingFile.json().error.code]).toEqual([404, "not_found"]);
  expect((await app.inject({ method: "POST", url: "/connections/c1" })).statusCode).toBe(405);
  expect((await app.inject({ url: "/../package.json", headers: html })).body).not.toContain("dependencies");
});

test("health, readiness and metrics answer without a token", async () => {
  expect((await app.inject({ url: "/healthz" })).statusCode).toBe(200);
  expect((await app.inject({ url: "/readyz" })).statusCode).toBe(200);

  reason = "the schema is old";
  const notReady = await app.inject({ url: "/readyz" });

  expect([notReady.statusCode, notReady.json().reason]).toEqual([503, "the schema is old"]);
  expect((await app.inject({ url: "/metrics" })).body).toContain(
    'http_request_duration_seconds_count{method="GET",route="/readyz",status="503"} 1',
  );
});

test("the OpenAPI document needs no token and describes addresses, bodies and failures", async () => {
  const reply = await app.inject({ url: "/api/v1/openapi.json" });
  const things = reply.json().paths["/api/v1/things"];

  expect(reply.statusCode).toBe(200);
  expect(things.post.requestBody.content["application/json"].schema.required).toEqual(["name", "crm"]);
  expect(things.post.responses["4XX"].content["application/json"].schema.properties.error).toBeDefined();
  expect(things.post.security).toEqual([{ operator: [] }, { merchant: [] }]);
  expect(Object.keys(reply.json().paths)).not.toContain("/healthz");
});
