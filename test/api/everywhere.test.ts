import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adminToken, failureOf, type Json, startWorld, type World } from "./world.ts";

/** What holds for every address alike, taken from the service's own description of them. */

let world: World;
let document: Json;
let connection: Json;
let runId: string;
beforeAll(async () => {
  world = await startWorld();
  document = (await world.call("GET", "/api/v1/openapi.json", undefined, { token: null })).body;
  connection = await world.connect();
  runId = (await world.run(connection.id, { kind: "archive", dryRun: true })).id;
});
afterAll(() => world?.stop());

type Operation = { method: string; path: string; described: Json };
const operations = (): Operation[] =>
  Object.entries(document.paths as Json).flatMap(([path, item]) =>
    Object.entries(item as Json)
      .filter(([method]) => ["get", "post", "put", "patch", "delete"].includes(method))
      .map(([method, described]) => ({ method: method.toUpperCase(), path, described: described as Json })),
  );
const filled = (path: string, id = connection.id) =>
  path.replace("{id}", id).replace("{runId}", runId).replace("{shopOrderId}", "1");

describe("the OpenAPI document", () => {
  test("describes every address of the contract", () => {
    const told = operations().map(({ method, path }) => `${method} ${path.replace("/api/v1", "")}`);
    for (const address of [
      "POST /connections",
      "GET /connections",
      "GET /connections/{id}",
      "PATCH /connections/{id}",
      "DELETE /connections/{id}",
      "POST /connections/{id}/check",
      "GET /connections/{id}/references",
      "POST /connections/{id}/references",
      "POST /connections/{id}/references/refresh",
      "GET /connections/{id}/mapping",
      "PUT /connections/{id}/mapping",
      "POST /connections/{id}/runs",
      "GET /connections/{id}/runs",
      "GET /runs/{runId}",
      "POST /runs/{runId}/cancel",
      "GET /connections/{id}/orders",
      "GET /connections/{id}/orders/{shopOrderId}",
      "POST /connections/{id}/orders/{shopOrderId}/retry",
      "POST /connections/{id}/orders/retry",
      "POST /connections/{id}/orders/{shopOrderId}/confirm",
      "POST /connections/{id}/orders/confirm",
      "POST /connections/{id}/orders/{shopOrderId}/dismiss",
      "GET /connections/{id}/problems",
      "GET /connections/{id}/catalog",
      "POST /connections/{id}/catalog/confirm",
      "POST /connections/{id}/catalog/install",
      "GET /connections/{id}/events",
    ])
      expect(told).toContain(address);
  });

  test("is whole: version, parameters, answers, bodies, references", () => {
    expect(document.openapi).toMatch(/^3\.[01]/);
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
    for (const { method, path, described } of operations()) {
      const name = `${method} ${path}`;
      const parameters = (described.parameters ?? [])
        .filter((one: Json) => one.in === "path")
        .map((one: Json) => one.name);
      expect(parameters.sort(), name).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, one]) => one).sort());
      expect(
        Object.keys(described.responses).some((status) => /^2/.test(status)),
        `${name} tells its success`,
      ).toBe(true);
      expect(Object.keys(described.responses), name).toContain("4XX");
      expect(described.summary, name).toEqual(expect.any(String));
      if (method === "PUT" || method === "PATCH") expect(described.requestBody, name).toBeDefined();
    }
    for (const [, target] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = target!.split("/").reduce((node: Json, key) => node?.[key], document);
      expect(found, target).toBeDefined();
    }
  });

  test("settings are described name by name", () => {
    const settings =
      document.paths["/api/v1/connections"].post.requestBody.content["application/json"].schema.properties.settings;
    expect(JSON.stringify(settings)).toMatch(/numberPrefix/);
    expect(JSON.stringify(settings)).toMatch(/shrinkLimitPercent/);
  });
});

test("without sign-in every address is 401, an unknown connection 404", { timeout: 60_000 }, async () => {
  for (const { method, path, described } of operations()) {
    if (["/api/v1/login", "/api/v1/logout"].includes(path)) continue;
    const signedOut = await world.call(method, filled(path), method === "GET" ? undefined : {}, { token: null });
    if (!described.security && path !== "/api/v1/connections") continue;
    expect(failureOf(signedOut), `${method} ${path}`).toMatchObject({ status: 401, code: "unauthorized" });
    if (!path.includes("{id}")) continue;
    const body = {
      kind: "sync",
      problem: "final_status_waiting",
      horoshop: 1,
      statuses: [],
      deliveryTypes: [],
      paymentTypes: [],
    };
    for (const id of ["nosuch", "%D0%96", "x".repeat(45)]) {
      const reply = await world.call(
        method,
        filled(path, id),
        method === "GET" || method === "DELETE" ? undefined : {},
      );
      expect([400, 404], `${method} ${path} ${reply.status}`).toContain(reply.status);
      failureOf(reply);
    }
    const { status } = await world.call(
      method,
      filled(path, "nosuch"),
      method === "GET" || method === "DELETE" ? undefined : body,
    );
    expect([400, 404], `${method} ${path}`).toContain(status);
  }
});

test("odd bodies, ids and queries end as 4xx in the one shape, on every address", { timeout: 180_000 }, async () => {
  const raws = [
    "{",
    "[]",
    "null",
    '"x"',
    "5",
    "true",
    '{"__proto__":{"a":1}}',
    '{"a":"\\u0000"}',
    "[".repeat(10_000),
    "\u0000",
    '{"kind":{"a":1},"problem":[],"token":5}',
  ];
  for (const { method, path } of operations()) {
    if (method === "GET" || method === "DELETE" || path.endsWith("/logout")) continue;
    for (const raw of raws) {
      const reply = await world.call(method, filled(path), undefined, { raw });
      expect(reply.status, `${method} ${path} ${raw.slice(0, 30)} ${reply.text.slice(0, 100)}`).toBeLessThan(500);
      if (reply.status >= 400) failureOf(reply);
    }
    const huge = await world.call(method, filled(path), undefined, { raw: `{"x":"${"y".repeat(1_048_600)}"}` });
    expect(failureOf(huge), path).toMatchObject({ status: 413, code: "too_large" });
  }
  for (const { method, path } of operations()) {
    if (path.endsWith("/events")) continue;
    for (const odd of ["%00", "%ff", "..%2f..", "%E2%80%AE", "'%20or%201=1--", "x".repeat(600)]) {
      const url = path.replace(/\{\w+\}/g, odd);
      if (url === path) continue;
      const reply = await world.call(method, url, method === "GET" || method === "DELETE" ? undefined : {});
      expect(reply.status, `${method} ${url.slice(0, 80)} ${reply.text.slice(0, 100)}`).toBeGreaterThanOrEqual(400);
      expect(reply.status, `${method} ${url.slice(0, 80)} ${reply.text.slice(0, 100)}`).toBeLessThan(500);
    }
    if (method !== "GET") continue;
    for (const query of ["?limit=%00", "?cursor=%00", "?x[]=1&x[]=2", `?${"a=1&".repeat(2000)}`, "?limit=1&limit=2"]) {
      const reply = await world.call("GET", filled(path) + query);
      expect(reply.status, `${path}${query.slice(0, 20)}`).toBeLessThan(500);
    }
  }
});

test("wrong methods are 405 with Allow, unknown addresses 404", async () => {
  for (const path of new Set(operations().map((one) => one.path))) {
    const known = operations()
      .filter((one) => one.path === path)
      .map((one) => one.method);
    for (const method of ["PUT", "DELETE", "PATCH"].filter((one) => !known.includes(one))) {
      const reply = await world.call(method, filled(path), method === "DELETE" ? undefined : {});
      if (reply.status === 404 && path.includes("{shopOrderId}")) continue;
      expect(failureOf(reply), `${method} ${path}`).toMatchObject({ status: 405, code: "method_not_allowed" });
      for (const one of known) expect(reply.headers.get("allow")).toContain(one);
    }
  }
  for (const path of [
    "/api/v1",
    "/api/v1/nosuch",
    "/api/v2/connections",
    "/api/v1/connections/x/y/z",
    "/retailcrm/nosuch",
    "/hooks/nosuch",
  ])
    expect(failureOf(await world.call("GET", path)), path).toMatchObject({ status: 404, code: "not_found" });
});

test("failures are told in the caller's language, English otherwise", async () => {
  const say = async (language: string) =>
    (await world.call("GET", "/api/v1/connections/nosuch", undefined, { headers: { "accept-language": language } }))
      .body.error.message;
  const [uk, en, ru, es] = await Promise.all(["uk", "en", "ru", "es"].map(say));

  expect(new Set([uk, en, ru, es]).size).toBe(4);
  for (const [header, expected] of [
    ["uk-UA,uk;q=0.9,en;q=0.8", uk],
    ["de-DE,de;q=0.9,ru;q=0.3", ru],
    ["en;q=0.1, es;q=0.9", es],
    ["fr", en],
    ["", en],
    [";;;,,q=", en],
    ["*", en],
    ["x".repeat(5000), en],
  ] as const)
    expect(await say(header), header.slice(0, 20)).toBe(expected);
});

test("health, readiness and metrics need no token", async () => {
  const open = { token: null };
  expect((await world.call("GET", "/healthz", undefined, open)).status).toBe(200);
  expect((await world.call("GET", "/readyz", undefined, open)).status).toBe(200);
  const metrics = await world.call("GET", "/metrics", undefined, open);
  expect(metrics.headers.get("content-type")).toMatch(/^text\/plain/);
  expect(metrics.text).toMatch(/^# HELP /m);
  expect(metrics.text).not.toContain(connection.id);
  expect(metrics.text).not.toContain(adminToken);
});

test("problems are paged like every list", async () => {
  for (const query of ["limit=0", "limit=201", "cursor=x", "cursor=LTE"])
    expect(
      failureOf(await world.call("GET", `/api/v1/connections/${connection.id}/problems?${query}`)).status,
      query,
    ).toBe(400);
  expect((await world.call("GET", `/api/v1/connections/${connection.id}/problems?limit=1`)).body).toEqual({
    items: [],
    next: null,
  });
});
