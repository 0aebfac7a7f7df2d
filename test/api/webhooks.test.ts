import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { jsonAnswer } from "../../sandbox/answer.ts";
import { callsTo, eventually, failureOf, type Json, startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.stop());
afterEach(() => world.clear());

const at = (connection: Json, rest = "") => `/api/v1/connections/${connection.id}${rest}`;
const problems = async (connection: Json) =>
  (await world.call("GET", at(connection, "/problems"))).body.items.map((one: Json) => one.code);
const restore = (connection: Json, language = "en") =>
  world.call("POST", at(connection, "/webhooks/restore"), undefined, { headers: { "accept-language": language } });
const events = () => world.shop.state.subscriptions.map((one) => one.event).sort();
const deliver = () =>
  world.shop.deliverHooks(async (url, method, body) => {
    const answer = await fetch(url, { method, body, headers: { "content-type": "application/json" } });
    return answer.status;
  });

async function removeByHand(event: string): Promise<void> {
  const { id } = world.shop.state.subscriptions.find((one) => one.event === event)!;
  world.shop.removeHookByHand(id);
  await deliver();
}

test("one that was removed in the shop's panel is noticed, named, and put back by one click (F113)", async () => {
  const connection = await world.connectAndMap();
  expect(events()).toEqual(["order_created", "order_paid", "order_update"]);

  await removeByHand("order_update");
  const [problem] = (await world.call("GET", at(connection, "/problems"))).body.items;
  expect(problem).toMatchObject({
    code: "webhook_removed",
    params: { event: "order_update" },
    action: { code: "restore_webhooks" },
  });
  const reply = await restore(connection);

  expect([reply.status, reply.body.id]).toEqual([200, connection.id]);
  expect(events()).toEqual(["order_created", "order_paid", "order_update"]);
  expect(await problems(connection)).toEqual([]);
  expect((await restore(connection)).status).toBe(200);
  expect(world.shop.state.subscriptions).toHaveLength(3);
});

test("a shop that does not take them, or does not answer, is told in plain words; the problem stays", async () => {
  const connection = await world.connectAndMap();
  await removeByHand("order_paid");
  world.shopFront.override = (request) =>
    request.url.includes("hooks/subscribe") ? jsonAnswer(400, { message: "Webhooks need another tariff" }) : undefined;
  const refused = failureOf(await restore(connection, "uk"));
  world.shopFront.override = () => jsonAnswer(502, {});
  const broken = failureOf(await restore(connection));
  world.shopFront.override = undefined;

  expect(refused).toMatchObject({
    status: 422,
    code: "webhook_refused",
    details: { reason: "Webhooks need another tariff" },
  });
  expect([broken.status, broken.code]).toEqual([422, "shop_unreachable"]);
  expect(await problems(connection)).toContain("webhook_removed");
});

test("while they are switched off there is nothing to put back, and their end is no news", async () => {
  const connection = await world.connectAndMap();
  await removeByHand("order_paid");

  await world.call("PATCH", at(connection), { settings: { webhooks: false } });
  await deliver();

  expect(events()).toEqual([]);
  expect(await problems(connection)).toEqual([]);
  expect(failureOf(await restore(connection))).toMatchObject({ status: 409, code: "webhooks_off" });
});

test("a shop that refuses the login is asked neither to begin nor to end; a new login does what waited", {
  timeout: 120_000,
}, async () => {
  const connection = await world.connectAndMap();
  world.shop.changePassword("other");
  await world.call("POST", at(connection, "/runs"), { kind: "sync" });
  await eventually(async () => {
    const runs = (await world.call("GET", at(connection, "/runs"))).body.items;
    const isOver = runs.every((run: Json) => run.finishedAt !== null);
    return isOver && (await world.call("GET", at(connection))).body.state === "needs_login";
  }, "the refusal, and the end of all runs");
  const before = callsTo(world.shopFront, /./).length;

  const reply = failureOf(await restore(connection));
  await world.call("PATCH", at(connection), { settings: { webhooks: false } });
  expect([reply.status, reply.code]).toEqual([409, "shop_login_rejected"]);
  expect(callsTo(world.shopFront, /./)).toHaveLength(before);
  expect(events()).toHaveLength(3);

  await world.call("PATCH", at(connection), { horoshop: { password: "other" } });
  expect(events()).toEqual([]);
});

test("what is wrong with a setting is told in the caller's language", async () => {
  const connection = await world.connect();
  const patch = async (settings: Json) => {
    const reply = await world.call("PATCH", at(connection), { settings }, { headers: { "accept-language": "uk" } });
    return reply.body.error;
  };

  const zone = await patch({ timeZone: "Europe/Nowhere" });
  const kind = await patch({ useShopNumber: "yes", unheardOf: 1 });

  expect(zone.fields["settings.timeZone"]).toBe("Часовий пояс, наприклад Europe/Kyiv.");
  expect(zone.message).toMatch(/[а-я]/);
  expect(kind.fields["settings.useShopNumber"]).toMatch(/[а-яії]/);
  expect(kind.fields["settings.unheardOf"]).toMatch(/[а-яії]/);
});
