import { expect, test } from "vitest";
import { makeWorld, type World } from "../world.ts";

const hourMs = 3_600_000;

/** In the order of their first phone. */
function customers(world: World) {
  return [...world.crm.state.customers.values()].sort((a, b) => (a.phones[0]! < b.phones[0]! ? -1 : 1));
}

function customerOf(world: World, orderId: number): number {
  return (world.crm.order(String(orderId))!.customer as { id: number }).id;
}

test("e-mails in capitals, malformed or too long: every order is there, and so is its buyer (F31)", async () => {
  const world = await makeWorld();
  await world.connect();
  const emails = ["IHOR@Example.COM", "ihor@@example", `${"a".repeat(250)}@example.com`];

  for (const [place, email] of emails.entries())
    world.placeOrder(101 + place, { delivery_email: email, delivery_phone: `+38067100000${place}` });
  await world.look();

  for (const orderId of [101, 102, 103])
    expect(await world.order(orderId)).toMatchObject({ state: "synced", problem: null });
  expect(customers(world).map((customer) => customer.plain.email)).toEqual(["ihor@example.com", undefined, undefined]);
  expect(world.crm.order("103")!.email).toBeUndefined();
});

test("the CRM does not know the customer of the order: one is made, and the order is not lost (F32)", async () => {
  const world = await makeWorld();
  await world.connect();
  world.placeOrder(101, { delivery_phone: "0671234567", delivery_email: "" });
  // A manager deletes the card between our search and our order.
  world.network.watch = (_, path) => {
    if (!path.endsWith("/orders/create")) return;
    world.network.watch = () => {};
    world.crm.asManager.deleteCustomer(`${world.id}-c101`);
  };

  await world.look();

  expect(await world.order(101)).toMatchObject({ state: "synced", problem: null });
  expect(customers(world)).toMatchObject([{ externalId: `${world.id}-c101`, phones: ["+380671234567"] }]);
  expect(customerOf(world, 101)).toBe(customers(world)[0]!.id);
});

test("the CRM says that it does not know a customer who is there: the order goes without the link (F32)", async () => {
  const world = await makeWorld();
  await world.connect();
  world.crm.addFault({
    match: { method: "POST", path: "/orders/create$" },
    kind: "400",
    times: 1,
    errorMsg: "Order is not loaded",
    errors: { "customer.externalId": "Customer with externalId=355 not found." },
  });

  world.placeOrder(101, { delivery_phone: "0671234567", delivery_email: "" });
  await world.look();

  expect(await world.order(101)).toMatchObject({ state: "synced" });
  expect(world.crm.order("101")).toMatchObject({ phone: "+380671234567" });
});

test("changes of two customers, mixed in the CRM, land on nobody else and not in the shop (F35)", async () => {
  const world = await makeWorld();
  await world.connect();
  world.placeOrder(101, { delivery_phone: "0671234567", delivery_email: "", delivery_name: "Бондар Ігор" });
  world.placeOrder(102, { delivery_phone: "0507654321", delivery_email: "", delivery_name: "Мельник Олена" });
  await world.look();
  const [one, two] = [customerOf(world, 101), customerOf(world, 102)];

  world.crm.asManager.editCustomer(one, { lastName: "Бондар-Коваль" });
  world.crm.asManager.editCustomer(two, { phones: [{ number: "+380991112233" }] });
  world.crm.asManager.editCustomer(one, { email: "ihor@example.com" });
  world.crm.asManager.editCustomer(two, { lastName: "Шевчук" });
  await world.sync();
  world.placeOrder(103, { delivery_phone: "0671234567", delivery_email: "", delivery_name: "Бондар Ігор" });
  world.placeOrder(104, { delivery_phone: "0507654321", delivery_email: "", delivery_name: "Мельник Олена" });
  await world.sync();

  expect([customerOf(world, 103), customerOf(world, 104)]).toEqual([one, two]);
  expect(customers(world)).toMatchObject([
    { id: two, plain: { lastName: "Шевчук" }, phones: ["+380507654321", "+380991112233"] },
    { id: one, plain: { lastName: "Бондар-Коваль", email: "ihor@example.com" }, phones: ["+380671234567"] },
  ]);
  expect(world.shop.order(101)).toMatchObject({ delivery_name: "Бондар Ігор", delivery_email: "" });
  expect(world.shop.requests.some((request) => request.function === "orders/update")).toBe(false);
});

test("a guest's phone reaches his customer: a new card, and one that was found by e-mail without a phone (F37)", async () => {
  const world = await makeWorld();
  await world.connect();
  const known = world.crm.asManager.createCustomer("demo-site", { firstName: "Ігор", email: "ihor@example.com" });

  world.placeOrder(101, { delivery_phone: "0671234567", delivery_email: "ihor@example.com", delivery_name: "Ігор" });
  world.placeOrder(102, { delivery_phone: "0507654321", delivery_email: "", delivery_name: "Олена" });
  await world.look();
  world.placeOrder(103, { delivery_phone: "067 123-45-67", delivery_email: "", delivery_name: "Ігор" });
  await world.look();

  expect(customers(world)).toMatchObject([
    { externalId: `${world.id}-c102`, phones: ["+380507654321"] },
    { id: known, phones: ["+380671234567"] },
  ]);
  expect(customerOf(world, 103)).toBe(known);
});

test.each([
  ["made with his own order", true],
  ["that a manager made", false],
])(
  "for somebody else: the buyer keeps his card and name, the recipient stands in the order; a card %s (F39)",
  async (_, isOurs) => {
    const world = await makeWorld();
    await world.connect();
    const email = "ihor@example.com";
    const names = { lastName: "Бондар", firstName: "Ігор" };
    if (isOurs)
      world.placeOrder(101, { delivery_phone: "0671234567", delivery_email: email, delivery_name: "Бондар Ігор" });
    else world.crm.asManager.createCustomer("demo-site", { ...names, email, phones: [{ number: "+380671234567" }] });
    await world.look();
    const buyer = customers(world)[0]!.id;

    world.placeOrder(102, { delivery_phone: "0507654321", delivery_email: email, delivery_name: "Мельник Олена" });
    await world.look();

    expect(customerOf(world, 102)).toBe(buyer);
    expect(world.crm.order("102")).toMatchObject({
      lastName: "Мельник",
      firstName: "Олена",
      phone: "+380507654321",
      customer: { ...names, phones: [{ number: "+380671234567" }] },
    });

    world.placeOrder(103, { delivery_phone: "0507654321", delivery_email: "", delivery_name: "Мельник Олена" });
    await world.look();

    // The recipient who orders herself has a card of her own.
    expect(customerOf(world, 103)).not.toBe(buyer);
    expect(customers(world)).toHaveLength(2);
  },
);

test("a contact corrected in the shop changes the order; its customer in the CRM stays the manager's business", async () => {
  const world = await makeWorld();
  await world.connect();
  world.placeOrder(101, { delivery_phone: "0671234567", delivery_email: "", delivery_name: "Бондар Ігор" });
  world.placeOrder(102, { delivery_phone: "0507654321", delivery_email: "", delivery_name: "Мельник Олена" });
  await world.look();
  const before = customerOf(world, 101);

  world.shop.changeContact(101, { phone: "0507654321", name: "Бондаренко Ігор" });
  await world.sync();
  await world.turn(hourMs);

  expect(world.crm.order("101")).toMatchObject({ phone: "+380507654321", lastName: "Бондаренко" });
  expect(customerOf(world, 101)).toBe(before);
  expect(customers(world)).toMatchObject([
    { phones: ["+380507654321"] },
    { id: before, plain: { lastName: "Бондар" }, phones: ["+380671234567"] },
  ]);
  expect(await world.order(101)).toMatchObject({ state: "synced", differences: [] });
});
