import { expect, test } from "vitest";
import { makeWorld } from "../world.ts";

const line = (article: string, price: number, quantity = 1) => ({ article, title: article, price, quantity });

test("a new order reaches the CRM within one quick look, with its number, source, address and fields", async () => {
  const world = await makeWorld();
  await world.connect();

  world.placeOrder(101, {
    delivery_name: "Бондар Ігор Петрович",
    delivery_phone: "067 123 45 67",
    delivery_email: "Ihor@Example.COM",
    delivery_type: 4,
    delivery_city: "Львів",
    delivery_address: "Відділення №3",
    delivery_price: 80,
    comment: "Подзвоніть",
    analytics: { utm_source: "google", utm_medium: "cpc", utm_campaign: 20_000_001, utm_term: "", utm_content: "" },
    products: [line("CUP-1", 100, 2), line("TEA-1", 49.5)],
  });
  world.shop.setTracking(101, "20450000000001");
  world.shop.changeAddress(101, { branchRef: "branch-3" });
  await world.look();

  const order = world.crm.order("101")!;
  expect(order).toMatchObject({
    number: "101",
    createdAt: expect.stringMatching(/^2026-03-10 10:00:0\d$/),
    status: "new",
    lastName: "Бондар",
    firstName: "Ігор",
    patronymic: "Петрович",
    phone: "+380671234567",
    email: "ihor@example.com",
    customerComment: "Подзвоніть",
    totalSumm: 329.5,
    delivery: { code: "nova-poshta", cost: 80, address: { city: "Львів", text: "Відділення №3" } },
    source: { source: "google", medium: "cpc", campaign: "20000001" },
    customFields: { horoshop_ttn: "20450000000001", horoshop_branch: "branch-3" },
  });
  expect(order.items).toMatchObject([
    { offer: { externalId: "CUP-1" }, initialPrice: 100, quantity: 2 },
    { offer: { externalId: "TEA-1" }, initialPrice: 49.5, quantity: 1 },
  ]);
  expect(Object.values(order.payments as object)).toMatchObject([
    { type: "cash", status: "not-paid", amount: 329.5, externalId: `${world.id}-101` },
  ]);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null, crmNumber: "101", differences: [] });
});

test("a regular buyer in three spellings is one customer, and nobody is found by an empty e-mail (F28, F29)", async () => {
  const world = await makeWorld();
  await world.connect();

  for (const [place, phone] of ["+38 (050) 765-43-21", "0507654321", "80507654321"].entries()) {
    world.placeOrder(101 + place, { delivery_phone: phone, delivery_email: "", delivery_name: "Марія" });
    await world.look();
  }

  const customers = [...world.crm.state.customers.values()];
  expect(customers).toHaveLength(1);
  expect(customers[0]).toMatchObject({ externalId: `${world.id}-c101`, plain: { firstName: "Марія" } });
  expect(world.crm.requests.some((request) => /filter%5Bemail%5D=(&|$)/.test(request.query))).toBe(false);
});

test("a customer whom the CRM knows is found by his phone, a namesake is not (F30)", async () => {
  const world = await makeWorld();
  await world.connect();
  const known = world.crm.asManager.createOrder("demo-site", { firstName: "Ігор", phone: "+38 067 123 45 67" });
  world.crm.asManager.createOrder("demo-site", { firstName: "0671234567", phone: "+380990000000" });

  world.placeOrder(101, { delivery_phone: "0671234567", delivery_name: "Ігор", delivery_email: "" });
  await world.look();

  expect(world.crm.order("101")!.customer).toMatchObject({ id: (known.customer as { id: number }).id });
});

test("two customers with one phone: the order goes without a link and says so", async () => {
  const world = await makeWorld();
  await world.connect();
  for (const firstName of ["Ігор", "Олена"])
    world.crm.asManager.createOrder("demo-site", { firstName, phone: "+380671234567" });

  world.placeOrder(101, { delivery_phone: "0671234567", delivery_email: "" });
  await world.look();
  await world.sync();

  expect(await world.order(101)).toMatchObject({ state: "synced", problem: { code: "customer_ambiguous" } });
  expect(world.crm.order("101")).toMatchObject({ phone: "+380671234567" });
  expect(await world.problems()).toContain("customer_ambiguous");
});

test("a coupon becomes one order discount, and totals stay through three rounds (F41, F42, F52)", async () => {
  const world = await makeWorld();
  await world.connect();

  world.placeOrder(101, { products: [line("CUP-1", 799)], coupon: { code: "SALE", percent: 25 }, delivery_price: 0 });
  for (let round = 0; round < 3; round += 1) await world.sync();

  expect(world.crm.order("101")).toMatchObject({ discountManualAmount: 200, totalSumm: 599 });
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
});

test("the surcharge of a payment type is a line of its own", async () => {
  const world = await makeWorld();
  await world.connect();

  world.placeOrder(101, { payment_price: 20, delivery_price: 45 });
  await world.look();

  const order = world.crm.order("101")!;
  expect(order).toMatchObject({ totalSumm: 165 });
  expect((order.items as unknown[])[1]).toMatchObject({ initialPrice: 20, quantity: 1 });
  expect((await world.order(101)).problem).toBe(null);
});

test("a delivery cost that is not calculated is not sent (F56)", async () => {
  const world = await makeWorld();
  await world.connect();

  world.placeOrder(101, { delivery_type: 4, delivery_price: -1 });
  await world.look();
  world.crm.asManager.editOrder("101", { delivery: { cost: 95 } });
  await world.sync();

  expect(world.crm.order("101")).toMatchObject({ totalSumm: 195, delivery: { cost: 95 } });
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null, differences: [] });
});

test("a sum that the lines do not give is reported with both numbers, and nothing is invented", async () => {
  const world = await makeWorld();
  await world.connect();

  world.placeOrder(101, { total_sum: 130, delivery_price: 45 });
  await world.look();

  expect((await world.order(101)).problem).toMatchObject({
    code: "total_differs",
    params: { shop: "175", crm: "145" },
  });
  expect(await world.problems()).toEqual(["total_differs"]);
});

test("the same article twice at two prices stays two lines (F46)", async () => {
  const world = await makeWorld();
  await world.connect();

  world.placeOrder(101, { products: [line("CUP-1", 100), line("CUP-1", 80)] });
  await world.look();

  expect(world.crm.order("101")!.items).toMatchObject([{ initialPrice: 100 }, { initialPrice: 80 }]);
});

test("an order of amount 0 has no payment (F62)", async () => {
  const world = await makeWorld();
  await world.connect();

  world.placeOrder(101, { products: [line("CUP-1", 0)], delivery_price: 0 });
  await world.look();
  await world.sync();

  expect(world.crm.order("101")).toMatchObject({ totalSumm: 0, payments: [] });
  expect(await world.order(101)).toMatchObject({ state: "synced" });
});

test("an article that the CRM's catalogue lacks goes as a line with name and article (F49)", async () => {
  const world = await makeWorld();
  await world.connect();

  world.placeOrder(101, { products: [{ ...line("NEW-9", 100), title: "New thing" }] });
  await world.look();

  expect(world.crm.order("101")!.items).toMatchObject([{ properties: { article: { value: "NEW-9" } } }]);
  expect(await world.order(101)).toMatchObject({
    state: "synced",
    problem: { code: "offer_unknown", params: { articles: ["NEW-9"] } },
  });
});

test("the time of an order is written in the zone of the CRM, also across the clock change (F110)", async () => {
  const world = await makeWorld({ zone: "Europe/Madrid", start: "2026-03-28T20:00:00Z" });
  await world.connect();

  world.placeOrder(101, { createdAt: Date.parse("2026-03-29T00:30:00Z") });
  world.placeOrder(102, { createdAt: Date.parse("2026-03-29T01:30:00Z") });
  await world.turn(36_000_000);

  expect(world.crm.order("101")!.createdAt).toBe("2026-03-29 01:30:00");
  expect(world.crm.order("102")!.createdAt).toBe("2026-03-29 03:30:00");
  expect(await world.order(102)).toMatchObject({ state: "synced" });
});

test("a payment that does not fit the delivery is left out, and the pair is named (F60)", async () => {
  const world = await makeWorld();
  await world.connect({
    mapping: {
      paymentTypes: [
        { horoshop: 9, crm: "installments" },
        { horoshop: 12, crm: "bank-card" },
        { horoshop: 14, crm: "bank-transfer" },
      ],
    },
  });

  world.placeOrder(101, { delivery_type: 8, payment_type: 9 });
  await world.look();
  await world.sync();

  expect(world.crm.order("101")).toMatchObject({ payments: [] });
  expect((await world.order(101)).problem).toMatchObject({
    code: "payment_not_allowed",
    params: { delivery: "Укрпошта", payment: "Оплата частинами" },
  });

  const delivery = world.crm.state.books.deliveryTypes!.ukrposhta!;
  (delivery.deliveryPaymentTypes as object[]).push({ code: "installments", cod: false });
  await world.api("POST", `/api/v1/connections/${world.id}/references/refresh`);
  await world.api("POST", `/api/v1/connections/${world.id}/orders/retry`, { problem: "payment_not_allowed" });
  await world.sync();

  expect(Object.values(world.crm.order("101")!.payments as object)).toMatchObject([{ type: "installments" }]);
  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
});

test("orders of one second at the cursor are neither skipped nor doubled (F26)", async () => {
  const world = await makeWorld();
  await world.connect();

  world.placeOrder(101);
  await world.look();
  world.placeOrder(102, { createdAt: world.shop.order(101)!.createdAt });
  await world.look();
  await world.look();

  expect(world.crm.state.orders.size).toBe(2);
});
