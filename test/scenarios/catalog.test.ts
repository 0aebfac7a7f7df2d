import { expect, test } from "vitest";
import { makeWorld } from "../world.ts";

test("connected, the catalogue is made, its address written into the CRM, and the CRM loads it", async () => {
  const world = await makeWorld();
  await world.connect();
  await world.crm.settled();

  const { body } = await world.api("GET", `/api/v1/connections/${world.id}/catalog`);
  expect(body).toMatchObject({ state: "fresh", held: null });
  const excluded = Object.values(body.excluded as Record<string, number>).reduce((sum, count) => sum + count, 0);
  expect(body.offers + excluded).toBe(world.shop.state.products.count());
  expect(world.crm.state.books.sites!["demo-site"]).toMatchObject({ ymlUrl: body.url, loadFromYml: true });
  expect(world.crm.state.catalogErrors).toEqual([]);
  const articles = [...world.crm.state.offers.values()].map((offer) => offer.externalId);
  expect(articles).toContain(world.shop.state.products.articleAt(0));
});

test("a line whose product came with the catalogue is tied to its offer", async () => {
  const world = await makeWorld();
  await world.connect();
  await world.crm.settled();
  const article = world.shop.state.products.articleAt(0)!;

  world.placeOrder(101, { products: [{ article, price: 10, quantity: 1 }] });
  await world.look();

  expect(world.crm.order("101")!.items).toMatchObject([{ offer: { externalId: article } }]);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
});

test("a page that cannot be read fails the run and leaves the served file as it is (F90)", async () => {
  const world = await makeWorld();
  await world.connect();
  const { body } = await world.api("GET", `/api/v1/connections/${world.id}/catalog`);
  const path = new URL(body.url).pathname;
  const before = (await world.api("GET", path)).body;

  world.shop.faults.add({ kind: "cut-json", match: "catalog/export", times: 100 });
  const run = await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "catalog" });
  await world.work();

  expect((await world.api("GET", `/api/v1/runs/${run.body.id}`)).body.state).toBe("failed");
  expect((await world.api("GET", path)).body).toBe(before);
});
