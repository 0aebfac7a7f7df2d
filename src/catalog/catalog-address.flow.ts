import { connectionState, hasScope } from "../connections/connection.ts";
import { findConnectionBy, loadConnection } from "../connections/connections.sql.ts";
import type { AppContext, ConnectionContext } from "../context.ts";
import { isApiError } from "../http/api-error.ts";
import { closeProblem, openProblem } from "../log/problems.sql.ts";

const problem = "catalog_elsewhere";

/** Where the CRM fetches the file of a connection. */
export function catalogUrl(app: Pick<AppContext, "config">, connection: { catalogSecret: string }): string {
  return `${app.config.publicUrl}/catalog/${connection.catalogSecret}.xml`;
}

/**
 * Looks which catalogue address the CRM's site has. An empty one, or one of ours behind which no connection stands any
 * more, is filled in with ours; another one is left alone and becomes a problem (also our own address of yesterday, when
 * `PUBLIC_URL` was different).
 */
export async function checkAddress(ctx: ConnectionContext): Promise<"ours" | "just-written" | "not-ours"> {
  const { crmSite } = ctx.connection;
  if (!crmSite) return "not-ours";
  const ours = catalogUrl(ctx, ctx.connection);
  const site = (await ctx.crm.fetchSites()).find((one) => one.code === crmSite);
  if (!site) return "not-ours";
  const theirs = site.ymlUrl?.trim() ?? "";
  const isDead = await isDeadAddress(ctx, theirs);
  if ((theirs === "" || isDead) && mayInstall(ctx) && (await tryInstall(ctx, crmSite))) {
    await closeProblem(ctx, problem);
    return "just-written";
  }
  if (theirs === "") {
    await closeProblem(ctx, problem);
    return "not-ours";
  }
  if (sameAddress(theirs, ours)) {
    await closeProblem(ctx, problem);
    return "ours";
  }
  await openProblem(ctx, { code: problem, params: { url: theirs, expected: ours } });
  return "not-ours";
}

/** Ours, of a connection that was deleted: it answers 404 for ever. */
async function isDeadAddress(ctx: ConnectionContext, theirs: string): Promise<boolean> {
  const start = `${ctx.config.publicUrl}/catalog/`;
  const secret = theirs.startsWith(start) ? /^([\w-]+)\.xml$/.exec(theirs.slice(start.length))?.[1] : undefined;
  return secret !== undefined && (await findConnectionBy(ctx, "catalog_secret", secret)) === undefined;
}

/** An address that the CRM cannot reach is not written by itself: it would load nothing, and look connected. */
function mayInstall(ctx: ConnectionContext): boolean {
  const reachable = ctx.config.publicUrl.startsWith("https://") || ctx.config.allowLocalTargets;
  return reachable && hasScope(ctx.connection, "reference_write");
}

async function tryInstall(ctx: ConnectionContext, site: string): Promise<boolean> {
  // Deleted while its catalogue was being made: nobody would ever serve that address.
  if (!(await loadConnection(ctx, ctx.connection.id))) return false;
  try {
    await writeAddress(ctx, site);
    return true;
  } catch (error) {
    if (!isApiError(error, "rejected")) throw error;
    ctx.log.warn({ connection: ctx.connection.id, details: error.details }, "the CRM refused the catalogue address");
    return false;
  }
}

async function writeAddress(ctx: ConnectionContext, site: string): Promise<void> {
  await ctx.crm.saveSite({ code: site, ymlUrl: catalogUrl(ctx, ctx.connection), loadFromYml: true });
}

export type InstallResult = { ok: true } | { ok: false; code: "site_missing" | "crm_scopes_missing" };

/** A person wants the CRM to load our file, whatever address is there now. Rejects with ApiError when the CRM refuses. */
export async function installAddress(ctx: ConnectionContext): Promise<InstallResult> {
  const { crmSite } = ctx.connection;
  if (!crmSite) return { ok: false, code: "site_missing" };
  if (!hasScope(ctx.connection, "reference_write")) return { ok: false, code: "crm_scopes_missing" };
  await writeAddress(ctx, crmSite);
  await closeProblem(ctx, problem);
  return { ok: true };
}

/**
 * After a publication: sees to the address and, when offers changed, asks the CRM to load the file soon. The file is
 * published, so trouble with the CRM costs only time; refused credentials are told to the caller all the same.
 */
export async function tellCrm(ctx: ConnectionContext, changed: boolean): Promise<void> {
  if (ctx.connection.loginRefused === "crm_key_rejected") return;
  if (["frozen", "inactive", "needs_login"].includes(connectionState(ctx.connection))) return;
  try {
    const address = await checkAddress(ctx);
    if (address === "just-written" || (address === "ours" && changed)) await askToLoad(ctx);
  } catch (error) {
    if (!isApiError(error) || error.kind === "unauthorized") throw error;
    const facts = { connection: ctx.connection.id, operation: error.operation, kind: error.kind };
    ctx.log.warn(facts, "the CRM could not be told about the catalogue");
  }
}

async function askToLoad(ctx: ConnectionContext): Promise<void> {
  if (hasScope(ctx.connection, "analytics_write")) await ctx.crm.askCatalogLoad();
}

function sameAddress(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href;
}
