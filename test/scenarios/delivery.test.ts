import { expect, test } from "vitest";
import type { OrderWish } from "../../sandbox/horoshop/order-making.ts";
import { type ConnectOptions, makeWorld, type World } from "../world.ts";

async function withOrder(wish: OrderWish = {}, options: ConnectOptions = {}): Promise<World> {
  const world = await makeWorld();
  await world.connect(options);
  world.placeOrder(101, { delivery_city: "Львів", delivery_address: "Відділення №3", ...wish });
  await world.look();
  return world;
}

const edits = (world: World) => world.crm.requests.filter((request) => /orders\/\d+\/edit$/.test(request.path)).length;
const shopWrites = (world: World) => world.shop.requests.filter((one) => one.function === "orders/update").length;
const address = (world: World) => (world.crm.order("101")!.delivery as { address: object }).address;

test.each([
  ["a branch", 4, "Відділення №12: вул. Зелена, 5", "branch-12"],
  ["a locker", 4, "Поштомат №3310", "locker-3310"],
  ["a courier", 5, "вул. Зелена, буд. 5, кв. 7", null],
  ["Ukrposhta, its parts joined by the shop", 8, "79000@Львівська обл.@Львів@Зелена@5", null],
])(
  "the address of %s stays the same text through rounds in which other things change (F59)",
  async (_, type, text, ref) => {
    const delivery_data = ref === null ? null : undefined;
    const world = await withOrder({
      ...{ delivery_type: type, delivery_address: text, delivery_price: 45 },
      ...{ recipient_warehouse_ref: ref, ...(delivery_data === null ? { delivery_data } : {}) },
    });

    for (let round = 0; round < 3; round += 1) {
      world.shop.changeContact(101, { comment: `round ${round}` });
      world.crm.asManager.editOrder("101", { managerComment: `round ${round}` });
      await world.sync();
    }

    expect(address(world)).toEqual({ city: "Львів", text });
    expect(edits(world)).toBe(3);
    expect(await world.order(101)).toMatchObject({ state: "synced", differences: [] });
  },
);

test("a CRM that composes the line of the address itself: nothing is added to it again and again (F59)", async () => {
  const world = await makeWorld();
  world.crm.switches.addressText = "composed";
  await world.connect();
  world.placeOrder(101, { delivery_city: "Львів", delivery_address: "Відділення №3" });
  await world.look();

  for (const text of ["Відділення №4", "Відділення №5"]) {
    world.shop.changeAddress(101, { address: text });
    await world.sync();
    await world.sync();
    expect(address(world)).toEqual({ city: "Львів", text: `Львів, ${text}` });
    expect(await world.order(101)).toMatchObject({ state: "synced", differences: [] });
  }
});

test("a delivery type without a pair: the order is held, or goes without it and the problem stays open (F54)", async () => {
  const world = await withOrder({}, { settings: { unmappedOrder: "send-without" } });
  world.shop.addDeliveryType({ id: 31, title: { ua: "Meest", ru: "Meest" } });
  world.placeOrder(102, { delivery_type: 31, delivery_price: 60 });
  await world.sync();

  expect(world.crm.order("102")).toMatchObject({ totalSumm: 160, delivery: { cost: 60 } });
  expect(world.crm.order("102")!.delivery).not.toHaveProperty("code");
  expect(await world.order(102)).toMatchObject({ state: "synced" });
  expect(await world.problems()).toContain("delivery_unmapped");
});

test("the name of a service that the CRM gave the delivery stays when the shop changes the address (F55)", async () => {
  const world = await withOrder();
  const service = { name: "Експрес до 12:00", code: "express" };
  world.crm.asManager.editOrder("101", { delivery: { service, data: { tariff: "W2W" } } });
  await world.look();

  world.shop.changeAddress(101, { address: "Відділення №9" });
  await world.sync();

  expect(world.crm.order("101")!.delivery).toMatchObject({
    code: "ukrposhta",
    service,
    data: { tariff: "W2W" },
    address: { text: "Відділення №9" },
  });
});

test("a cost that becomes known goes to the CRM; one that a manager set stays when the shop's is unknown again (F56)", async () => {
  const world = await withOrder({ delivery_type: 4, delivery_price: -1 });
  expect(world.crm.order("101")).toMatchObject({ totalSumm: 100, payments: { 501: { amount: 100 } } });

  world.shop.changeOrder(101, { delivery_price: 80 });
  await world.sync();
  expect(world.crm.order("101")).toMatchObject({ totalSumm: 180, payments: { 501: { amount: 180 } } });

  world.shop.changeOrder(101, { delivery_price: -1 });
  world.crm.asManager.editOrder("101", { delivery: { cost: 95 } });
  await world.sync();
  await world.sync();
  expect(world.crm.order("101")).toMatchObject({ totalSumm: 195 });
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
});

test("emptied on one side, a field is not wiped on the other (F58, F115)", async () => {
  const world = await withOrder({
    delivery_name: "Бондар Ігор",
    comment: "Подзвоніть",
    delivery_email: "i@example.com",
  });
  world.shop.setTracking(101, "20450000000001");
  await world.sync();
  const shop = structuredClone(world.shop.order(101));
  const before = edits(world);

  world.crm.asManager.editOrder("101", {
    ...{ firstName: "", lastName: "", phone: "", email: "", customerComment: "" },
    delivery: { address: { city: "", text: "" } },
  });
  world.crm.asManager.setTrackingField("101", "horoshop_ttn", "");
  await world.sync();
  expect(world.shop.order(101)).toEqual(shop);
  expect(shopWrites(world)).toBe(0);
  expect(edits(world)).toBe(before);

  const other = await withOrder({ comment: "Подзвоніть", delivery_email: "i@example.com" });
  other.shop.changeContact(101, { email: "", comment: "" });
  other.shop.changeAddress(101, { city: "", address: "" });
  other.shop.changeContact(101, { phone: "0937654321" });
  other.shop.changeOrder(101, { delivery_price: 60 });
  await other.sync();
  expect(other.crm.order("101")).toMatchObject({
    ...{ phone: "+380937654321", email: "i@example.com", customerComment: "Подзвоніть" },
    delivery: { cost: 60 },
  });
  expect(address(other)).toEqual({ city: "Львів", text: "Відділення №3" });
});

test("lines, delivery, payment and customer gone in the CRM: nothing is written to the shop (F115)", async () => {
  const world = await withOrder({ payed: 1 }, { settings: { sendPaid: true } });
  const shop = structuredClone(world.shop.order(101));
  const customer = world.crm.order("101")!.customer as { id: number };

  world.crm.asManager.editOrder("101", { items: [] });
  world.crm.asManager.removePayment("101");
  world.crm.asManager.deleteCustomer(customer.id);
  for (let round = 0; round < 3; round += 1) await world.sync();
  world.crm.asManager.deleteOrder("101");
  await world.sync();

  expect(world.shop.order(101)).toEqual(shop);
  expect(shopWrites(world)).toBe(0);
  expect(await world.order(101)).toMatchObject({ state: "excluded", reason: "deleted_in_crm" });
});

test("a country that the CRM may not know is not sent: the order and its customer go without it (F111)", async () => {
  const world = await withOrder({ extra: { delivery_country: "Atlantis", delivery_region: "99" } });

  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
  expect(address(world)).toEqual({ city: "Львів", text: "Відділення №3" });
  const { orders, customers } = world.crm.state;
  const kept = JSON.stringify([[...orders.values()], [...customers.values()]]);
  expect(kept).toContain("Відділення №3");
  expect(kept).not.toMatch(/Atlantis|countryIso|"region/);
});

test.each([
  ["refused", "20450000000002", "tracking_not_supported"],
  ["ignored", "20450000000002", null],
] as const)(
  "a waybill that the shop %s is sent once, and again only when it changes",
  async (answer, number, problem) => {
    const world = await withOrder();
    Object.assign(world.shop.switches, { ownTrackingCode: answer, trackingCode: answer });

    world.crm.asManager.setTrackingField("101", "horoshop_ttn", number);
    for (let round = 0; round < 3; round += 1) await world.sync();
    const written = shopWrites(world);
    world.crm.asManager.editOrder("101", { managerComment: "another change" });
    await world.sync();

    expect(shopWrites(world)).toBe(written);
    expect((await world.order(101)).problem?.code ?? null).toBe(problem);
    Object.assign(world.shop.switches, { ownTrackingCode: "accepted", trackingCode: "accepted" });
    world.crm.asManager.setTrackingField("101", "horoshop_ttn", "20450000000003");
    await world.sync();
    expect(world.shop.order(101)!.delivery_data!.tnNumber).toBe("20450000000003");
    expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
  },
);

test.each([
  [{ utm_source: "(direct)", utm_medium: "(none)", utm_campaign: 20_517_733 }, ["(direct)", "(none)", "20517733"]],
  [
    { utm_source: "google", utm_medium: "", utm_campaign: "{{campaign.name}}" },
    ["google", undefined, "{{campaign.name}}"],
  ],
  [null, undefined],
] as const)("utm marks %o reach the CRM as text, what is empty stays empty (F112)", async (analytics, expected) => {
  const world = await withOrder({ analytics });

  const source = world.crm.order("101")!.source as Record<string, unknown> | undefined;
  expect(source && [source.source, source.medium, source.campaign]).toEqual(expected);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
});
