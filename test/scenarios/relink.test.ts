import { expect, test } from "vitest";
import { fillCatalog } from "../../sandbox/retailcrm/catalog-load.ts";
import { makeWorld, newConnection, type World } from "../world.ts";
import { articles } from "../world-network.ts";

const line = (article: string, price: number, quantity = 1) => ({ article, title: article, price, quantity });
const withoutStore = ["order_read", "order_write", "customer_read", "customer_write", "reference_read"];

/** An order of a known cup and of an article that the CRM's catalogue lacks. */
async function withUnknown(options: { scopes?: string[]; unknownOffer?: "free-line" | "refuse" } = {}): Promise<World> {
  const world = await makeWorld();
  world.crm.switches.unknownOffer = options.unknownOffer ?? "free-line";
  if (options.scopes) world.crm.keys.addKey({ key: newConnection.crm.apiKey, scopes: options.scopes });
  await world.connect();
  const products = [line("CUP-1", 100, 2), line("NEW-9", 49.5)];
  world.placeOrder(101, { products, coupon: { code: "SALE", percent: 10 }, delivery_price: 45 });
  await world.sync();
  expect((await world.order(101)).problem).toMatchObject({ code: "offer_unknown", params: { articles: ["NEW-9"] } });
  return world;
}

/** The CRM loads a catalogue with these articles beside those it has. */
function load(world: World, ...more: string[]): void {
  const offers = [...articles, ...more].map((id) => ({
    ...{ id, productId: id, quantity: 1, type: "product" as const, active: true, productActive: true, url: "" },
    ...{ price: 10, purchasePrice: 5, categoryIds: ["1"], pictures: [], name: id, productName: id, xmlId: id },
    ...{ vendor: "", params: [], vatRate: "none" },
  }));
  fillCatalog(world.crm.crm, "demo-site", { date: "", categories: [{ id: "1", name: "All" }], offers });
  world.crm.state.books.sites!["demo-site"]!.catalogUpdatedAt = world.crm.crm.time();
}

const edits = (world: World) => world.crm.requests.filter((request) => /orders\/\d+\/edit$/.test(request.path)).length;
const money = (world: World) => {
  const { summ, totalSumm, discountManualAmount, payments, delivery } = world.crm.order("101")!;
  return { summ, totalSumm, discountManualAmount, payments, delivery };
};
const itemsOf = (world: World) => world.crm.order("101")!.items as Record<string, unknown>[];

test.each([
  ["an account that lets itself be asked for offers", {}],
  ["one that does not", { scopes: withoutStore }],
  ["one that refuses unknown offers", { scopes: withoutStore, unknownOffer: "refuse" as const }],
])(
  "%s: a line is tied to its offer after the next load, and nothing else of the order changes (F49)",
  async (_, options) => {
    const world = await withUnknown(options);
    const before = { items: itemsOf(world), money: money(world) };

    load(world, "NEW-9");
    await world.sync();

    expect(itemsOf(world)).toMatchObject([
      { offer: { externalId: "CUP-1" } },
      { offer: { externalId: "NEW-9" }, initialPrice: 49.5, quantity: 1 },
    ]);
    const untied = itemsOf(world).map(({ offer: _offer, ...item }) => item);
    expect(untied).toEqual(before.items.map(({ offer: _offer, ...item }) => item));
    expect(money(world)).toEqual(before.money);
    expect(await world.order(101)).toMatchObject({ state: "synced", problem: null, differences: [] });
    expect((await world.order(101)).timeline.at(-1)).toMatchObject({
      action: "relink",
      detail: { articles: ["NEW-9"] },
    });
    expect(await world.problems()).not.toContain("offer_unknown");

    const written = edits(world);
    load(world, "NEW-9");
    await world.sync();
    expect(edits(world)).toBe(written);
  },
);

test("the whole way: a product that the shop adds is tied once the CRM has loaded our catalogue", async () => {
  const world = await withUnknown();
  const row = world.shop.state.products.find(world.shop.state.products.articleAt(0)!)!;
  world.shop.addProduct({ ...row, article: "NEW-9", parent_article: "NEW-9" });

  await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "catalog" });
  await world.work();
  await world.crm.loadCatalogs();
  await world.sync();

  expect(itemsOf(world)).toMatchObject([{}, { offer: { externalId: "NEW-9" } }]);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
});

test.each([
  ["asked for", {}, 0],
  ["tried", { scopes: withoutStore }, 1],
])("an article that stays unknown is %s once per load, and not before the next", async (_, options, tries) => {
  const world = await withUnknown(options);
  load(world);
  await world.sync();
  expect(edits(world)).toBe(tries);

  const asked = () => world.crm.requests.filter((request) => request.path.endsWith("/store/offers")).length;
  const before = asked();
  for (let round = 0; round < 5; round += 1) await world.sync();

  expect(edits(world)).toBe(tries);
  expect(asked()).toBe(before);
  expect((await world.order(101)).problem).toMatchObject({ code: "offer_unknown" });
});

test("an offer that came into the CRM by another way than a load is found within a day", async () => {
  const world = await withUnknown();
  const { catalogUpdatedAt } = world.crm.state.books.sites!["demo-site"]!;
  load(world, "NEW-9");
  world.crm.state.books.sites!["demo-site"]!.catalogUpdatedAt = catalogUpdatedAt;

  await world.turn(86_400_000);

  expect(itemsOf(world)).toMatchObject([{}, { offer: { externalId: "NEW-9" } }]);
});

test("while an order waits a round asks for the site's load and no more; when none waits, for nothing", async () => {
  const world = await withUnknown();
  const cost = async () => {
    const before = world.crm.requests.length;
    await world.sync();
    return world.crm.requests.slice(before).filter((request) => request.path.endsWith("/reference/sites")).length;
  };

  expect(await cost()).toBe(1);
  load(world, "NEW-9");
  await world.sync();
  expect(await cost()).toBe(0);
});

test("lines that a manager edited stay as he left them, and the order says so", async () => {
  const world = await withUnknown();
  world.crm.asManager.addLine("101", { productName: "Gift wrap", initialPrice: 10, quantity: 1 });
  await world.look();

  load(world, "NEW-9");
  await world.sync();
  await world.api("POST", `/api/v1/connections/${world.id}/orders/101/retry`);
  await world.sync();

  expect(itemsOf(world)).toHaveLength(3);
  expect(itemsOf(world)[1]).not.toHaveProperty("offer");
  expect(await world.order(101)).toMatchObject({
    problem: { code: "offer_unknown", params: { edited: true } },
    differences: [{ field: "items" }],
  });
  expect(edits(world)).toBe(0);
});

test("status and comment that a manager gave a line are kept when it is tied", async () => {
  const world = await withUnknown();
  const items = itemsOf(world).map(({ id }) => ({ id }));
  world.crm.asManager.editOrder("101", { items: [items[0], { ...items[1], comment: "from the second shelf" }] });
  await world.look();

  load(world, "NEW-9");
  await world.sync();

  expect(itemsOf(world)[1]).toMatchObject({ offer: { externalId: "NEW-9" }, comment: "from the second shelf" });
});

test("lines that the shop changed meanwhile go with their offers", async () => {
  const world = await withUnknown();
  load(world, "NEW-9");

  world.shop.editLines(101, [line("CUP-1", 100), line("NEW-9", 55, 2)]);
  await world.sync();

  expect(itemsOf(world)).toMatchObject([{ quantity: 1 }, { offer: { externalId: "NEW-9" }, quantity: 2 }]);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
});

test("a manager who ties the line himself ends the remark", async () => {
  const world = await withUnknown();
  load(world, "NEW-9");
  const items = itemsOf(world).map(({ id }) => ({ id }));

  world.crm.asManager.editOrder("101", { items: [items[0], { ...items[1], offer: { externalId: "NEW-9" } }] });
  await world.sync();

  expect((await world.order(101)).problem).toBeNull();
  expect(edits(world)).toBe(0);
});

test("many orders wait: those of one page and the next are tied in the same round, killed in the middle or not", async () => {
  const world = await makeWorld();
  await world.connect();
  for (let orderId = 101; orderId <= 160; orderId += 1) world.placeOrder(orderId, { products: [line("NEW-9", 100)] });
  await world.sync();
  load(world, "NEW-9");

  await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "sync" });
  const open = () =>
    [...Array(60).keys()].filter((place) => {
      const [item] = world.crm.order(String(101 + place))!.items as { offer?: object }[];
      return item!.offer === undefined;
    }).length;
  expect(await world.workAndDie(20, true)).toBe(true);
  expect(open()).toBeGreaterThan(0);
  expect(open()).toBeLessThan(60);
  await world.sync();

  expect(open()).toBe(0);
  expect(await world.problems()).toEqual([]);
});
