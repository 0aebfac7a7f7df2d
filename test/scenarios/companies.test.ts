import { expect, test } from "vitest";
import { makeWorld, type World } from "../world.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const name = "ТОВ «Чайник»";

/** A registered buyer of a company, number 7, who is known before the first order. */
async function withCompany(settings: Record<string, unknown> = {}): Promise<World> {
  const world = await makeWorld();
  world.shop.registerUser({
    id: 7,
    title: "Бондар Ігор",
    email: "ihor@example.com",
    phone: "0671234567",
    registeredAt: world.clock.now().getTime() - 30 * dayMs,
    extra: { company: name, role: "buyer", customer_group_id: "5" },
  });
  await world.connect({ settings: { archive: { auto: false }, customers: { companies: true }, ...settings } });
  await world.turn(hourMs);
  return world;
}

const bought = {
  user: 7,
  delivery_phone: "0671234567",
  delivery_email: "ihor@example.com",
  delivery_name: "Бондар Ігор",
};

function companies(world: World) {
  return [...world.crm.state.corporate.values()];
}

test("an order of a company's buyer goes to the company, with the person as its contact; the next one too", async () => {
  const world = await withCompany();

  world.placeOrder(101, bought);
  await world.look();
  for (const orderId of [102, 103, 104]) world.placeOrder(orderId, bought);
  await world.turn(2 * hourMs);

  expect(companies(world)).toMatchObject([
    {
      externalId: `${world.id}-u7`,
      plain: { nickName: name },
      companies: [{ name, contragent: { contragentType: "legal-entity", legalName: name } }],
    },
  ]);
  const [person] = [...world.crm.state.customers.values()];
  expect(companies(world)[0]!.contacts).toMatchObject([{ customerId: person!.id }]);
  for (const orderId of ["101", "104"])
    expect(world.crm.order(orderId)).toMatchObject({
      customer: { type: "customer_corporate", nickName: name },
      contact: { id: person!.id, lastName: "Бондар" },
      company: { name },
      contragent: { contragentType: "legal-entity", legalName: name },
      lastName: "Бондар",
    });
  expect(world.crm.state.customers.size).toBe(1);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null, differences: [] });
  expect((await world.order(101)).timeline[0].detail).toMatchObject({ company: name });
});

test("unless switched on, and for plain buyers, orders stay those of persons", async () => {
  const off = await withCompany({ customers: { companies: false } });
  off.placeOrder(101, bought);
  await off.look();
  expect(off.crm.order("101")!.customer).toMatchObject({ type: "customer" });

  const on = await withCompany();
  on.placeOrder(101, { user: 90_001, delivery_phone: "0501112233" });
  on.placeOrder(102, { user: 8, extra: { customer_details: { group: { id: 5, title: "Партнери" } } } });
  await on.look();
  for (const orderId of ["101", "102"]) expect(on.crm.order(orderId)!.customer).toMatchObject({ type: "customer" });
  expect(companies(on)).toEqual([]);
});

test.each([
  ["a text", { company: name }],
  ["an element with a title", { company: { id: 3, title: name }, group: { id: 5, title: "Партнери" } }],
  ["another key", { company_name: name }],
])("the company's name stands in the order's own block as %s", async (_, details) => {
  const world = await makeWorld();
  world.shop.switches.missingFunctions = ["users/export"];
  await world.connect({ settings: { customers: { companies: true } } });

  world.placeOrder(101, { ...bought, extra: { customer_details: details } });
  await world.look();

  expect(world.crm.order("101")).toMatchObject({ customer: { type: "customer_corporate", nickName: name } });
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
});

test("a company that registers and orders at once is a company", async () => {
  const world = await withCompany();

  world.shop.registerUser({
    id: 9,
    title: "Мельник Олена",
    email: "o@example.com",
    extra: { company: { name: "ФОП" } },
  });
  world.placeOrder(101, { user: 9, delivery_phone: "0507654321", delivery_email: "o@example.com" });
  await world.look();

  expect(world.crm.order("101")!.customer).toMatchObject({ type: "customer_corporate", nickName: "ФОП" });
});

test("a company of the CRM with exactly this name is taken, one that sounds alike is not", async () => {
  const world = await withCompany();
  const make = (nickName: string) => crmPost(world, "customers-corporate/create", { customerCorporate: { nickName } });
  const alike = await make(`${name} Плюс`);
  const same = await make(` ${name.toUpperCase()}`);

  world.placeOrder(101, bought);
  await world.look();

  expect(companies(world).map((one) => one.id)).toEqual([alike, same]);
  const order = world.crm.order("101")!;
  expect(order.customer).toMatchObject({ id: same });
  expect(world.crm.state.corporate.get(same)!.contacts).toHaveLength(1);
});

test("the archive's orders of a company are its orders, too", async () => {
  const world = await makeWorld();
  for (let place = 0; place < 5; place += 1)
    world.placeOrder(101 + place, { ...bought, createdAt: world.clock.now().getTime() - (5 - place) * dayMs });
  world.shop.registerUser({ id: 7, email: "ihor@example.com", title: "Бондар Ігор", extra: { company: name } });
  await world.connect({ settings: { archive: { auto: false }, customers: { companies: true, registered: true } } });

  await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "archive" });
  await world.work();

  expect(companies(world)).toHaveLength(1);
  expect(world.crm.state.customers.size).toBe(1);
  for (let place = 0; place < 5; place += 1)
    expect(world.crm.order(String(101 + place))!.customer).toMatchObject({ type: "customer_corporate" });
});

test("a CRM without corporate customers: the order goes with the person and says so", async () => {
  const world = await withCompany();
  world.crm.switches.corporateCustomers = false;

  for (const orderId of [101, 102, 103]) world.placeOrder(orderId, bought);
  await world.look();
  await world.sync();

  expect(await world.order(101)).toMatchObject({
    state: "synced",
    problem: { code: "company_not_sent", params: { company: name, reason: "API method not found" } },
  });
  expect(world.crm.order("101")!.customer).toMatchObject({ type: "customer", lastName: "Бондар" });
  const { items } = (await world.api("GET", `/api/v1/connections/${world.id}/problems`)).body;
  expect(items).toMatchObject([{ code: "company_not_sent", severity: "info", count: 3 }]);

  await world.api("PATCH", `/api/v1/connections/${world.id}`, { settings: { customers: { companies: false } } });
  await world.sync();
  expect((await world.order(101)).problem).toBe(null);
});

test("the CRM refuses the order of the company: it goes with the person and says so", async () => {
  const world = await withCompany();
  world.placeOrder(101, bought);
  await world.look();
  const [company] = companies(world);
  world.crm.state.corporate.delete(company!.id);

  world.placeOrder(102, bought);
  await world.look();
  expect(world.crm.order("102")!.customer).toMatchObject({ type: "customer" });
  expect((await world.order(102)).problem).toMatchObject({ code: "company_not_sent", params: { company: name } });

  // The CRM was asked again before the next one: the company is made anew.
  world.placeOrder(103, bought);
  await world.look();
  expect(world.crm.order("103")!.customer).toMatchObject({ type: "customer_corporate", nickName: name });
});

test("the answer to making the company is lost: it is found, not made twice", async () => {
  const world = await withCompany();
  world.crm.addFault({ match: { path: "customers-corporate/create$" }, kind: "lost-after", times: 1 });

  world.placeOrder(101, bought);
  await world.look();
  await world.turn(hourMs);

  expect(companies(world)).toHaveLength(1);
  expect(world.crm.order("101")!.customer).toMatchObject({ type: "customer_corporate" });
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
});

async function crmPost(world: World, path: string, form: Record<string, unknown>): Promise<number> {
  const body = new URLSearchParams({
    site: "demo-site",
    ...Object.fromEntries(Object.entries(form).map(([key, value]) => [key, JSON.stringify(value)])),
  });
  const answer = await world.crm.handle({
    method: "POST",
    url: `/api/v5/${path}`,
    headers: { "x-api-key": "key-demo", "content-type": "application/x-www-form-urlencoded" },
    body: String(body),
  });
  return "body" in answer ? JSON.parse(answer.body).id : 0;
}
