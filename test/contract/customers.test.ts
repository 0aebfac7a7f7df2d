/** Customers of both sides: the real clients over a real socket against the sandboxes. */
import { afterEach, expect, test } from "vitest";
import { createHoroshopSandbox } from "../../sandbox/horoshop/sandbox.ts";
import { listen } from "../../sandbox/listen.ts";
import { createRetailcrmSandbox } from "../../sandbox/retailcrm/sandbox.ts";
import { createHoroshopClient } from "../../src/horoshop/client.ts";
import { createTransport } from "../../src/http/call.ts";
import { createMemorySlots } from "../../src/http/slots.ts";
import { createTargetGuard } from "../../src/http/target-guard.ts";
import { createRetailcrmClient } from "../../src/retailcrm/client.ts";
import { atOnce, memoryTokens } from "./scripted.ts";

const closers: (() => Promise<void>)[] = [];
const now = () => new Date("2026-03-01T10:00:00Z");
const site = "demo-site";

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function openTransport() {
  const transport = createTransport({ guard: createTargetGuard({ allowLocal: true }) });
  closers.push(transport.close);
  return transport;
}

async function openCrm() {
  const crm = createRetailcrmSandbox({ now, random: () => 0.3, seed: "empty" });
  crm.switches.rateLimit = 0;
  const server = await listen(crm);
  closers.push(server.close);
  const pacer = { take: async () => {} };
  const client = createRetailcrmClient({
    url: server.url,
    apiKey: "key-demo",
    transport: openTransport(),
    pacer,
    now,
    retry: atOnce,
  });
  return { crm, client };
}

async function openShop() {
  const shop = createHoroshopSandbox({ now, random: () => 0.4, orders: 0, products: 0 });
  const server = await listen(shop);
  closers.push(server.close);
  const client = createHoroshopClient({
    url: server.url,
    login: "integration",
    password: "demo-password",
    transport: openTransport(),
    slots: createMemorySlots(2),
    tokens: memoryTokens(),
    now,
    retry: atOnce,
  });
  return { shop, client };
}

test("a customer by number is there, merged into another one, or gone; an unknown method is none of these", async () => {
  const { crm, client } = await openCrm();
  const [one, two, three] = ["Ігор", "Олена", "Марія"].map((firstName) =>
    crm.asManager.createCustomer(site, { firstName, phones: [{ number: "+380671112233" }] }),
  ) as [number, number, number];
  crm.asManager.mergeCustomers([one], two);
  crm.asManager.deleteCustomer(three);

  expect(await client.fetchCustomer(two)).toMatchObject({ is: "there", customer: { id: two, firstName: "Олена" } });
  expect(await client.fetchCustomer(one)).toEqual({ is: "merged", into: two });
  expect(await client.fetchCustomer(three)).toEqual({ is: "gone" });
  crm.addFault({ match: { path: "/customers/" }, kind: "404-account", times: 1 });
  await expect(client.fetchCustomer(two)).rejects.toMatchObject({ kind: "unavailable" });
});

test("a company is made with its legal person and its contact, found by name, read by number", async () => {
  const { crm, client } = await openCrm();
  const person = crm.asManager.createCustomer(site, { firstName: "Ігор" });
  const other = crm.asManager.createCustomer(site, { firstName: "Олена" });
  const companies = [{ name: "Чайник", isMain: true, contragent: { contragentType: "legal-entity" as const } }];

  const { id } = await client.createCorporateCustomer(site, {
    externalId: "short-u7",
    nickName: "Чайник",
    companies,
    customerContacts: [{ isMain: true, customer: { id: person } }],
  });
  await client.createCorporateContact(id, site, other);

  expect(await client.fetchCorporateCustomer("short-u7", "externalId", site)).toMatchObject({
    id,
    nickName: "Чайник",
    mainCompany: { name: "Чайник" },
  });
  expect((await client.findCorporateCustomers({ nickName: "чайник", site })).map((one) => one.id)).toEqual([id]);
  expect(await client.findCorporateCustomers({ nickName: " ", site })).toEqual([]);
  expect(crm.state.corporate.get(id)!.contacts.map((contact) => contact.customerId)).toEqual([person, other]);
  crm.switches.corporateCustomers = false;
  await expect(client.findCorporateCustomers({ nickName: "Чайник", site })).rejects.toMatchObject({
    kind: "rejected",
    remoteCode: "API method not found",
  });
});

test("registered buyers come page by page, from a day on, with a company in every spelling", async () => {
  const { shop, client } = await openShop();
  const day = (number: number) => Date.parse(`2026-02-0${number}T10:00:00Z`);
  shop.registerUser({ id: 1, title: "Бондар Ігор", email: "i@example.com", registeredAt: day(1) });
  shop.registerUser({ id: 2, phone: "0671234567", registeredAt: day(2), extra: { company: "Чайник" } });
  shop.registerUser({ id: 3, registeredAt: day(3), extra: { company: { id: 5, title: { ua: "Чайник" } } } });
  shop.registerUser({ id: 4, registeredAt: day(4), extra: { company: [] } });

  const whole = await client.fetchUsers({ offset: 0, limit: 100 });

  expect(whole).toMatchObject({
    rows: 4,
    users: [
      { id: 1, title: "Бондар Ігор", email: "i@example.com", phone: "", registered: "2026-02-01 12:00:00" },
      {},
      {},
      {},
    ],
  });
  expect(whole.users.map((user) => user.company)).toEqual(["", "Чайник", "Чайник", ""]);
  const ids = async (page: { from?: string; offset: number; limit: number }) =>
    (await client.fetchUsers(page)).users.map((user) => user.id);
  expect(await ids({ offset: 2, limit: 1 })).toEqual([3]);
  expect(await ids({ from: "2026-02-03", offset: 0, limit: 100 })).toEqual([3, 4]);
  expect(await client.fetchUsers({ offset: 4, limit: 100 })).toEqual({ rows: 0, users: [] });
});

test("a shop that does not know the list, or does not give it, says so", async () => {
  const { shop, client } = await openShop();
  shop.switches.forbiddenFunctions = ["users/export"];
  await expect(client.fetchUsers({ offset: 0, limit: 1 })).rejects.toMatchObject({
    kind: "rejected",
    remoteCode: "FORBIDDEN",
  });
  shop.switches.missingFunctions = ["users/export"];
  await expect(client.fetchUsers({ offset: 0, limit: 1 })).rejects.toMatchObject({ remoteCode: "UNDEFINED_FUNCTION" });
});
