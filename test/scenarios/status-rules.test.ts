import { expect, test } from "vitest";
import { makeWorld, type World } from "../world.ts";

async function withOrder(settings: Record<string, unknown> = {}): Promise<World> {
  const world = await makeWorld();
  await world.connect({ settings });
  world.placeOrder(101);
  await world.look();
  return world;
}

const statuses = (world: World) => [world.shop.order(101)!.stat_status, world.crm.order("101")!.status];
const mappingOf = (world: World) => `/api/v1/connections/${world.id}/mapping`;

test("a choice left open is no pair: it cannot be saved, and its code is never sent (F69)", async () => {
  const world = await makeWorld();
  await world.connect();
  const saved = (await world.api("GET", mappingOf(world))).body;
  const withOpen = (crm: unknown) => ({
    ...saved,
    statuses: saved.statuses.map((pair: { horoshop: number }) => (pair.horoshop === 2 ? { horoshop: 2, crm } : pair)),
  });

  const answers = [];
  for (const open of ["", "0", "— choose —", 0, undefined])
    answers.push((await world.api("PUT", mappingOf(world), withOpen(open))).status);
  world.placeOrder(101, { stat_status: 2 });
  await world.look();

  expect(answers.every((status) => status === 400 || status === 422)).toBe(true);
  expect((await world.api("GET", mappingOf(world))).body).toEqual(saved);
  expect(world.crm.order("101")).toMatchObject({ status: "assembling" });
});

test("webhooks that arrive in the wrong order take no status back (F74)", async () => {
  const world = await withOrder();
  world.shop.setStatus(101, 6);
  world.shop.setStatus(101, 3);
  world.shop.state.hookQueue.reverse();

  await world.deliverHooks();
  await world.work();
  await world.look();

  expect(statuses(world)).toEqual([3, "complete"]);
});

test("changes that the history tells late or in the wrong order take no status back (F74)", async () => {
  const world = await withOrder();
  const { handle } = world.crm;
  world.crm.handle = async (request) => {
    const answer = await handle(request);
    if (!request.url.includes("orders/history") || !("body" in answer)) return answer;
    const body = JSON.parse(answer.body);
    body.history.reverse();
    return { ...answer, body: JSON.stringify(body) };
  };
  world.crm.asManager.setStatus("101", "delivering");
  world.crm.asManager.setStatus("101", "complete");
  await world.look();
  expect(statuses(world)).toEqual([3, "complete"]);

  // The shop's older word is heard only now: its hint says which order, not which status.
  world.shop.state.hookQueue.push({
    ...world.shop.state.hookQueue[0]!,
    event: "order_update",
    url: world.shop.state.subscriptions.find((one) => one.event === "order_update")!.target_url,
    verb: "PUT",
    body: { order_id: 101, stat_status: 6 },
    attempts: 0,
    dueAt: 0,
  });
  await world.deliverHooks();
  await world.work();

  expect(statuses(world)).toEqual([3, "complete"]);
});

test("both moved and the shop has locked the order: when the manager goes back to what was agreed, the cancellation counts", async () => {
  const world = await withOrder();
  world.shop.changeOrder(101, { stat_status: 4, cancelledByApi: true });
  world.crm.asManager.setStatus("101", "assembling");
  await world.look();
  expect(await world.order(101)).toMatchObject({ state: "failed", problem: { code: "order_closed_in_shop" } });
  expect(statuses(world)).toEqual([4, "assembling"]);

  world.crm.asManager.setStatus("101", "new");
  await world.look();

  expect(statuses(world)).toEqual([4, "cancel-other"]);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
});

test("a status that the shop refuses is named by its title", async () => {
  const world = await withOrder();
  const { handle } = world.shop;
  world.shop.handle = async (request) => {
    const answer = await handle(request);
    if (!request.url.includes("orders/update") || !("body" in answer)) return answer;
    const log = [{ order_id: 101, message: "Not now", status: "ERROR" }];
    return { ...answer, body: JSON.stringify({ status: "WARNING", response: { log } }) };
  };

  world.crm.asManager.setStatus("101", "delivering");
  await world.look();

  const title = world.shop.state.statuses.find((status) => status.id === 6)!.title.ua;
  const { problem } = await world.order(101);
  expect(problem).toMatchObject({ code: "shop_refused_status", params: { status: 6, name: title } });
  expect(problem.message).toContain(`“${title}”`);
});

test("a status that the shop renumbered is told on the mapping page before any order meets it, by itself (F76)", async () => {
  const world = await withOrder();
  world.shop.removeStatus(21);
  world.shop.addStatus({ id: 31, title: { ua: "Очікує оплати", ru: "" } });

  await world.turn(90_000_000);

  const problems = (await world.api("GET", `/api/v1/connections/${world.id}/problems`)).body.items;
  expect(problems.map((one: { code: string; count: number }) => [one.code, one.count]).sort()).toEqual([
    ["element_removed", 0],
    ["status_unmapped", 0],
  ]);
  const { horoshop } = (await world.api("GET", `/api/v1/connections/${world.id}/references`)).body.statuses;
  expect(horoshop).toContainEqual(expect.objectContaining({ id: 21, missing: true }));
  expect(horoshop).toContainEqual(expect.objectContaining({ id: 31, missing: false }));
});

test("a new status of the shop is picked up with the first order that stands in it (F76)", async () => {
  const world = await withOrder();
  world.clock.turn(120_000);
  world.shop.addStatus({ id: 30, title: { ua: "Пакується", ru: "" } });
  world.shop.setStatus(101, 30);

  await world.sync();

  expect(await world.order(101)).toMatchObject({
    state: "held",
    problem: { code: "status_unmapped", params: { id: 30, name: "Пакується" } },
  });
  expect(await world.problems()).toEqual(["status_unmapped"]);
});
