import { beforeEach, expect, test } from "vitest";
import type { ProductRow } from "../../sandbox/horoshop/product-table.ts";
import { makeWorld, type World } from "../../test/world.ts";

const articles = ["CUP-1", "CUP-2", "TEA-1"];
let world: World;

beforeEach(async () => {
  world = await makeWorld();
  world.shop.removeProducts(1000);
  for (const article of articles) world.shop.addProduct(sampleProduct(article));
});

/** 7 pieces of each in the shop's office. */
function sampleProduct(article: string): ProductRow {
  return {
    article,
    parent_article: article,
    parent: { id: 31, value: "Посуд" },
    title: { ua: article, ru: article },
    display_in_showcase: 1,
    price: 100,
    currency: "UAH",
    presence: { id: 1, value: { ua: "В наявності", ru: "В наличии" } },
    quantity: 7,
    residues: [{ warehouse: "office", quantity: 7 }],
    images: [],
    characteristics: [],
  };
}

async function connect(stock: Record<string, unknown>, own = true): Promise<void> {
  // The CRM's "allow editing of stock": the file's quantities are ignored.
  world.crm.switches.stockEditing = own;
  await world.connect({ settings: { stock } });
  await world.crm.settled();
}

async function run() {
  const started = await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "stock" });
  await world.work();
  return (await world.api("GET", `/api/v1/runs/${started.body.id}`)).body;
}

const residue = (article: string, warehouse = "office") =>
  world.shop.product(article)!.residues.find((one) => one.warehouse === warehouse)?.quantity;
const presence = (article: string) => (world.shop.product(article)!.presence as { value: { ua: string } }).value.ua;
const crmStock = (article: string): Record<string, { quantity: number }> => {
  const offers = [...world.crm.state.offers.values()];
  return offers.find((offer) => offer.externalId === article)!.stock;
};
const shopWrites = () => world.shop.requests.filter((request) => request.function.includes("catalog/import")).length;
const crmWrites = () => world.crm.requests.filter((request) => request.path.includes("inventories/upload")).length;
const setCrm = (quantity: number, store = "main") => {
  for (const article of articles) world.crm.asManager.setStock(article, store, quantity);
};

test("without a direction a run ends well and does nothing", async () => {
  await connect({ direction: "none" });

  const ended = await run();

  expect(ended).toMatchObject({ state: "succeeded", counts: { read: 0, updated: 0, unchanged: 0, failed: 0 } });
  expect([shopWrites(), crmWrites()]).toEqual([0, 0]);
});

test("CRM to shop: the first run brings the shop into line, a second one writes nothing", async () => {
  await connect({ direction: "crm-to-shop", reserve: 2 });
  setCrm(10);
  world.crm.asManager.setStock("TEA-1", "main", 9.5);
  world.crm.asManager.setStock("TEA-1", "outlet", -1);

  const first = await run();
  const written = shopWrites();
  const second = await run();

  expect(articles.map((article) => residue(article))).toEqual([8, 8, 6.5]);
  expect(first).toMatchObject({ state: "succeeded", counts: { read: 3, updated: 3, unchanged: 0, failed: 0 } });
  expect(second).toMatchObject({ state: "succeeded", counts: { read: 3, updated: 0, unchanged: 3, failed: 0 } });
  expect([written, shopWrites(), crmWrites()]).toEqual([1, 1, 0]);
});

test("CRM to shop: what the shop sold meanwhile stays until the CRM says something new", async () => {
  await connect({ direction: "crm-to-shop" });
  setCrm(10);
  await run();

  world.shop.setStock("CUP-1", { quantity: 9 });
  await run();
  const left = residue("CUP-1");
  world.crm.asManager.setStock("CUP-1", "main", 4);
  const ended = await run();

  expect([left, residue("CUP-1"), residue("CUP-2")]).toEqual([9, 4, 10]);
  expect(ended.counts).toMatchObject({ updated: 1, unchanged: 2 });
});

test("CRM to shop: nothing below zero, and only the chosen warehouses count", async () => {
  await connect({ direction: "crm-to-shop", stores: ["outlet"], reserve: 3 });
  setCrm(50);
  setCrm(2, "outlet");
  world.crm.asManager.setStock("TEA-1", "outlet", 4);

  await run();

  expect(articles.map((article) => residue(article))).toEqual([0, 0, 1]);
});

test("F92 CRM to shop: a hundred and thirty warehouses are all counted", async () => {
  await connect({ direction: "crm-to-shop" });
  setCrm(0);
  for (let number = 0; number < 130; number += 1) {
    world.crm.state.books.stores![`s${number}`] = { ...world.crm.state.books.stores!.main, code: `s${number}` };
    world.crm.asManager.setStock("CUP-1", `s${number}`, 1);
  }

  await run();

  expect(residue("CUP-1")).toBe(130);
});

test("CRM to shop: a shop that keeps no stock is told in words, and asked about warehouses once a day only", async () => {
  world.shop.switches.stockAccounting = false;
  await connect({ direction: "crm-to-shop", shopWarehouse: "office" });
  setCrm(0);
  world.crm.asManager.setStock("TEA-1", "main", 6);

  const first = await run();
  const afterFirst = shopWrites();
  world.crm.asManager.setStock("CUP-1", "main", 3);
  await run();
  const afterSecond = shopWrites();
  const third = await run();

  expect(articles.map(presence)).toEqual(["В наявності", "Немає в наявності", "В наявності"]);
  expect(first).toMatchObject({ state: "succeeded", counts: { read: 3, updated: 2, unchanged: 1, failed: 0 } });
  // One that was refused (code 16) and one with words; then words at once.
  expect([afterFirst, afterSecond, shopWrites()]).toEqual([2, 3, 3]);
  expect(third.counts).toMatchObject({ updated: 0, unchanged: 3 });
});

test("CRM to shop: a warehouse that the shop does not have is a problem in plain words, until it is mended", async () => {
  await connect({ direction: "crm-to-shop", shopWarehouse: "ofice" });
  setCrm(10);

  const ended = await run();
  const open = await world.problems();
  await world.api("PATCH", `/api/v1/connections/${world.id}`, { settings: { stock: { shopWarehouse: "office" } } });
  await run();

  expect(ended).toMatchObject({ state: "failed", error: { code: "stock_warehouse_missing" } });
  expect(ended.error.message).toContain("“ofice”");
  expect(open).toContain("stock_warehouse_missing");
  expect(await world.problems()).not.toContain("stock_warehouse_missing");
  expect(residue("CUP-1")).toBe(10);
});

test("CRM to shop: a chosen warehouse that the CRM no longer has is no empty warehouse", async () => {
  await connect({ direction: "crm-to-shop", stores: ["main", "outlet"] });
  setCrm(10);
  delete world.crm.state.books.stores!.outlet;

  const ended = await run();

  expect(ended).toMatchObject({ state: "failed", error: { code: "stock_store_missing" } });
  expect([residue("CUP-1"), shopWrites()]).toEqual([7, 0]);
});

test("CRM to shop: a row that the shop would not take is named and does not stop the others", async () => {
  await connect({ direction: "crm-to-shop" });
  setCrm(10);
  const gone = world.shop.product("TEA-1")!;
  world.network.watch = (_, path) => {
    if (path.includes("catalog/import")) world.shop.removeProducts(["TEA-1"]);
  };

  const first = await run();
  const open = await world.problems();
  world.network.watch = () => {};
  world.shop.addProduct(gone);
  const second = await run();

  expect(first).toMatchObject({ state: "partial", counts: { read: 3, updated: 2, failed: 1 } });
  expect(open).toContain("stock_refused");
  expect(second).toMatchObject({ state: "succeeded", counts: { updated: 1, unchanged: 2, failed: 0 } });
  expect(await world.problems()).not.toContain("stock_refused");
  expect(articles.map((article) => residue(article))).toEqual([10, 10, 10]);
});

test("a write whose answer is lost is sent again as it is, and harms nothing", async () => {
  await connect({ direction: "shop-to-crm" });
  setCrm(1);
  world.crm.addFault({ match: { path: /inventories\/upload/ }, kind: "lost-after", times: 1 });

  const first = await run();
  const second = await run();
  const third = await run();

  expect(first).toMatchObject({ state: "failed", error: { code: "crm_unreachable" } });
  expect(second).toMatchObject({ state: "succeeded", counts: { failed: 0 } });
  expect(third.counts).toMatchObject({ updated: 0, unchanged: 3 });
  expect(articles.map((article) => crmStock(article).main!.quantity)).toEqual([7, 7, 7]);
});

test("a batch that is refused as a whole is cut in two until the rest goes through", async () => {
  await connect({ direction: "shop-to-crm" });
  setCrm(1);
  world.crm.addFault({
    match: { path: /inventories\/upload/ },
    kind: "400",
    times: 2,
    errorMsg: "Errors in the entity format",
  });

  const ended = await run();

  // All three at once, then the first two together: refused; then each alone.
  expect(ended).toMatchObject({ state: "succeeded", counts: { updated: 3, failed: 0 } });
  expect(crmWrites()).toBe(5);
});

test("no circle: what the CRM has from our catalogue never comes back to the shop", async () => {
  await connect({ direction: "crm-to-shop", reserve: 2 }, false);
  await world.crm.loadCatalogs();
  expect(crmStock("CUP-1").main!.quantity).toBe(7);

  const first = await run();
  world.shop.setStock("CUP-1", { quantity: 5 });
  const second = await run();
  await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "catalog" });
  await world.work();
  const third = await run();
  world.clock.turn(60_000);
  await world.crm.loadCatalogs();
  const fourth = await run();

  expect(crmStock("CUP-1").main!.quantity).toBe(5);
  for (const ended of [first, second, third, fourth]) expect(ended.counts).toMatchObject({ updated: 0, unchanged: 3 });
  expect([residue("CUP-1"), residue("CUP-2"), shopWrites()]).toEqual([5, 7, 0]);
});

test("no circle: a file that the CRM loaded before the last one was made is known too", async () => {
  await connect({ direction: "crm-to-shop" }, false);
  await world.crm.loadCatalogs();
  await run();
  const setInShop = async (quantity: number) => {
    world.shop.setStock("CUP-1", { quantity });
    await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "catalog" });
    await world.work();
  };
  world.clock.turn(60_000);
  await setInShop(6);
  await world.crm.settled();
  // The CRM loads at most once a minute on request.
  await setInShop(4);

  await run();

  expect([crmStock("CUP-1").main!.quantity, residue("CUP-1")]).toEqual([6, 4]);
});

test("a manager may set the very figure of the catalogue again: without a load in between it is his", async () => {
  await connect({ direction: "crm-to-shop" }, false);
  await world.crm.loadCatalogs();
  await run();

  world.crm.asManager.setStock("CUP-1", "main", 3);
  await run();
  const lowered = residue("CUP-1");
  world.crm.asManager.setStock("CUP-1", "main", 7);
  await run();

  expect([lowered, residue("CUP-1")]).toEqual([3, 7]);
});

test("shop to CRM: differences once, to the first active warehouse", async () => {
  await connect({ direction: "shop-to-crm" });
  world.crm.state.books.stores!.main!.active = false;
  world.crm.asManager.setStock("TEA-1", "outlet", 7);

  const first = await run();
  const second = await run();
  world.shop.setStock("CUP-2", { quantity: 2.5 });
  const third = await run();

  expect(articles.map((article) => crmStock(article).outlet!.quantity)).toEqual([7, 2.5, 7]);
  expect(first).toMatchObject({ state: "succeeded", counts: { read: 3, updated: 2, unchanged: 1, failed: 0 } });
  expect(second.counts).toMatchObject({ read: 3, updated: 0, unchanged: 3 });
  expect(third.counts).toMatchObject({ updated: 1, unchanged: 2 });
  expect([crmWrites(), shopWrites()]).toEqual([2, 0]);
});

test("shop to CRM: what orders took from the CRM's stock is not put back", async () => {
  await connect({ direction: "shop-to-crm" });
  await run();

  world.crm.asManager.setStock("CUP-1", "main", 6);
  await run();

  expect(crmStock("CUP-1").main!.quantity).toBe(6);
});

test("shop to CRM: in stock without a figure counts as the settings say, out of stock as none", async () => {
  world.shop.switches.stockAccounting = false;
  world.shop.setStock("CUP-2", { presence: "Немає в наявності" });
  await connect({ direction: "shop-to-crm" });
  setCrm(40);
  await world.api("PATCH", `/api/v1/connections/${world.id}`, { settings: { catalog: { inStockQuantity: 5 } } });

  await run();

  expect(articles.map((article) => crmStock(article).main!.quantity)).toEqual([5, 0, 5]);
});

test.each([
  [
    "the chosen one is gone",
    { crmStore: "outlet" },
    () => {
      delete world.crm.state.books.stores!.outlet;
    },
  ],
  [
    "none is active",
    {},
    () => {
      for (const store of Object.values(world.crm.state.books.stores!)) store.active = false;
    },
  ],
])("shop to CRM: without a warehouse nothing is written: %s", async (_, settings, spoil) => {
  await connect({ direction: "shop-to-crm", ...settings });
  spoil();

  const ended = await run();

  expect(ended).toMatchObject({ state: "failed", error: { code: "stock_store_missing" } });
  expect(await world.problems()).toContain("stock_store_missing");
  expect(crmWrites()).toBe(0);
});

test("shop to CRM: articles that the CRM does not know are named and tried again", async () => {
  await connect({ direction: "shop-to-crm" });
  world.shop.addProduct(sampleProduct("NEW-1"));

  const first = await run();
  const open = await world.problems();
  await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "catalog" });
  await world.work();
  await world.crm.loadCatalogs();
  const second = await run();

  expect(first).toMatchObject({ state: "partial", counts: { read: 4, updated: 3, failed: 1 } });
  expect(open).toContain("stock_offer_unknown");
  expect(second).toMatchObject({ state: "succeeded", counts: { updated: 1, unchanged: 3, failed: 0 } });
  expect(await world.problems()).not.toContain("stock_offer_unknown");
});

test("batches: seven hundred articles go in parts, and none is lost when the process dies in the middle", async () => {
  for (let number = 0; number < 700; number += 1) world.shop.addProduct(sampleProduct(`BULK-${number}`));
  await connect({ direction: "shop-to-crm" });

  const started = await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "stock" });
  let uploads = 0;
  world.network.watch = (_, path) => {
    if (path.includes("inventories/upload")) uploads += 1;
    if (uploads === 3) world.stop();
  };
  await world.work();
  const midway = (await world.api("GET", `/api/v1/runs/${started.body.id}`)).body.state;
  world.network.watch = () => {};
  await world.app.jobs.wake("stock", world.id);
  await world.work();

  const ended = (await world.api("GET", `/api/v1/runs/${started.body.id}`)).body;
  expect(midway).toBe("queued");
  expect(ended).toMatchObject({ state: "succeeded", counts: { read: 703, failed: 0 } });
  const left = [...world.crm.state.offers.values()].filter(
    (offer) => offer.externalId.startsWith("BULK") && offer.stock.main?.quantity !== 7,
  );
  expect(left).toEqual([]);
});

test("the schedule moves stock while a direction is set and the connection is active", async () => {
  await connect({ direction: "crm-to-shop" });
  setCrm(11);

  await world.sync();
  await world.sync();
  const scheduled = (await world.api("GET", `/api/v1/connections/${world.id}/runs?kind=stock`)).body.items;
  await world.api("PATCH", `/api/v1/connections/${world.id}`, { settings: { stock: { direction: "none" } } });
  await world.sync();
  await world.sync();
  const later = (await world.api("GET", `/api/v1/connections/${world.id}/runs?kind=stock`)).body.items;

  expect(residue("CUP-1")).toBe(11);
  expect(scheduled[0]).toMatchObject({ trigger: "schedule", state: "succeeded" });
  expect(later).toHaveLength(scheduled.length);
});

test("an outage ends the run with its side's problem and writes nothing; the next one makes up for it", async () => {
  await connect({ direction: "crm-to-shop" });
  setCrm(11);
  world.network.down.add("shop.example");

  const failed = await run();
  const open = await world.problems();
  world.network.down.clear();
  await run();

  expect(failed).toMatchObject({ state: "failed", error: { code: "shop_unreachable" } });
  expect(open).toContain("shop_unreachable");
  expect(await world.problems()).not.toContain("shop_unreachable");
  expect(residue("CUP-1")).toBe(11);
});

test("the shop's password was changed: the connection stops", async () => {
  await connect({ direction: "crm-to-shop" });
  setCrm(11);
  world.shop.changePassword("another");

  const failed = await run();

  expect(failed).toMatchObject({ state: "failed", error: { code: "shop_login_rejected" } });
  expect((await world.api("GET", `/api/v1/connections/${world.id}`)).body.state).toBe("needs_login");
});
