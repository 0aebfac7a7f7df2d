/** The real client, over a real socket, against the sandbox: each learns from the other's reading of the reference. */
import { afterEach, expect, test } from "vitest";
import { createHoroshopSandbox, type HoroshopSandboxOptions } from "../../sandbox/horoshop/sandbox.ts";
import { listen } from "../../sandbox/listen.ts";
import { createHoroshopClient } from "../../src/horoshop/client.ts";
import { createTransport } from "../../src/http/call.ts";
import { createMemorySlots } from "../../src/http/slots.ts";
import { createTargetGuard } from "../../src/http/target-guard.ts";
import { atOnce, memoryTokens } from "./scripted.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(options: Partial<HoroshopSandboxOptions> = {}, given: { password?: string } = {}) {
  const clock = { ms: Date.parse("2026-03-01T10:00:00Z") };
  const now = () => new Date(clock.ms);
  const shop = createHoroshopSandbox({ now, random: () => 0.4, orders: 0, products: 12, ...options });
  const server = await listen(shop);
  shop.setBaseUrl(server.url);
  const transport = createTransport({ guard: createTargetGuard({ allowLocal: true }) });
  closers.push(server.close, transport.close);
  const client = createHoroshopClient({
    url: server.url,
    login: "integration",
    password: given.password ?? "demo-password",
    transport,
    slots: createMemorySlots(2),
    tokens: memoryTokens(),
    now,
    retry: atOnce,
  });
  return { shop, client, clock };
}

test("login, refused login, a changed password in the middle of work", async () => {
  const { shop, client } = await open();
  await client.login();
  await (await open({}, { password: "wrong" })).client.login().then(
    () => expect.unreachable(),
    (error) => expect(error).toMatchObject({ kind: "unauthorized", operation: "auth" }),
  );

  shop.changePassword("another");

  await expect(client.fetchOrders({})).rejects.toMatchObject({ kind: "unauthorized" });
});

test.each(["[]", "{}", "missing", "list"] as const)("no orders when EMPTY is %s", async (emptyShape) => {
  const { client } = await open({ switches: { emptyShape } });

  expect(await client.fetchOrders({ from: "2026-03-01" })).toEqual({
    orders: [],
    unreadable: [],
    rows: 0,
    isLast: true,
  });
});

test("an order that somebody placed is read as it was placed", async () => {
  const { shop, client } = await open();
  const placed = shop.placeOrder({
    products: [{ article: "TK-1", title: "Термос", price: 400, quantity: 2 }],
    delivery_type: 4,
    payment_type: 9,
    coupon: { code: "WELCOME", percent: 25 },
    comment: "Без дзвінка",
  });
  shop.setTracking(placed.order_id, "20450000000000");

  const { orders, unreadable } = await client.fetchOrders({ ids: [placed.order_id] });

  expect(unreadable).toEqual([]);
  expect(orders).toHaveLength(1);
  expect(orders[0]).toMatchObject({
    order_id: placed.order_id,
    stat_status: 1,
    delivery_phone: placed.delivery_phone,
    delivery_type: { id: 4 },
    payment_type: { id: 9 },
    total_default: "800",
    total_sum: "600",
    coupon_code: "WELCOME",
    comment: "Без дзвінка",
    tracking: "20450000000000",
    payed: false,
  });
  expect(orders[0]!.products).toMatchObject([{ article: "TK-1", price: "400", quantity: "2", total_price: "800" }]);
});

test.each([
  ["newest first", { ordersNewestFirst: true }],
  ["oldest first", { ordersNewestFirst: false }],
  ["a silent limit of 50", { ordersLimitMax: 50 }],
  [
    "an older shop",
    { missingOrderFields: ["order_without_callback", "analytics", "delivery_data", "manager_comment"] },
  ],
])("all 300 demo orders are read: %s", async (_name, switches) => {
  const { client } = await open({ orders: 300, switches });
  const ids = new Set<number>();
  let unreadable = 0;

  for await (const page of client.fetchAllOrders({})) {
    for (const order of page.orders) ids.add(order.order_id);
    unreadable += page.unreadable.length;
  }

  expect({ found: ids.size, unreadable }).toEqual({ found: 300, unreadable: 0 });
});

test("F75: statuses, payment and waybill are written row by row, each with its own answer", async () => {
  for (const switches of [{}, { logTextField: "messages", logCarriesOrderId: true }] as const) {
    const { shop, client } = await open({ switches });
    const [first, second] = [shop.placeOrder(), shop.placeOrder()];

    const results = await client.updateOrders([
      { order_id: first.order_id, status: 2, payed: 1 },
      { order_id: second.order_id, status: 77 },
      { order_id: second.order_id, own_tracking_code: "20450000000001" },
      { order_id: 999_999, status: 2 },
    ]);

    expect(results.map(({ ok }) => ok)).toEqual([true, false, true, false]);
    expect(results[1]!.message).toContain("status is not defined");
    const { orders } = await client.fetchOrders({ ids: [first.order_id, second.order_id] });
    const byId = new Map(orders.map((order) => [order.order_id, order]));
    expect(byId.get(first.order_id)).toMatchObject({ stat_status: 2, payed: true });
    expect(byId.get(second.order_id)).toMatchObject({ stat_status: 1, tracking: "20450000000001" });
  }
});

test("F73: an order cancelled by the API refuses later edits for good", async () => {
  const { shop, client } = await open();
  const { order_id } = shop.placeOrder();

  expect(await client.updateOrders([{ order_id, status: 4 }])).toMatchObject([{ ok: true }]);
  expect(await client.updateOrders([{ order_id, status: 2 }])).toMatchObject([{ ok: false }]);
});

test("dictionaries, currencies, sections and products", async () => {
  const { client } = await open({ products: 40 });

  expect((await client.fetchStatuses()).map(({ id }) => id)).toContain(21);
  expect((await client.fetchDeliveryTypes()).find(({ id }) => id === 5)).toMatchObject({
    enabled: true,
    payment: [9, 12],
  });
  expect((await client.fetchDeliveryTypes()).find(({ id }) => id === 10)).toMatchObject({ enabled: false });
  expect((await client.fetchPaymentTypes()).length).toBeGreaterThan(2);
  expect(await client.fetchCurrencies()).toContainEqual({ iso: "UAH" });
  const root = await client.fetchPages(0);
  expect(root.length).toBeGreaterThan(0);
  expect(root[0]!.title.ua).not.toBe("");
  const { products, rows } = await client.fetchProducts({ offset: 0, limit: 500 });
  expect({ rows, read: products.length }).toEqual({ rows: 40, read: 40 });
  expect(
    products.every(({ article, price, parent }) => article !== "" && price !== undefined && parent !== undefined),
  ).toBe(true);
  expect((await client.fetchProducts({ offset: 40, limit: 500 })).rows).toBe(0);
});

test("F96: an old shop without some functions, a tariff without others", async () => {
  const { client } = await open({
    switches: {
      missingFunctions: ["orders/get_available_statuses"],
      forbiddenFunctions: ["hooks/subscribe", "orders/get"],
    },
  });

  expect((await client.fetchStatuses()).map(({ id }) => id)).toEqual([1, 2, 3, 4, 6]);
  await expect(client.fetchOrders({})).rejects.toMatchObject({ kind: "rejected", remoteCode: "FORBIDDEN" });
  await expect(client.subscribe("order_created", "http://127.0.0.1:9/x")).rejects.toMatchObject({ kind: "rejected" });
});

test("stock goes in and shows in the export, an unknown warehouse is named", async () => {
  const { client } = await open();
  const before = (await client.fetchProducts({ offset: 0, limit: 500 })).products.find(
    ({ residues }) => residues.length > 0,
  )!;
  const warehouse = before.residues[0]!.warehouse;

  const results = await client.importResidues([
    { article: before.article, residues: [{ warehouse, quantity: 41 }] },
    { article: before.article, residues: [{ warehouse: "nowhere", quantity: 1 }] },
  ]);

  expect(results[0]!.codes).toContain(15);
  expect(results.flatMap(({ codes }) => codes)).toContain(18);
  const after = (await client.fetchProducts({ offset: 0, limit: 500 })).products.find(
    ({ article }) => article === before.article,
  )!;
  expect(after.residues).toContainEqual({ warehouse, quantity: "41" });
});

test("subscriptions: made, refused past five, taken back", async () => {
  const { shop, client } = await open();
  const address = (index: number) => `http://127.0.0.1:9/hooks/${index}`;
  const ids: string[] = [];
  for (let index = 0; index < 5; index += 1) ids.push((await client.subscribe("order_created", address(index))).id);

  await expect(client.subscribe("order_created", address(5))).rejects.toMatchObject({
    remoteCode: "subscription limit",
  });
  await client.unsubscribe(ids[0]!, address(0));

  expect(shop.state.subscriptions).toHaveLength(4);
});

test("F94: the token dies in the middle of paging, or with every new login, and no page is lost", async () => {
  const { client, clock } = await open({ orders: 250, switches: { newTokenKillsOld: true } });
  let found = 0;

  for await (const { orders } of client.fetchAllOrders({})) {
    found += orders.length;
    clock.ms += 700_000;
  }

  expect(found).toBe(250);
});

test.each([
  ["502-html", "unavailable", true],
  ["524", "unavailable", true],
  ["html-200", "unreadable", true],
  ["cut-json", "unreadable", true],
  ["exception", "unavailable", true],
  ["404", "rejected", false],
  ["lost-after", "unavailable", true],
] as const)("a write under the fault %s is %s", async (kind, expected, mayHaveHappened) => {
  const { shop, client } = await open();
  const { order_id } = shop.placeOrder();
  await client.login();
  shop.faults.add({ kind, match: "orders/update" });

  await expect(client.updateOrders([{ order_id, status: 2 }])).rejects.toMatchObject({
    kind: expected,
    mayHaveHappened,
  });
  expect(shop.requests.filter((request) => request.function === "orders/update")).toHaveLength(1);
});

test.each(["502-html", "524", "lost-before", "lost-after"] as const)(
  "a read under a passing fault %s is asked again",
  async (kind) => {
    const { shop, client } = await open();
    shop.placeOrder();
    shop.faults.add({ kind, match: "orders/get", times: 2 });

    expect((await client.fetchOrders({})).orders).toHaveLength(1);
  },
);

test("never more than two requests are under way to one shop", async () => {
  const { shop, client } = await open({ switches: { latencyMs: 15 } });

  await Promise.all(Array.from({ length: 9 }, () => client.fetchOrders({})));

  expect(shop.mostUnderWay()).toBe(2);
});

test("a shop that has moved says where to, and one without API says so", async () => {
  const moved = await open({ switches: { redirectTo: "http://127.0.0.1:9" } });
  const off = await open({ switches: { apiOff: true } });

  await expect(moved.client.login()).rejects.toMatchObject({
    httpStatus: 301,
    location: "http://127.0.0.1:9/api/auth/",
  });
  await expect(off.client.login()).rejects.toMatchObject({ kind: "rejected", httpStatus: 404 });
});
