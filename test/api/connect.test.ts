import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { htmlAnswer, jsonAnswer } from "../../sandbox/answer.ts";
import { listen } from "../../sandbox/listen.ts";
import { callsTo, failureOf, formOf, startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.stop());
afterEach(() => world.clear());

const post = (changes?: Parameters<World["wish"]>[0]) => world.call("POST", "/api/v1/connections", world.wish(changes));
const refusal = async (changes?: Parameters<World["wish"]>[0]) => failureOf(await post(changes));

test("a connection is shown in full, without password and key", async () => {
  const reply = await post({ settings: { numberPrefix: "Ш-" } });

  expect(reply.status).toBe(201);
  expect(reply.text).not.toContain("demo-password");
  expect(reply.text).not.toContain("key-demo");
  expect(Object.keys(reply.body).sort()).toEqual(
    "catalog counts createdAt crm horoshop id lastSyncAt name nextSyncAt problems settings state stateReason"
      .split(" ")
      .sort(),
  );
  expect(reply.body).toMatchObject({
    name: "Demo",
    state: "setup",
    stateReason: { code: "mapping_incomplete" },
    crm: { url: world.crmFront.url, site: "demo-site" },
    horoshop: { url: world.shopFront.url, login: "integration" },
    lastSyncAt: null,
    nextSyncAt: null,
    counts: { synced: 0, held: 0, failed: 0, excluded: 0 },
    problems: 0,
  });
  expect(reply.body.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  expect(reply.body.catalog.url).toMatch(new RegExp(`^${world.url}/catalog/[\\w-]{20,}\\.xml$`));
  expect(reply.body.stateReason.params.statuses).toContainEqual({ id: 1, name: "Нове" });
  expect(reply.body.stateReason.params.deliveryTypes).toHaveLength(4);
  expect(reply.body.stateReason.message).toMatch(/Нове/);
  expect(reply.body.settings).toEqual({
    orderType: null,
    orderMethod: null,
    managerId: null,
    numberPrefix: "Ш-",
    useShopNumber: true,
    nameOrder: "last-first",
    country: "UA",
    language: "ua",
    timeZone: "Europe/Kyiv",
    sendStatus: true,
    sendPaid: false,
    sendTracking: true,
    updateFromShop: { status: true, payment: true, delivery: true, customer: true, items: true },
    statusConflict: "crm",
    finalStatuses: [4],
    guardFinalStatus: true,
    unmappedOrder: "hold",
    trackingField: "horoshop_ttn",
    branchField: "horoshop_branch",
    archive: { auto: true, since: null },
    customers: { registered: false, companies: false },
    stock: expect.objectContaining({ direction: "none", stores: [], reserve: 0 }),
    catalog: {
      hidden: "inactive",
      inStockQuantity: 1,
      shrinkLimitPercent: 30,
      bindBySku: false,
      description: "short",
      vatRate: "none",
    },
    webhooks: true,
    alertEmail: null,
    alertAfterMinutes: 60,
  });
});

test("connecting sets up what the key allows: order fields, module card, webhooks", async () => {
  await post();

  const fields = callsTo(world.crmFront, "/api/v5/custom-fields/order/create").map(
    (request) => formOf(request, "customField").code,
  );
  const [card] = callsTo(world.crmFront, /integration-modules\/.+\/edit$/).map((request) =>
    formOf(request, "integrationModule"),
  );
  expect(fields.sort()).toEqual(["horoshop_branch", "horoshop_ttn"]);
  expect(card).toMatchObject({ active: true, baseUrl: world.url, accountUrl: `${world.url}/account` });
  expect(world.shop.state.subscriptions.map((one) => one.event).sort()).toEqual([
    "order_created",
    "order_paid",
    "order_update",
  ]);
  expect(new Set(world.shop.state.subscriptions.map((one) => one.target_url)).size).toBe(3);
  for (const { target_url } of world.shop.state.subscriptions)
    expect(target_url).toMatch(new RegExp(`^${world.url}/hooks/horoshop/`));
});

describe("the CRM's refusals", () => {
  test.each([
    ["a path", () => `${world.crmFront.url}/api`],
    ["a query", () => `${world.crmFront.url}/?a=1`],
    ["no address", () => "demo"],
    ["another protocol", () => "ftp://demo.retailcrm.pro"],
    ["a user", () => world.crmFront.url.replace("http://", "http://u:p@")],
  ])("%s in the CRM's address", async (_, url) => {
    expect(await refusal({ crm: { url: url() } })).toMatchObject({ status: 422, code: "crm_address_refused" });
  });

  test("a trailing slash and capital letters are fine", async () => {
    const reply = await post({ crm: { url: `${world.crmFront.url.toUpperCase()}/` } });
    expect([reply.status, reply.body.crm?.url]).toEqual([201, world.crmFront.url]);
  });

  test.each([
    ["500", () => htmlAnswer(500, "<html>oops</html>")],
    ["502", () => jsonAnswer(502, { success: false, errorMsg: "Bad gateway" })],
    ["503", () => jsonAnswer(503, { success: false, errorMsg: "Rate limit exceeded." })],
    ["404 account", () => jsonAnswer(404, { success: false, errorMsg: "Account does not exist." })],
    ["HTML with 200", () => htmlAnswer(200, "<html>hello</html>")],
    ["cut JSON", () => ({ status: 200, headers: { "content-type": "application/json" }, body: '{"success":tr' })],
    ["a redirect", () => ({ status: 302, headers: { location: "https://example.org/" }, body: "" })],
    ["a lost connection", () => ({ lost: true as const, done: false })],
    ["JSON that is something else", () => jsonAnswer(200, [])],
  ])("%s is crm_unreachable", async (_, answer) => {
    world.crmFront.override = answer;
    expect(await refusal()).toMatchObject({ status: 422, code: "crm_unreachable" });
  });

  test("nobody listens there: crm_unreachable", async () => {
    expect(await refusal({ crm: { url: "http://127.0.0.1:9" } })).toMatchObject({ code: "crm_unreachable" });
  });

  test("a name that does not exist: crm_unreachable", async () => {
    expect(await refusal({ crm: { url: "http://nowhere.invalid" } })).toMatchObject({ code: "crm_unreachable" });
  });

  test("a CRM that never answers is given up in time", { timeout: 90_000 }, async () => {
    let release = () => {};
    const wait = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.crmFront.override = async () => {
      await wait;
      return jsonAnswer(200, {});
    };
    const startedAt = Date.now();

    const answer = await refusal();
    release();

    expect(answer).toMatchObject({ status: 422, code: "crm_unreachable" });
    expect(Date.now() - startedAt).toBeLessThan(25_000);
  });

  test("a wrong key is crm_key_rejected", async () => {
    expect(await refusal({ crm: { apiKey: "wrong" } })).toMatchObject({ status: 422, code: "crm_key_rejected" });
  });

  test("missing permissions are named", async () => {
    expect(await refusal({ crm: { apiKey: "key-read" } })).toEqual({
      status: 422,
      code: "crm_scopes_missing",
      details: { missing: ["order_write", "customer_read", "customer_write"] },
    });
  });

  test("a key without scope list is judged by trying", async () => {
    world.crm.switches.scopesInCredentials = false;
    const refused = await refusal({ crm: { apiKey: "key-read" } });
    const taken = await post();

    expect(refused).toMatchObject({ code: "crm_scopes_missing", details: { missing: ["customer_read"] } });
    expect(taken.status).toBe(201);
  });

  test("several sites and none chosen: they are offered", async () => {
    const body = world.wish({ crm: { apiKey: "key-all" } });
    delete body.crm.site;
    expect(failureOf(await world.call("POST", "/api/v1/connections", body))).toEqual({
      status: 422,
      code: "site_required",
      details: {
        sites: [
          { code: "demo-site", name: "Затишна оселя" },
          { code: "second-site", name: "Садиба" },
        ],
      },
    });
  });

  test("a key that sees one site needs no choice", async () => {
    const body = world.wish();
    delete body.crm.site;
    const reply = await world.call("POST", "/api/v1/connections", body);
    expect([reply.status, reply.body.crm?.site]).toEqual([201, "demo-site"]);
  });

  test("a site that the key does not see is site_unknown", async () => {
    expect(await refusal({ crm: { site: "second-site" } })).toMatchObject({ status: 422, code: "site_unknown" });
    expect(await refusal({ crm: { site: "no such site" } })).toMatchObject({ status: 422, code: "site_unknown" });
  });
});

describe("the shop's refusals", () => {
  test.each([
    ["no host", "http://"],
    ["another protocol", "ftp://shop.example"],
    ["a user", "http://u:p@shop.example"],
    ["spaces", "my shop"],
  ])("%s is horoshop_address_refused", async (_, url) => {
    expect(await refusal({ horoshop: { url } })).toMatchObject({ status: 422, code: "horoshop_address_refused" });
  });

  test.each([
    ["500", () => htmlAnswer(500, "<html>oops</html>"), "horoshop_unreachable"],
    ["524", () => htmlAnswer(524, "<html>a time-out occurred</html>"), "horoshop_unreachable"],
    ["a lost connection", () => ({ lost: true as const, done: false }), "horoshop_unreachable"],
    ["404", () => htmlAnswer(404, "<html>404</html>"), "horoshop_not_a_shop"],
    ["404 as JSON", () => jsonAnswer(404, { error: "no" }), "horoshop_not_a_shop"],
    ["HTML with 200", () => htmlAnswer(200, "<html>hello</html>"), "horoshop_not_a_shop"],
    [
      "cut JSON",
      () => ({ status: 200, headers: { "content-type": "application/json" }, body: '{"status":"OK","resp' }),
      "horoshop_not_a_shop",
    ],
    ["other JSON", () => jsonAnswer(200, { hello: "world" }), "horoshop_not_a_shop"],
    ["OK without token", () => jsonAnswer(200, { status: "OK", response: {} }), "horoshop_not_a_shop"],
    ["a list", () => jsonAnswer(200, []), "horoshop_not_a_shop"],
  ])("%s", async (_, answer, code) => {
    world.shopFront.override = answer;
    expect(await refusal()).toMatchObject({ status: 422, code });
  });

  test("nobody listens there: horoshop_unreachable", async () => {
    expect(await refusal({ horoshop: { url: "http://127.0.0.1:9" } })).toMatchObject({ code: "horoshop_unreachable" });
  });

  test("a shop that never answers is given up in time", { timeout: 90_000 }, async () => {
    let release = () => {};
    const wait = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.shopFront.override = async () => {
      await wait;
      return jsonAnswer(200, {});
    };
    const startedAt = Date.now();

    const answer = await refusal();
    release();

    expect(answer).toMatchObject({ status: 422, code: "horoshop_unreachable" });
    expect(Date.now() - startedAt).toBeLessThan(25_000);
  });

  test("a wrong login is horoshop_login_rejected", async () => {
    expect(await refusal({ horoshop: { password: "wrong" } })).toMatchObject({
      status: 422,
      code: "horoshop_login_rejected",
    });
    expect(await refusal({ horoshop: { login: "nobody" } })).toMatchObject({ code: "horoshop_login_rejected" });
  });

  test.each([
    ["forbidden", { forbiddenFunctions: ["orders/get"] }],
    ["undefined", { missingFunctions: ["orders/get"] }],
  ])("orders that are %s: horoshop_api_unavailable", async (_, switches) => {
    Object.assign(world.shop.switches, switches);
    expect(await refusal()).toMatchObject({ status: 422, code: "horoshop_api_unavailable" });
  });

  test("an older shop without statuses and currencies connects (F96)", async () => {
    Object.assign(world.shop.switches, { missingFunctions: ["orders/get_available_statuses", "currency/export"] });

    const reply = await post();
    const check = await world.call("POST", `/api/v1/connections/${reply.body.id}/check`);

    expect(reply.status).toBe(201);
    expect(check.body.capabilities.statuses).toBe(false);
  });

  test("one redirect within the same domain is followed and stored", async () => {
    const front = await listen({
      handle: async (request) => ({
        status: 301,
        headers: { location: world.shopFront.url + request.url },
        body: "",
      }),
    });
    const reply = await post({ horoshop: { url: `${front.url}/some/path?x=1` } });
    await front.close();

    expect([reply.status, reply.body.horoshop?.url]).toEqual([201, world.shopFront.url]);
  });

  test("a redirect to another host, or a second one, is not followed", async () => {
    const other = await listen({
      handle: async () => ({ status: 301, headers: { location: "http://localhost:1/" }, body: "" }),
    });
    const chain = await listen({
      handle: async () => ({ status: 301, headers: { location: other.url }, body: "" }),
    });
    const elsewhere = await refusal({ horoshop: { url: other.url } });
    const twice = await refusal({ horoshop: { url: chain.url } });
    await Promise.all([other.close(), chain.close()]);

    expect([elsewhere.status, elsewhere.code]).toEqual([422, "horoshop_not_a_shop"]);
    expect([twice.status, twice.code]).toEqual([422, "horoshop_not_a_shop"]);
  });

  test("the path is cut off, the host is written in lower case", async () => {
    const url = `${world.shopFront.url.replace("http://", "HTTP://")}/katalog/?utm=1#top`;
    expect((await post({ horoshop: { url } })).body.horoshop.url).toBe(world.shopFront.url);
  });
});

describe("both sides", () => {
  test("other currencies are named", async () => {
    world.crm.state.books.sites!["demo-site"]!.currency = "KZT";
    expect(await refusal()).toEqual({
      status: 422,
      code: "currency_mismatch",
      details: { crm: "KZT", horoshop: expect.stringContaining("UAH") },
    });
    expect((await post()).body.error.message).toMatch(/KZT/);
  });

  test("a second enabled currency of the shop will do", async () => {
    world.crm.state.books.sites!["demo-site"]!.currency = "EUR";
    expect((await post()).status).toBe(201);
  });

  test("the first failure is the code, others stand beside it", async () => {
    expect(await refusal({ crm: { apiKey: "wrong" }, horoshop: { password: "wrong" } })).toMatchObject({
      code: "crm_key_rejected",
      details: { also: ["horoshop_login_rejected"] },
    });
    expect(await refusal({ crm: { apiKey: "key-read" }, horoshop: { url: "http://127.0.0.1:9" } })).toMatchObject({
      code: "crm_scopes_missing",
      details: { missing: expect.any(Array), also: ["horoshop_unreachable"] },
    });
    expect(await refusal({ crm: { url: "x" }, horoshop: { url: "ftp://x" } })).toMatchObject({
      code: "crm_address_refused",
      details: { also: ["horoshop_address_refused"] },
    });
  });

  test("nothing is stored when a side refuses", async () => {
    await refusal({ crm: { apiKey: "wrong" } });
    expect((await world.call("GET", "/api/v1/connections")).body).toEqual({ items: [], next: null });
    expect(world.shop.state.subscriptions).toEqual([]);
  });

  test("the same pair twice is connection_exists, another shop for the site is site_taken", async () => {
    await post();
    const again = await refusal();
    const front = await listen({ handle: (request) => world.shop.handle(request) });
    const other = await refusal({ horoshop: { url: front.url } });
    const otherSite = await post({ crm: { apiKey: "key-second", site: "second-site" } });
    await front.close();

    expect([again.status, again.code]).toEqual([409, "connection_exists"]);
    expect([other.status, other.code]).toEqual([409, "site_taken"]);
    expect(otherSite.status).toBe(201);
  });

  test("two requests at once make one connection", async () => {
    const replies = await Promise.all([post(), post(), post()]);
    const codes = replies.map((reply) => reply.status).sort();
    expect(codes).toEqual([201, 409, 409]);
  });

  test("a setting needs its permission", async () => {
    const crm = { apiKey: "key-minimal" };
    expect(await refusal({ crm, settings: { stock: { direction: "crm-to-shop" } } })).toEqual({
      status: 422,
      code: "crm_scopes_missing",
      details: { missing: ["store_read"] },
    });
    expect(await refusal({ crm, settings: { stock: { direction: "shop-to-crm" } } })).toMatchObject({
      details: { missing: ["store_write"] },
    });
    expect((await post({ crm })).status).toBe(201);
  });
});

describe("a body that does not fit", () => {
  test.each([
    ["nothing", undefined, ["body"]],
    ["a list", [], ["body"]],
    ["null", null, ["body"]],
    ["no sides", { name: "x" }, ["crm", "horoshop"]],
  ])("%s", async (_, body, fields) => {
    const failure = failureOf(await world.call("POST", "/api/v1/connections", body));
    expect([failure.status, failure.code]).toEqual([400, "malformed"]);
    expect(Object.keys(failure.fields)).toEqual(fields);
  });

  test.each([
    ["crm.apiKey", { crm: { apiKey: 5 } }],
    ["crm.apiKey", { crm: { apiKey: "" } }],
    ["crm.url", { crm: { url: null } }],
    ["crm.extra", { crm: { extra: 1 } }],
    ["horoshop.password", { horoshop: { password: ["x"] } }],
    ["horoshop.login", { horoshop: { login: "x".repeat(300) } }],
    ["name", { name: "x".repeat(101) }],
    ["settings.nosuch", { settings: { nosuch: 1 } }],
    ["settings.nameOrder", { settings: { nameOrder: "middle" } }],
    ["settings.finalStatuses.0", { settings: { finalStatuses: ["x"] } }],
    ["settings.updateFromShop.colour", { settings: { updateFromShop: { colour: true } } }],
    ["settings.stock.direction", { settings: { stock: { direction: "both" } } }],
    ["settings.timeZone", { settings: { timeZone: "Mars/Base" } }],
    ["settings.archive.since", { settings: { archive: { since: "yesterday" } } }],
    ["settings.alertEmail", { settings: { alertEmail: "nobody" } }],
    ["settings.catalog", { settings: { catalog: null } }],
    ["settings.trackingField", { settings: { trackingField: "Bad Code" } }],
  ])("%s is named", async (field, changes) => {
    const failure = await refusal(changes as never);
    expect([failure.status, failure.code]).toEqual([400, "malformed"]);
    expect(Object.keys(failure.fields ?? {})).toContain(field);
  });

  test("names in any script are kept as they are, NULs are refused", async () => {
    const name = "Крамниця «Ґанок» 🎁 ‏עברית";
    expect((await post({ name })).body.name).toBe(name);
    expect(failureOf(await post({ name: "a\0b" }))).toMatchObject({ status: 400, code: "malformed" });
    expect((await post({ settings: { numberPrefix: "\ud800" } })).status).toBe(400);
  });
});

describe("with public targets only", () => {
  let guarded: World;
  beforeAll(async () => {
    guarded = await startWorld({ env: { ALLOW_LOCAL_TARGETS: "false" } });
  });
  afterAll(() => guarded?.stop());

  test.each([
    "http://127.0.0.1:8080",
    "http://demo.retailcrm.pro",
    "https://demo.retailcrm.pro:8443",
    "https://demo.retailcrm.pro/path",
    "https://demo.retailcrm.pro?x=1",
    "https://user@demo.retailcrm.pro",
    "https://retailcrm.pro",
    "https://a.b.retailcrm.pro",
    "https://demo.retailcrm.pro.evil.example",
    "https://evilretailcrm.pro",
    "https://localhost",
    "https://[::1]",
    "https://10.0.0.1",
  ])("%s is no CRM", async (url) => {
    const body = guarded.wish({ crm: { url }, horoshop: { url: "ftp://x" } });
    expect(failureOf(await guarded.call("POST", "/api/v1/connections", body))).toMatchObject({
      status: 422,
      code: "crm_address_refused",
    });
  });

  test.each([
    "http://127.0.0.1:8080",
    "127.0.0.1",
    "https://10.1.2.3",
    "192.168.0.10",
    "169.254.169.254",
    "https://[::1]",
    "https://[fd00::1]",
    "https://[::ffff:127.0.0.1]",
    "localhost",
    "https://0.0.0.0",
    "https://2130706433",
    "https://shop.example:8443",
    "intranet",
  ])("%s is no shop", async (url) => {
    const body = guarded.wish({ crm: { url: "x" }, horoshop: { url } });
    expect(failureOf(await guarded.call("POST", "/api/v1/connections", body))).toMatchObject({
      status: 422,
      code: "crm_address_refused",
      details: { also: ["horoshop_address_refused"] },
    });
  });
});
