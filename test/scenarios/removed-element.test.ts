import { expect, test } from "vitest";
import { fullMapping, makeWorld, type World } from "../world.ts";

/** The CRM lost a mapped entry, and nobody told us: it is learnt from the refusal, not from the daily reading. */

async function connected(): Promise<World> {
  const world = await makeWorld();
  await world.connect({ mapping: { paymentStatuses: { paid: "paid", notPaid: "not-paid" } } });
  return world;
}

test.each([
  ["delivery type", "deliveryTypes", "ukrposhta"],
  ["payment type", "paymentTypes", "cash"],
  ["status", "statuses", "delivering"],
  ["payment status", "paymentStatuses", "not-paid"],
])("a %s deleted a moment ago holds the order that meets it, and its return releases it", async (_, book, code) => {
  const world = await connected();
  const { [code]: entry } = world.crm.state.books[book]!;
  delete world.crm.state.books[book]![code];

  world.placeOrder(101, { stat_status: 6 });
  await world.look();

  expect(await world.order(101)).toMatchObject({ state: "held", problem: { code: "element_removed" } });
  expect((await world.order(101)).problem.params).toMatchObject({ kind: book, id: code });
  expect(await world.problems()).toContain("element_removed");
  expect(world.crm.order("101")).toBeUndefined();

  world.crm.state.books[book]![code] = entry!;
  await world.api("POST", `/api/v1/connections/${world.id}/references/refresh`);
  await world.look();

  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
  expect(Object.values(world.crm.order("101")!.payments as object)).toHaveLength(1);
});

test("a status deleted in the CRM holds the change that needs it, and mapping another one releases it", async () => {
  const world = await connected();
  world.placeOrder(101);
  await world.look();
  delete world.crm.state.books.statuses!.assembling;

  world.shop.changeOrder(101, { stat_status: 2 });
  await world.sync();

  expect(await world.order(101)).toMatchObject({
    state: "held",
    problem: { code: "element_removed", params: { kind: "statuses", id: "assembling" } },
  });

  const statuses = fullMapping.statuses.map((pair) =>
    pair.horoshop === 2 ? { horoshop: 2, crm: "send-to-assembling" } : pair,
  );
  const saved = await world.api("PUT", `/api/v1/connections/${world.id}/mapping`, { ...fullMapping, statuses });
  await world.work();

  expect(saved.status).toBe(200);
  expect(world.crm.order("101")!.status).toBe("send-to-assembling");
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
});

test("a status that the shop got a moment ago is named, and the mapping page has it", async () => {
  const world = await connected();
  world.shop.addStatus({ id: 33, title: { ua: "Очікує на складі" } });

  world.placeOrder(101, { stat_status: 33 });
  await world.look();

  const order = await world.order(101);
  expect(order).toMatchObject({
    state: "held",
    problem: { code: "status_unmapped", params: { name: "Очікує на складі" } },
  });
  const { body } = await world.api("GET", `/api/v1/connections/${world.id}/references`);
  expect(body.statuses.horoshop.map((one: { id: number }) => one.id)).toContain(33);
});

test("orders of an element that no list has cost one reading a run, not one each", async () => {
  const world = await connected();
  for (let id = 101; id <= 160; id += 1) world.placeOrder(id, { stat_status: 77 });
  const before = world.crm.requests.filter((request) => request.path.includes("reference/statuses")).length;

  await world.sync();

  const after = world.crm.requests.filter((request) => request.path.includes("reference/statuses")).length;
  expect(after - before).toBe(1);
  expect(await world.order(160)).toMatchObject({ state: "held", problem: { code: "status_unmapped" } });
});

test("lists that cannot be read just then keep nobody: the order tells the refusal, the others go on", async () => {
  const world = await connected();
  delete world.crm.state.books.deliveryTypes!.ukrposhta;
  world.crm.addFault({ kind: "400", match: { path: "reference/statuses" } });

  world.placeOrder(101);
  world.placeOrder(102, { delivery_type: 4 });
  await world.look();

  expect(await world.order(101)).toMatchObject({ state: "failed", problem: { code: "crm_refused_order" } });
  expect(await world.order(102)).toMatchObject({ state: "synced" });
});
