import { expect, test } from "vitest";
import { makeWorld, newConnection, type World } from "../world.ts";

async function renewCatalog(world: World): Promise<string> {
  await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "catalog" });
  await world.work();
  await world.crm.loadCatalogs();
  const { body } = await world.api("GET", `/api/v1/connections/${world.id}/catalog`);
  return (await world.api("GET", new URL(body.url).pathname)).body;
}

const edits = (world: World) => world.crm.requests.filter((request) => /orders\/\d+\/edit$/.test(request.path)).length;

test("no VAT, VAT of nothing and VAT of a fifth are three things, and no line has one of its own (F48)", async () => {
  const world = await makeWorld();
  await world.connect();
  const article = world.shop.state.products.articleAt(0)!;
  world.placeOrder(101, { products: [{ article, price: 10, quantity: 1 }] });
  await world.look();
  const rateIn = (file: string) => [...new Set([...file.matchAll(/<vatRate>(.*?)<\/vatRate>/g)].map((one) => one[1]))];
  const offer = () => [...world.crm.state.offers.values()].find((one) => one.externalId === article)!;

  expect(rateIn(await renewCatalog(world))).toEqual(["none"]);
  for (const [given, written] of [
    ["0", "0"],
    [0, "0"],
    ["20", "20"],
    ["none", "none"],
  ] as const) {
    const settings = { catalog: { vatRate: given } };
    expect((await world.api("PATCH", `/api/v1/connections/${world.id}`, { settings })).status).toBe(200);
    expect(rateIn(await renewCatalog(world))).toEqual([written]);
    expect(offer().vatRate).toBe(written);
  }
  expect(world.crm.order("101")!.items).toMatchObject([{ vatRate: "none" }]);
  expect(edits(world)).toBe(0);
});

test("a product that gets another article: old orders keep their offers, new ones have the new (F50)", async () => {
  const world = await makeWorld();
  await world.connect();
  await world.crm.settled();
  const article = world.shop.state.products.articleAt(0)!;
  const row = world.shop.state.products.find(article)!;
  world.placeOrder(101, { products: [{ article, price: 10, quantity: 1 }] });
  await world.look();
  const offerOf = (id: string) => (world.crm.order(id)!.items as { offer?: { id: number } }[])[0]!.offer;
  const before = offerOf("101");

  world.shop.removeProducts([article]);
  world.shop.addProduct({ ...row, article: "NEW-KEY", parent_article: "NEW-KEY" });
  await renewCatalog(world);
  world.placeOrder(102, { products: [{ article: "NEW-KEY", price: 10, quantity: 1 }] });
  for (let round = 0; round < 3; round += 1) await world.sync();

  expect(offerOf("101")).toEqual(before);
  expect(offerOf("102")).toMatchObject({ externalId: "NEW-KEY" });
  expect(edits(world)).toBe(0);
  expect(await world.problems()).toEqual([]);
});

test("currencies that differ are refused on connection with both codes; a later order in another one waits (F53)", async () => {
  const world = await makeWorld();
  const site = world.crm.state.books.sites!["demo-site"]!;
  site.currency = "PLN";
  const refused = await world.api("POST", "/api/v1/connections", { ...newConnection, settings: {} });
  expect(refused).toMatchObject({ status: 422, body: { error: { code: "currency_mismatch" } } });
  expect(JSON.stringify(refused.body.error.details)).toMatch(/UAH.*PLN|PLN.*UAH/);

  site.currency = "UAH";
  await world.connect();
  world.placeOrder(101, { currency: "EUR" });
  await world.look();

  expect(world.crm.order("101")).toBeUndefined();
  expect(await world.order(101)).toMatchObject({
    state: "held",
    problem: { code: "currency_mismatch", params: { shop: "EUR", crm: "UAH" } },
  });
});
