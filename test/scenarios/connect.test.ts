import { expect, test } from "vitest";
import { fullMapping, makeWorld, newConnection, type World } from "../world.ts";

type Wish = { crm?: object; horoshop?: object; settings?: object };

async function tryToConnect(world: World, wish: Wish = {}) {
  const { status, body } = await world.api("POST", "/api/v1/connections", {
    ...newConnection,
    crm: { ...newConnection.crm, ...wish.crm },
    horoshop: { ...newConnection.horoshop, ...wish.horoshop },
    ...(wish.settings ? { settings: wish.settings } : {}),
  });
  return { status, code: body.error?.code, details: body.error?.details, message: body.error?.message };
}

const refusals: { code: string; wish?: Wish; before?: (world: World) => void; details?: object }[] = [
  { code: "crm_address_refused", wish: { crm: { url: "https://evil.example" } } },
  { code: "crm_unreachable", before: (world) => world.network.down.add("demo.retailcrm.pro") },
  { code: "crm_key_rejected", wish: { crm: { apiKey: "no-such-key" } } },
  {
    code: "crm_scopes_missing",
    wish: { crm: { apiKey: "key-few" } },
    before: (world) => world.crm.keys.addKey({ key: "key-few", scopes: ["order_read", "reference_read"] }),
    details: { missing: ["order_write", "customer_read", "customer_write"] },
  },
  {
    code: "site_required",
    wish: { crm: { apiKey: "key-all", site: undefined } },
    before: (world) => {
      world.crm.state.books.sites!.second = { ...world.crm.state.books.sites!["demo-site"], code: "second" };
      world.crm.keys.addKey({ key: "key-all" });
    },
  },
  { code: "site_unknown", wish: { crm: { site: "no-such-site" } } },
  { code: "horoshop_address_refused", wish: { horoshop: { url: "https://127.0.0.1:9000" } } },
  { code: "horoshop_unreachable", before: (world) => world.network.down.add("shop.example") },
  {
    code: "horoshop_not_a_shop",
    before: (world) => {
      world.shop.switches.apiOff = true;
    },
  },
  { code: "horoshop_login_rejected", wish: { horoshop: { password: "wrong" } } },
  {
    code: "horoshop_api_unavailable",
    before: (world) => {
      world.shop.switches.forbiddenFunctions.push("orders/get");
    },
  },
  {
    code: "currency_mismatch",
    before: (world) => {
      world.crm.state.books.sites!["demo-site"]!.currency = "PLN";
    },
  },
];

test.each(refusals)("refused with $code, in plain words, and nothing is stored", async (refusal) => {
  const world = await makeWorld();
  refusal.before?.(world);

  const answer = await tryToConnect(world, refusal.wish);

  expect(answer).toMatchObject({
    status: 422,
    code: refusal.code,
    ...(refusal.details ? { details: refusal.details } : {}),
  });
  expect(answer.message).toMatch(/\w+ \w+/);
  expect((await world.api("GET", "/api/v1/connections")).body.items).toEqual([]);
});

test("the first refusal is the code, the others stand beside it", async () => {
  const world = await makeWorld();

  const answer = await tryToConnect(world, { crm: { apiKey: "no" }, horoshop: { password: "wrong" } });

  expect(answer).toMatchObject({ code: "crm_key_rejected", details: { also: ["horoshop_login_rejected"] } });
});

test("the same shop and site twice, and another shop for the same site, are conflicts", async () => {
  const world = await makeWorld();
  await world.connect();

  expect(await tryToConnect(world)).toMatchObject({ status: 409, code: "connection_exists" });
});

test("a mapping that is not one to one, or names what is not there, is refused with the elements", async () => {
  const world = await makeWorld();
  await world.connect({ unmapped: true });
  const put = (more: object) =>
    world.api("PUT", `/api/v1/connections/${world.id}/mapping`, { ...fullMapping, ...more });
  const twice = [...fullMapping.statuses.filter((pair) => pair.horoshop !== 2), { horoshop: 2, crm: "new" }];

  const conflict = await put({ statuses: twice });
  const unknown = await put({ paymentTypes: [...fullMapping.paymentTypes, { horoshop: 15, crm: "no-such-type" }] });

  expect(conflict).toMatchObject({ status: 422, body: { error: { code: "mapping_not_one_to_one" } } });
  expect(conflict.body.error.details.conflicts).toMatchObject([
    { kind: "statuses", element: { side: "crm", id: "new" }, with: [{ id: 1 }, { id: 2 }] },
  ]);
  expect(unknown).toMatchObject({ status: 422, body: { error: { code: "mapping_unknown_element" } } });
});

test("deleted, a connection leaves nothing behind: no webhooks, no data, the module off", async () => {
  const world = await makeWorld();
  await world.connect();
  world.placeOrder(101);
  await world.look();
  expect(world.shop.state.subscriptions).toHaveLength(3);

  const answer = await world.api("DELETE", `/api/v1/connections/${world.id}`);

  expect(answer.status).toBe(204);
  expect(world.shop.state.subscriptions).toEqual([]);
  expect([...world.crm.state.modules.values()]).toMatchObject([{ active: false }]);
  expect(await world.app.db.selectFrom("order_links").selectAll().execute()).toEqual([]);
});
