import { type AppContext, type ConnectionContext, makeConnectionContext } from "../context.ts";
import { isApiError } from "../http/api-error.ts";
import { closeProblem } from "../log/problems.sql.ts";
import { ApiFailure } from "../web/api-failure.ts";
import { type CrmFacts, checkCrm, checkShop, currencyRefusal, joinRefusals, type ShopFacts } from "./connect.flow.ts";
import { type Connection, connectionState } from "./connection.ts";
import { saveConnection } from "./connections.sql.ts";
import { requireKnownCodes } from "./crm-choices.flow.ts";
import { askForRecheck, beginLanes, loadOrFail, type OrderGuard } from "./manage.flow.ts";
import { failWith, refuseDoubles, requireScopesFor, settingsOrFail } from "./refuse.flow.ts";
import { farewellContext, sendModuleCard, setUp, unsubscribeHooks } from "./set-up.flow.ts";
import { reasonOf } from "./trouble.flow.ts";

export type ConnectionChanges = {
  name?: string | undefined;
  crm?: { apiKey?: string | undefined; site?: string | undefined } | undefined;
  horoshop?: { url?: string | undefined; login?: string | undefined; password?: string | undefined } | undefined;
  settings?: unknown;
  state?: "paused" | "active" | undefined;
};

/** Merges changes; new credentials are tried first. @throws ApiFailure 400, 409, 422 as the contract says */
export async function changeConnection(
  app: AppContext,
  given: Connection,
  changes: ConnectionChanges,
  guard: OrderGuard,
): Promise<Connection> {
  await requireKnownCodes(
    makeConnectionContext(app, given),
    given.settings,
    settingsOrFail(given.settings, changes.settings),
  );
  const present = await loadOrFail(app, given.id);
  const connection: Connection = { ...present };
  if (changes.settings !== undefined) connection.settings = settingsOrFail(present.settings, changes.settings);
  const crmChanged =
    changes.crm?.apiKey !== undefined || (changes.crm?.site !== undefined && changes.crm.site !== present.crmSite);
  const shopChanged = changes.horoshop !== undefined;
  if (crmChanged || shopChanged) await changeSides(app, present, connection, changes, guard, crmChanged, shopChanged);
  if (changes.settings !== undefined || crmChanged)
    requireScopesFor(connection.settings, connection.crmScopes, present.settings);
  if (changes.name !== undefined) connection.name = changes.name.trim().slice(0, 100) || present.name;
  if (changes.state !== undefined) connection.paused = changes.state === "paused";
  if (present.hooks.length > 0 && connection.hooks.length === 0) await unsubscribeHooks(farewellContext(app, present));
  Object.assign(connection, takenMeanwhile(present, connection, await loadOrFail(app, given.id)));
  await saveConnection(app, connection);
  await afterChange(app, present, connection, { crm: crmChanged, shop: shopChanged });
  if ((crmChanged || shopChanged) && !connection.loginRefused)
    await guard.readLists(makeConnectionContext(app, connection));
  return connection;
}

/** What this change leaves alone stands as others left it while the sides were asked. */
function takenMeanwhile(present: Connection, connection: Connection, now: Connection): Partial<Connection> {
  const names = Object.keys(now) as (keyof Connection)[];
  return Object.fromEntries(
    names.filter((name) => connection[name] === present[name]).map((name) => [name, now[name]]),
  );
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
  // Only the side that was tried is mended by it.
  if (crm?.ok && connection.loginRefused === "crm_key_rejected") connection.loginRefused = null;
  if (shop?.ok && connection.loginRefused === "shop_login_rejected") connection.loginRefused = null;
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
  if (await guard.hasHandedOver(before)) await requireSameShop(before, makeConnectionContext(app, connection), guard);
  connection.hooks = [];
}

async function requireSameShop(
  before: ConnectionContext,
  changed: ConnectionContext,
  guard: OrderGuard,
): Promise<void> {
  const isSame = await guard.isSameShop(before, changed).catch((error: unknown) => {
    if (!isApiError(error)) throw error;
    const reason = reasonOf(error);
    throw new ApiFailure(422, "horoshop_unreachable", { details: { reason } });
  });
  if (!isSame) throw new ApiFailure(409, "shop_changed");
}

/** What a side's new credentials may have mended. */
const mendedBy = {
  crm: ["crm_key_rejected", "crm_scopes_missing", "crm_unreachable"],
  shop: ["shop_login_rejected", "shop_unreachable"],
};

/** New data at once, not at the next turn of the clock. */
async function afterChange(
  app: AppContext,
  before: Connection,
  connection: Connection,
  tried: { crm: boolean; shop: boolean },
): Promise<void> {
  const ctx = makeConnectionContext(app, connection);
  const sidesChanged = tried.crm || tried.shop;
  if (sidesChanged) {
    const mended = [...(tried.crm ? mendedBy.crm : []), ...(tried.shop ? mendedBy.shop : [])];
    for (const code of mended) await closeProblem(ctx, code);
    await setUp(ctx);
    if (!before.shopUrl || !before.crmSite) await beginLanes(app, connection);
  } else if (before.name !== connection.name) await sendModuleCard(ctx);
  const [old, settings] = [before.settings, connection.settings];
  const changed = JSON.stringify(old) !== JSON.stringify(settings);
  if (old.webhooks && !settings.webhooks) await unsubscribeHooks(ctx);
  const fieldsChanged = old.trackingField !== settings.trackingField || old.branchField !== settings.branchField;
  if (!sidesChanged && (fieldsChanged || (!old.webhooks && settings.webhooks))) await setUp(ctx);
  if (changed || connectionState(before) !== connectionState(connection)) await askForRecheck(ctx, changed);
}

function requireShopFields(shop: { url: string; login: string; password: string }): void {
  const fields = Object.fromEntries(
    Object.entries(shop)
      .filter(([, value]) => value === "")
      .map(([name]) => [`horoshop.${name}`, "required"]),
  );
  if (Object.keys(fields).length > 0) throw new ApiFailure(400, "malformed", { fields });
}
