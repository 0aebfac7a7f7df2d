/** The real client, over a real socket, against the sandbox: each learns from the other's reading of the reference. */
import { afterEach, expect, test } from "vitest";
import { listen } from "../../sandbox/listen.ts";
import { createRetailcrmSandbox } from "../../sandbox/retailcrm/sandbox.ts";
import { createTransport } from "../../src/http/call.ts";
import { createPacer, memoryPacerStore, type Pacer } from "../../src/http/pacer.ts";
import { createTargetGuard } from "../../src/http/target-guard.ts";
import { createRetailcrmClient } from "../../src/retailcrm/client.ts";
import type { CrmOrderDraft } from "../../src/retailcrm/schema.ts";
import { atOnce } from "./scripted.ts";

const closers: (() => Promise<void>)[] = [];
const site = "demo-site";
const atWill: Pacer = { take: async () => {} };

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function openTransport() {
  const transport = createTransport({ guard: createTargetGuard({ allowLocal: true }) });
  closers.push(transport.close);
  return transport;
}

async function open(options: { apiKey?: string; pacer?: Pacer; repeats?: boolean } = {}) {
  const crm = createRetailcrmSandbox({ now: () => new Date(), random: () => 0.3, seed: "demo" });
  if (!options.pacer) crm.switches.rateLimit = 0;
  const server = await listen(crm);
  crm.baseUrl = server.url;
  closers.push(server.close);
  const transport = openTransport();
  const client = createRetailcrmClient({
    url: server.url,
    apiKey: options.apiKey ?? "key-demo",
    transport,
    pacer: options.pacer ?? atWill,
    now: () => new Date(),
    ...(options.repeats === false ? {} : { retry: atOnce }),
  });
  return { crm, client };
}

function draft(externalId: string, more: Partial<CrmOrderDraft> = {}): CrmOrderDraft {
  return {
    externalId,
    number: externalId,
    createdAt: "2026-02-01 10:00:00",
    firstName: "Ірина",
    phone: "+380671112233",
    items: [
      {
        externalIds: [{ code: "horoshop", value: "55120" }],
        productName: "Термос",
        initialPrice: "420.50",
        quantity: "2",
      },
      { externalIds: [{ code: "horoshop", value: "55121" }], productName: "Чохол", initialPrice: "159", quantity: "1" },
    ],
    discountManualAmount: "100",
    delivery: { code: "nova-poshta", cost: "80", address: { city: "Луцьк", text: "Відділення 5" } },
    payments: [{ externalId: `ab-${externalId}`, type: "cash", amount: "980" }],
    source: { source: "google" },
    ...more,
  };
}

test("what a key may do, the account and its books", async () => {
  const { client } = await open();

  expect(await client.fetchCredentials()).toMatchObject({ siteAccess: "access_selective", sitesAvailable: [site] });
  expect((await client.fetchCredentials()).scopes).toContain("order_write");
  expect((await client.fetchSettings()).timeZone).toMatch(/\//);
  expect((await client.fetchSystemInfo()).publicUrl).toMatch(/^http/);
  expect((await client.fetchSites()).map(({ code }) => code)).toContain(site);
  expect(await client.fetchStatuses()).toContainEqual({
    code: "new",
    name: "Новий",
    active: true,
    ordering: 10,
    group: "new",
  });
  expect((await client.fetchStatusGroups()).map(({ code }) => code)).toContain("cancel");
  expect((await client.fetchDeliveryTypes()).find(({ code }) => code === "nova-poshta")?.paymentTypes).toContain(
    "cash",
  );
  expect((await client.fetchPaymentTypes()).map(({ code }) => code)).toContain("liqpay");
  expect(
    (await client.fetchPaymentStatuses()).filter(({ paymentComplete }) => paymentComplete).map(({ code }) => code),
  ).toEqual(["paid"]);
  expect((await client.fetchOrderTypes()).filter((type) => type.default).map(({ code }) => code)).toEqual([
    "eshop-individual",
  ]);
  expect((await client.fetchOrderMethods()).length).toBeGreaterThan(3);
  expect((await client.fetchStores()).map(({ code }) => code)).toEqual(["main", "outlet"]);
});

test("an order made, read back by its two names, changed and found in the history as our own", async () => {
  const { crm, client } = await open();
  const start = await client.fetchHistory({ startDate: "2020-01-01 00:00:00" });
  const since = start.entries.at(-1)?.id ?? 0;

  const { id, order } = await client.createOrder(site, draft("1001"));

  expect(order).toMatchObject({
    externalId: "1001",
    site,
    totalSumm: "980",
    discountManualAmount: "100",
    delivery: { code: "nova-poshta", cost: "80" },
  });
  expect(order!.items.map(({ initialPrice, quantity }) => [initialPrice, quantity])).toEqual([
    ["420.5", "2"],
    ["159", "1"],
  ]);
  expect(order!.items[0]!.externalIds).toContainEqual({ code: "horoshop", value: "55120" });
  expect(order!.payments).toMatchObject([{ type: "cash", amount: "980", externalId: "ab-1001" }]);
  expect((await client.fetchOrder("1001", "externalId", site))?.id).toBe(id);
  expect((await client.fetchOrder(String(id), "id", site))?.externalId).toBe("1001");
  expect(await client.fetchOrder("9999", "externalId", site)).toBeUndefined();

  const edited = await client.editOrder(id, site, { status: "assembling" });
  await client.editPayment(order!.payments[0]!.id, site, { status: "paid", paidAt: "2026-02-01 11:00:00" });
  crm.asManager.setStatus("1001", "complete");

  expect(edited?.status).toBe("assembling");
  expect(edited?.items).toHaveLength(2);
  const { entries, unreadable } = await client.fetchHistory({ sinceId: since });
  expect(unreadable).toEqual([]);
  expect(entries.every(({ order: { externalId } }) => externalId === "1001")).toBe(true);
  expect(entries.filter(({ field, own }) => field === "status" && !own).map(({ newValue }) => newValue)).toEqual([
    { code: "complete" },
  ]);
  expect(entries.filter(({ own }) => own).length).toBeGreaterThan(2);
});

test("F07: the same change made with another key is not our own", async () => {
  const { crm, client } = await open();
  await client.createOrder(site, draft("1002"));
  const other = crm.keys.addKey({ key: "key-other", sites: [site] });
  const stranger = createRetailcrmClient({
    url: crm.baseUrl,
    apiKey: other.key,
    transport: openTransport(),
    pacer: atWill,
    now: () => new Date(),
  });

  const { entries } = await stranger.fetchHistory({ startDate: "2020-01-01 00:00:00" });

  expect(entries.length).toBeGreaterThan(0);
  expect(entries.some(({ own }) => own)).toBe(false);
});

test("F78: a batch with one bad order: the good ones are stored, the bad one is named", async () => {
  const { client } = await open();
  const drafts = [draft("2001"), draft("2002", { orderType: "no-such-type" }), draft("2003")];

  const { uploaded, failedExternalIds, errors } = await client.uploadOrders(site, drafts);

  expect(uploaded.map(({ externalId }) => externalId)).toEqual(["2001", "2003"]);
  expect(failedExternalIds).toEqual(["2002"]);
  expect(errors.length).toBeGreaterThan(0);
  expect((await client.fetchOrders({ externalIds: ["2001", "2002", "2003"], sites: [site] })).length).toBe(2);
});

test("F16: a create whose answer was lost, and the same create again", async () => {
  const { crm, client } = await open();
  crm.addFault({ match: { path: /orders\/create/ }, kind: "lost-after", times: 1 });

  await expect(client.createOrder(site, draft("3001"))).rejects.toMatchObject({
    kind: "unavailable",
    mayHaveHappened: true,
  });

  expect(await client.fetchOrder("3001", "externalId", site)).toMatchObject({ externalId: "3001" });
  await expect(client.createOrder(site, draft("3001"))).rejects.toMatchObject({
    kind: "rejected",
    mayHaveHappened: false,
  });
});

test.each([
  ["500-html", "unavailable", true],
  ["html-200", "unavailable", true],
  ["html-405", "unavailable", false],
  ["cut-json", "unreadable", true],
  ["lost-before", "unavailable", true],
  ["404-account", "unavailable", false],
  ["503", "rate-limited", false],
] as const)("a write under the fault %s is %s", async (kind, expected, mayHaveHappened) => {
  const { crm, client } = await open({ repeats: false });
  crm.addFault({ match: { path: /orders\/create/ }, kind });

  await expect(client.createOrder(site, draft("3002"))).rejects.toMatchObject({ kind: expected, mayHaveHappened });
});

test("F100: reads and writes get through a minute of 503 and 429", async () => {
  const { crm, client } = await open();
  crm.addFault({ match: {}, kind: "503", times: 2 });
  expect((await client.createOrder(site, draft("3003"))).id).toBeGreaterThan(0);
  crm.addFault({ match: {}, kind: "429", times: 2 });
  expect((await client.fetchSites()).length).toBeGreaterThan(0);
});

test("keys that are wrong, that may not, and an account that is not there", async () => {
  const wrong = await open({ apiKey: "nobody" });
  const reader = await open({ apiKey: "key-read" });
  const gone = await open();
  gone.crm.switches.accountMissing = true;

  await expect(wrong.client.fetchCredentials()).rejects.toMatchObject({ kind: "unauthorized" });
  await expect(reader.client.createOrder(site, draft("1"))).rejects.toMatchObject({
    kind: "rejected",
    remoteCode: "Access denied",
  });
  for (const call of [gone.client.fetchSites(), gone.client.createOrder(site, draft("1"))]) {
    await expect(call).rejects.toMatchObject({ kind: "unavailable", remoteCode: "Account does not exist" });
  }
});

test("customers: made, found by phone and e-mail, changed, uploaded", async () => {
  const { client } = await open();
  const { id } = await client.createCustomer(site, {
    externalId: "ab-c1",
    firstName: "Ірина",
    email: "iryna@example.net",
    phones: [{ number: "+380671112233" }],
  });
  await client.editCustomer(id, site, { lastName: "Зразок" });

  for (const filter of [
    { name: "+380671112233" },
    { email: "iryna@example.net" },
    { externalIds: ["ab-c1"] },
    { ids: [id] },
  ]) {
    const { customers } = await client.fetchCustomers({ ...filter, sites: [site] });
    expect(customers).toMatchObject([
      { id, externalId: "ab-c1", lastName: "Зразок", email: "iryna@example.net", phones: ["+380671112233"] },
    ]);
  }
  expect((await client.fetchCustomers({ email: "nobody@example.net" })).customers).toEqual([]);
  const upload = await client.uploadCustomers(site, [
    { externalId: "ab-c2", firstName: "Олена" },
    { externalId: "ab-c1", firstName: "Ще раз" },
  ]);
  expect(upload.uploaded.map(({ externalId }) => externalId)).toEqual(["ab-c2"]);
});

test("F03: a long history is walked by id to its end", async () => {
  const { client } = await open();
  for (let from = 0; from < 150; from += 50) {
    await client.uploadOrders(
      site,
      Array.from({ length: 50 }, (_, index) => draft(String(5_000 + from + index))),
    );
  }
  const seen = new Set<number>();
  for (let sinceId = 0; ; ) {
    const { entries } = await client.fetchHistory({ sinceId });
    if (entries.length === 0) break;
    for (const { order } of entries) seen.add(order.id);
    sinceId = entries.at(-1)!.id;
  }

  expect(seen.size).toBe(150);
  expect(
    await client.fetchOrders({ externalIds: Array.from({ length: 150 }, (_, index) => String(5_000 + index)) }),
  ).toHaveLength(150);
});

test("entries of the books, custom fields, the module card and the catalogue", async () => {
  const { crm, client } = await open();

  await client.saveDeliveryType({ code: "meest", name: "Meest", active: true });
  await client.savePaymentType({ code: "crypto", name: "Crypto", active: true });
  expect((await client.fetchDeliveryTypes()).map(({ code }) => code)).toContain("meest");
  expect((await client.fetchPaymentTypes()).map(({ code }) => code)).toContain("crypto");
  await client.createCustomField("order", { code: "horoshop_ttn", name: "ТТН", type: "string" });
  expect(await client.fetchCustomFields("order")).toContainEqual({ code: "horoshop_ttn" });
  await client.saveModule("horoshop-1", {
    integrationCode: "horoshop",
    active: true,
    name: "Horoshop",
    clientId: "1",
    baseUrl: "https://us.example",
    accountUrl: "https://us.example/account",
  });
  await client.saveSite({ code: site, ymlUrl: "http://127.0.0.1:9/catalog.xml", loadFromYml: true });
  expect((await client.fetchSites()).find(({ code }) => code === site)).toMatchObject({
    ymlUrl: "http://127.0.0.1:9/catalog.xml",
    loadFromYml: true,
  });
  await client.askCatalogLoad();
  await client.askCatalogLoad();
  await crm.settled();
  expect(await client.fetchOfferArticles(["no-such"], site)).toEqual([]);
  expect((await client.fetchInventories({ sites: [site] }, 1)).totalPages).toBeGreaterThanOrEqual(0);
  expect(
    await client.uploadInventories(site, [{ externalId: "no-such", stores: [{ code: "main", available: 3 }] }]),
  ).toEqual({ notFound: ["no-such"] });
});

test("with the pacer the CRM's limit is never met", async () => {
  const { crm, client } = await open({ pacer: createPacer(memoryPacerStore()), repeats: false });

  await Promise.all(Array.from({ length: 25 }, () => client.fetchSites()));

  expect(crm.requests.length).toBe(25);
}, 20_000);
