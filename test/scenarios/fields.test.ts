import { expect, test } from "vitest";
import { makeWorld, type World } from "../world.ts";

async function withOrder(settings: Record<string, unknown> = {}, wish = {}): Promise<World> {
  const world = await makeWorld();
  await world.connect({ settings });
  world.placeOrder(101, { delivery_name: "Бондар Ігор Петрович", ...wish });
  await world.look();
  return world;
}

const payments = (world: World) => Object.values(world.crm.order("101")!.payments as object);
const ttn = (world: World) => (world.crm.order("101")!.customFields as Record<string, unknown>).horoshop_ttn;

test("paid in the shop marks our payment paid, with the time of detection (F63)", async () => {
  const world = await withOrder();

  world.shop.setPaid(101);
  await world.sync();

  expect(payments(world)).toMatchObject([{ status: "paid", paidAt: expect.stringMatching(/^2026-03-10 10:/) }]);
  expect(world.crm.order("101")).toHaveProperty("fullPaidAt");
});

test("an order first seen paid carries the time of its creation", async () => {
  const world = await withOrder({}, { payed: 1 });

  expect(payments(world)).toMatchObject([{ status: "paid", paidAt: world.crm.order("101")!.createdAt }]);
});

test("paid in the CRM reaches the shop only when the settings say so, and is not taken back (F66)", async () => {
  const quiet = await withOrder();
  quiet.crm.asManager.setPaymentStatus("101", "paid");
  await quiet.look();
  await quiet.sync();
  expect(quiet.shop.order(101)!.payed).toBe(0);
  expect(payments(quiet)).toMatchObject([{ status: "paid" }]);
  expect((await quiet.order(101)).differences).toMatchObject([{ field: "paid" }]);

  const sending = await withOrder({ sendPaid: true });
  sending.crm.asManager.setPaymentStatus("101", "paid");
  await sending.look();
  expect(sending.shop.order(101)!.payed).toBe(1);
});

test("a cancelled order is never marked paid by the exchange (F65)", async () => {
  const world = await withOrder();
  world.crm.asManager.setStatus("101", "cancel-other");
  await world.look();

  world.shop.setPaid(101);
  await world.sync();

  expect(payments(world)).toMatchObject([{ status: "not-paid" }]);
});

test("waybills go both ways, and an empty side wipes nothing (F57, F58)", async () => {
  const world = await withOrder();

  world.shop.setTracking(101, "20450000000001");
  await world.sync();
  expect(ttn(world)).toBe("20450000000001");

  world.crm.asManager.setTrackingField("101", "horoshop_ttn", "20450000000002");
  await world.look();
  expect(world.shop.order(101)!.delivery_data!.tnNumber).toBe("20450000000002");

  world.shop.setTracking(101, "");
  await world.sync();
  expect(ttn(world)).toBe("20450000000002");
});

test("the number of the CRM's own delivery integration reaches the shop; a later one of the shop is not undone", async () => {
  const world = await withOrder();

  world.crm.asManager.setTrackNumber("101", "59000000000001");
  await world.look();
  expect(world.shop.order(101)!.delivery_data!.tnNumber).toBe("59000000000001");

  world.shop.setTracking(101, "20450000000009");
  for (let round = 0; round < 3; round += 1) await world.sync();
  world.crm.asManager.setStatus("101", "assembling");
  await world.sync();

  expect(world.shop.order(101)!.delivery_data!.tnNumber).toBe("20450000000009");
});

test("a shop that takes no waybill keeps the order in step, with a remark, and is asked once", async () => {
  const world = await withOrder();
  world.shop.switches.ownTrackingCode = "refused";
  world.shop.switches.trackingCode = "refused";

  world.crm.asManager.setTrackingField("101", "horoshop_ttn", "20450000000002");
  for (let round = 0; round < 3; round += 1) await world.sync();
  world.crm.asManager.editOrder("101", { managerComment: "another change" });
  await world.sync();

  expect(await world.order(101)).toMatchObject({ state: "synced", problem: { code: "tracking_not_supported" } });
  expect(world.shop.requests.filter((request) => request.function === "orders/update")).toHaveLength(2);
});

test("the branch that changes after the first send reaches the CRM (F57)", async () => {
  const world = await withOrder({}, { delivery_type: 4 });

  world.shop.changeAddress(101, { address: "Відділення №9", branchRef: "branch-9" });
  await world.sync();

  expect(world.crm.order("101")).toMatchObject({
    customFields: { horoshop_branch: "branch-9" },
    delivery: { address: { text: "Відділення №9" } },
  });
});

test("a changed name leaves nothing of the old one", async () => {
  const world = await withOrder();

  world.shop.changeContact(101, { name: "Марія" });
  await world.sync();

  const { lastName, firstName, patronymic } = world.crm.order("101")!;
  expect([lastName ?? "", firstName, patronymic ?? ""]).toEqual(["", "Марія", ""]);
});

test("what the manager added to the name stays when the shop changes the phone", async () => {
  const world = await withOrder({}, { delivery_name: "Марія" });
  world.crm.asManager.editOrder("101", { lastName: "Коваль" });
  await world.look();

  world.shop.changeContact(101, { phone: "0937654321" });
  await world.sync();

  expect(world.crm.order("101")).toMatchObject({ lastName: "Коваль", firstName: "Марія", phone: "+380937654321" });
});

test("lines edited in the shop replace ours in the CRM; lines that a manager edited stay (F47)", async () => {
  const world = await withOrder();

  world.shop.editLines(101, [{ article: "TEA-1", title: "Tea", price: 60, quantity: 2 }]);
  await world.sync();
  expect(world.crm.order("101")!.items).toMatchObject([{ offer: { externalId: "TEA-1" }, quantity: 2 }]);
  expect(payments(world)).toMatchObject([{ amount: 165 }]);

  world.crm.asManager.addLine("101", { productName: "Gift wrap", initialPrice: 10, quantity: 1 });
  await world.look();
  world.shop.editLines(101, [{ article: "TEA-2", title: "Tea", price: 70, quantity: 1 }]);
  await world.sync();

  expect(world.crm.order("101")!.items).toHaveLength(2);
  expect((await world.order(101)).differences.map((one: { field: string }) => one.field)).toContain("items");
});

test("updateFromShop switched off: the shop's changes are shown, not written", async () => {
  const off = { status: false, payment: false, delivery: false, customer: false, items: false };
  const world = await withOrder({ updateFromShop: off });

  world.shop.setStatus(101, 2);
  world.shop.setPaid(101);
  world.shop.changeContact(101, { name: "Інша Особа" });
  world.shop.changeAddress(101, { city: "Харків" });
  world.shop.editLines(101, [{ article: "TEA-1", title: "Tea", price: 60 }]);
  await world.sync();

  expect(world.crm.order("101")).toMatchObject({ status: "new", firstName: "Ігор", items: [{ quantity: 1 }] });
  const fields = (await world.order(101)).differences.map((one: { field: string }) => one.field).sort();
  expect(fields).toEqual(["customer", "delivery", "items", "paid", "payment", "status"]);
});

test("an order that is paid no more takes its new amount in the same round", async () => {
  const world = await withOrder({}, { payed: 1 });
  world.shop.editLines(101, [{ article: "TEA-1", title: "Tea", price: 60, quantity: 2 }]);
  await world.sync();
  expect(payments(world)).toMatchObject([{ status: "paid", amount: 145 }]);

  world.shop.setPaid(101, false);
  await world.sync();

  expect(payments(world)).toMatchObject([{ status: "not-paid", amount: 165 }]);
});
