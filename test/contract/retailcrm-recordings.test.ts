/** The client against every recorded reply that concerns it. The recordings are other people's and lie beside the repository. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ApiError } from "../../src/http/api-error.ts";
import type { RetailcrmClient } from "../../src/retailcrm/client.ts";
import { crmThat } from "./scripted.ts";

type Recording = { file: string; status: number | string | null; method: string; path: string | null };
type Expected = Partial<Pick<ApiError, "kind" | "remoteCode" | "details">>;

const folder = new URL("../../../shared/recordings/retailcrm/", import.meta.url);
const present = existsSync(new URL("index.json", folder));
const index: Recording[] = present ? JSON.parse(readFileSync(new URL("index.json", folder), "utf8")) : [];

function textOf(file: string): string {
  return readFileSync(new URL(file, folder), "utf8");
}

function clientFor(file: string, status = 200) {
  // A store module's own test data leave the envelope's `success` out; the service never does.
  const isBare = file === "credentials-fixture-prestashop.json";
  const body = isBare ? JSON.stringify({ success: true, ...bodyOf(file) }) : textOf(file);
  return crmThat(() => ({ status, headers: {}, body })).client;
}

function bodyOf(file: string): Record<string, unknown> {
  return JSON.parse(textOf(file));
}

const length = (value: unknown): number => Object.keys((value ?? {}) as object).length;

type Reading = [
  file: string,
  ask: (client: RetailcrmClient) => Promise<unknown>,
  check: (found: never, body: never) => void,
];

/** Each reading must find all that the recording holds. */
const readings: Reading[] = [
  [
    "credentials.json",
    (c) => c.fetchCredentials(),
    (found) =>
      expect(found).toMatchObject({
        scopes: ["order_read", "customer_read", "reference_read"],
        siteAccess: "access_full",
      }),
  ],
  [
    "credentials-fixture-prestashop.json",
    (c) => c.fetchCredentials(),
    (found: { credentials: string[] }) => expect(found.credentials.length).toBeGreaterThan(0),
  ],
  [
    "system-info.json",
    (c) => c.fetchSystemInfo(),
    (found: { publicUrl: string }) => expect(found.publicUrl).toMatch(/^https:/),
  ],
  [
    "settings.json",
    (c) => c.fetchSettings(),
    (found) => expect(found).toEqual({ timeZone: "Europe/Moscow", currency: "RUB", language: "RU" }),
  ],
  ["reference-sites.json", (c) => c.fetchSites(), all("sites")],
  ["reference-statuses.json", (c) => c.fetchStatuses(), all("statuses")],
  ["reference-status-groups.json", (c) => c.fetchStatusGroups(), all("statusGroups")],
  ["reference-delivery-types.json", (c) => c.fetchDeliveryTypes(), all("deliveryTypes")],
  ["reference-payment-types.json", (c) => c.fetchPaymentTypes(), all("paymentTypes")],
  ["reference-payment-statuses.json", (c) => c.fetchPaymentStatuses(), all("paymentStatuses")],
  ["reference-order-types.json", (c) => c.fetchOrderTypes(), all("orderTypes")],
  ["reference-order-methods.json", (c) => c.fetchOrderMethods(), all("orderMethods")],
  ["reference-stores.json", (c) => c.fetchStores(), all("stores")],
  [
    "reference-sites-edit.json",
    (c) => c.saveSite({ code: "test", ymlUrl: "https://x.example", loadFromYml: true }),
    done,
  ],
  ["reference-delivery-types-edit.json", (c) => c.saveDeliveryType({ code: "a", name: "A", active: true }), done],
  ["reference-payment-types-edit.json", (c) => c.savePaymentType({ code: "a", name: "A", active: true }), done],
  ["orders-list.json", (c) => c.fetchOrders({ ids: [1] }), all("orders")],
  ["orders-get.json", (c) => c.fetchOrder("1", "id", "s"), sameOrder],
  ["orders-create.json", (c) => c.createOrder("s", {}).then(({ order }) => order), sameOrder],
  ["orders-edit.json", (c) => c.editOrder(1, "s", {}), sameOrder],
  [
    "orders-upload.json",
    (c) => c.uploadOrders("s", [{}]),
    (found: { uploaded: []; orders: [] }, body: { uploadedOrders: []; orders: [] }) => {
      expect(found.uploaded).toHaveLength(body.uploadedOrders.length);
      expect(found.orders).toHaveLength(length(body.orders));
    },
  ],
  ["orders-payments-create.json", (c) => c.createPayment("s", { type: "cash", order: { id: 1 } }), sameId],
  ["orders-payments-edit.json", (c) => c.editPayment(1, "s", { status: "paid" }), done],
  ["orders-history.json", (c) => c.fetchHistory({ sinceId: 1 }), wholeHistory],
  ...index
    .filter(({ file, path }) => file.startsWith("history-fixture") && path?.includes("orders/history"))
    .map(({ file }): Reading => [file, (c) => c.fetchHistory({ sinceId: 1 }), wholeHistory]),
  [
    "customers-list.json",
    (c) => c.fetchCustomers({ sites: ["s"] }).then(({ customers }) => customers),
    all("customers"),
  ],
  ["customers-create.json", (c) => c.createCustomer("s", {}), sameId],
  ["customers-edit.json", (c) => c.editCustomer(1, "s", {}), done],
  ["customers-edit-tags.json", (c) => c.editCustomer(1, "s", {}), done],
  [
    "customers-upload.json",
    (c) => c.uploadCustomers("s", [{}]),
    (found: { uploaded: [] }, body: { uploadedCustomers: [] }) =>
      expect(found.uploaded).toHaveLength(body.uploadedCustomers.length),
  ],
  [
    "customers-corporate-get.json",
    (c) => c.fetchCorporateCustomer("1", "id", "s"),
    (found: { id: number }, body: { customerCorporate: { id: number } }) =>
      expect(found.id).toBe(body.customerCorporate.id),
  ],
  ["customers-corporate-create.json", (c) => c.createCorporateCustomer("s", { nickName: "x" }), sameId],
  [
    "store-offers.json",
    (c) => c.fetchOfferArticles(externalIdsIn("store-offers.json", "offers"), "s"),
    (found: string[]) => expect(found).toEqual(externalIdsIn("store-offers.json", "offers")),
  ],
  [
    "store-inventories.json",
    (c) => c.fetchInventories({ sites: ["s"] }, 1).then(({ offers }) => offers),
    all("offers"),
  ],
  [
    "inventories-fixture-woocommerce.json",
    (c) => c.fetchInventories({ sites: ["s"] }, 1).then(({ offers }) => offers),
    all("offers"),
  ],
  [
    "store-inventories-upload.json",
    (c) => c.uploadInventories("s", [{ externalId: "1", stores: [] }]),
    (found) => expect(found).toEqual({ notFound: [] }),
  ],
  [
    "custom-fields-list.json",
    (c) => c.fetchCustomFields("order"),
    (found: { code: string }[], body: { customFields: { entity: string }[] }) =>
      expect(found).toHaveLength(body.customFields.filter(({ entity }) => entity === "order").length),
  ],
  ["custom-fields-create.json", (c) => c.createCustomField("order", { code: "a", name: "A", type: "string" }), done],
  ...["delivery", "payment", "embed-js", "mg-transport"].map(
    (name): Reading => [`integration-module-edit-${name}.json`, (c) => c.saveModule("a", {}), done],
  ),
];

function all(key: string) {
  return (found: never, body: never) => expect(found).toHaveLength(length((body as Record<string, unknown>)[key]));
}

function done(found: unknown): void {
  expect(found).toBeUndefined();
}

function sameId(found: { id: number }, body: { id: number }): void {
  expect(found.id).toBe(body.id);
}

type RawOrder = { id: number; status: string; totalSumm: number; items: unknown[]; payments?: object };

function sameOrder(
  found: { id: number; status: string; totalSumm: string; items: unknown[]; payments: unknown[] },
  body: { order: RawOrder },
): void {
  expect(found).toMatchObject({ id: body.order.id, status: body.order.status });
  expect(Number(found.totalSumm)).toBe(body.order.totalSumm);
  expect(found.items).toHaveLength(body.order.items.length);
  expect(found.payments).toHaveLength(length(body.order.payments));
}

type RawHistory = { history: { id: number; field: string; apiKey?: { current?: boolean } }[] };

function wholeHistory(
  found: { entries: { id: number; own: boolean; field: string }[]; unreadable: number[] },
  body: RawHistory,
): void {
  expect(found.unreadable).toEqual([]);
  expect(found.entries.map(({ id, own, field }) => [id, own, field])).toEqual(
    body.history.map(({ id, apiKey, field }) => [id, apiKey?.current === true, field]),
  );
}

function externalIdsIn(file: string, key: string): string[] {
  return (bodyOf(file)[key] as { externalId?: string }[]).flatMap(({ externalId }) => externalId ?? []);
}

/** Uploads are values below; every other error body has a kind. */
const uploads = [
  "error-460-customers-upload.json",
  "error-460-orders-upload.json",
  "error-upload-orders-duplicates-prestashop.json",
  "error-460-customers-corporate-upload.json",
];

function expectedOf({ file, status }: Recording): Expected {
  if (file.endsWith(".html")) return { kind: "unavailable", remoteCode: "Account does not exist" };
  if (file.includes("wrong-api-key") || file.includes("api-key-wrong"))
    return { kind: "unauthorized", remoteCode: 'Wrong "apiKey" value' };
  if (file.includes("api-key-missing")) return { kind: "unauthorized", remoteCode: '"apiKey" is missing' };
  if (file.includes("access-denied")) return { kind: "rejected", remoteCode: "Access denied", details: [] };
  if (file.includes("account-does-not-exist")) return { kind: "unavailable", remoteCode: "Account does not exist" };
  if (status === 503) return { kind: "rate-limited", remoteCode: "Rate limit exceeded" };
  const body = bodyOf(file) as { errorMsg: string; errors?: object; ErrorsList?: object };
  const given = body.errors ?? body.ErrorsList ?? {};
  const details = Object.entries(given).map(([key, said]) => (Array.isArray(given) ? String(said) : `${key}: ${said}`));
  return { kind: "rejected", remoteCode: body.errorMsg.replace(/\.$/, ""), details };
}

describe.skipIf(!present)(
  "recorded replies of the CRM (skipped: no ../shared/recordings beside the repository)",
  () => {
    test.each(readings)("%s", async (file, ask, check) => {
      const { status } = index.find((recording) => recording.file === file)!;

      const found = await ask(clientFor(file, Number(status)));

      check(found as never, bodyOf(file) as never);
    });

    test.each(index.filter(({ file }) => file.startsWith("error-") && !uploads.includes(file)))(
      "$file",
      async (recording) => {
        const status = Number(recording.status) || 400;
        const client = clientFor(recording.file, status);

        const expected = expectedOf(recording);

        await expect(client.createOrder("s", {})).rejects.toMatchObject({ ...expected, mayHaveHappened: false });
        await expect(client.fetchSites()).rejects.toMatchObject(expected);
      },
    );

    test("F78: recorded uploads that failed in part are values", async () => {
      expect(await clientFor("error-460-orders-upload.json", 460).uploadOrders("s", [{}])).toEqual({
        uploaded: [],
        failedExternalIds: ["123123"],
        errors: ["items[0].offer.id: Offer with id 123123 not found."],
        orders: [],
      });
      expect(await clientFor("error-460-customers-upload.json", 460).uploadCustomers("s", [{}])).toMatchObject({
        failedExternalIds: ["123123"],
        errors: ["managerId: Something went wrong"],
      });
      const duplicates = await clientFor("error-upload-orders-duplicates-prestashop.json", 400).uploadOrders("s", [{}]);
      expect(duplicates).toMatchObject({ uploaded: [], failedExternalIds: [] });
      expect(duplicates.errors).toContain("Order with externalId=2 already exists.");
    });

    test("every recording concerns the client or a method it does not use", () => {
      const read = new Set([
        ...readings.map(([file]) => file),
        ...index.filter(({ file }) => file.startsWith("error-")).map(({ file }) => file),
      ]);
      const used =
        /^\/api\/(credentials|system-info|v5\/(settings|orders(\/history|\/create|\/upload|\/payments\/(create|.*\/edit)|\/[^/]*\/edit)?|customers(\/create|\/upload|\/[^/]*\/edit)?|store\/(offers|inventories.*)|integration-modules\/.*\/edit))$/;
      const missed = index.filter(({ file, path }) => used.test(path?.split("?")[0] ?? "") && !read.has(file));

      expect(missed.map(({ file }) => file)).toEqual([]);
    });
  },
);
