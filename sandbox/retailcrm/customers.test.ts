import { expect, test } from "vitest";
import type { Fields } from "./state.ts";
import { makeAccount, order } from "./test-account.ts";

test("a customer is made with 201, read by external id or id, and found by name, phone and e-mail", async () => {
  const { get, post } = makeAccount();
  const customer = {
    externalId: "C-3",
    firstName: "Nora",
    lastName: "Vidal",
    email: "nora@example.org",
    phones: [{ number: "+34600000001" }],
    customFields: { loyalty_no: "L-77" },
  };

  const made = await post("/api/v5/customers/create", { customer });
  const ids = async (query: string): Promise<unknown[]> =>
    ((await get(`/api/v5/customers?${query}`)).body.customers as Fields[]).map((found) => found.id);

  expect(made).toMatchObject({ status: 201, body: { success: true, id: 77 } });
  expect((await get("/api/v5/customers/C-3")).body.customer).toMatchObject({
    ...customer,
    type: "customer",
    vip: false,
  });
  expect((await get("/api/v5/customers/77?by=id")).body.customer).toMatchObject({ ordersCount: 0 });
  expect(await ids("filter[name]=600000001")).toEqual([77]);
  expect(await ids("filter[name]=vidal")).toEqual([77]);
  expect(await ids("filter[email]=nora@example.org")).toEqual([77]);
  expect(await ids("filter[email]=other@example.org")).toEqual([]);
  expect(await ids("filter[externalIds][]=C-3")).toEqual([77]);
});

test("the same external id is refused, and free again after a deletion", async () => {
  const { crm, post } = makeAccount();
  await post("/api/v5/customers/create", { customer: { externalId: "C-3" } });

  const again = await post("/api/v5/customers/create", { customer: { externalId: "C-3" } });
  crm.asManager.deleteCustomer("C-3");
  const afterwards = await post("/api/v5/customers/create", { customer: { externalId: "C-3" } });

  expect(again).toMatchObject({ status: 400, body: { errorMsg: "Customer already exists." } });
  expect(afterwards).toMatchObject({ status: 201, body: { id: 78 } });
});

test("an edit adds unknown numbers and leaves a record for each field", async () => {
  const { get, post } = makeAccount();
  await post("/api/v5/customers/create", { customer: { externalId: "C-3", email: "a@example.org" } });

  await post("/api/v5/customers/C-3/edit", { customer: { email: "b@example.org", phones: [{ number: "1" }] } });
  await post("/api/v5/customers/C-3/edit", { customer: { phones: [{ number: "1" }, { number: "2" }] } });

  const history = (await get("/api/v5/customers/history")).body.history as Fields[];
  expect(history.map(({ field, oldValue, newValue }) => [field, oldValue, newValue])).toEqual([
    ["id", null, 77],
    ["email", "a@example.org", "b@example.org"],
    ["phones", null, "1"],
    ["phones", null, "2"],
  ]);
  expect(history[1]!.customer).toEqual({ id: 77, externalId: "C-3", site: "north-shop" });
});

test("fix-external-ids names customers and orders that were born in the CRM", async () => {
  const { crm, get, post } = makeAccount();
  const made = crm.asManager.createOrder("north-shop", { firstName: "Nora" });
  const customerId = (made.customer as Fields).id;

  const orders = await post("/api/v5/orders/fix-external-ids", { orders: [{ id: made.id, externalId: "S-1" }] });
  const customers = await post("/api/v5/customers/fix-external-ids", {
    customers: [{ id: customerId, externalId: "S-C1" }],
  });
  const wrong = await post("/api/v5/orders/fix-external-ids", { orders: [{ id: "x", externalId: "S-1" }] });

  expect([orders.body, customers.body]).toEqual([{ success: true }, { success: true }]);
  expect((await get("/api/v5/orders/S-1")).body.order).toMatchObject({ id: made.id });
  expect((await get("/api/v5/customers/S-C1")).body.customer).toMatchObject({ id: customerId });
  const last = ((await get("/api/v5/orders/history")).body.history as Fields[]).at(-1);
  expect(last).toMatchObject({ field: "external_id", newValue: "S-1", source: "api", apiKey: { current: true } });
  expect(wrong.body.errors).toEqual({ id: "ID must be an integer" });
});

test("an order may belong to a corporate customer with a contact", async () => {
  const { get, post } = makeAccount();
  const person = (await post("/api/v5/customers/create", { customer: { externalId: "C-1", firstName: "Nora" } })).body
    .id;
  const made = await post("/api/v5/customers-corporate/create", {
    customerCorporate: { externalId: "F-1", nickName: "Kettles Ltd", companies: [{ name: "Kettles Ltd" }] },
  });
  await post("/api/v5/customers-corporate/F-1/contacts/create", { contact: { customer: { id: person } } });

  const answer = await post("/api/v5/orders/create", {
    order: { ...order, customer: { id: made.body.id }, contact: { id: person } },
  });

  expect(answer.body.order).toMatchObject({
    customer: { type: "customer_corporate", nickName: "Kettles Ltd", mainCompany: { name: "Kettles Ltd" } },
    contact: { id: person },
  });
  expect((await get("/api/v5/customers-corporate/F-1/contacts")).body.contacts).toMatchObject([
    { customer: { id: person } },
  ]);
  expect((await get("/api/v5/customers-corporate/history")).body.history).toMatchObject([
    { created: true },
    { field: "contact" },
  ]);
});

test("notes are kept, and need a customer", async () => {
  const { get, post } = makeAccount();
  await post("/api/v5/customers/create", { customer: { externalId: "C-1" } });

  const made = await post("/api/v5/customers/notes/create", {
    note: { text: "calls late", customer: { externalId: "C-1" } },
  });
  const nameless = await post("/api/v5/customers/notes/create", { note: { text: "x" } });

  expect(made).toMatchObject({ status: 201, body: { id: 5 } });
  expect(nameless.body.errors).toEqual({ customer: "Set one of the following fields: id, externalId" });
  expect((await get("/api/v5/customers/notes")).body.notes).toMatchObject([{ id: 5, text: "calls late" }]);
  expect(await post("/api/v5/customers/notes/5/delete", {})).toMatchObject({ status: 200 });
});

test("a company is made with its contact; one that does not exist is refused", async () => {
  const { get, post } = makeAccount();
  const person = (await post("/api/v5/customers/create", { customer: { firstName: "Nora" } })).body.id;
  const company = (id: unknown) => ({
    customerCorporate: { nickName: "Kettles Ltd", customerContacts: [{ isMain: true, customer: { id } }] },
  });

  const made = await post("/api/v5/customers-corporate/create", company(person));
  const refused = await post("/api/v5/customers-corporate/create", company(4040));

  expect(made.status).toBe(201);
  expect(refused).toMatchObject({ status: 400, body: { success: false } });
  expect((await get(`/api/v5/customers-corporate/${made.body.id}?by=id`)).body.customerCorporate).toMatchObject({
    mainCustomerContact: { customer: { id: person } },
  });
});

test("an account without corporate customers does not know their methods", async () => {
  const { crm, get, post } = makeAccount();
  crm.switches.corporateCustomers = false;

  const made = await post("/api/v5/customers-corporate/create", { customerCorporate: { nickName: "Kettles Ltd" } });

  expect(made).toMatchObject({ status: 404, body: { errorMsg: "API method not found" } });
  expect((await get("/api/v5/customers")).status).toBe(200);
});

test("a manager makes and changes a customer; the history says who did it", async () => {
  const { crm, get } = makeAccount();

  const id = crm.asManager.createCustomer("north-shop", { firstName: "Nora", phones: [{ number: "+34600000001" }] });
  crm.asManager.editCustomer(id, { firstName: "Leonor" });

  expect((await get(`/api/v5/customers/${id}?by=id`)).body.customer).toMatchObject({ firstName: "Leonor" });
  const { history } = (await get("/api/v5/customers/history")).body as { history: Fields[] };
  expect(history.at(-1)).toMatchObject({ field: "first_name", newValue: "Leonor", source: "user" });
});
