import { expect, test } from "vitest";
import { fullMapping, makeWorld, type World } from "../world.ts";

const withoutDelivery8 = { deliveryTypes: fullMapping.deliveryTypes.filter((pair) => pair.horoshop !== 8) };

/** The gate is passed; then the shop gets one more status, delivery and payment type. */
async function withNewElements(settings: Record<string, unknown> = {}): Promise<World> {
  const world = await makeWorld();
  await world.connect({ settings });
  world.shop.addStatus({ id: 30, title: { ua: "Пакується", ru: "" } });
  world.shop.addDeliveryType({ id: 31, title: { ua: "Meest", ru: "" } });
  world.shop.addPaymentType({ id: 32, title: { ua: "Криптовалюта", ru: "" } });
  return world;
}

function setAside(horoshop: number, what: "exclude" | "send-without"): object {
  return { horoshop, crm: null, ["then" as const]: what };
}

async function saveMapping(world: World, more: Partial<Record<keyof typeof fullMapping, object[]>>): Promise<void> {
  const mapping = Object.fromEntries(
    Object.entries(fullMapping).map(([kind, pairs]) => [
      kind,
      [...pairs, ...(more[kind as keyof typeof fullMapping] ?? [])],
    ]),
  );
  const { status } = await world.api("PUT", `/api/v1/connections/${world.id}/mapping`, mapping);
  expect(status).toBe(200);
}

test("orders with an unmapped status, delivery or payment are held and released by the save itself (F54)", async () => {
  const world = await withNewElements();
  world.placeOrder(101, { stat_status: 30 });
  world.placeOrder(102, { delivery_type: 31 });
  world.placeOrder(103, { payment_type: 32 });
  world.placeOrder(104);
  await world.look();

  expect(await world.order(101)).toMatchObject({
    state: "held",
    problem: { code: "status_unmapped", params: { id: 30 } },
  });
  expect(await world.order(102)).toMatchObject({ state: "held", problem: { code: "delivery_unmapped" } });
  expect(await world.order(103)).toMatchObject({ state: "held", problem: { code: "payment_unmapped" } });
  expect(await world.order(104)).toMatchObject({ state: "synced" });
  expect((await world.problems()).sort()).toEqual(["delivery_unmapped", "payment_unmapped", "status_unmapped"]);

  await saveMapping(world, {
    statuses: [{ horoshop: 30, crm: "assembling-complete" }],
    deliveryTypes: [{ horoshop: 31, crm: "courier" }],
    paymentTypes: [{ horoshop: 32, crm: "liqpay" }],
  });
  await world.work();

  expect(world.crm.order("101")!.status).toBe("assembling-complete");
  expect(world.crm.order("102")!.delivery).toMatchObject({ code: "courier" });
  expect(Object.values(world.crm.order("103")!.payments as object)).toMatchObject([{ type: "liqpay" }]);
  expect(await world.problems()).toEqual([]);
  const { body } = await world.api("GET", `/api/v1/connections/${world.id}/runs?kind=sync`);
  expect(body.items[0]).toMatchObject({ trigger: "release", counts: { created: 3 } });
});

test("a new element opens its problem before the first order meets it, and the connection stays active (F76)", async () => {
  const world = await withNewElements();

  await world.api("POST", `/api/v1/connections/${world.id}/references/refresh`);

  const { body } = await world.api("GET", `/api/v1/connections/${world.id}/problems`);
  expect(body.items.map((one: { code: string; count: number }) => [one.code, one.count]).sort()).toEqual([
    ["delivery_unmapped", 0],
    ["payment_unmapped", 0],
    ["status_unmapped", 0],
  ]);
  expect((await world.api("GET", `/api/v1/connections/${world.id}`)).body.state).toBe("active");
});

test("a held order that gets a mapped status in the shop goes on by itself, even days later", async () => {
  const world = await withNewElements();
  world.placeOrder(101, { stat_status: 30 });
  world.placeOrder(102);
  await world.look();
  await world.turn(3 * 86_400_000);
  world.placeOrder(103);
  await world.sync();

  world.shop.setStatus(101, 2);
  await world.sync();

  expect(world.crm.order("101")).toMatchObject({ status: "assembling" });
  expect(await world.order(101)).toMatchObject({ state: "synced" });
});

test("an element set aside excludes its orders, or sends them without it", async () => {
  const world = await withNewElements();
  await saveMapping(world, {
    statuses: [{ horoshop: 30, crm: null }],
    deliveryTypes: [setAside(31, "send-without")],
    paymentTypes: [setAside(32, "exclude")],
  });
  world.placeOrder(101, { stat_status: 30 });
  world.placeOrder(102, { delivery_type: 31 });
  world.placeOrder(103, { payment_type: 32 });
  await world.look();

  expect(await world.order(101)).toMatchObject({ state: "excluded", reason: "status" });
  expect(await world.order(103)).toMatchObject({ state: "excluded", reason: "payment" });
  expect(await world.order(102)).toMatchObject({ state: "synced" });
  expect(world.crm.order("102")!.delivery).not.toHaveProperty("code");

  // Setting aside concerns only orders that are not in the CRM yet.
  world.shop.setStatus(102, 30);
  await world.sync();
  expect(world.crm.order("102")).toMatchObject({ status: "new" });
  expect(await world.order(102)).toMatchObject({ crmOrderId: expect.any(Number) });
  expect((await world.order(102)).state).not.toBe("excluded");
});

test("send-without: an unmapped delivery holds nothing, an unmapped status always does", async () => {
  const world = await withNewElements({ unmappedOrder: "send-without" });
  world.placeOrder(101, { stat_status: 30 });
  world.placeOrder(102, { delivery_type: 31 });
  await world.look();

  expect(await world.order(101)).toMatchObject({ state: "held" });
  expect(await world.order(102)).toMatchObject({ state: "synced" });
});

test("a pair whose CRM end was deleted holds new orders and names the element", async () => {
  const world = await makeWorld();
  await world.connect();
  delete world.crm.state.books.deliveryTypes!.ukrposhta;
  await world.api("POST", `/api/v1/connections/${world.id}/references/refresh`);

  world.placeOrder(101);
  await world.look();

  expect(await world.order(101)).toMatchObject({ state: "held", problem: { code: "element_removed" } });
  await saveMapping(world, {});
  expect(await world.problems()).toContain("element_removed");
});

test("the missing entry is made in the CRM and releases the orders that waited for it", async () => {
  const world = await withNewElements();
  world.placeOrder(101, { delivery_type: 31 });
  await world.look();

  const made = await world.api("POST", `/api/v1/connections/${world.id}/references`, {
    kind: "deliveryTypes",
    horoshop: 31,
  });
  await world.work();

  expect(made.status).toBe(201);
  const code = (world.crm.order("101")!.delivery as { code: string }).code;
  expect(world.crm.state.books.deliveryTypes![code]).toMatchObject({ name: "Meest" });
});

test("until the mapping is complete nothing is exchanged, and the reason says what is missing", async () => {
  const world = await makeWorld();
  await world.connect({ unmapped: true });
  await world.api("PUT", `/api/v1/connections/${world.id}/mapping`, { ...fullMapping, ...withoutDelivery8 });
  world.placeOrder(101);
  await world.sync();

  const { body } = await world.api("GET", `/api/v1/connections/${world.id}`);
  expect(body).toMatchObject({ state: "setup", stateReason: { code: "mapping_incomplete" } });
  expect(JSON.stringify(body.stateReason.params)).toContain("Укрпошта");
  expect(world.crm.order("101")).toBeUndefined();

  await saveMapping(world, {});
  await world.work();
  expect(world.crm.order("101")).toBeDefined();
});

test("an order in a currency that the site does not have is held", async () => {
  const world = await makeWorld();
  await world.connect();

  world.placeOrder(101, { currency: "EUR" });
  await world.look();

  expect(await world.order(101)).toMatchObject({ state: "held", problem: { code: "currency_mismatch" } });
});

test("a foreign order under our number is not touched until a person adopts it (F19)", async () => {
  const world = await makeWorld();
  await world.connect();
  world.crm.asManager.createOrder("demo-site", {
    externalId: "101",
    createdAt: "2025-01-01 10:00:00",
    phone: "+380999999999",
    firstName: "Foreign",
  });

  world.placeOrder(101, { delivery_phone: "0671234567" });
  await world.look();
  expect(await world.order(101)).toMatchObject({ state: "held", problem: { code: "external_id_taken" } });
  expect(world.crm.order("101")).toMatchObject({ firstName: "Foreign" });
  expect(world.crm.state.orders.size).toBe(1);

  await world.api("POST", `/api/v1/connections/${world.id}/orders/101/confirm`);
  await world.work();
  expect(await world.order(101)).toMatchObject({ state: "synced", crmOrderId: world.crm.order("101")!.id });
  expect(world.crm.state.orders.size).toBe(1);
});

test("a dismissed order stays out until a retry, which builds it from today's shop and settings (F105)", async () => {
  const world = await withNewElements();
  world.placeOrder(101, { stat_status: 30 });
  await world.look();

  await world.api("POST", `/api/v1/connections/${world.id}/orders/101/dismiss`);
  world.shop.changeOrder(101, { stat_status: 2, comment: "today" });
  await world.sync();
  expect(await world.order(101)).toMatchObject({ state: "excluded", reason: "dismissed" });

  await world.api("POST", `/api/v1/connections/${world.id}/orders/101/retry`);
  await world.work();
  expect(world.crm.order("101")).toMatchObject({ status: "assembling", customerComment: "today" });
});
