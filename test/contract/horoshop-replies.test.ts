import { expect, test } from "vitest";
import type { HttpResponse } from "../../src/http/call.ts";
import {
  answerOf,
  atOnce,
  fixture,
  fixtureText,
  json,
  lostAnswer,
  memoryTokens,
  neverLeft,
  shopThat,
} from "./scripted.ts";

const html: HttpResponse = {
  status: 200,
  headers: { "content-type": "text/html" },
  body: fixtureText("horoshop/bot-page.html"),
};

test("a page of orders: amounts as text, lists for maps, older shops, and what cannot be read apart", async () => {
  const { client, asked } = shopThat(() => answerOf("horoshop/orders-page.json"));

  const { orders, unreadable, rows } = await client.fetchOrders({ from: "2024-05-01", limit: 50, offset: 0 });

  expect(rows).toBe(4);
  expect(orders.map(({ order_id }) => order_id)).toEqual([10427, 10428]);
  expect(unreadable).toEqual([
    { orderId: 10429, reason: "products.0.price: not an amount" },
    { orderId: undefined, reason: expect.stringContaining("order_id") },
  ]);
  const [full, old] = orders;
  expect(full).toMatchObject({
    delivery_price: "-1",
    total_sum: "999.5",
    payed: false,
    delivery_type: { id: 4, title: "Відділення перевізника" },
    tracking: undefined,
    branch: "99999999-1111-2222-3333-444444444444",
    dropshipping: false,
    analytics: { utm_campaign: "20517733", utm_content: "(none)" },
  });
  expect(full!.products[1]).toMatchObject({ article: "0042", price: "159.5", quantity: "1", type: "product" });
  expect(old).toMatchObject({
    order_id: 10428,
    stat_status: 2,
    payed: true,
    delivery_type: undefined,
    payment_type: undefined,
    total_default: "1299.5",
    total_sum: "1199.5",
    delivery_price: "80",
    comment: "",
    manager_comment: "",
    tracking: "20450000000000",
    branch: undefined,
    dropshipping: true,
  });
  expect(old!.products).toEqual([
    expect.objectContaining({ article: "4820000000017", price: "1299.5", type: "product" }),
  ]);
  expect(asked.at(-1)!.parameters).toMatchObject({
    additionalData: true,
    limit: 50,
    offset: 0,
    token: expect.any(String),
  });
});

test("nothing in every shape is no orders, and an answer full of something else is not", async () => {
  for (const body of fixture("horoshop/empty-replies.json").body as unknown[]) {
    const { client } = shopThat(() => json(body));
    expect(await client.fetchOrders({})).toEqual({ orders: [], unreadable: [], rows: 0, isLast: true });
  }
  const { client } = shopThat(() => json({ status: "OK", response: { items: [1] } }));
  await expect(client.fetchOrders({})).rejects.toMatchObject({ kind: "unreadable" });
});

test("an empty list of numbers asks for nothing; an offset never goes without a limit", async () => {
  const { client, calls } = shopThat(() => answerOf("horoshop/orders-page.json"));

  expect((await client.fetchOrders({ ids: [] })).rows).toBe(0);
  expect(calls("orders/get")).toHaveLength(0);
  await client.fetchOrders({ offset: 20 });
  expect(calls("orders/get")[0]!.parameters).toMatchObject({ offset: 20, limit: 100 });
});

test("every status word has its kind and is kept", async () => {
  for (const { body, kind } of fixture("horoshop/refusals.json").body as { body: { status: string }; kind: string }[]) {
    const { client } = shopThat(() => json(body));
    await expect(client.fetchOrders({})).rejects.toMatchObject({ kind, remoteCode: body.status, remote: "horoshop" });
  }
});

test("F95: a page instead of JSON is a failure with its beginning kept, not an empty shop", async () => {
  const { client } = shopThat(() => html);

  const error = await client.fetchOrders({}).catch((caught) => caught);

  expect(error).toMatchObject({ kind: "unreadable", httpStatus: 200, mayHaveHappened: false });
  expect(error.details[0]).toContain("Checking your browser");
  await expect(client.updateOrders([{ order_id: 1, status: 2 }])).rejects.toMatchObject({ mayHaveHappened: true });
});

test.each([
  [404, "rejected", false],
  [401, "unauthorized", false],
  [429, "rate-limited", false],
  [500, "unavailable", true],
  [503, "unavailable", false],
  [524, "unavailable", true],
  [301, "unavailable", false],
])("HTTP %s with a page is %s", async (status, kind, mayHaveHappened) => {
  const { client } = shopThat(() => ({
    ...html,
    status,
    headers: { "retry-after": "9", location: "https://www.shop.example/" },
  }));

  const error = await client.updateOrders([{ order_id: 1, payed: 1 }]).catch((caught) => caught);

  expect(error).toMatchObject({ kind, httpStatus: status, mayHaveHappened, retryAfterMs: 9_000 });
  expect(error.location).toBe(status === 301 ? "https://www.shop.example/" : undefined);
});

test("an answer that was lost, and one that was never asked for", async () => {
  const cut = shopThat(() => lostAnswer).client;
  const refused = shopThat(() => neverLeft).client;

  await expect(cut.updateOrders([{ order_id: 1, status: 2 }])).rejects.toMatchObject({
    kind: "unavailable",
    mayHaveHappened: true,
  });
  await expect(refused.updateOrders([{ order_id: 1, status: 2 }])).rejects.toMatchObject({
    kind: "unavailable",
    mayHaveHappened: false,
    transportReason: "refused",
  });
  await expect(cut.fetchOrders({})).rejects.toMatchObject({ mayHaveHappened: false });
});

test("what only reads is repeated although it is a POST, a write is not", async () => {
  let lost = true;
  const shop = shopThat(
    () => {
      if (!lost) return json({ status: "EMPTY" });
      lost = false;
      return lostAnswer;
    },
    { retry: atOnce },
  );

  expect((await shop.client.fetchOrders({})).rows).toBe(0);
  expect(shop.calls("orders/get")).toHaveLength(2);
  lost = true;
  await expect(shop.client.updateOrders([{ order_id: 1, status: 2 }])).rejects.toMatchObject({ mayHaveHappened: true });
  expect(shop.calls("orders/update")).toHaveLength(1);
});

test("concurrent callers share one login; the token is renewed before its ten minutes are over", async () => {
  let now = Date.parse("2026-03-01T10:00:00Z");
  const shop = shopThat(() => json({ status: "EMPTY" }), { now: () => new Date(now) });

  await Promise.all([shop.client.fetchOrders({}), shop.client.fetchOrders({}), shop.client.fetchCurrencies()]);
  expect(shop.calls("auth")).toHaveLength(1);
  now += 539_000;
  await shop.client.fetchOrders({});
  expect(shop.calls("auth")).toHaveLength(1);
  now += 2_000;
  await shop.client.fetchOrders({});
  expect(shop.calls("auth")).toHaveLength(2);
});

test("clients of the same shop account share their token", async () => {
  const tokens = memoryTokens();
  const one = shopThat(() => json({ status: "EMPTY" }), { tokens });
  const two = shopThat(() => json({ status: "EMPTY" }), { tokens });

  await Promise.all([one.client.fetchOrders({}), two.client.fetchOrders({})]);

  expect(one.calls("auth").length + two.calls("auth").length).toBe(1);
});

test.each(["UNAUTHORIZED", "AUTHORIZATION_ERROR", "AUTH_ERROR"])(
  "F94: %s is answered by one silent login",
  async (word) => {
    let tokens = 0;
    const shop = shopThat(
      (_operation, { token }) =>
        token === "t2" ? json({ status: "EMPTY" }) : json({ status: word, response: { message: "dead" } }),
      {
        auth: () => {
          tokens += 1;
          return json({ status: "OK", response: { token: `t${tokens}` } });
        },
      },
    );

    await Promise.all([shop.client.fetchOrders({}), shop.client.fetchOrders({})]);

    expect(tokens).toBe(2);
  },
);

test("F93: a refused login is asked once and tells so; trouble at the login is no refusal", async () => {
  const wrong = shopThat(() => json({ status: "EMPTY" }), { auth: () => answerOf("horoshop/auth-refused.json") });
  await expect(wrong.client.login()).rejects.toMatchObject({ kind: "unauthorized", operation: "auth" });
  await expect(wrong.client.fetchOrders({})).rejects.toMatchObject({ kind: "unauthorized" });
  expect(wrong.calls("auth")).toHaveLength(2);
  expect(wrong.calls("orders/get")).toHaveLength(0);

  const down = shopThat(() => json({ status: "EMPTY" }), { auth: () => ({ ...html, status: 502 }) });
  await expect(down.client.login()).rejects.toMatchObject({ kind: "unavailable", mayHaveHappened: false });
  const none = shopThat(() => json({ status: "EMPTY" }), { auth: () => ({ ...html, status: 404 }) });
  await expect(none.client.login()).rejects.toMatchObject({ kind: "rejected", httpStatus: 404 });
});

test("no error carries the password or the token", async () => {
  const { client } = shopThat((_operation, { token }) => ({
    status: 500,
    headers: {},
    body: `login=example-password token ${token}`,
  }));

  const error = await client.fetchOrders({}).catch((caught) => caught);

  const told = JSON.stringify({ ...error, message: error.message });
  expect(told).not.toContain("example-password");
  expect(told).not.toContain("3f0c9b7e51d24a86b2c7de4418a0f963");
});

test("F75: the log of an update is read by position, by number when it has one, and a missing entry is no success", async () => {
  const rows = [
    { order_id: 10427, status: 2 },
    { order_id: 10428, status: 77 },
  ];
  const refused = "status is not defined or defined incorrectly";

  for (const path of ["horoshop/update-measured.json", "horoshop/update-vendor-example.json"]) {
    const { client } = shopThat(() => answerOf(path));
    expect(await client.updateOrders(rows)).toEqual([
      { ok: true, message: "UPDATED" },
      { ok: false, message: refused },
    ]);
  }
  const short = shopThat(() =>
    json({ status: "WARNING", response: { log: [{ status: "OK", message: "UPDATED" }] } }),
  ).client;
  expect(await short.updateOrders(rows)).toEqual([
    { ok: true, message: "UPDATED" },
    { ok: false, message: "no answer" },
  ]);
  const silent = shopThat(() => json({ status: "OK", response: [] })).client;
  expect(await silent.updateOrders(rows)).toEqual([
    { ok: true, message: "" },
    { ok: true, message: "" },
  ]);
});

test("dictionaries: by id or as a list, flags and numbers in both spellings", async () => {
  const { client } = shopThat((operation) =>
    answerOf(`horoshop/${operation === "orders/get_available_statuses" ? "statuses" : operation.split("/")[0]}.json`),
  );

  const statuses = await client.fetchStatuses();
  expect(statuses.map(({ id }) => id)).toEqual([1, 3, 21]);
  expect(statuses[1]).toEqual({ id: 3, title: { ua: "Доставлено", ru: "Доставлен" }, is_successful: true });
  expect(await shopThat(() => answerOf("horoshop/statuses-list.json")).client.fetchStatuses()).toEqual(statuses);
  expect(await client.fetchDeliveryTypes()).toEqual([
    { id: 4, title: { ua: "Відділення", ru: "Отделение" }, enabled: true, payment: [9, 12] },
    { id: 7, title: { ua: "Самовивіз", ru: "" }, enabled: false, payment: [9] },
    { id: 8, title: { "": "Поштою" }, enabled: true, payment: [] },
  ]);
  expect((await client.fetchPaymentTypes()).map(({ id, enabled }) => [id, enabled])).toEqual([
    [9, true],
    [12, false],
  ]);
  expect(await client.fetchCurrencies()).toEqual([{ iso: "UAH" }, { iso: "EUR" }]);
  expect((await client.fetchPages(0)).map(({ id, parent }) => [id, parent])).toEqual([
    [31, 0],
    [32, 31],
  ]);
});

test("F96: a shop too old to list its statuses has the built-in ones", async () => {
  const { client } = shopThat(() => json({ status: "UNDEFINED_FUNCTION", response: [] }));

  expect((await client.fetchStatuses()).map(({ id }) => id)).toEqual([1, 2, 3, 4, 6]);
  expect(await client.fetchOwnStatuses()).toBeUndefined();
  await expect(client.fetchDeliveryTypes()).rejects.toMatchObject({
    kind: "rejected",
    remoteCode: "UNDEFINED_FUNCTION",
  });
});

test("products: one row per modification, shapes unified, a row without article kept to be counted", async () => {
  const { client, asked } = shopThat(() => answerOf("horoshop/products.json"));

  const { products, rows } = await client.fetchProducts({ offset: 0, limit: 5_000, includedParams: ["title"] });

  expect(asked.at(-1)!.parameters).toMatchObject({ offset: 0, limit: 500, includedParams: ["title"] });
  expect(rows).toBe(4);
  expect(products.map(({ article, parent_article }) => [article, parent_article])).toEqual([
    ["TK-450", "TK-450"],
    ["TK-450-GRN", "TK-450"],
    ["100500", "100500"],
    ["", "TK-450"],
  ]);
  expect(products[0]).toMatchObject({
    parent: { id: 32, value: "Посуд / Термоси" },
    alt_parent: [{ id: 40, value: "Подарунки" }],
    price: "420",
    brand: { ua: "Лісова", ru: "" },
    color: "",
    gtin: "4820000000017",
    unit_of_measurement: "",
    residues: [
      { warehouse: "office", quantity: "5" },
      { warehouse: "shop", quantity: "2" },
    ],
    characteristics: { title: [], vaha: 310 },
  });
  expect(products[1]).toMatchObject({
    price: "1420.5",
    presence: { id: 2 },
    brand: "Лісова",
    characteristics: {},
    residues: [],
  });
  expect(products[2]).toMatchObject({
    title: "Старий товар",
    presence: { value: "В наявності" },
  });
  expect(products[2]!.parent).toBeUndefined();
});

test("stock goes by catalog/import and comes back with codes per article", async () => {
  const { client, calls } = shopThat(() => answerOf("horoshop/import-log.json"));

  const results = await client.importResidues([
    { article: "TK-450", residues: [{ warehouse: "office", quantity: 5 }] },
    { article: "TK-999", presence: "В наявності" },
  ]);

  expect(calls("catalog/import")[0]!.parameters.products).toEqual([
    { article: "TK-450", residues: [{ warehouse: "office", quantity: 5 }] },
    { article: "TK-999", presence: "В наявності" },
  ]);
  expect(results).toEqual([
    { article: "TK-450", codes: [15], messages: ["stock updated"] },
    { article: "TK-999", codes: [18, 19], messages: ["warehouse not found", "stock update failed"] },
  ]);
});

test("hooks: 201 with a bare id, 410 as success, everything else refused", async () => {
  const shop = shopThat((operation) =>
    operation === "hooks/subscribe" ? json({ id: 17 }, 201) : json({ status: "OK" }, 410),
  );
  expect(await shop.client.subscribe("order_created", "https://us.example/hooks/1")).toEqual({ id: "17" });
  await shop.client.unsubscribe("17", "https://us.example/hooks/1");
  expect(shop.calls("hooks/unSubscribe")[0]!.parameters).toMatchObject({
    id: 17,
    target_url: "https://us.example/hooks/1",
  });

  const text = "Subscriptions limit for current event has been reached";
  for (const reply of [json({ message: text }, 400), { status: 400, headers: {}, body: text }]) {
    const full = shopThat(() => reply).client;
    await expect(full.subscribe("order_created", "https://us.example/")).rejects.toMatchObject({
      kind: "rejected",
      remoteCode: "subscription limit",
    });
  }
  const without = shopThat(() => json({ status: "FORBIDDEN", response: [] })).client;
  await expect(without.subscribe("order_created", "https://us.example/")).rejects.toMatchObject({
    kind: "rejected",
    remoteCode: "FORBIDDEN",
  });
});
