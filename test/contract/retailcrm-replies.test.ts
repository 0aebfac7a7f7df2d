import { expect, test } from "vitest";
import type { HttpResponse } from "../../src/http/call.ts";
import { answerOf, atOnce, crmThat, fixture, json, lostAnswer, neverLeft } from "./scripted.ts";

const draft = { externalId: "A-7", items: [{ initialPrice: "40.50", quantity: "2" }] };

test("the key goes in a header, entities as JSON in form fields, amounts as numbers", async () => {
  const { client, requests } = crmThat(() => answerOf("retailcrm/order-create.json"));

  const { id, order } = await client.createOrder("north-shop", {
    ...draft,
    discountManualAmount: "5.10",
    delivery: { code: "nova-poshta", cost: "6" },
    payments: [{ type: "cash", amount: "84" }],
    customFields: { quantity: "7" },
  });

  const [request] = requests;
  expect(request).toMatchObject({ method: "POST", url: "https://demo.retailcrm.pro/api/v5/orders/create" });
  expect(request!.headers).toMatchObject({
    "x-api-key": "crm-key-77",
    "content-type": "application/x-www-form-urlencoded",
  });
  expect(request!.url + request!.body).not.toContain("crm-key-77");
  const form = new URLSearchParams(request!.body);
  expect(form.get("site")).toBe("north-shop");
  expect(JSON.parse(form.get("order")!)).toEqual({
    externalId: "A-7",
    items: [{ initialPrice: 40.5, quantity: 2 }],
    discountManualAmount: 5.1,
    delivery: { code: "nova-poshta", cost: 6 },
    payments: [{ type: "cash", amount: 84 }],
    customFields: { quantity: "7" },
  });
  expect(id).toBe(1042);
  expect(order).toMatchObject({ payments: [{ id: 501, amount: "84" }], customFields: { horoshop_ttn: "2045" } });
});

test("an order: payments as a map, [] for no custom fields, lines with and without offer", async () => {
  const { client, requests } = crmThat(() => answerOf("retailcrm/order-get.json"));

  const order = await client.fetchOrder("A/7 ї", "externalId", "north-shop");

  expect(requests[0]!.url).toBe(
    "https://demo.retailcrm.pro/api/v5/orders/A%2F7%20%D1%97?by=externalId&site=north-shop",
  );
  expect(order).toMatchObject({
    id: 1042,
    totalSumm: "84",
    discountManualAmount: "5",
    payments: [{ id: 501, type: "cash", amount: "84" }],
    customFields: {},
    delivery: {
      code: "nova-poshta",
      cost: "6",
      trackNumber: "20450000000000",
      address: { city: "Луцьк", text: "Відділення 5" },
    },
    customer: { id: 77, externalId: "C-3", type: "customer" },
  });
  expect(order!.items).toMatchObject([
    {
      id: 88,
      externalIds: [{ code: "horoshop", value: "55120" }],
      offerExternalId: "TR-1000",
      productName: "Термос",
      initialPrice: "40",
      quantity: "2",
      properties: [],
    },
    {
      id: 89,
      externalIds: [{ code: "default", value: "old-1" }],
      quantity: "1.5",
      properties: [{ code: "article", name: "Артикул", value: "X-1" }],
    },
  ]);
});

test("only a record that is missing is undefined", async () => {
  const missing = (errorMsg: string) =>
    crmThat(() => json({ success: false, errorMsg }, 404)).client.fetchOrder("1", "id", "s");

  expect(await missing("Not found")).toBeUndefined();
  await expect(missing("API method not found")).rejects.toMatchObject({ kind: "rejected" });
  await expect(missing("Account does not exist.")).rejects.toMatchObject({ kind: "unavailable" });
});

type Refusal = { status: number; body: unknown; kind: string; remoteCode?: string; details?: string[] };

test.each(fixture("retailcrm/refusals.json").body as Refusal[])(
  "refusal $status $body.errorMsg is $kind",
  async ({ status, body, kind, remoteCode, details }) => {
    const { client } = crmThat(() => json(body, status));

    const error = await client.fetchSites().catch((caught) => caught);

    expect(error).toMatchObject({ kind, httpStatus: status, remote: "retailcrm", operation: "GET reference/sites" });
    expect(error.remoteCode).toBe(remoteCode);
    if (details) expect(error.details).toEqual(details);
  },
);

const page = (status: number): HttpResponse => ({
  status,
  headers: {},
  body: "<html><body>405 Not Allowed</body></html>",
});

test.each([
  [
    "a POST to an account that is not there",
    page(405),
    { kind: "unavailable", remoteCode: "Account does not exist", mayHaveHappened: false },
  ],
  ["a page with 200", page(200), { kind: "unavailable", mayHaveHappened: true }],
  ["a page with 502", page(502), { kind: "unavailable", mayHaveHappened: true }],
  ["maintenance", page(503), { kind: "rate-limited", mayHaveHappened: false }],
  [
    "cut JSON",
    { status: 201, headers: {}, body: '{"success": true, "id": 10' },
    { kind: "unreadable", mayHaveHappened: true },
  ],
  ["an empty body", { status: 200, headers: {}, body: "" }, { kind: "unreadable", mayHaveHappened: true }],
  ["success without an id", json({ success: true }, 201), { kind: "unreadable", mayHaveHappened: true }],
  [
    "a server error",
    json({ success: false, errorMsg: "Internal Server Error" }, 500),
    { kind: "unavailable", mayHaveHappened: true },
  ],
  [
    "a refusal",
    json({ success: false, errorMsg: "Order already exists." }, 400),
    { kind: "rejected", remoteCode: "Order already exists", mayHaveHappened: false },
  ],
  ["a lost answer", lostAnswer, { kind: "unavailable", transportReason: "broken", mayHaveHappened: true }],
  ["a request that never left", neverLeft, { kind: "unavailable", transportReason: "refused", mayHaveHappened: false }],
])("F16: a create and %s", async (_name, outcome, expected) => {
  const { client, requests } = crmThat(() => outcome as HttpResponse, { ...atOnce, attemptsMax: 1 });

  await expect(client.createOrder("north-shop", draft)).rejects.toMatchObject(expected);
  expect(requests).toHaveLength(1);
});

test("a create whose order cannot be read was done all the same", async () => {
  const { client } = crmThat(() => json({ success: true, id: 9, order: { id: 9 } }, 201));

  expect(await client.createOrder("north-shop", draft)).toEqual({ id: 9, order: undefined });
});

test("F78: an upload done in part is a value", async () => {
  const { client } = crmThat(() => answerOf("retailcrm/orders-upload-partly.json"));

  const result = await client.uploadOrders("north-shop", [draft, { externalId: "A-8" }]);

  expect(result).toMatchObject({
    uploaded: [{ id: 1042, externalId: "A-7" }],
    failedExternalIds: ["A-8"],
    errors: ["items[0].offer.id: Offer with id 123 not found."],
  });
  expect(result.orders).toHaveLength(1);
  const other = crmThat(() => json({ success: false, errorMsg: "Errors in the input parameters" }, 400)).client;
  await expect(other.uploadOrders("north-shop", [draft])).rejects.toMatchObject({ kind: "rejected" });
  expect(await crmThat(() => lostAnswer).client.uploadOrders("north-shop", [])).toMatchObject({ uploaded: [] });
});

test("the history: own changes known by the asking key, one bad record does not sink its page", async () => {
  const { client, requests } = crmThat(() => answerOf("retailcrm/history.json"));

  const { entries, unreadable, totalPages, total } = await client.fetchHistory({ sinceId: 9000 });

  expect(new URL(requests[0]!.url).searchParams.toString()).toBe("limit=100&filter%5BsinceId%5D=9000");
  expect({ totalPages, total, unreadable }).toEqual({ totalPages: 3, total: 205, unreadable: [9006] });
  expect(entries.map(({ id, own, created, source }) => [id, own, created, source])).toEqual([
    [9001, true, true, "api"],
    [9003, false, false, "user"],
    [9004, false, false, "api"],
    [9005, false, false, "combine"],
  ]);
  expect(entries[1]).toMatchObject({
    field: "status",
    newValue: { code: "client-confirmed" },
    order: { status: "client-confirmed" },
  });
  expect(entries[3]).toMatchObject({
    deleted: true,
    combinedTo: { id: 1042, externalId: "A-7" },
    order: { id: 1043 },
  });
});

test("F09: the history is never asked for a page", async () => {
  const { client, requests } = crmThat(() => answerOf("retailcrm/history.json"));

  await client.fetchHistory({ sinceId: 9000, orderId: 1042 });
  await client.fetchHistory({ startDate: "2025-03-09 00:00:00" });

  expect(requests.map(({ url }) => decodeURIComponent(new URL(url).search))).toEqual([
    "?limit=100&filter[sinceId]=9000&filter[orderId]=1042",
    "?limit=100&filter[startDate]=2025-03-09+00:00:00",
  ]);
});

test("F04: orders by a long list of ids are all read, 100 at a time", async () => {
  const sample = (fixture("retailcrm/order-get.json").body as { order: Record<string, unknown> }).order;
  const { client, requests } = crmThat(({ url }) => {
    const ids = new URL(url).searchParams.getAll("filter[externalIds][]");
    const orders = ids.map((externalId) => ({ ...sample, id: Number(externalId), externalId }));
    return json({
      success: true,
      pagination: { limit: 100, totalCount: ids.length, currentPage: 1, totalPageCount: 1 },
      orders,
    });
  });

  const orders = await client.fetchOrders({
    externalIds: Array.from({ length: 235 }, (_, index) => String(index + 1)),
    sites: ["north-shop"],
  });

  expect(orders).toHaveLength(235);
  expect(requests).toHaveLength(3);
  expect(new URL(requests[0]!.url).searchParams.get("filter[sites][]")).toBe("north-shop");
  expect(await client.fetchOrders({ ids: [] })).toEqual([]);
  expect(requests).toHaveLength(3);
});

test("F29: an empty question about customers is not asked", async () => {
  const { client, requests } = crmThat(() =>
    json({ success: true, customers: [{ id: 1, phones: [{ number: "+380" }] }], pagination: { totalPageCount: 1 } }),
  );

  expect(await client.fetchCustomers({ email: " " })).toEqual({ customers: [], totalPages: 0 });
  expect(requests).toHaveLength(0);
  expect(await client.fetchCustomers({ name: "+380" })).toMatchObject({
    customers: [{ id: 1, phones: ["+380"] }],
    totalPages: 1,
  });
});

test("reference books: a map by code, the newer list of payment types", async () => {
  const { client } = crmThat(() => answerOf("retailcrm/delivery-types.json"));

  expect(await client.fetchDeliveryTypes()).toEqual([
    {
      code: "nova-poshta",
      name: "Нова пошта",
      active: true,
      sites: [],
      paymentTypes: ["cash", "card"],
      integrationCode: undefined,
    },
    {
      code: "self",
      name: "Самовивіз",
      active: false,
      sites: ["north-shop"],
      paymentTypes: ["cash"],
      integrationCode: undefined,
    },
  ]);
  await expect(crmThat(() => json({ success: true })).client.fetchSites()).rejects.toMatchObject({
    kind: "unreadable",
  });
});

test("the catalogue load refused for being asked too often is no error, a missing permission is", async () => {
  await crmThat(() => json({ success: false, errorMsg: "Too often" }, 400)).client.askCatalogLoad();

  const denied = crmThat(() => json({ success: false, errorMsg: "Access denied." }, 403)).client;
  await expect(denied.askCatalogLoad()).rejects.toMatchObject({ remoteCode: "Access denied" });
});

test("F100: 503 is waited out for reads and writes; each attempt takes its turn with the pacer", async () => {
  const answers = [json({}, 503), json({}, 429), answerOf("retailcrm/order-create.json")];
  const { client, requests } = crmThat(() => answers.shift()!, atOnce);

  expect((await client.createOrder("north-shop", draft)).id).toBe(1042);
  expect(requests).toHaveLength(3);
});

test("no error carries the key", async () => {
  const { client } = crmThat(() =>
    json({ success: false, errorMsg: "bad apiKey=crm-key-77 given", errors: ["crm-key-77"] }, 400),
  );

  const error = await client.fetchSites().catch((caught) => caught);

  expect(JSON.stringify({ ...error, message: error.message })).not.toContain("crm-key-77");
});
