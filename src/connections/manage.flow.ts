import { type AppContext, type ConnectionContext, makeConnectionContext } from "../context.ts";
import { ensureLanes, setLaneDue } from "../jobs/schedule.ts";
import { makeCode } from "../log/id.ts";
import { closeProblem } from "../log/problems.sql.ts";
import { queueRun } from "../log/runs.sql.ts";
import { ApiFailure } from "../web/api-failure.ts";
import {
  type CrmFacts,
  checkCrm,
  checkShop,
  currencyRefusal,
  joinRefusals,
  type Refusal,
  type ShopFacts,
} from "./connect.flow.ts";
import { type Connection, connectionState, hasScope } from "./connection.ts";
import {
  deleteConnection,
  findConnectionsOfAccount,
  insertConnection,
  loadConnection,
  saveConnection,
} from "./connections.sql.ts";
import { sendModuleCard, setUp, unsubscribeHooks } from "./set-up.flow.ts";
import { defaultSettings, mergeSettings, type Settings } from "./settings.ts";

/** The lanes of a connection, each with its own due time. `recheck` is never due by itself: settings or mapping ask for it. */
export const laneNames = ["sync", "quick", "archive", "catalog", "stock", "recheck"];

export type NewConnection = {
  name?: string | undefined;
  crm: { url: string; apiKey: string; site?: string | null | undefined };
  horoshop: { url: string; login: string; password: string };
  settings?: unknown;
};

/** Tries both sides, then stores the connection. @throws ApiFailure 400, 409, 422 as the contract says */
export async function createConnection(app: AppContext, given: NewConnection, guard: OrderGuard): Promise<Connection> {
  const settings = settingsOrFail(defaultSettings, given.settings);
  const [crm, shop] = await Promise.all([checkCrm(app, given.crm), checkShop(app, given.horoshop)]);
  const facts = factsOrFail(crm, shop);
  requireScopesFor(settings, facts.crm.scopes);
  await refuseDoubles(app, facts.crm.url, facts.crm.site, facts.shop.url, undefined);
  const connection = makeConnection(app, {
    name: given.name?.trim() || hostOf(facts.shop.url),
    crm: facts.crm,
    apiKey: given.crm.apiKey,
    settings,
  });
  Object.assign(connection, {
    shopUrl: facts.shop.url,
    shopLogin: given.horoshop.login,
    shopPassword: given.horoshop.password,
    shopFeatures: facts.shop.features,
  } satisfies Partial<Connection>);
  try {
    await insertConnection(app, connection);
  } catch (error) {
    // Two requests at once: the table itself lets only one shop feed a site.
    await refuseDoubles(app, facts.crm.url, facts.crm.site, facts.shop.url, undefined);
    throw error;
  }
  await beginLanes(app, connection);
  const ctx = makeConnectionContext(app, connection);
  await setUp(ctx);
  await guard.readLists(ctx);
  return connection;
}

/** A connection as it begins, before it has a shop. */
export function makeConnection(
  app: AppContext,
  given: { name: string; crm: CrmFacts; apiKey: string; settings: Settings },
): Connection {
  const id = makeCode(10, app.random);
  return {
    id,
    name: given.name.slice(0, 100),
    crmUrl: given.crm.url,
    crmSite: given.crm.site,
    crmKey: given.apiKey,
    crmTimeZone: given.crm.timeZone,
    crmCurrency: given.crm.siteCurrency,
    crmScopes: given.crm.scopes,
    shopUrl: null,
    shopLogin: null,
    shopPassword: null,
    shopFeatures: {},
    settings: given.settings,
    paused: false,
    crmActive: true,
    crmFrozen: false,
    loginRefused: null,
    mappedAt: null,
    paidStatus: null,
    notPaidStatus: null,
    catalogSecret: app.random.bytes(24).toString("hex"),
    hookSecret: app.random.bytes(24).toString("hex"),
    hooks: [],
    moduleCode: `${app.config.moduleCode}-${makeCode(8, app.random)}`,
    clientId: app.random.bytes(32).toString("hex"),
    createdAt: app.now(),
    lastSyncAt: null,
  };
}

/** The catalogue is generated from connection on; the other lanes find nothing to do until the mapping is complete. */
export async function beginLanes(app: AppContext, connection: Connection): Promise<void> {
  await ensureLanes(app.db, connection.id, laneNames, app.now());
  if (!connection.shopUrl) return;
  const { added } = await queueRun(app, connection.id, "catalog", "schedule");
  await setLaneDue(app.db, connection.id, "catalog", new Date(app.now().getTime() + app.config.catalogIntervalMs));
  if (added) await app.jobs.wake("catalog", connection.id);
}

export type ConnectionChanges = {
  name?: string | undefined;
  crm?: { apiKey?: string | undefined; site?: string | undefined } | undefined;
  horoshop?: { url?: string | undefined; login?: string | undefined; password?: string | undefined } | undefined;
  settings?: unknown;
  state?: "paused" | "active" | undefined;
};

/** What only the parts above know: the lists of both sides, whether an order was handed over, whether it is the same shop. */
export type OrderGuard = {
  readLists(ctx: ConnectionContext): Promise<void>;
  hasHandedOver(ctx: ConnectionContext): Promise<boolean>;
  isSameShop(ctx: ConnectionContext, changed: ConnectionContext): Promise<boolean>;
};

/** Merges changes; new credentials are tried first. @throws ApiFailure 400, 409, 422 as the contract says */
export async function changeConnection(
  app: AppContext,
  present: Connection,
  changes: ConnectionChanges,
  guard: OrderGuard,
): Promise<Connection> {
  const connection: Connection = { ...present };
  connection.settings = settingsOrFail(present.settings, changes.settings);
  const crmChanged =
    changes.crm?.apiKey !== undefined || (changes.crm?.site !== undefined && changes.crm.site !== present.crmSite);
  const shopChanged = changes.horoshop !== undefined;
  if (crmChanged || shopChanged) await changeSides(app, present, connection, changes, guard, crmChanged, shopChanged);
  if (changes.settings !== undefined) requireScopesFor(connection.settings, connection.crmScopes);
  if (changes.name !== undefined) connection.name = changes.name.trim().slice(0, 100) || present.name;
  if (changes.state !== undefined) connection.paused = changes.state === "paused";
  await saveConnection(app, connection);
  await afterChange(app, present, connection, crmChanged || shopChanged);
  if (crmChanged || shopChanged) await guard.readLists(makeConnectionContext(app, connection));
  return connection;
}

async function changeSides(
  app: AppContext,
  present: Connection,
  connection: Connection,
  changes: ConnectionChanges,
  guard: OrderGuard,
  crmChanged: boolean,
  shopChanged: boolean,
): Promise<void> {
  const site = changes.crm?.site ?? present.crmSite;
  const ctx = makeConnectionContext(app, present);
  if (present.crmSite !== null && site !== present.crmSite && (await guard.hasHandedOver(ctx)))
    throw new ApiFailure(409, "site_in_use");
  connection.crmKey = changes.crm?.apiKey ?? present.crmKey;
  const shopLogin = {
    url: changes.horoshop?.url ?? present.shopUrl ?? "",
    login: changes.horoshop?.login ?? present.shopLogin ?? "",
    password: changes.horoshop?.password ?? present.shopPassword ?? "",
  };
  if (shopChanged) requireShopFields(shopLogin);
  const [crm, shop] = await Promise.all([
    crmChanged ? checkCrm(app, { url: present.crmUrl, apiKey: connection.crmKey, site }, true) : undefined,
    shopChanged ? checkShop(app, shopLogin) : undefined,
  ]);
  const refusals = [crm, shop].flatMap((one) => (one && !one.ok ? [one.refusal] : []));
  failWith(joinRefusals(refusals));
  if (crm?.ok) takeCrmFacts(connection, crm.facts);
  if (shop?.ok) {
    failWith(currencyRefusal({ siteCurrency: connection.crmCurrency } as CrmFacts, shop.facts));
    await takeShopFacts(app, present, connection, { ...shopLogin, facts: shop.facts }, guard);
  }
  await refuseDoubles(app, connection.crmUrl, connection.crmSite, connection.shopUrl, connection.id);
  connection.loginRefused = null;
}

function takeCrmFacts(connection: Connection, facts: CrmFacts): void {
  connection.crmScopes = facts.scopes;
  connection.crmSite = facts.site ?? connection.crmSite;
  connection.crmTimeZone = facts.timeZone ?? connection.crmTimeZone;
  connection.crmCurrency = facts.siteCurrency ?? connection.crmCurrency;
}

async function takeShopFacts(
  app: AppContext,
  present: Connection,
  connection: Connection,
  shop: { login: string; password: string; facts: ShopFacts },
  guard: OrderGuard,
): Promise<void> {
  const moved = present.shopUrl !== null && present.shopUrl !== shop.facts.url;
  connection.shopUrl = shop.facts.url;
  connection.shopLogin = shop.login;
  connection.shopPassword = shop.password;
  connection.shopFeatures = { ...present.shopFeatures, ...shop.facts.features };
  if (!moved) return;
  const before = makeConnectionContext(app, present);
  if (
    (await guard.hasHandedOver(before)) &&
    !(await guard.isSameShop(before, makeConnectionContext(app, connection)))
  ) {
    throw new ApiFailure(409, "shop_changed");
  }
  connection.hooks = [];
}

/** New data at once, not at the next turn of the clock. */
async function afterChange(
  app: AppContext,
  before: Connection,
  connection: Connection,
  sidesChanged: boolean,
): Promise<void> {
  const ctx = makeConnectionContext(app, connection);
  if (sidesChanged) {
    for (const code of [
      "shop_login_rejected",
      "crm_key_rejected",
      "crm_scopes_missing",
      "shop_unreachable",
      "crm_unreachable",
    ])
      await closeProblem(ctx, code);
    await setUp(ctx);
    if (!before.shopUrl || !before.crmSite) await beginLanes(app, connection);
  } else if (before.name !== connection.name) await sendModuleCard(ctx);
  const changed = JSON.stringify(before.settings) !== JSON.stringify(connection.settings);
  if (changed && before.settings.webhooks && !connection.settings.webhooks) await unsubscribeHooks(ctx);
  if (changed && !before.settings.webhooks && connection.settings.webhooks && !sidesChanged) await setUp(ctx);
  if (changed && before.settings.trackingField !== connection.settings.trackingField && !sidesChanged) await setUp(ctx);
  if (changed || connectionState(before) !== connectionState(connection)) await askForRecheck(ctx, changed);
}

/** The next look works on everything that waited: mapping or settings changed, or the connection goes on. */
export async function askForRecheck(ctx: ConnectionContext, rulesChanged: boolean): Promise<void> {
  if (connectionState(ctx.connection) !== "active") return;
  if (rulesChanged) {
    await ensureLanes(ctx.db, ctx.connection.id, laneNames, ctx.now());
    await ctx.db
      .updateTable("lanes")
      .set({ wanted: true })
      .where("connection_id", "=", ctx.connection.id)
      .where("lane", "=", "recheck")
      .execute();
  }
  await setLaneDue(ctx.db, ctx.connection.id, "sync", ctx.now());
  await ctx.db
    .updateTable("lanes")
    .set({ wanted: true })
    .where("connection_id", "=", ctx.connection.id)
    .where("lane", "=", "quick")
    .execute();
  await ctx.jobs.wake("orders", ctx.connection.id);
}

/** All data of a connection goes; the shop's webhooks and the CRM's card are switched off as far as they answer. */
export async function removeConnection(app: AppContext, connection: Connection): Promise<void> {
  const ctx = makeConnectionContext(app, connection);
  if (connection.shopUrl && connection.loginRefused !== "shop_login_rejected") await unsubscribeHooks(ctx);
  if (connection.loginRefused !== "crm_key_rejected") await sendModuleCard(ctx, false);
  await deleteConnection(app, connection.id);
  for (const farewell of app.farewells) await farewell(connection.id);
}

export async function loadOrFail(app: AppContext, id: string): Promise<Connection> {
  const connection = await loadConnection(app, id);
  if (!connection) throw new ApiFailure(404, "not_found");
  return connection;
}

function settingsOrFail(present: Settings, changes: unknown): Settings {
  const merged = mergeSettings(present, changes);
  if (!merged.ok) throw new ApiFailure(400, "malformed", { fields: merged.fields });
  return merged.settings;
}

function requireShopFields(shop: { url: string; login: string; password: string }): void {
  const fields = Object.fromEntries(
    Object.entries(shop)
      .filter(([, value]) => value === "")
      .map(([name]) => [`horoshop.${name}`, "required"]),
  );
  if (Object.keys(fields).length > 0) throw new ApiFailure(400, "malformed", { fields });
}

function requireScopesFor(settings: Settings, scopes: string[] | null): void {
  const needed = { none: [], "crm-to-shop": ["store_read"], "shop-to-crm": ["store_write"] }[settings.stock.direction];
  const missing = needed.filter((scope) => !hasScope({ crmScopes: scopes }, scope));
  if (missing.length > 0) throw new ApiFailure(422, "crm_scopes_missing", { details: { missing } });
}

function factsOrFail(
  crm: Awaited<ReturnType<typeof checkCrm>>,
  shop: Awaited<ReturnType<typeof checkShop>>,
): { crm: CrmFacts; shop: ShopFacts } {
  const refusals = [crm, shop].flatMap((one) => (one.ok ? [] : [one.refusal]));
  if (crm.ok && shop.ok) {
    const refusal = currencyRefusal(crm.facts, shop.facts);
    if (refusal) refusals.push(refusal);
  }
  failWith(joinRefusals(refusals));
  if (!crm.ok || !shop.ok) throw new ApiFailure(422, "crm_unreachable");
  return { crm: crm.facts, shop: shop.facts };
}

function failWith(refusal: Refusal | undefined): void {
  if (!refusal) return;
  const { code, details } = refusal;
  throw new ApiFailure(422, code, { details, params: { ...details, shop: details.horoshop } });
}

async function refuseDoubles(
  app: AppContext,
  crmUrl: string,
  site: string | null,
  shopUrl: string | null,
  ownId: string | undefined,
): Promise<void> {
  if (site === null || shopUrl === null) return;
  const others = (await findConnectionsOfAccount(app, crmUrl)).filter(
    (one) => one.id !== ownId && one.crmSite === site && one.shopUrl !== null,
  );
  if (others.some((one) => one.shopUrl === shopUrl)) throw new ApiFailure(409, "connection_exists");
  if (others.length > 0) throw new ApiFailure(409, "site_taken", { details: { site } });
}

function hostOf(url: string): string {
  return new URL(url).hostname;
}
