import { expect, test } from "vitest";
import { makeWorld, type World } from "../world.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const handOver = { archive: { auto: false }, customers: { registered: true } };

/** Buyers who registered before the connection, one a day, and never ordered. */
async function withBuyers(count: number, settings: Record<string, unknown> = handOver): Promise<World> {
  const world = await makeWorld();
  for (let number = 1; number <= count; number += 1)
    world.shop.registerUser({
      id: number,
      title: `Прізвище${number} Ім’я${number}`,
      email: `Buyer${number}@Example.com`,
      phone: `067 ${String(1_000_000 + number)}`,
      registeredAt: world.clock.now().getTime() - (10 + count - number) * dayMs,
    });
  await world.connect({ settings });
  return world;
}

function customers(world: World) {
  return [...world.crm.state.customers.values()];
}

async function lastArchive(world: World) {
  return (await world.api("GET", `/api/v1/connections/${world.id}/runs?kind=archive&limit=1`)).body.items[0];
}

async function handOverNow(world: World) {
  const started = await world.api("POST", `/api/v1/connections/${world.id}/runs`, {
    kind: "archive",
    customersOnly: true,
  });
  await world.work();
  return (await world.api("GET", `/api/v1/runs/${started.body.id}`)).body;
}

test("registered buyers become customers without an order, and their first order finds them (F40)", async () => {
  const world = await withBuyers(0);
  world.shop.registerUser({
    id: 7,
    title: "Бондар Ігор",
    email: "ihor@example.com",
    phone: "067 123-45-67",
    city: "Львів",
  });
  world.shop.registerUser({ id: 8, title: "Олена", email: "olena@example.com" });

  await world.turn(hourMs);

  expect(customers(world)).toMatchObject([
    {
      externalId: `${world.id}-u7`,
      plain: { lastName: "Бондар", firstName: "Ігор", email: "ihor@example.com" },
      phones: ["+380671234567"],
      address: { city: "Львів" },
    },
    { externalId: `${world.id}-u8`, plain: { firstName: "Олена", email: "olena@example.com" }, phones: [] },
  ]);
  // What the shop leaves empty is not sent at all.
  const sent = world.crm.requests.filter((request) => /customers\/(create|upload)$/.test(request.path));
  expect(sent).not.toHaveLength(0);
  expect(customers(world)[1]!.address).toBeUndefined();
  expect(await lastArchive(world)).toMatchObject({
    state: "succeeded",
    params: { customersOnly: true },
    counts: { customersRead: 2, customersCreated: 2, customersLinked: 0, customersFailed: 0, created: 0 },
  });

  world.placeOrder(101, { delivery_phone: "+38 (067) 123-45-67", delivery_email: "", delivery_name: "Бондар Ігор" });
  await world.look();
  expect(customers(world)).toHaveLength(2);
  expect(world.crm.order("101")!.customer).toMatchObject({ externalId: `${world.id}-u7` });
});

test("switched off nobody is read; switched on in the settings they come at once, in batches, and once", async () => {
  const world = await withBuyers(230, { archive: { auto: false } });
  world.shop.switches.usersLimitMax = 60;
  await world.turn(dayMs);
  expect(world.shop.requests.some((request) => request.function === "users/export")).toBe(false);

  await world.api("PATCH", `/api/v1/connections/${world.id}`, { settings: { customers: { registered: true } } });
  await world.turn(1000);

  expect(customers(world)).toHaveLength(230);
  const uploads = world.crm.requests.filter((request) => request.path.endsWith("/customers/upload")).length;
  expect(uploads).toBeLessThan(10);
  expect(await handOverNow(world)).toMatchObject({ state: "succeeded", counts: { customersCreated: 0 } });
  expect(customers(world)).toHaveLength(230);
});

test("the CRM's customers are found by phone, then e-mail; two of one phone are not made three", async () => {
  const world = await withBuyers(4, { archive: { auto: false } });
  const byPhone = world.crm.asManager.createCustomer("demo-site", { phones: [{ number: "+38 067 100-00-01" }] });
  const byEmail = world.crm.asManager.createCustomer("demo-site", { email: "buyer2@example.com" });
  for (const firstName of ["Ігор", "Олена"])
    world.crm.asManager.createCustomer("demo-site", { firstName, phones: [{ number: "+380671000003" }] });

  await world.api("PATCH", `/api/v1/connections/${world.id}`, { settings: { customers: { registered: true } } });
  await world.turn(1000);

  expect(await lastArchive(world)).toMatchObject({
    state: "succeeded",
    counts: { customersRead: 4, customersCreated: 1, customersLinked: 2, customersFailed: 0 },
  });
  expect(customers(world)).toHaveLength(5);
  expect(world.crm.state.customers.get(byPhone)!.phones).toEqual(["+38 067 100-00-01"]);
  expect(world.crm.state.customers.get(byEmail)!.phones).toEqual(["+380671000002"]);
});

test("stopped in the middle, it goes on where it was; killed anywhere, nobody is doubled", {
  timeout: 240_000,
}, async () => {
  const world = await withBuyers(250, { archive: { auto: false } });
  await world.api("PATCH", `/api/v1/connections/${world.id}`, { settings: { customers: { registered: true } } });
  for (const [place, after] of [9, 4, 12].entries()) {
    await world.workAndDie(after, place % 2 === 0);
    world.clock.turn(130_000);
  }
  await world.work();
  await world.turn(hourMs);

  expect(customers(world)).toHaveLength(250);
  expect(new Set(customers(world).map((one) => one.externalId)).size).toBe(250);
});

test("later passes read only who registered since, daily", async () => {
  const world = await withBuyers(120);
  await world.turn(hourMs);
  const asked = () => world.shop.requests.filter((request) => request.function === "users/export").length;
  expect(customers(world)).toHaveLength(120);
  const before = asked();

  world.shop.registerUser({ title: "Новий Клієнт", email: "new@example.com" });
  await world.turn(3 * hourMs);
  expect(asked()).toBe(before);
  for (let hours = 0; hours < 24; hours += 6) await world.turn(6 * hourMs);

  expect(customers(world)).toHaveLength(121);
  expect(asked() - before).toBeLessThan(6);
  // The newest of before, his neighbour, and the new one.
  expect(await lastArchive(world)).toMatchObject({ counts: { customersCreated: 1, customersRead: 3 } });
});

test("a shop that gives the same page for ever is read once", async () => {
  const world = await withBuyers(3);
  world.shop.switches.usersOffsetIgnored = true;

  expect(await handOverNow(world)).toMatchObject({ state: "succeeded", counts: { customersRead: 3 } });
});

test.each([
  ["is too old to know the function", { missingFunctions: ["users/export"] }, "UNDEFINED_FUNCTION"],
  ["does not allow it", { forbiddenFunctions: ["users/export"] }, "FORBIDDEN"],
  ["names nobody", {}, "EMPTY"],
])("a shop that %s is told about, and the archive goes on", async (_, switches, reason) => {
  const world = await makeWorld();
  Object.assign(world.shop.switches, switches);
  world.placeOrder(101, { createdAt: world.clock.now().getTime() - dayMs });
  await world.connect({ settings: handOver });

  const started = await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "archive" });
  await world.work();

  expect((await world.api("GET", `/api/v1/runs/${started.body.id}`)).body).toMatchObject({
    state: "succeeded",
    counts: { created: 1 },
  });
  const { items } = (await world.api("GET", `/api/v1/connections/${world.id}/problems`)).body;
  expect(items).toMatchObject([{ code: "registered_customers_unavailable", severity: "info", params: { reason } }]);

  await world.api("PATCH", `/api/v1/connections/${world.id}`, { settings: { customers: { registered: false } } });
  expect(await world.problems()).toEqual([]);
});

test("a buyer whom the CRM refuses is counted, told and tried again the next day", async () => {
  const world = await withBuyers(0, { archive: { auto: false } });
  world.shop.registerUser({ title: "Бондар Ігор", email: "ihor@example.com", phone: "0671234567" });
  const fault = {
    match: { path: "/customers/create$" },
    kind: "400",
    errorMsg: "Errors in the entity format",
  } as const;
  world.crm.addFault({ ...fault, times: 1 });
  await world.api("PATCH", `/api/v1/connections/${world.id}`, { settings: { customers: { registered: true } } });
  await world.turn(1000);

  expect(await lastArchive(world)).toMatchObject({ counts: { customersFailed: 1 } });
  expect(await world.problems()).toEqual(["registered_customers_refused"]);
  for (let hours = 0; hours <= 24; hours += 6) await world.turn(6 * hourMs);

  expect(customers(world)).toHaveLength(1);
  expect(await world.problems()).toEqual([]);
});

test("a run for customers alone needs the setting, and nothing beside it", async () => {
  const world = await withBuyers(1, { archive: { auto: false } });
  const start = (wish: object) => world.api("POST", `/api/v1/connections/${world.id}/runs`, wish);

  expect((await start({ kind: "archive", customersOnly: true })).status).toBe(400);
  await world.api("PATCH", `/api/v1/connections/${world.id}`, { settings: { customers: { registered: true } } });
  expect((await start({ kind: "sync", customersOnly: true })).status).toBe(400);
  expect((await start({ kind: "archive", customersOnly: true, dryRun: true })).status).toBe(400);
  expect((await start({ kind: "archive", customersOnly: true })).status).toBe(202);
});
