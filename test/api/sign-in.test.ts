import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { jsonAnswer } from "../../sandbox/answer.ts";
import { listen } from "../../sandbox/listen.ts";
import { adminToken, failureOf, formOf, type Json, type Reply, startWorld, type World } from "./world.ts";

let world: World;
let open: World;
beforeAll(async () => {
  world = await startWorld({ env: { SUPPORT_URL: "https://help.example", DOCS_URL: "https://docs.example" } });
  open = await startWorld({ env: { OPEN_CONNECT: "true" } });
});
afterAll(async () => {
  await world?.stop();
  await open?.stop();
});
beforeEach(async () => {
  await world.clear();
});

const cookieOf = (reply: Reply) => (reply.headers.get("set-cookie") ?? "").split(";")[0]!;
const form = (path: string, fields: Record<string, string>, on = world) =>
  on.call("POST", path, undefined, {
    token: null,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    raw: new URLSearchParams(fields).toString(),
  });
const clientIdOf = (on: World): string => {
  const cards = on.crmFront.calls.filter(({ url }) => url.includes("/integration-modules/"));
  return formOf(cards.at(-1)!, "integrationModule").clientId;
};
const merchant = async () => cookieOf(await form("/account", { clientId: clientIdOf(world) }));
const asMerchant = (cookie: string, method: string, path: string, body?: unknown, headers = { origin: world.url }) =>
  world.call(method, path, body, { cookie, headers });

describe("the operator", () => {
  test.each([
    ["no token", { token: null }],
    ["a wrong token", { token: "wrong" }],
    ["Basic", { token: null, headers: { authorization: `Basic ${adminToken}` } }],
    ["an unknown cookie", { cookie: "login=abc" }],
  ])("%s is 401", async (_, options) => {
    const failure = failureOf(await world.call("GET", "/api/v1/connections", undefined, options));
    expect([failure.status, failure.code]).toEqual([401, "unauthorized"]);
    expect(failure.details).toMatchObject({ supportUrl: "https://help.example", docsUrl: "https://docs.example" });
  });

  test("signs in by cookie; a write needs our own origin", async () => {
    const wrong = failureOf(await world.call("POST", "/api/v1/login", { token: "wrong" }, { token: null }));
    const reply = await world.call("POST", "/api/v1/login", { token: adminToken }, { token: null });
    const cookie = cookieOf(reply);
    const connection = await world.connect();
    const path = `/api/v1/connections/${connection.id}`;

    expect([wrong.status, wrong.code]).toEqual([401, "unauthorized"]);
    expect(reply.status).toBe(200);
    expect(reply.headers.get("set-cookie")).toMatch(/HttpOnly.*SameSite=Lax|SameSite=Lax.*HttpOnly/i);
    expect((await world.call("GET", path, undefined, { cookie })).status).toBe(200);
    const foreign = await asMerchant(cookie, "PATCH", path, { name: "x" }, { origin: "https://evil.example" });
    expect(failureOf(foreign)).toMatchObject({ status: 403, code: "forbidden" });
    expect((await asMerchant(cookie, "PATCH", path, { name: "x" })).status).toBe(200);
    await asMerchant(cookie, "POST", "/api/v1/logout");
    expect((await world.call("GET", path, undefined, { cookie })).status).toBe(401);
  });

  test("a one-time link signs in once", async () => {
    const link = (await world.call("POST", "/api/v1/sign-in-links")).body.url as string;
    const path = link.slice(world.url.length);

    const first = await world.call("GET", path, undefined, { token: null });
    const second = await world.call("GET", path, undefined, { token: null });

    expect([first.status, first.headers.get("location")]).toEqual([303, "/"]);
    expect((await world.call("GET", "/api/v1/me", undefined, { cookie: cookieOf(first) })).body.role).toBe("operator");
    expect(cookieOf(second)).toBe("");
  });
});

describe("a merchant", () => {
  test("comes from his CRM to his connection, sees his account only (F114)", async () => {
    const mine = await world.connect();
    const clientId = clientIdOf(world);
    const otherCrm = await listen({ handle: (request) => world.crm.handle(request) });
    const theirs = await world.connect({ crm: { url: otherCrm.url, apiKey: "key-second", site: "second-site" } });
    const run = await world.run(theirs.id, { kind: "catalog" });
    const reply = await form("/account", { clientId });
    const cookie = cookieOf(reply);

    expect([reply.status, reply.headers.get("location")]).toEqual([303, `/connections/${mine.id}`]);
    const list = await world.call("GET", "/api/v1/connections", undefined, { cookie });
    expect(list.body.items.map((one: Json) => one.id)).toEqual([mine.id]);
    for (const [method, path, body] of [
      ["GET", `/api/v1/connections/${theirs.id}`],
      ["PATCH", `/api/v1/connections/${theirs.id}`, { name: "x" }],
      ["DELETE", `/api/v1/connections/${theirs.id}`],
      ["GET", `/api/v1/connections/${theirs.id}/orders`],
      ["GET", `/api/v1/connections/${theirs.id}/catalog`],
      ["GET", `/api/v1/connections/${theirs.id}/events`],
      ["GET", `/api/v1/runs/${run.id}`],
      ["POST", `/api/v1/runs/${run.id}/cancel`],
      ["POST", `/api/v1/connections/${theirs.id}/runs`, { kind: "catalog" }],
    ] as const)
      expect(failureOf(await asMerchant(cookie, method, path, body)), path).toMatchObject({ status: 404 });
    expect((await asMerchant(cookie, "PATCH", `/api/v1/connections/${mine.id}`, { name: "Mine" })).status).toBe(200);
    await world.call("DELETE", `/api/v1/connections/${theirs.id}`);
    await otherCrm.close();
  });

  test("may add a shop to his account, none to another; may not sign operators in", async () => {
    await world.connect();
    const cookie = await merchant();
    const second = await listen({ handle: (request) => world.shop.handle(request) });

    const other = await asMerchant(
      cookie,
      "POST",
      "/api/v1/connections",
      world.wish({ crm: { url: "https://x.retailcrm.pro" } }),
    );
    const added = await asMerchant(
      cookie,
      "POST",
      "/api/v1/connections",
      world.wish({ crm: { apiKey: "key-second", site: "second-site" }, horoshop: { url: second.url } }),
    );
    const link = await asMerchant(cookie, "POST", "/api/v1/sign-in-links");
    const foreign = await asMerchant(cookie, "POST", "/api/v1/connections", world.wish(), {
      origin: "https://evil.example",
    });
    await world.call("DELETE", `/api/v1/connections/${added.body.id}`);
    await second.close();

    expect(failureOf(other)).toMatchObject({ status: 403, code: "forbidden" });
    expect(added.status).toBe(201);
    expect(failureOf(link)).toMatchObject({ status: 403, code: "forbidden" });
    expect(failureOf(foreign)).toMatchObject({ status: 403, code: "forbidden" });
  });

  test("an unknown clientId opens nothing", async () => {
    for (const fields of [{ clientId: "nobody" }, { clientId: "" }, {}] as Record<string, string>[]) {
      const reply = await form("/account", fields);
      expect([reply.status, cookieOf(reply)]).toEqual([303, ""]);
    }
  });
});

describe("OPEN_CONNECT", () => {
  test("closed: a guest is 401", async () => {
    expect((await world.call("POST", "/api/v1/connections", world.wish(), { token: null })).status).toBe(401);
  });

  test("open: a guest with a working key connects and is signed in to that account; many attempts are 429", async () => {
    const reply = await open.call("POST", "/api/v1/connections", open.wish(), { token: null });
    const cookie = cookieOf(reply);
    const list = await open.call("GET", "/api/v1/connections", undefined, { cookie });
    const bad = await open.call("POST", "/api/v1/connections", open.wish({ crm: { apiKey: "wrong" } }), {
      token: null,
    });

    expect([reply.status, list.body.items[0]?.id]).toEqual([201, reply.body.id]);
    expect([bad.status, cookieOf(bad)]).toEqual([422, ""]);
    expect((await open.call("GET", "/api/v1/connections", undefined, { token: null })).status).toBe(401);
    const codes: number[] = [];
    let last: Reply | undefined;
    for (let attempt = 0; attempt < 30; attempt += 1) {
      last = await open.call("POST", "/api/v1/connections", {}, { token: null });
      codes.push(last.status);
    }
    expect(failureOf(last!)).toMatchObject({ status: 429, code: "too_many" });
    expect(Number(last!.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(codes[0]).toBe(400);
    expect((await open.call("POST", "/api/v1/connections", {})).status).toBe(400);
  });
});

describe("what the CRM calls", () => {
  const sign = (apiKey: string, secret = "module-secret") =>
    createHmac("sha256", secret).update(apiKey, "utf8").digest("hex");
  const register = (apiKey: string, more: Json = {}) =>
    form("/retailcrm/register", {
      register: JSON.stringify({ token: sign(apiKey), apiKey, systemUrl: world.crmFront.url, ...more }),
    });

  test("the configuration asks for all permissions", async () => {
    const reply = await world.call("GET", "/retailcrm/config", undefined, { token: null });
    expect(reply.body).toMatchObject({ success: true, registerUrl: `${world.url}/retailcrm/register` });
    expect(reply.body.scopes.sort()).toEqual(
      "order_read order_write customer_read customer_write reference_read reference_write store_read store_write analytics_write custom_fields_read custom_fields_write integration_read integration_write user_read"
        .split(" ")
        .sort(),
    );
  });

  test("one-step: shop and site are filled in later, then the connection goes on", { timeout: 120_000 }, async () => {
    const connected = await world.crm.connectModule({
      configUrl: `${world.url}/retailcrm/config`,
      secret: "module-secret",
    });
    const cookie = await merchant();
    const [connection] = (await world.call("GET", "/api/v1/connections", undefined, { cookie })).body.items;
    const path = `/api/v1/connections/${connection.id}`;

    expect([connected.status, connected.body]).toEqual([201, { success: true, accountUrl: `${world.url}/account` }]);
    expect(connection).toMatchObject({
      state: "setup",
      stateReason: { code: "shop_missing" },
      horoshop: null,
      crm: { url: world.crmFront.url, site: null },
    });
    for (const [method, rest, body] of [
      ["GET", "/references"],
      ["POST", "/references/refresh"],
      ["POST", "/references", { kind: "deliveryTypes", horoshop: 4 }],
      ["GET", "/mapping"],
      ["GET", "/orders"],
      ["GET", "/problems"],
      ["GET", "/catalog"],
      ["POST", "/check"],
      ["POST", "/catalog/install"],
      ["POST", "/runs", { kind: "catalog" }],
      ["POST", "/runs", { kind: "archive", dryRun: true }],
      ["PUT", "/mapping", { statuses: [], deliveryTypes: [], paymentTypes: [] }],
    ] as const)
      expect((await world.call(method, path + rest, body)).status, rest).toBeLessThan(500);
    expect((await world.call("POST", `${path}/runs`, { kind: "catalog" })).status).toBe(409);
    expect((await world.call("GET", path)).body).toMatchObject({
      state: "setup",
      stateReason: { code: "shop_missing" },
    });

    const partly = failureOf(await asMerchant(cookie, "PATCH", path, { horoshop: { url: world.shopFront.url } }));
    expect([partly.status, Object.keys(partly.fields)]).toEqual([400, ["horoshop.login", "horoshop.password"]]);
    const { horoshop } = world.wish();
    const withShop = await asMerchant(cookie, "PATCH", path, { horoshop });
    expect(withShop.body).toMatchObject({ stateReason: { code: "site_missing" }, horoshop: { login: "integration" } });
    const withSite = await asMerchant(cookie, "PATCH", path, { crm: { site: "demo-site" } });
    expect(withSite.body).toMatchObject({ state: "setup", stateReason: { code: "mapping_incomplete" } });
    await world.map(connection.id);
    expect((await world.call("GET", path)).body.state).toBe("active");

    const again = await world.crm.connectModule({
      configUrl: `${world.url}/retailcrm/config`,
      secret: "module-secret",
    });
    expect(again.status).toBe(201);
    expect((await world.call("GET", "/api/v1/connections")).body.items).toHaveLength(1);
    expect((await world.call("GET", path)).body.state).toBe("active");
  });

  test("a registration that is not genuine, or of no CRM, keeps nothing", async () => {
    const key = "key-all";
    const replies = await Promise.all([
      register(key, { token: sign(key, "other-secret") }),
      register(key, { token: "zz" }),
      register(key, { systemUrl: "not an address" }),
      register("unknown-key"),
      register(key, { apiKey: 5 }),
      form("/retailcrm/register", {}),
      form("/retailcrm/register", { register: "{" }),
    ]);

    expect(replies.map((reply) => reply.status)).toEqual([401, 401, 400, 400, 400, 400, 400]);
    for (const reply of replies) expect(reply.body).toMatchObject({ success: false, errorMsg: expect.any(String) });
    expect((await world.call("GET", "/api/v1/connections")).body.items).toEqual([]);
  });

  test("a module card that the CRM refuses fails the registration, but not a connection by hand", async () => {
    world.crmFront.override = (request) =>
      request.url.includes("/integration-modules/")
        ? jsonAnswer(400, { success: false, errorMsg: "Wrong card" })
        : undefined;

    const registered = await register("key-demo");
    const byHand = await world.connect();
    const problems = (await world.call("GET", `/api/v1/connections/${byHand.id}/problems`)).body.items;

    expect([registered.status, registered.body.success]).toEqual([400, false]);
    expect(problems).toMatchObject([
      { code: "module_card_refused", severity: "warning", params: { reason: expect.stringContaining("Wrong card") } },
    ]);
  });

  test("activity of an unknown client is 404, without its fields 400", async () => {
    const unknown = await form("/retailcrm/activity", { clientId: "nobody", activity: '{"active":true}' });
    const empty = await form("/retailcrm/activity", {});
    const wrong = await form("/retailcrm/activity", { clientId: "nobody", activity: "[" });

    expect([unknown.status, unknown.body]).toEqual([404, { success: false }]);
    expect([empty.status, wrong.status]).toEqual([400, 400]);
  });

  test("a moved CRM address is taken only where the key works", async () => {
    const connection = await world.connect();
    const clientId = clientIdOf(world);
    const moved = await listen({ handle: (request) => world.crm.handle(request) });
    const activity = '{"active":true,"freeze":false}';

    const thief = await form("/retailcrm/activity", { clientId, activity, systemUrl: "http://127.0.0.1:9" });
    const right = await form("/retailcrm/activity", { clientId, activity, systemUrl: `${moved.url}/` });
    const after = (await world.call("GET", `/api/v1/connections/${connection.id}`)).body;
    await world.call("DELETE", `/api/v1/connections/${connection.id}`);
    await moved.close();

    expect(thief.status).toBe(400);
    expect([right.status, after.crm.url]).toEqual([200, moved.url]);
  });

  test.each(["/account", "/retailcrm/register", "/retailcrm/activity", "/retailcrm/settings"])(
    "%s with odd bodies is never 5xx",
    async (path) => {
      const bodies: [string | undefined, string][] = [
        [undefined, ""],
        ["application/json", ""],
        ["application/json", "5"],
        ["application/json", "null"],
        ["application/json", '"text"'],
        ["application/json", "[]"],
        ["application/json", '{"clientId":5,"register":5,"activity":{},"settings":[]}'],
        ["application/json", '{"clientId":{"a":1}}'],
        ["application/x-www-form-urlencoded", "clientId=%00&register=%00"],
        ["application/x-www-form-urlencoded", "clientId=a&clientId=b&activity=5&register=5&settings=5"],
        ["application/x-www-form-urlencoded", "register[apiKey]=x&register[token]=y"],
        ["text/plain", "hello"],
        ["multipart/form-data; boundary=x", "--x--"],
      ];
      for (const [type, raw] of bodies) {
        const reply = await world.call("POST", path, undefined, {
          token: null,
          headers: type === undefined ? {} : { "content-type": type },
          ...(raw === "" && type === undefined ? {} : { raw }),
        });
        expect(reply.status, `${path} ${type} ${raw}`).toBeLessThan(500);
      }
      const huge = await world.call("POST", path, undefined, {
        token: null,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        raw: `clientId=${"x".repeat(1_100_000)}`,
      });
      expect(failureOf(huge)).toMatchObject({ status: 413, code: "too_large" });
    },
  );
});
