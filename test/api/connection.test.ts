import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { htmlAnswer, jsonAnswer } from "../../sandbox/answer.ts";
import { listen } from "../../sandbox/listen.ts";
import { callsTo, eventually, failureOf, formOf, type Json, startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.stop());
afterEach(() => world.clear());

const path = (connection: Json, rest = "") => `/api/v1/connections/${connection.id}${rest}`;
const patch = (connection: Json, changes: unknown) => world.call("PATCH", path(connection), changes);
const read = async (connection: Json) => (await world.call("GET", path(connection))).body;

/** Asks the CRM to call us as it does when a person switches the module. */
const tellActivity = async (activity: object) => {
  const [card] = callsTo(world.crmFront, /integration-modules\/.+\/edit$/).map((request) =>
    formOf(request, "integrationModule"),
  );
  const form = new URLSearchParams({
    clientId: card.clientId,
    activity: JSON.stringify(activity),
    systemUrl: world.crmFront.url,
  });
  return world.call("POST", "/retailcrm/activity", undefined, {
    token: null,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    raw: form.toString(),
  });
};

describe("reading", () => {
  test("lists are paged by cursor", async () => {
    const one = await world.connect({ name: "One" });
    const two = await world.connect({ name: "Two", crm: { apiKey: "key-second", site: "second-site" } });

    const first = await world.call("GET", "/api/v1/connections?limit=1");
    const second = await world.call("GET", `/api/v1/connections?limit=1&cursor=${first.body.next}`);

    expect(first.body.items.map((item: Json) => item.id)).toEqual([one.id]);
    expect(first.body.next).toEqual(expect.any(String));
    expect(second.body.items.map((item: Json) => item.id)).toEqual([two.id]);
    expect(second.body.next).toBeNull();
    expect(await read(one)).toEqual(one);
  });

  test.each([
    "limit=0",
    "limit=201",
    "limit=x",
    "limit=1.5",
    "limit=-1",
    "cursor=nonsense",
    "cursor=%00",
    "cursor=bnVsbA",
  ])("?%s is 400", async (query) => {
    const failure = failureOf(await world.call("GET", `/api/v1/connections?${query}`));
    expect([failure.status, failure.code]).toEqual([400, "malformed"]);
    expect(Object.keys(failure.fields)).toEqual([query.split("=")[0]]);
  });

  test("stateReason is said in the caller's language", async () => {
    const connection = await world.connect();
    const say = async (language: string) =>
      (await world.call("GET", path(connection), undefined, { headers: { "accept-language": language } })).body
        .stateReason.message;

    const messages = await Promise.all(["uk-UA,uk;q=0.9", "en", "ru", "es", "de"].map(say));
    expect(new Set(messages).size).toBe(4);
    expect(messages[4]).toBe(messages[1]);
    expect(messages[0]).toMatch(/[іїє]/);
  });
});

describe("PATCH", () => {
  test("merges settings member by member and keeps the rest", async () => {
    const connection = await world.connect({ settings: { numberPrefix: "A", updateFromShop: { items: false } } });

    const reply = await patch(connection, {
      name: "New",
      settings: { updateFromShop: { status: false }, finalStatuses: [4, 3] },
    });

    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ id: connection.id, name: "New" });
    expect(reply.body.settings).toEqual({
      ...connection.settings,
      updateFromShop: { ...connection.settings.updateFromShop, status: false, items: false },
      finalStatuses: [4, 3],
    });
    expect(await read(connection)).toEqual(reply.body);
  });

  test.each([
    ["settings.nosuch", { settings: { nosuch: 1 } }],
    ["settings.stock.direction", { settings: { stock: { direction: "x" } } }],
    ["settings.alertAfterMinutes", { settings: { alertAfterMinutes: -1 } }],
    ["settings.managerId", { settings: { managerId: "4" } }],
    ["state", { state: "frozen" }],
    ["crm.url", { crm: { url: "https://demo.retailcrm.pro" } }],
    ["nosuch", { nosuch: 1 }],
    ["name", { name: "" }],
    ["horoshop", { horoshop: null }],
    ["body", []],
  ])("an unknown or wrong %s is 400 and changes nothing", async (field, changes) => {
    const connection = await world.connect();
    const failure = failureOf(await patch(connection, changes));

    expect([failure.status, failure.code]).toEqual([400, "malformed"]);
    expect(Object.keys(failure.fields)).toContain(field);
    expect(await read(connection)).toEqual(connection);
  });

  test("nothing to change is fine", async () => {
    const connection = await world.connect();
    expect((await patch(connection, {})).status).toBe(200);
    expect((await patch(connection, { settings: {} })).body).toEqual(connection);
  });

  test("new credentials are tried first", async () => {
    const connection = await world.connect();
    world.crm.keys.addKey({ key: "key-new-and-long-enough", sites: ["demo-site"] });

    const wrongKey = failureOf(await patch(connection, { crm: { apiKey: "wrong" } }));
    const fewScopes = failureOf(await patch(connection, { crm: { apiKey: "key-read" } }));
    const wrongPassword = failureOf(await patch(connection, { horoshop: { password: "wrong" } }));
    const both = failureOf(await patch(connection, { crm: { apiKey: "wrong" }, horoshop: { password: "wrong" } }));
    const otherSite = failureOf(await patch(connection, { crm: { site: "nosuch" } }));
    const good = await patch(connection, { crm: { apiKey: "key-new-and-long-enough" } });

    expect([wrongKey.status, wrongKey.code]).toEqual([422, "crm_key_rejected"]);
    expect(fewScopes.code).toBe("crm_scopes_missing");
    expect([wrongPassword.status, wrongPassword.code]).toEqual([422, "horoshop_login_rejected"]);
    expect([both.code, both.details.also]).toEqual(["crm_key_rejected", ["horoshop_login_rejected"]]);
    expect(otherSite.code).toBe("site_unknown");
    expect(good.body.crm.apiKeyMasked).toMatch(/^key-.+ough$/);
    expect(good.text).not.toContain("key-new-and-long-enough");
  });

  test("the site may be changed while no order has been handed over, not onto a taken one", async () => {
    const connection = await world.connect({ crm: { apiKey: "key-all" } });
    const moved = await patch(connection, { crm: { site: "second-site" } });
    const front = await listen({ handle: (request) => world.shop.handle(request) });
    const other = await world.connect({ horoshop: { url: front.url } });
    const taken = failureOf(await patch(connection, { crm: { site: "demo-site" } }));
    await world.call("DELETE", path(other));
    await front.close();

    expect(moved.body.crm.site).toBe("second-site");
    expect([taken.status, taken.code]).toEqual([409, "site_taken"]);
  });

  test("after the first order site and shop stay", { timeout: 120_000 }, async () => {
    const connection = await world.connectAndMap({ crm: { apiKey: "key-all" } });
    world.shop.placeOrder({ order_id: 501 });
    await world.run(connection.id, { kind: "sync" });
    expect((await read(connection)).counts.synced).toBe(1);
    const same = await listen({ handle: (request) => world.shop.handle(request) });
    const empty = await listen({
      handle: async (request) =>
        request.url.startsWith("/api/orders/get")
          ? jsonAnswer(200, { status: "EMPTY", response: { orders: [] } })
          : world.shop.handle(request),
    });

    const site = failureOf(await patch(connection, { crm: { site: "second-site" } }));
    const shop = failureOf(await patch(connection, { horoshop: { url: empty.url } }));
    const moved = await patch(connection, { horoshop: { url: same.url } });
    const back = await patch(connection, { horoshop: { url: world.shopFront.url } });
    await Promise.all([same.close(), empty.close()]);

    expect([site.status, site.code]).toEqual([409, "site_in_use"]);
    expect([shop.status, shop.code]).toEqual([409, "shop_changed"]);
    expect([moved.status, moved.body.horoshop?.url]).toEqual([200, same.url]);
    expect(back.status).toBe(200);
  });

  test("a setting needs its permission", async () => {
    const connection = await world.connect({ crm: { apiKey: "key-minimal" } });
    const refused = failureOf(await patch(connection, { settings: { stock: { direction: "shop-to-crm" } } }));

    expect([refused.status, refused.code, refused.details]).toEqual([
      422,
      "crm_scopes_missing",
      { missing: ["store_write"] },
    ]);
    expect((await patch(connection, { settings: { numberPrefix: "P" } })).status).toBe(200);
    const field = failureOf(await patch(connection, { settings: { branchField: "my_branch" } }));
    expect([field.status, field.code, field.details]).toEqual([
      422,
      "crm_scopes_missing",
      { missing: ["custom_fields_write"] },
    ]);
  });

  test("a key that no longer allows a setting in use is refused", async () => {
    const connection = await world.connect({ settings: { stock: { direction: "crm-to-shop" } } });
    const refused = failureOf(await patch(connection, { crm: { apiKey: "key-minimal" } }));
    expect([refused.status, refused.code, refused.details]).toEqual([
      422,
      "crm_scopes_missing",
      { missing: ["store_read"] },
    ]);
  });

  test("a code that the CRM does not have is refused where it is typed, and those that it has are listed", async () => {
    const connection = await world.connect();

    const settings = { orderType: "no-such-type", orderMethod: "phone", stock: { crmStore: "no-such-store" } };
    const reply = await world.call("PATCH", path(connection), { settings }, { headers: { "accept-language": "uk" } });

    expect([reply.status, reply.body.error.code]).toEqual([400, "malformed"]);
    expect(Object.keys(reply.body.error.fields).sort()).toEqual(["settings.orderType", "settings.stock.crmStore"]);
    expect(reply.body.error.fields["settings.orderType"]).toMatch(/^У CRM немає .*eshop-individual/);
    expect((await read(connection)).settings.orderMethod).toBeNull();
    const { body } = await world.call("GET", path(connection, "/choices"));
    expect(body.orderTypes).toContainEqual({ code: "eshop-individual", name: expect.any(String) });
    expect(body.orderMethods).toContainEqual({ code: "phone", name: expect.any(String) });
  });

  test("a CRM that does not tell its order types is believed what is typed", async () => {
    const connection = await world.connect();
    world.crm.addFault({ kind: "500", match: { path: "reference/order-types" }, times: 10 });

    const reply = await patch(connection, { settings: { orderType: "perhaps" } });

    expect(reply.status).toBe(200);
  });

  test("another order field is made in the CRM", async () => {
    const connection = await world.connect();
    expect((await patch(connection, { settings: { branchField: "my_branch" } })).status).toBe(200);
    const made = callsTo(world.crmFront, "/api/v5/custom-fields/order/create").map(
      (call) => formOf(call, "customField").code,
    );
    expect(made).toContain("my_branch");
  });

  test("webhooks off unsubscribes them, on subscribes again", async () => {
    const connection = await world.connect();
    await patch(connection, { settings: { webhooks: false } });
    const without = world.shop.state.subscriptions.length;
    await patch(connection, { settings: { webhooks: true } });

    expect([without, world.shop.state.subscriptions.length]).toEqual([0, 3]);
  });
});

describe("states", () => {
  test("the highest that holds is shown: frozen, inactive, paused, needs_login, setup, active", {
    timeout: 120_000,
  }, async () => {
    const connection = await world.connect();
    expect((await read(connection)).state).toBe("setup");
    await world.map(connection.id);
    expect(await read(connection)).toMatchObject({
      state: "active",
      stateReason: null,
      nextSyncAt: expect.any(String),
    });

    world.shop.changePassword("other");
    // The exchange that follows the mapping may meet the refusal before a run is asked for.
    await world.call("POST", path(connection, "/runs"), { kind: "sync" });
    await eventually(async () => (await read(connection)).state === "needs_login", "the refused login");
    expect(await read(connection)).toMatchObject({
      state: "needs_login",
      stateReason: { code: "shop_login_rejected", params: {}, message: expect.any(String) },
      nextSyncAt: null,
    });
    expect((await patch(connection, { state: "paused" })).body).toMatchObject({
      state: "paused",
      stateReason: { code: "paused" },
    });
    expect((await tellActivity({ active: false, freeze: false })).body).toEqual({ success: true });
    expect(await read(connection)).toMatchObject({ state: "inactive", stateReason: { code: "inactive" } });
    await tellActivity({ active: false, freeze: true });
    expect(await read(connection)).toMatchObject({ state: "frozen", stateReason: { code: "frozen" } });

    await tellActivity({ active: true, freeze: false });
    expect((await read(connection)).state).toBe("paused");
    expect((await patch(connection, { state: "active" })).body.state).toBe("needs_login");
    expect((await patch(connection, { horoshop: { password: "other" } })).body).toMatchObject({ state: "active" });
    expect((await world.call("GET", path(connection, "/problems"))).body.items).toEqual([]);
  });

  test("the other side's new credentials do not mend the refused one", { timeout: 120_000 }, async () => {
    const connection = await world.connectAndMap();
    world.crm.keys.revokeKey("key-demo");
    await world.run(connection.id, { kind: "sync" });
    expect(await read(connection)).toMatchObject({ state: "needs_login", stateReason: { code: "crm_key_rejected" } });
    world.shop.changePassword("other");

    const reply = await patch(connection, { horoshop: { password: "other" } });
    const problems = (await world.call("GET", path(connection, "/problems"))).body.items;

    expect(reply.body).toMatchObject({ state: "needs_login", stateReason: { code: "crm_key_rejected" } });
    expect(problems.map((one: Json) => one.code)).toContain("crm_key_rejected");
  });

  test("a refused side is not asked any more", { timeout: 120_000 }, async () => {
    const connection = await world.connectAndMap();
    world.shop.changePassword("other");
    await world.run(connection.id, { kind: "sync" });
    await eventually(async () => {
      const runs = (await world.call("GET", path(connection, "/runs"))).body.items;
      return runs.every((run: Json) => run.finishedAt !== null);
    }, "the end of all runs");
    const before = world.shopFront.calls.length;

    expect(failureOf(await world.call("POST", path(connection, "/runs"), { kind: "sync" })).status).toBe(409);
    await world.call("GET", path(connection, "/references"));

    expect(world.shopFront.calls.length).toBe(before);
  });
});

describe("check", () => {
  test("both sides and what they can", async () => {
    const connection = await world.connect();
    const reply = await world.call("POST", path(connection, "/check"));

    expect([reply.status, reply.body]).toEqual([
      200,
      {
        crm: { ok: true, code: null, message: null },
        horoshop: { ok: true, code: null, message: null },
        capabilities: {
          reference_write: true,
          store_read: true,
          store_write: true,
          analytics_write: true,
          custom_fields_read: true,
          custom_fields_write: true,
          integration_read: true,
          integration_write: true,
          user_read: true,
          statuses: true,
          tracking: true,
          stock: true,
          webhooks: true,
        },
      },
    ]);
  });

  test("a key with few permissions, and sides that fail", async () => {
    const connection = await world.connect({ crm: { apiKey: "key-minimal" } });
    const few = await world.call("POST", path(connection, "/check"));
    world.shopFront.override = () => htmlAnswer(502, "<html>");
    world.crm.keys.revokeKey("key-minimal");
    const failing = await world.call("POST", path(connection, "/check"), {}, { headers: { "accept-language": "uk" } });

    expect(few.body.capabilities).toMatchObject({
      reference_write: false,
      store_read: false,
      integration_write: false,
    });
    expect(failing.status).toBe(200);
    expect(failing.body.crm).toMatchObject({
      ok: false,
      code: "crm_key_rejected",
      message: expect.stringMatching(/[ії]/),
    });
    expect(failing.body.horoshop).toMatchObject({ ok: false, code: "horoshop_unreachable" });
  });
});

describe("DELETE", () => {
  test("everything goes, and both sides are told", { timeout: 120_000 }, async () => {
    const connection = await world.connectAndMap();
    const stays = await world.connect({ name: "Stays", crm: { apiKey: "key-second", site: "second-site" } });
    world.shop.placeOrder({ order_id: 601 });
    const run = await world.run(connection.id, { kind: "sync" });
    const secret = connection.catalog.url.slice(world.url.length);
    await eventually(async () => (await world.call("GET", secret)).status === 200, "the catalogue");

    const reply = await world.call("DELETE", path(connection));

    expect([reply.status, reply.text]).toEqual([204, ""]);
    for (const rest of [
      "",
      "/mapping",
      "/references",
      "/orders",
      "/orders/601",
      "/runs",
      "/problems",
      "/catalog",
      "/events",
    ])
      expect(failureOf(await world.call("GET", path(connection, rest))), rest).toMatchObject({
        status: 404,
        code: "not_found",
      });
    expect((await world.call("GET", `/api/v1/runs/${run.id}`)).status).toBe(404);
    expect((await world.call("GET", secret)).status).toBe(404);
    expect((await world.call("DELETE", path(connection))).status).toBe(404);
    expect(world.shop.state.subscriptions).toHaveLength(3);
    const cards = callsTo(world.crmFront, /integration-modules\/.+\/edit$/).map((one) =>
      formOf(one, "integrationModule"),
    );
    const own = cards.filter((card) => card.code === cards.at(-1).code);
    expect(own.map((card) => card.active)).toEqual([true, false]);
    expect((await read(stays)).id).toBe(stays.id);
    expect((await world.call("GET", "/api/v1/connections")).body.items).toHaveLength(1);
    expect((await world.call("POST", "/api/v1/connections", world.wish())).status).toBe(201);
  });

  test("sides that do not answer keep nobody from it", { timeout: 120_000 }, async () => {
    const connection = await world.connect();
    let release = () => {};
    const wait = new Promise<void>((resolve) => {
      release = resolve;
    });
    const silent = async () => {
      await wait;
      return jsonAnswer(500, {});
    };
    world.shopFront.override = silent;
    world.crmFront.override = silent;
    const startedAt = Date.now();

    const reply = await world.call("DELETE", path(connection));
    release();

    expect(reply.status).toBe(204);
    expect(Date.now() - startedAt).toBeLessThan(30_000);
    expect((await world.call("GET", path(connection))).status).toBe(404);
  });
});
