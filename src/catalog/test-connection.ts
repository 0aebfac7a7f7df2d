/** One connection over the store of a suite, for the tests of the catalogue. The two ends are handed in. */
import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog as log } from "../../test/silent-log.ts";
import { readConfig } from "../config.ts";
import type { Connection } from "../connections/connection.ts";
import { deleteConnection, insertConnection } from "../connections/connections.sql.ts";
import { defaultSettings } from "../connections/settings.ts";
import type { ConnectionContext } from "../context.ts";
import { makeVault } from "../db/encrypt.ts";
import type { Store } from "../db/open.ts";
import { TransportError } from "../http/transport-error.ts";
import { createEvents } from "../log/events.ts";
import type { CrmSite } from "../retailcrm/schema.ts";
import { createTestShop, type TestShop } from "./test-shop.ts";

export type TestConnection = {
  ctx: ConnectionContext;
  shop: TestShop;
  site: CrmSite;
  /** what the CRM was asked, in order */
  crmCalls: string[];
  /** may throw instead of answering */
  crmTrouble: { before: () => void };
  clock: { now: Date };
  close(): Promise<void>;
};

export async function openTestConnection(store: Store, kind: Store["kind"] = store.kind): Promise<TestConnection> {
  const dataDir = mkdtempSync(join(tmpdir(), "catalog-"));
  const config = readConfig({ DATA_DIR: dataDir, PUBLIC_URL: "https://connector.example" });
  const random = { bytes: (count: number) => randomBytes(count), number: () => 0.5 };
  const shop = createTestShop();
  const clock = { now: new Date("2025-03-14T09:30:00Z") };
  const crmCalls: string[] = [];
  const crmTrouble = { before: () => {} };
  const site: CrmSite = {
    code: "main",
    name: "Main",
    url: undefined,
    currency: "UAH",
    ymlUrl: undefined,
    loadFromYml: false,
    catalogUpdatedAt: undefined,
    catalogLoadingAt: undefined,
    catalogId: undefined,
  };
  const answer = async (call: string) => {
    crmTrouble.before();
    crmCalls.push(call);
  };
  const crm = {
    fetchSites: async () => {
      await answer("sites");
      return [{ ...site, code: "another", ymlUrl: "https://other.example/x.xml" }, { ...site }];
    },
    saveSite: async (saved: { code: string; ymlUrl: string; loadFromYml: boolean }) => {
      await answer(`save ${saved.code}`);
      site.ymlUrl = saved.ymlUrl;
      site.loadFromYml = saved.loadFromYml;
    },
    askCatalogLoad: () => answer("load"),
  };
  const connection = sampleConnection(clock.now);
  const ctx = {
    config,
    store: { ...store, kind },
    db: store.db,
    now: () => clock.now,
    random,
    log,
    vault: makeVault([randomBytes(32).toString("base64")], random.bytes),
    events: createEvents(),
    signal: new AbortController().signal,
    // What makes clients of its own (the API) finds a network where nobody answers.
    transport: async () => {
      throw new TransportError("refused", false, "nobody answers");
    },
    pacer: { take: async () => {} },
    slots: { enter: async () => () => {} },
    sleep: async () => {},
    shopTokens: new Map(),
    connection,
    horoshop: shop,
    crm,
  } as unknown as ConnectionContext;
  await insertConnection(ctx, connection);
  const close = async () => {
    await deleteConnection(ctx, connection.id);
    await rm(dataDir, { recursive: true, force: true });
  };
  return { ctx, shop, site, crmCalls, crmTrouble, clock, close };
}

function sampleConnection(createdAt: Date): Connection {
  return {
    id: "c1",
    name: "Лісова крамниця",
    crmUrl: "https://demo.retailcrm.pro",
    crmSite: "main",
    crmKey: "key",
    crmTimeZone: null,
    crmCurrency: "UAH",
    crmScopes: ["reference_read", "reference_write", "analytics_write"],
    shopUrl: "https://shop.example",
    shopLogin: "login",
    shopPassword: "password",
    shopFeatures: {},
    settings: structuredClone(defaultSettings),
    paused: false,
    crmActive: true,
    crmFrozen: false,
    loginRefused: null,
    mappedAt: null,
    paidStatus: null,
    notPaidStatus: null,
    catalogSecret: "s3cret",
    hookSecret: "hook",
    hooks: [],
    moduleCode: "horoshop",
    clientId: "client",
    createdAt,
    lastSyncAt: null,
  };
}
