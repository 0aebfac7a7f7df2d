import { expect, test } from "vitest";
import { makeWorld, newConnection, type World } from "../world.ts";

const siteOf = (world: World) => world.crm.state.books.sites!["demo-site"]!;
const deleteIt = async (world: World) => (await world.api("DELETE", `/api/v1/connections/${world.id}`)).status;

async function connected(): Promise<World> {
  const world = await makeWorld();
  await world.connect();
  await world.crm.settled();
  return world;
}

test("a deleted connection takes its catalogue's address out of the CRM, and the next one begins clean", async () => {
  const world = await connected();
  expect(siteOf(world).ymlUrl).toMatch(/^https:\/\/connector\.example\/catalog\//);

  expect(await deleteIt(world)).toBe(204);
  expect([siteOf(world).ymlUrl ?? "", siteOf(world).loadFromYml]).toEqual(["", false]);

  await world.connect();
  await world.crm.settled();
  const { body } = await world.api("GET", `/api/v1/connections/${world.id}/catalog`);
  expect(siteOf(world)).toMatchObject({ ymlUrl: body.url, loadFromYml: true });
  expect(await world.problems()).not.toContain("catalog_elsewhere");
});

test("an address of somebody else in the CRM stays when the connection goes", async () => {
  const world = await connected();
  siteOf(world).ymlUrl = "https://old-module.example/feed.xml";

  expect(await deleteIt(world)).toBe(204);

  expect(siteOf(world)).toMatchObject({ ymlUrl: "https://old-module.example/feed.xml", loadFromYml: true });
});

test("a CRM that does not answer holds up no farewell; what it keeps is replaced by the next connection", async () => {
  const world = await connected();
  const before = siteOf(world).ymlUrl;
  world.network.down.add(new URL(newConnection.crm.url).host);

  expect(await deleteIt(world)).toBe(204);
  expect(siteOf(world).ymlUrl).toBe(before);

  world.network.down.clear();
  await world.connect();
  await world.crm.settled();
  const { body } = await world.api("GET", `/api/v1/connections/${world.id}/catalog`);
  expect(siteOf(world).ymlUrl).toBe(body.url);
  expect(body.url).not.toBe(before);
  expect(await world.problems()).not.toContain("catalog_elsewhere");
});
