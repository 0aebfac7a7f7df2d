import { expect, test } from "vitest";
import { openTestShop } from "./ask.ts";

test("statuses are a map by the id as text, and missing on an older shop", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();

  const { statuses } = (await call("orders/get_available_statuses")).response as { statuses: Record<string, unknown> };
  sandbox.switches.missingFunctions = ["orders/get_available_statuses"];

  expect(Object.keys(statuses)).toEqual(["1", "2", "3", "4", "6", "21"]);
  expect(statuses["21"]).toEqual({ id: 21, title: { ua: "Очікує оплати", ru: "" }, is_successful: 0 });
  expect((await call("orders/get_available_statuses")).body).toEqual({ status: "UNDEFINED_FUNCTION", response: [] });
});

test("statuses numbered from zero come as a list, as PHP encodes them", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  for (const id of [1, 2, 3, 4, 6, 21]) sandbox.removeStatus(id);
  sandbox.addStatus({ id: 0, title: { ua: "Нове" } });

  expect((await call("orders/get_available_statuses")).response.statuses).toMatchObject([{ id: 0 }]);
});

test("options of both sorts say whether they are on, as booleans and as numbers", async () => {
  const { signIn } = openTestShop();
  const call = await signIn();

  const { delivery } = (await call("delivery/export")).response as { delivery: { id: number; enabled: unknown }[] };
  const { payment } = (await call("payment/export")).response as { payment: { id: number; enabled: unknown }[] };

  expect(delivery.map((one) => one.enabled)).toEqual([true, 1, true, 1, false]);
  expect(payment.map((one) => one.enabled)).toEqual([true, 1, true, 0]);
  expect((await call("delivery/exportTypes")).response.deliveryTypes).toMatchObject([
    { title: { ua: "Кур'єр" } },
    {},
    {},
  ]);
  expect((await call("payment/exportMethods")).response.paymentMethods).toMatchObject([{ title: "Cash" }, {}, {}]);
});

test("iso counts only when enabledOnly is switched off", async () => {
  const { signIn } = openTestShop();
  const call = await signIn();
  const isos = async (parameters: object) =>
    ((await call("currency/export", parameters)).response.currency as { iso: string }[]).map((one) => one.iso);

  expect(await isos({})).toEqual(["UAH", "EUR"]);
  expect(await isos({ iso: "USD" })).toEqual(["UAH", "EUR"]);
  expect(await isos({ iso: "USD", enabledOnly: false })).toEqual(["USD"]);
});

test("pages come one level at a time, content pages among them, and a leaf is EMPTY", async () => {
  const { signIn } = openTestShop();
  const call = await signIn();
  const children = async (parent?: number) =>
    (await call("pages/export", parent === undefined ? {} : { parent })).response.pages as { id: number }[];

  expect((await children()).map((page) => page.id)).toEqual([31, 8, 41, 51, 9, 61, 71, 10]);
  expect((await children(32)).map((page) => page.id)).toEqual([33, 34]);
  expect((await call("pages/export", { parent: 33 })).body).toEqual({ status: "EMPTY", response: [] });
});

test("registered customers are listed, and offset needs limit there too", async () => {
  const { signIn } = openTestShop({ orders: 100 });
  const call = await signIn();
  const users = async (parameters: object) =>
    (await call("users/export", parameters)).response.users as { id: number; registered: string }[];

  const all = await users({});

  expect(all.length).toBe(10);
  expect(all[0]!.registered).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  expect((await users({ offset: 3 })).length).toBe(10);
  expect((await users({ offset: 8, limit: 5 })).map((user) => user.id)).toEqual(all.slice(8).map((user) => user.id));
});

test("who registers is listed with what the B2B module adds; a shop may cap the page, or ignore the offset", async () => {
  const { sandbox, signIn } = openTestShop({ orders: 0 });
  const call = await signIn();
  for (const number of [1, 2, 3])
    sandbox.registerUser({ title: `Buyer ${number}`, email: `b${number}@example.org`, extra: { company: "Kettles" } });
  const titles = async (parameters: object) =>
    (((await call("users/export", parameters)).response.users ?? []) as { title: string }[]).map((user) => user.title);

  expect(await titles({ limit: 2, offset: 2 })).toEqual(["Buyer 3"]);
  expect((await call("users/export", { limit: 1 })).response.users).toMatchObject([{ company: "Kettles" }]);
  sandbox.switches.usersLimitMax = 1;
  expect(await titles({ limit: 3, offset: 1 })).toEqual(["Buyer 2"]);
  sandbox.switches.usersOffsetIgnored = true;
  expect(await titles({ limit: 3, offset: 1 })).toEqual(["Buyer 1"]);
});

test("the B2B dictionary is forbidden until the module is there", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();

  expect((await call("customer-groups/export")).status).toBe("FORBIDDEN");
  sandbox.switches.forbiddenFunctions = [];
  expect((await call("customer-groups/export")).response).toMatchObject({
    customer_groups: [{ available_payment_methods: ["9", "12", "14", "15"] }],
  });
});
