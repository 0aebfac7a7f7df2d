import { expect, test } from "vitest";
import type { Fields } from "./state.ts";
import { makeAccount } from "./test-account.ts";

const offers = (...ids: string[]): string =>
  ids
    .map(
      (id) =>
        `<offer id="${id}" productId="${id.split("#")[0]}" quantity="3"><price>99.50</price><categoryId>2</categoryId>` +
        `<name>Чайник &amp; ${id}</name><param name="Артикул" code="article">${id}</param></offer>`,
    )
    .join("");

const file = (...ids: string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?><yml_catalog date="2026-01-05 10:00:00"><shop><name>S</name>` +
  `<categories><category id="1">Дім</category><category id="2" parentId="1"><name>Кухня</name></category></categories>` +
  `<offers>${offers(...ids)}</offers></shop></yml_catalog>`;

function makeShop(first: string): ReturnType<typeof makeAccount> & { serve(text: string): void; asked: string[] } {
  let text = first;
  const asked: string[] = [];
  const account = makeAccount("demo", (url) => {
    asked.push(url);
    return Promise.resolve(text);
  });
  return {
    ...account,
    asked,
    serve: (next) => {
      text = next;
    },
  };
}

async function install(account: ReturnType<typeof makeAccount>): Promise<void> {
  const site = { code: "demo-site", ymlUrl: "https://shop.example/c.xml", loadFromYml: true };
  await account.post("/api/v5/reference/sites/demo-site/edit", { site });
}

test("the catalogue is loaded on request, and offers that vanish become inactive", async () => {
  const shop = makeShop(file("501", "502#S", "502#M"));
  await install(shop);

  const asked = await shop.get("/api/v5/statistic/update");
  await shop.crm.settled();
  const products = (await shop.get("/api/v5/store/products")).body.products as Fields[];
  shop.serve(file("501", "502#S"));
  await shop.crm.loadCatalogs();

  expect(asked.body).toEqual({ success: true });
  expect(shop.asked[0]).toBe("https://shop.example/c.xml");
  expect(products.map((product) => [product.externalId, (product.offers as unknown[]).length])).toEqual([
    ["501", 1],
    ["502", 2],
  ]);
  expect(products[0]).toMatchObject({ article: "501", quantity: 3, minPrice: 99.5, active: true });
  const found = (await shop.get("/api/v5/store/offers?filter[externalIds][]=502%23M")).body.offers;
  expect(found).toMatchObject([
    { externalId: "502#M", active: false, name: "Чайник & 502#M", product: { active: true } },
  ]);
  const site = ((await shop.get("/api/v5/reference/sites")).body.sites as Record<string, Fields>)["demo-site"];
  expect(site!.catalogUpdatedAt).toMatch(/^2026-01-05 12:00:/);
  expect((await shop.get("/api/v5/store/product-groups")).body.productGroup).toMatchObject([
    { name: "Дім" },
    { name: "Кухня", externalId: "2" },
  ]);
});

test("loading is asked for once a minute at most", async () => {
  const shop = makeShop(file("501"));

  const codes = [
    (await shop.get("/api/v5/statistic/update")).status,
    (await shop.get("/api/v5/statistic/update")).status,
  ];
  shop.wait(60_000);
  codes.push((await shop.get("/api/v5/statistic/update")).status);

  expect(codes).toEqual([200, 400, 200]);
});

test.each([
  ["cut", file("501").slice(0, 200)],
  ["with a doubled id", file("501", "501")],
  ["of bare ampersands", file("501").replace("&amp;", "&")],
])("a file %s changes nothing and is noted", async (_, text) => {
  const shop = makeShop(file("501", "502"));
  await install(shop);
  await shop.crm.loadCatalogs();
  const before = shop.crm.state.books.sites!["demo-site"]!.catalogUpdatedAt;
  shop.wait(3_600_000);

  shop.serve(text);
  await shop.crm.loadCatalogs();

  expect([...shop.crm.state.offers.values()].map((offer) => offer.active)).toEqual([true, true]);
  expect(shop.crm.state.catalogErrors.length).toBe(1);
  expect(shop.crm.state.books.sites!["demo-site"]!.catalogUpdatedAt).toBe(before);
  expect(shop.crm.state.books.sites!["demo-site"]!.catalogLoadingAt).not.toBe(before);
});

test("stock is kept per warehouse and shown per warehouse when asked", async () => {
  const { crm, get, post } = makeAccount();

  const answer = await post("/api/v5/store/inventories/upload", {
    site: "north-shop",
    offers: [
      { externalId: "501", stores: [{ code: "outlet", available: 5 }] },
      { externalId: "nope", stores: [{ code: "main", available: 1 }] },
    ],
  });
  crm.asManager.setStock("501", "main", 7);
  const whole = await get("/api/v5/store/inventories?filter[offerExternalId][]=501");
  const detailed = await get("/api/v5/store/inventories?filter[offerExternalId][]=501&filter[details]=1&limit=250");
  const shapeless = await post("/api/v5/store/inventories/upload", { offers: [{ externalId: "501" }] });

  expect(answer.body).toEqual({ success: true, processedOffersCount: 1, notFoundOffers: [{ externalId: "nope" }] });
  expect(whole.body.offers).toMatchObject([{ externalId: "501", quantity: 12 }]);
  expect("stores" in (whole.body.offers as Fields[])[0]!).toBe(false);
  expect(detailed.body.offers).toMatchObject([
    {
      stores: [
        { store: "main", quantity: 7 },
        { store: "outlet", quantity: 5 },
      ],
    },
  ]);
  expect(shapeless.status).toBe(400);
});

test("prices of types are taken, unknown offers named", async () => {
  const { get, post } = makeAccount();

  const answer = await post("/api/v5/store/prices/upload", {
    prices: [
      {
        externalId: "501",
        site: "north-shop",
        prices: [
          { code: "base", price: 42 },
          { code: "wholesale", price: 30 },
        ],
      },
      { externalId: "nope", site: "north-shop", prices: [{ code: "base", price: 1 }] },
    ],
  });

  expect(answer.body).toEqual({ success: true, processedOffersCount: 1, notFoundOffers: [{ externalId: "nope" }] });
  const [offer] = (await get("/api/v5/store/offers?filter[externalIds][]=501")).body.offers as Fields[];
  expect(offer!.prices).toMatchObject([
    { priceType: "base", price: 42 },
    { priceType: "wholesale", price: 30 },
  ]);
});
