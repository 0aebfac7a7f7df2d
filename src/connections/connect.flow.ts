import { type AppContext, makeHoroshopClient, makeRetailcrmClient, type ShopLogin } from "../context.ts";
import { ApiError } from "../http/api-error.ts";
import type { CrmSite } from "../retailcrm/schema.ts";
import { normalCrmUrl, normalShopUrl, redirectedShopUrl } from "./addresses.ts";
import { requiredScopes } from "./connection.ts";
import { domainRules } from "./crm-domains.flow.ts";
import { reasonOf } from "./trouble.flow.ts";

/** Why a side cannot be connected, in the words of the contract. */
export type Refusal = { code: string; details: Record<string, unknown> };

export type CrmFacts = {
  url: string;
  scopes: string[] | null;
  site: string | null;
  siteCurrency: string | null;
  timeZone: string | null;
  language: string | null;
  ymlUrl: string | null;
};
export type ShopFacts = { url: string; currencies: string[]; features: Record<string, boolean> };

export type Checked<Facts> = { ok: true; facts: Facts } | { ok: false; refusal: Refusal };

/** The order in which refusals are told: the first is the answer's code, others found stand beside it. */
const refusalOrder = [
  "crm_address_refused",
  "crm_unreachable",
  "crm_key_rejected",
  "crm_scopes_missing",
  "site_required",
  "site_unknown",
  "horoshop_address_refused",
  "horoshop_unreachable",
  "horoshop_not_a_shop",
  "horoshop_login_rejected",
  "horoshop_api_unavailable",
  "currency_mismatch",
];

export function joinRefusals(refusals: Refusal[]): Refusal | undefined {
  const sorted = [...refusals].sort((a, b) => refusalOrder.indexOf(a.code) - refusalOrder.indexOf(b.code));
  const [first, ...rest] = sorted;
  if (!first) return undefined;
  return {
    code: first.code,
    details: rest.length > 0 ? { ...first.details, also: rest.map((one) => one.code) } : first.details,
  };
}

export function currencyRefusal(crm: CrmFacts, shop: ShopFacts): Refusal | undefined {
  if (!crm.siteCurrency || shop.currencies.length === 0 || shop.currencies.includes(crm.siteCurrency)) return undefined;
  return { code: "currency_mismatch", details: { crm: crm.siteCurrency, horoshop: shop.currencies.join(", ") } };
}

/** `siteIsOptional`: after a one-step registration the site may be chosen later. */
export async function checkCrm(
  app: AppContext,
  given: { url: string; apiKey: string; site?: string | null | undefined },
  siteIsOptional = false,
): Promise<Checked<CrmFacts>> {
  const url = normalCrmUrl(given.url, await domainRules(app));
  if (!url) return refused("crm_address_refused", {});
  const crm = makeRetailcrmClient(app, { url, apiKey: given.apiKey });
  try {
    const credentials = await crm.fetchCredentials();
    const missing = credentials.scopes
      ? requiredScopes.filter((scope) => !credentials.scopes!.includes(scope))
      : await findDeniedScopes(crm);
    if (missing.length > 0) return refused("crm_scopes_missing", { missing });
    const sites = (await crm.fetchSites()).filter(
      (site) => !credentials.sitesAvailable || credentials.sitesAvailable.includes(site.code),
    );
    const chosen = chooseSite(sites, given.site ?? undefined, siteIsOptional);
    if ("code" in chosen) return { ok: false, refusal: chosen };
    const settings = await crm.fetchSettings().catch((error: unknown) => {
      // Which permission this needs is nowhere said; without an answer the CRM's zone stays unknown.
      if (error instanceof ApiError && error.kind === "rejected")
        return { timeZone: undefined, currency: undefined, language: undefined };
      throw error;
    });
    return {
      ok: true,
      facts: {
        url,
        scopes: credentials.scopes ?? null,
        site: chosen.site?.code ?? null,
        siteCurrency: chosen.site?.currency ?? settings.currency ?? null,
        timeZone: settings.timeZone ?? null,
        language: settings.language ?? null,
        ymlUrl: chosen.site?.ymlUrl ?? null,
      },
    };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { ok: false, refusal: crmRefusal(error) };
  }
}

function chooseSite(
  sites: CrmSite[],
  wanted: string | undefined,
  isOptional: boolean,
): { site: CrmSite | undefined } | Refusal {
  const named = sites.map((site) => ({ code: site.code, name: site.name }));
  if (wanted !== undefined) {
    const site = sites.find((one) => one.code === wanted);
    return site ? { site } : { code: "site_unknown", details: { site: wanted, sites: named } };
  }
  if (sites.length === 1) return { site: sites[0]! };
  if (isOptional) return { site: undefined };
  return sites.length === 0
    ? { code: "site_unknown", details: { sites: [] } }
    : { code: "site_required", details: { sites: named } };
}

/** Keys of older accounts list no scopes: what can be tried without writing is tried. */
async function findDeniedScopes(crm: ReturnType<typeof makeRetailcrmClient>): Promise<string[]> {
  const trials: [string, () => Promise<unknown>][] = [
    ["order_read", () => crm.fetchHistory({ sinceId: 0 })],
    ["customer_read", () => crm.fetchCustomers({}, 1)],
    ["reference_read", () => crm.fetchStatuses()],
  ];
  const denied: string[] = [];
  for (const [scope, trial] of trials) {
    try {
      await trial();
    } catch (error) {
      if (!(error instanceof ApiError) || error.kind !== "rejected") throw error;
      denied.push(scope);
    }
  }
  return denied;
}

function crmRefusal(error: ApiError): Refusal {
  const details = { reason: reasonOf(error) };
  if (error.transportReason === "forbidden-target") return { code: "crm_address_refused", details };
  if (error.kind === "unauthorized") return { code: "crm_key_rejected", details };
  if (error.kind === "rejected" && error.httpStatus === 403) {
    return error.operation.includes("credentials")
      ? { code: "crm_key_rejected", details }
      : { code: "crm_scopes_missing", details: { missing: ["reference_read"] } };
  }
  return { code: "crm_unreachable", details };
}

/** Logs in and asks for one order; one redirect within the same domain is followed and becomes the address. */
export async function checkShop(app: AppContext, given: ShopLogin): Promise<Checked<ShopFacts>> {
  const typed = normalShopUrl(given.url, app.config.allowLocalTargets);
  if (!typed) return refused("horoshop_address_refused", {});
  let url: string = typed;
  for (let redirects = 0; ; redirects += 1) {
    const shop = makeHoroshopClient(app, { ...given, url });
    try {
      await shop.login();
      await tryOrders(shop);
      const currencies = await shop.fetchCurrencies().catch((error: unknown) => {
        if (error instanceof ApiError && error.kind === "rejected") return [];
        throw error;
      });
      const statuses = await shop.fetchOwnStatuses();
      const features = { statuses: statuses !== undefined, tracking: true, stock: true, webhooks: false };
      return { ok: true, facts: { url, currencies: currencies.map((one) => one.iso.toUpperCase()), features } };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const target: string | undefined =
        error.location === undefined ? undefined : redirectedShopUrl(url, error.location);
      if (target && redirects === 0) url = app.config.allowLocalTargets ? target : target.replace(/^http:/, "https:");
      else return { ok: false, refusal: shopRefusal(error) };
    }
  }
}

async function tryOrders(shop: ReturnType<typeof makeHoroshopClient>): Promise<void> {
  try {
    await shop.fetchOrders({ limit: 1 });
  } catch (error) {
    if (
      error instanceof ApiError &&
      error.kind === "rejected" &&
      error.location === undefined &&
      error.httpStatus !== 404
    )
      throw new OrdersUnavailable(error);
    throw error;
  }
}

/** Logged in, but the plan, the user or the version does not give orders. */
class OrdersUnavailable extends ApiError {
  constructor(error: ApiError) {
    super({ ...error, message: error.message, cause: error });
  }
}

function shopRefusal(error: ApiError): Refusal {
  const details = { reason: reasonOf(error) };
  if (error.transportReason === "forbidden-target") return { code: "horoshop_address_refused", details };
  if (error instanceof OrdersUnavailable) return { code: "horoshop_api_unavailable", details };
  if (error.kind === "unauthorized") return { code: "horoshop_login_rejected", details };
  if (error.location !== undefined) return { code: "horoshop_not_a_shop", details };
  if (error.kind === "unavailable" || error.kind === "rate-limited") return { code: "horoshop_unreachable", details };
  return { code: "horoshop_not_a_shop", details };
}

function refused<Facts>(code: string, details: Record<string, unknown>): Checked<Facts> {
  return { ok: false, refusal: { code, details } };
}
