import { type AppContext, type ConnectionContext, makeConnectionContext } from "../context.ts";
import { ensureLanes, setLaneDue } from "../jobs/schedule.ts";
import { makeCode } from "../log/id.ts";
import { registeredProblems, stockProblems } from "../log/problem.ts";
import { closeProblem } from "../log/problems.sql.ts";
import { queueRun } from "../log/runs.sql.ts";
import { ApiFailure } from "../web/api-failure.ts";
import { type CrmFacts, checkCrm, checkShop, currencyRefusal, joinRefusals, type ShopFacts } from "./connect.flow.ts";
import { type Connection, connectionState } from "./connection.ts";
import { deleteConnection, insertConnection, loadConnection } from "./connections.sql.ts";
import { requireKnownCodes } from "./crm-choices.flow.ts";
import { failWith, refuseDoubles, requireScopesFor, settingsOrFail } from "./refuse.flow.ts";
import { farewellContext, sendModuleCard, setUp, unsubscribeHooks } from "./set-up.flow.ts";
import { defaultSettings, type Settings } from "./settings.ts";
import { takeOutCatalog } from "./take-out-catalog.flow.ts";

/** The lanes of a connection, each with its own due time. `recheck` is never due by itself: settings or mapping ask for it. */
export const laneNames = ["sync", "quick", "archive", "catalog", "stock", "recheck"];
const dayMs = 86_400_000;

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
  requireScopesFor(settings, facts.crm.scopes, defaultSettings);
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
  await requireKnownCodes(makeConnectionContext(app, connection), defaultSettings, settings);
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
  // On the first day both sides are compared by the exchange itself.
  await ensureLanes(app.db, connection.id, ["reconcile"], new Date(app.now().getTime() + dayMs));
  if (!connection.shopUrl) return;
  const { added } = await queueRun(app, connection.id, "catalog", "schedule");
  await setLaneDue(app.db, connection.id, "catalog", new Date(app.now().getTime() + app.config.catalogIntervalMs));
  if (added) await app.jobs.wake("catalog", connection.id);
}

/** What only the parts above know: the lists of both sides, whether an order was handed over, whether it is the same shop. */
export type OrderGuard = {
  readLists(ctx: ConnectionContext): Promise<void>;
  hasHandedOver(ctx: ConnectionContext): Promise<boolean>;
  isSameShop(ctx: ConnectionContext, changed: ConnectionContext): Promise<boolean>;
};

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
    if (ctx.connection.settings.stock.direction !== "none")
      await setLaneDue(ctx.db, ctx.connection.id, "stock", ctx.now());
    else for (const code of stockProblems) await closeProblem(ctx, code);
    const { registered, companies } = ctx.connection.settings.customers;
    if (registered || companies) await setLaneDue(ctx.db, ctx.connection.id, "archive", ctx.now());
    else for (const code of registeredProblems) await closeProblem(ctx, code);
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

/**
 * All data of a connection goes; the shop's webhooks, the CRM's card and the catalogue's address there are switched off
 * as far as both sides answer.
 */
export async function removeConnection(app: AppContext, connection: Connection): Promise<void> {
  const ctx = farewellContext(app, connection);
  const isAskable = {
    shop: connection.loginRefused !== "shop_login_rejected",
    crm: connection.loginRefused !== "crm_key_rejected",
  };
  await Promise.all([
    connection.shopUrl && isAskable.shop ? unsubscribeHooks(ctx) : undefined,
    isAskable.crm ? sendModuleCard(ctx, false) : undefined,
    isAskable.crm ? takeOutCatalog(ctx) : undefined,
  ]);
  await deleteConnection(app, connection.id);
  for (const farewell of app.farewells) await farewell(connection.id);
}

export async function loadOrFail(app: AppContext, id: string): Promise<Connection> {
  const connection = await loadConnection(app, id);
  if (!connection) throw new ApiFailure(404, "not_found");
  return connection;
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

function hostOf(url: string): string {
  return new URL(url).hostname;
}
