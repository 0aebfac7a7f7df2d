import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { OrderWish } from "../../sandbox/horoshop/order-making.ts";
import { callsTo, eventually, formOf, type Json, startWorld, type World } from "./world.ts";

/** Section 5 of the contract, line by line, as it arrives at the CRM. */

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.stop());
afterEach(() => world.clear());

let next = 5000;
const placedAt = "2026-07-15T09:30:20Z";

/** A shop order of which everything is known. */
function wish(changes: OrderWish = {}): OrderWish {
  next += 1;
  return {
    order_id: next,
    createdAt: Date.now(),
    delivery_name: "Шевченко Тарас Григорович",
    delivery_phone: "(067) 123-45-67",
    delivery_email: "Taras@Example.COM",
    delivery_city: "Київ",
    delivery_address: "Відділення №5: вул. Хрещатик, 1",
    delivery_type: 5,
    payment_type: 9,
    delivery_price: 120,
    payment_price: 0,
    payed: 0,
    comment: "Подзвоніть",
    manager_comment: "VIP",
    manager_discount: 0,
    discount_value: 0,
    stat_status: 1,
    textAmounts: [],
    omitted: [],
    delivery_data: null,
    recipient_warehouse_ref: null,
    analytics: {
      utm_source: "google",
      utm_medium: "cpc",
      utm_campaign: 42,
      utm_term: "термос",
      utm_content: "",
      google_client_id: "1.2",
    },
    products: [{ article: articleOf(0), price: 100.1, quantity: 2, storage_id: 7001, type: "product" }],
    ...changes,
  };
}

function articleOf(place: number): string {
  return world.shop.state.products.articleAt(place)!;
}

const mapped = async (changes?: Parameters<World["wish"]>[0]) => {
  const connection = await world.connectAndMap({
    ...changes,
    settings: { archive: { auto: false }, ...changes?.settings },
  });
  // The CRM knows the articles once it has read the catalogue.
  await eventually(
    async () => (await world.call("GET", new URL(connection.catalog.url).pathname)).status === 200,
    "the catalogue",
  );
  await world.crm.loadCatalogs();
  await eventually(() => world.crm.state.offers.size > 0, "the CRM's offers");
  return connection;
};

/** Places the order, lets it be handed over and returns what the CRM was sent to create it. */
async function sent(connection: Json, changes: OrderWish = {}): Promise<Json> {
  const order = world.shop.placeOrder(wish(changes));
  await world.run(
    connection.id,
    changes.createdAt === undefined ? { kind: "sync" } : { kind: "archive", orderIds: [String(order.order_id)] },
  );
  const detail = await eventually(async () => {
    const { body } = await world.call("GET", `/api/v1/connections/${connection.id}/orders/${order.order_id}`);
    return body?.crmOrderId ? body : undefined;
  }, `order ${order.order_id} in the CRM`);
  const id = String(order.order_id);
  const create = [...callsTo(world.crmFront, "/api/v5/orders/create")]
    .reverse()
    .find((call) => formOf(call, "order").externalId === id)!;
  expect(new URLSearchParams(create.body).get("site")).toBe("demo-site");
  return { id, draft: formOf(create, "order"), crm: world.crm.order(id), detail, order };
}

test("a whole order", { timeout: 120_000 }, async () => {
  const connection = await mapped({ settings: { numberPrefix: "HS-" } });
  const { id, draft, crm, detail } = await sent(connection);
  const mapping = (await world.call("GET", `/api/v1/connections/${connection.id}/mapping`)).body;
  const crmCode = (kind: string, shopId: number) => mapping[kind].find((pair: Json) => pair.horoshop === shopId).crm;

  expect(draft).toMatchObject({
    externalId: id,
    number: `HS-${id}`,
    status: crmCode("statuses", 1),
    lastName: "Шевченко",
    firstName: "Тарас",
    patronymic: "Григорович",
    phone: "+380671234567",
    email: "taras@example.com",
    customerComment: "Подзвоніть",
    managerComment: "VIP",
    items: [
      {
        initialPrice: 100.1,
        quantity: 2,
        offer: { externalId: articleOf(0) },
        externalIds: [{ code: "horoshop", value: "7001" }],
      },
    ],
    delivery: {
      code: crmCode("deliveryTypes", 5),
      cost: 120,
      address: { city: "Київ", text: "Відділення №5: вул. Хрещатик, 1" },
    },
    payments: [
      { type: crmCode("paymentTypes", 9), externalId: `${connection.id}-${id}`, amount: 320.2, status: "not-paid" },
    ],
    source: { source: "google", medium: "cpc", campaign: "42", keyword: "термос" },
  });
  for (const absent of ["orderType", "orderMethod", "managerId", "discountManualAmount", "discountManualPercent"])
    expect(draft).not.toHaveProperty(absent);
  expect(draft.source).not.toHaveProperty("content");
  expect(draft.payments).toHaveLength(1);
  expect(draft.payments[0]).not.toHaveProperty("paidAt");
  expect(draft.createdAt).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  expect(crm.totalSumm).toBe(320.2);
  expect(detail).toMatchObject({ state: "synced", problem: null, crmNumber: `HS-${id}` });
});

test("settings: no number, type, method and manager", { timeout: 120_000 }, async () => {
  const connection = await mapped({
    settings: { useShopNumber: false, orderType: "eshop-individual", orderMethod: "phone", managerId: 4 },
  });
  const { draft } = await sent(connection);
  expect(draft).not.toHaveProperty("number");
  expect(draft).toMatchObject({ orderType: "eshop-individual", orderMethod: "phone", managerId: 4 });
});

describe("names", () => {
  test("by the number of words, in either order", { timeout: 180_000 }, async () => {
    const connection = await mapped();
    const names = async (delivery_name: string) => {
      const { draft } = await sent(connection, { delivery_name });
      const { lastName, firstName, patronymic } = draft;
      return { lastName, firstName, patronymic };
    };
    expect(await names("Тарас")).toEqual({ firstName: "Тарас" });
    expect(await names("  Шевченко   Тарас ")).toEqual({ lastName: "Шевченко", firstName: "Тарас" });
    expect(await names("Шевченко Тарас Григорович молодший")).toEqual({
      lastName: "Шевченко",
      firstName: "Тарас",
      patronymic: "Григорович молодший",
    });

    await world.call("PATCH", `/api/v1/connections/${connection.id}`, { settings: { nameOrder: "first-last" } });
    expect(await names("Тарас Шевченко")).toEqual({ lastName: "Шевченко", firstName: "Тарас" });
    expect(await names("Тарас Григорович Шевченко")).toEqual({
      lastName: "Шевченко",
      firstName: "Тарас",
      patronymic: "Григорович",
    });
    expect(await names("Тарас")).toEqual({ firstName: "Тарас" });
  });
});

test("phone and e-mail: normal where valid, as typed or left out where not", { timeout: 180_000 }, async () => {
  const connection = await mapped();
  const contact = async (delivery_phone: string, delivery_email: string) => {
    const { draft } = await sent(connection, { delivery_phone, delivery_email });
    return [draft.phone, draft.email];
  };
  expect(await contact("380501112233", "A.B@X.UA")).toEqual(["+380501112233", "a.b@x.ua"]);
  expect(await contact("+48 601 234 567", "not an address")).toEqual(["+48601234567", undefined]);
  expect(await contact("12-34 доб. 5", "")).toEqual(["12-34 доб. 5", undefined]);
});

test("createdAt: read in the shop's zone, written in the CRM's, never changed later", {
  timeout: 180_000,
}, async () => {
  world.crm.state.zone = "Europe/Madrid";
  const connection = await mapped();
  const { id, draft } = await sent(connection, { createdAt: Date.parse(placedAt) });
  world.shop.changeContact(Number(id), { comment: "інше" });
  await world.run(connection.id, { kind: "sync", orderIds: [id] });
  await eventually(() => (world.crm.order(id)!.customerComment as string) === "інше", "the change in the CRM");
  const edits = callsTo(world.crmFront, /\/orders\/\d+\/edit$/).map((call) => formOf(call, "order"));

  expect(draft.createdAt).toBe("2026-07-15 11:30:20");
  expect(edits.length).toBeGreaterThan(0);
  for (const edit of edits) expect(edit).not.toHaveProperty("createdAt");
});

test("the same zone on both sides: the same string", { timeout: 120_000 }, async () => {
  const connection = await mapped();
  const { draft, order } = await sent(connection, { createdAt: Date.parse("2026-01-15T22:30:20Z") });
  expect(draft.createdAt).toBe("2026-01-16 00:30:20");
  expect(world.shop.orderOnWire(order.order_id)!.stat_created).toBe(draft.createdAt);
});

test("lines: the same article twice, no storage id, unknown offers with the article in the properties", {
  timeout: 180_000,
}, async () => {
  const connection = await mapped();
  const { id, draft, detail } = await sent(connection, {
    products: [
      { article: articleOf(0), price: 10, quantity: 1, storage_id: 8001, type: "product" },
      { article: articleOf(0), price: 9, quantity: 1, storage_id: 8001, type: "product" },
      { article: articleOf(1), price: 5, quantity: 1, storage_id: 0, type: "product" },
      { article: "NOT-IN-CRM", title: "Чашка", price: 3, quantity: 1, storage_id: 8004, type: "product" },
    ],
  });

  expect(draft.items).toHaveLength(4);
  const ids = draft.items.map((item: Json) => item.externalIds[0]);
  expect(ids.every((one: Json) => one.code === "horoshop")).toBe(true);
  expect(new Set(ids.map((one: Json) => one.value)).size).toBe(4);
  expect(ids[0].value).toBe("8001");
  expect(ids[2].value).toBe(`${id}-3`);
  expect(draft.items[3]).toMatchObject({
    productName: "Чашка",
    initialPrice: 3,
    properties: [{ value: "NOT-IN-CRM", name: expect.any(String), code: expect.any(String) }],
  });
  expect(draft.items[3]).not.toHaveProperty("offer");
  expect(detail).toMatchObject({ state: "synced", problem: { code: "offer_unknown" } });
});

test("sums: one discount, nothing invented, surcharge as a line, delivery -1", { timeout: 180_000 }, async () => {
  const connection = await mapped();
  const line = [{ article: articleOf(0), price: 100, quantity: 3, storage_id: 9001, type: "product" }];
  const coupon = await sent(connection, { products: line, coupon: { code: "X", percent: 10 } });
  const more = await sent(connection, { products: line, total_sum: 350 });
  const surcharge = await sent(connection, { products: line, payment_price: 25 });
  const unknown = await sent(connection, { products: line, delivery_price: -1 });

  expect(coupon.draft).toMatchObject({ discountManualAmount: 30, payments: [{ amount: 390 }] });
  expect(coupon.crm.totalSumm).toBe(390);
  expect(more.draft).not.toHaveProperty("discountManualAmount");
  expect(more.detail).toMatchObject({
    state: "synced",
    problem: { code: "total_differs", params: { shop: expect.anything(), crm: expect.anything() } },
  });
  expect(Number(more.detail.problem.params.shop)).toBe(470);
  expect(Number(more.detail.problem.params.crm)).toBe(420);
  expect(surcharge.draft.items[1]).toMatchObject({
    productName: "Оплата при отриманні",
    initialPrice: 25,
    quantity: 1,
  });
  expect(surcharge.draft.items[1]).not.toHaveProperty("offer");
  expect(surcharge.draft.payments[0].amount).toBe(445);
  expect(unknown.draft.delivery).not.toHaveProperty("cost");
  expect(unknown.draft.payments[0].amount).toBe(300);
  expect(unknown.detail.problem).toBeNull();
});

test("payment: paid at first sight has the order's time, nothing to pay has no payment", {
  timeout: 180_000,
}, async () => {
  const connection = await mapped();
  const paid = await sent(connection, { payed: 1 });
  const free = await sent(connection, {
    products: [{ article: articleOf(0), price: 0, quantity: 1, storage_id: 9101, type: "gift" }],
    delivery_price: 0,
  });

  expect(paid.draft.payments[0]).toMatchObject({ status: "paid", paidAt: paid.draft.createdAt });
  expect(free.draft).not.toHaveProperty("payments");
  expect(free.detail).toMatchObject({ state: "synced", problem: null });
});

test("waybill and branch go into the order's own fields", { timeout: 120_000 }, async () => {
  const connection = await mapped({ settings: { trackingField: "my_ttn" } });
  const branch = "1ec09d88-e1c2-11e3-8c4a-0050568002cf";
  const { draft } = await sent(connection, {
    delivery_type: 4,
    recipient_warehouse_ref: branch,
    delivery_data: {
      deliveryOperatorType: "novaposhta",
      tnNumber: "20450000000001",
      tnId: null,
      tnStatusName: null,
      tnTrackingUpdateDate: null,
      estimatedDeliveryDate: null,
      departure: null,
      destination: { address: { geoObject: { id: branch } } },
    },
  });
  const other = await sent(connection, { delivery_type: 4, recipient_warehouse_ref: "ref-only", delivery_data: null });

  expect(draft.customFields).toEqual({ my_ttn: "20450000000001", horoshop_branch: branch });
  expect(other.draft.customFields).toEqual({ horoshop_branch: "ref-only" });
  expect(
    callsTo(world.crmFront, "/api/v5/custom-fields/order/create")
      .map((call) => formOf(call, "customField").code)
      .sort(),
  ).toEqual(["horoshop_branch", "my_ttn"]);
});

test("utm: empty is empty, texts stay texts", { timeout: 120_000 }, async () => {
  const connection = await mapped();
  expect((await sent(connection, { analytics: null })).draft).not.toHaveProperty("source");
  expect(
    (
      await sent(connection, {
        analytics: { utm_source: 7, utm_medium: "", utm_campaign: "", utm_term: "", utm_content: "b" },
      })
    ).draft.source,
  ).toEqual({ source: "7", content: "b" });
});

test("customers: one for a regular buyer, created with an id of ours; an ambiguous one is not linked", {
  timeout: 180_000,
}, async () => {
  const connection = await mapped();
  const first = await sent(connection, { delivery_phone: "+380931112233", delivery_email: "b@example.com" });
  const second = await sent(connection, { delivery_phone: "093 111 22 33", delivery_email: "" });
  const byEmail = await sent(connection, { delivery_phone: "", delivery_email: "B@example.com" });
  const created = callsTo(world.crmFront, "/api/v5/customers/create").map((call) => formOf(call, "customer"));
  const customerOf = (one: Json) => (one.crm.customer as Json).id;

  expect(created).toEqual([
    expect.objectContaining({
      externalId: `${connection.id}-c${first.id}`,
      firstName: "Тарас",
      lastName: "Шевченко",
      email: "b@example.com",
    }),
  ]);
  expect(customerOf(second)).toBe(customerOf(first));
  expect(customerOf(byEmail)).toBe(customerOf(first));
});
