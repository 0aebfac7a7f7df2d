import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { jsonAnswer } from "../../sandbox/answer.ts";
import { eventually, failureOf, type Json, startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.stop());
afterEach(() => world.clear());

const at = (connection: Json, rest: string) => `/api/v1/connections/${connection.id}${rest}`;
const sync = (connection: Json) => world.run(connection.id, { kind: "sync" });
const order = async (connection: Json, id: string) => (await world.call("GET", at(connection, `/orders/${id}`))).body;
const until = (connection: Json, id: string, state: string) =>
  eventually(async () => {
    const found = await order(connection, id);
    return found.state === state && found.nextAttemptAt === null ? found : undefined;
  }, `order ${id} to be ${state}`);

const shape =
  "attempts crmNumber crmOrderId externalId firstSeenAt lastSyncedAt nextAttemptAt problem reason shopOrderId state".split(
    " ",
  );

test("orders are listed newest first, paged and filtered, and shown in full", { timeout: 120_000 }, async () => {
  const connection = await world.connectAndMap();
  for (const id of [901, 902, 903])
    world.shop.placeOrder({
      order_id: id,
      delivery_name: "Шевченко Тарас Григорович",
      delivery_phone: "+380671234567",
    });
  await sync(connection);
  await until(connection, "903", "synced");
  const first = (await world.call("GET", at(connection, "/orders?limit=2"))).body;
  const second = (await world.call("GET", at(connection, `/orders?limit=2&cursor=${first.next}`))).body;
  const detail = await order(connection, "903");
  const crm = world.crm.order("903")!;

  expect(first.items.map((one: Json) => one.shopOrderId)).toEqual(["903", "902"]);
  expect(second).toMatchObject({ items: [{ shopOrderId: "901" }], next: null });
  expect(Object.keys(first.items[0]).sort()).toEqual(shape);
  expect(first.items[0]).toMatchObject({
    shopOrderId: "903",
    externalId: "903",
    crmOrderId: crm.id,
    crmNumber: crm.number,
    state: "synced",
    problem: null,
    attempts: expect.any(Number),
    firstSeenAt: expect.stringMatching(/Z$/),
    lastSyncedAt: expect.stringMatching(/Z$/),
  });
  expect(Object.keys(detail).sort()).toEqual([...shape, "differences", "links", "timeline"].sort());
  expect(detail.links).toEqual({
    shop: expect.stringContaining(world.shopFront.url),
    crm: `${world.crmFront.url}/orders/${crm.id}/edit`,
  });
  expect(detail.differences).toEqual([]);
  expect(detail.timeline.length).toBeGreaterThan(0);
  expect(detail.timeline[0]).toMatchObject({
    at: expect.stringMatching(/Z$/),
    direction: "shop-to-crm",
    result: "done",
    action: expect.any(String),
  });
  expect(JSON.stringify(detail)).not.toMatch(/Шевченко|380671234567/);
  expect((await world.call("GET", at(connection, "/orders?state=failed"))).body.items).toEqual([]);
  expect((await world.call("GET", at(connection, "/orders?state=synced&problem=total_differs"))).body.items).toEqual(
    [],
  );
  expect((await world.call("GET", at(connection, ""))).body.counts).toEqual({
    synced: 3,
    held: 0,
    failed: 0,
    excluded: 0,
  });
});

test("odd queries and ids are refused without trouble", { timeout: 60_000 }, async () => {
  const connection = await world.connect();
  for (const query of ["state=x", "limit=0", "limit=500", "cursor=!!!", "cursor=IngI", "cursor=MWUzMDA"])
    expect(failureOf(await world.call("GET", at(connection, `/orders?${query}`))), query).toMatchObject({
      status: 400,
      code: "malformed",
    });
  expect((await world.call("GET", at(connection, "/orders?problem=%00"))).status).toBe(400);
  expect((await world.call("GET", at(connection, "/orders?problem=nosuch"))).body).toEqual({ items: [], next: null });
  for (const id of ["1", "0", "-5", "abc", "%D0%AF", "1e9", "99999999999999999999", "%F0%9F%8E%81", "a%2Fb"])
    for (const [method, rest] of [
      ["GET", ""],
      ["POST", "/retry"],
      ["POST", "/confirm"],
      ["POST", "/dismiss"],
    ] as const)
      expect(failureOf(await world.call(method, at(connection, `/orders/${id}${rest}`))), id).toMatchObject({
        status: 404,
        code: "not_found",
      });
  for (const id of ["%00", "x".repeat(400), "%ff"])
    expect((await world.call("GET", at(connection, `/orders/${id}`))).status, id.slice(0, 5)).toBeLessThan(500);
});

describe("a person's word", () => {
  test("an order that the CRM refuses is failed with its reason, counted, and tried again on demand", {
    timeout: 180_000,
  }, async () => {
    const connection = await world.connectAndMap();
    world.crmFront.override = (request) =>
      request.method === "POST" && /\/orders\/(create|upload)/.test(request.url)
        ? jsonAnswer(400, {
            success: false,
            errorMsg: "Order is not loaded",
            errors: { email: "This value is not good." },
          })
        : undefined;
    world.shop.placeOrder({ order_id: 911 });
    await sync(connection);
    const failed = await until(connection, "911", "failed");
    const problems = (await world.call("GET", at(connection, "/problems"))).body;
    const still = await world.call("POST", at(connection, "/orders/911/retry"));
    await eventually(
      async () => (await order(connection, "911")).timeline.length > failed.timeline.length,
      "another attempt",
    );
    world.crmFront.override = undefined;
    await sync(connection);
    expect((await order(connection, "911")).state).toBe("failed");
    const bulk = await world.call("POST", at(connection, "/orders/retry"), { problem: "crm_refused_order" });
    await until(connection, "911", "synced");
    await eventually(
      async () => (await world.call("GET", at(connection, "/problems"))).body.items.length === 0,
      "the end of the problem",
    );

    expect(failed).toMatchObject({
      problem: { code: "crm_refused_order", message: expect.stringContaining("This value is not good") },
      crmOrderId: null,
    });
    expect(failed.timeline.at(-1)).toMatchObject({ direction: "shop-to-crm", result: "refused" });
    expect(problems).toMatchObject({
      items: [
        {
          code: "crm_refused_order",
          severity: "error",
          count: 1,
          action: { code: "retry" },
          since: expect.any(String),
          params: expect.any(Object),
        },
      ],
      next: null,
    });
    expect([still.status, still.body.shopOrderId]).toEqual([202, "911"]);
    expect([bulk.status, bulk.body]).toEqual([202, { queued: 1 }]);
  });

  test("bulk forms: without problem 400, without a match 0", { timeout: 60_000 }, async () => {
    const connection = await world.connectAndMap();
    for (const rest of ["/orders/retry", "/orders/confirm"])
      for (const body of [undefined, {}, { problem: 5 }, { problem: "" }, [], { problem: "x", more: 1 }])
        expect(failureOf(await world.call("POST", at(connection, rest), body)), JSON.stringify(body)).toMatchObject({
          status: 400,
          code: "malformed",
        });
    expect(await world.call("POST", at(connection, "/orders/retry"), { problem: "nosuch" })).toMatchObject({
      status: 202,
      body: { queued: 0 },
    });
    expect(
      await world.call("POST", at(connection, "/orders/confirm"), { problem: "final_status_waiting" }),
    ).toMatchObject({ status: 202, body: { queued: 0 } });
  });

  test("a final status waits: confirmed it reaches the shop, dismissed the shop keeps its own", {
    timeout: 180_000,
  }, async () => {
    const connection = await world.connectAndMap();
    const pairs = (await world.call("GET", at(connection, "/mapping"))).body.statuses;
    const finalCode = pairs.find((pair: Json) => pair.horoshop === 4).crm;
    expect(finalCode).toEqual(expect.any(String));
    for (const id of [921, 922, 923]) world.shop.placeOrder({ order_id: id });
    await sync(connection);
    for (const id of ["921", "922", "923"]) {
      await until(connection, id, "synced");
      world.crm.asManager.setStatus(id, finalCode);
    }
    await sync(connection);
    const waiting = await until(connection, "921", "held");
    const confirmed = await world.call("POST", at(connection, "/orders/921/confirm"));
    await until(connection, "921", "synced");
    const dismissed = await world.call("POST", at(connection, "/orders/922/dismiss"));
    const bulk = await world.call("POST", at(connection, "/orders/confirm"), { problem: "final_status_waiting" });
    await until(connection, "923", "synced");

    expect(waiting).toMatchObject({ problem: { code: "final_status_waiting" }, nextAttemptAt: null });
    expect([confirmed.status, confirmed.body.shopOrderId]).toEqual([202, "921"]);
    expect(world.shop.orderOnWire(921)?.stat_status).toBe(4);
    expect([dismissed.status, dismissed.body.state, dismissed.body.problem]).toEqual([200, "synced", null]);
    expect(world.shop.orderOnWire(922)?.stat_status).toBe(1);
    expect(bulk.body).toEqual({ queued: 1 });
    expect(world.shop.orderOnWire(923)?.stat_status).toBe(4);
    expect(failureOf(await world.call("POST", at(connection, "/orders/921/confirm"))).status).toBe(409);
  });

  test("a foreign order under our number is held, and adopted when confirmed", { timeout: 120_000 }, async () => {
    const connection = await world.connectAndMap();
    world.crm.asManager.createOrder("demo-site", {
      externalId: "931",
      createdAt: "2026-01-01 10:00:00",
      firstName: "Хтось",
      phone: "+380501112233",
    });
    world.shop.placeOrder({ order_id: 931, delivery_phone: "+380671234567" });
    await sync(connection);
    const held = await until(connection, "931", "held");
    const reply = await world.call("POST", at(connection, "/orders/931/confirm"));
    const linked = await until(connection, "931", "synced");

    expect(held).toMatchObject({ problem: { code: "external_id_taken" }, crmOrderId: null });
    expect(reply.status).toBe(202);
    expect(linked.crmOrderId).toBe(world.crm.order("931")!.id);
  });

  test("dismissed is excluded until a retry", { timeout: 120_000 }, async () => {
    const connection = await world.connectAndMap();
    world.shop.addDeliveryType({
      id: 55,
      title: { ua: "Дрон", ru: "Дрон" },
      type: 1,
      by_carrier: false,
      enabled: true,
      payment: [],
      price_options: [],
      carrier: "pickup",
    });
    world.shop.placeOrder({ order_id: 941, delivery_type: 55 });
    await sync(connection);
    await until(connection, "941", "held");
    const reply = await world.call("POST", at(connection, "/orders/941/dismiss"));
    await sync(connection);
    const aside = await order(connection, "941");
    const retry = await world.call("POST", at(connection, "/orders/941/retry"));

    expect([reply.status, reply.body.state, reply.body.reason, reply.body.problem]).toEqual([
      200,
      "excluded",
      "dismissed",
      null,
    ]);
    expect(aside.state).toBe("excluded");
    expect(retry.status).toBe(202);
    await until(connection, "941", "held");
  });
});

test("a CRM status without a pair is shown as a difference, and told once", { timeout: 120_000 }, async () => {
  const connection = await world.connectAndMap();
  world.shop.placeOrder({ order_id: 951 });
  await sync(connection);
  await until(connection, "951", "synced");
  const paired = new Set(
    (await world.call("GET", at(connection, "/mapping"))).body.statuses.map((pair: Json) => pair.crm),
  );
  const code = Object.keys(world.crm.state.books.statuses!).find((one) => !paired.has(one))!;
  world.crm.asManager.setStatus("951", code);
  await sync(connection);
  const found = await eventually(async () => {
    const one = await order(connection, "951");
    return one.differences.length > 0 ? one : undefined;
  }, "the difference");

  expect(found).toMatchObject({ state: "synced", problem: null });
  expect(found.differences).toEqual([
    { field: "status", shop: expect.anything(), crm: expect.anything(), writable: expect.any(Boolean), unpaired: true },
  ]);
  expect((await world.call("GET", at(connection, "/problems"))).body.items).toMatchObject([
    { code: "crm_status_unmapped", severity: "info", count: 1 },
  ]);
  expect(world.shop.orderOnWire(951)?.stat_status).toBe(1);
});

test("live events name runs, orders and problems", { timeout: 120_000 }, async () => {
  const connection = await world.connectAndMap();
  const controller = new AbortController();
  const answer = await fetch(world.url + at(connection, "/events"), {
    headers: { authorization: "Bearer operator-token" },
    signal: controller.signal,
  });
  let heard = "";
  const listening = (async () => {
    for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>)
      heard += Buffer.from(piece).toString("utf8");
  })().catch(() => {});
  world.shop.placeOrder({ order_id: 961 });
  await sync(connection);
  await world.call("PATCH", at(connection, ""), { state: "paused" });

  expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
  for (const name of ["run", "order", "state"])
    await eventually(() => heard.includes(`event: ${name}\ndata: {`), `an event ${name}`);
  controller.abort();
  await listening;
});

describe("the shop's webhooks", () => {
  const hook = (event: string) =>
    world.shop.state.subscriptions.find((one) => one.event === event)!.target_url.slice(world.url.length);
  const send = (method: string, path: string, raw?: string, type?: string) =>
    world.call(method, path, undefined, {
      token: null,
      headers: type ? { "content-type": type } : {},
      ...(raw === undefined ? {} : { raw }),
    });

  test("bring an order at once, in whatever form they come", { timeout: 120_000 }, async () => {
    const connection = await world.connectAndMap();
    const path = hook("order_created");
    for (const [id, method, type] of [
      [971, "PUT", "application/json"],
      [972, "POST", undefined],
      [973, "PUT", "text/plain"],
    ] as const) {
      world.shop.placeOrder({ order_id: id });
      expect((await send(method, path, JSON.stringify({ order_id: id }), type)).status).toBe(200);
      await until(connection, String(id), "synced");
    }
  });

  test("whose secret is unknown are 404, odd bodies are taken, huge ones 413, other methods 405", {
    timeout: 120_000,
  }, async () => {
    await world.connectAndMap();
    const path = hook("order_update");
    for (const raw of [
      undefined,
      "",
      "{",
      "null",
      "[]",
      "5",
      '{"order_id":"x"}',
      '{"order_id":-1}',
      '{"order_id":1e99}',
      '{"order_id":{}}',
      "\0",
      '{"order_id":99999999}',
      "a=b",
    ])
      expect((await send("PUT", path, raw, "application/json")).status, raw).toBe(200);
    expect(failureOf(await send("PUT", path, `{"x":"${"y".repeat(1_100_000)}"}`, "application/json"))).toMatchObject({
      status: 413,
      code: "too_large",
    });
    expect(failureOf(await send("GET", path))).toMatchObject({ status: 405, code: "method_not_allowed" });
    for (const wrong of [
      "/hooks/horoshop/x",
      "/hooks/horoshop/unknown-order_created",
      `${path}x`,
      path.replace("order_update", "nosuch"),
      "/hooks/horoshop/%00",
      "/hooks/horoshop/%ff",
    ])
      for (const method of ["PUT", "DELETE"]) {
        const { status } = await send(method, wrong, method === "PUT" ? "{}" : undefined, "application/json");
        expect(status, wrong).toBeGreaterThanOrEqual(400);
        expect(status, wrong).toBeLessThan(500);
      }
    expect(failureOf(await send("PUT", "/hooks/horoshop/unknown-order_created", "{}"))).toMatchObject({ status: 404 });
  });

  test("DELETE tells that the subscription was removed; switching off and on puts it back", {
    timeout: 120_000,
  }, async () => {
    const connection = await world.connectAndMap();
    const reply = await send("DELETE", hook("order_paid"));
    const problems = (await world.call("GET", at(connection, "/problems"))).body.items;
    await world.call("PATCH", at(connection, ""), { settings: { webhooks: false } });
    await world.call("PATCH", at(connection, ""), { settings: { webhooks: true } });

    expect(reply.status).toBe(200);
    expect(problems).toMatchObject([{ code: "webhook_removed", severity: "warning" }]);
    expect((await world.call("GET", at(connection, "/problems"))).body.items).toEqual([]);
  });
});
