import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { type AppContext, makeConnectionContext } from "../context.ts";
import { ApiError } from "../http/api-error.ts";
import type { Api, WebApp } from "../web/api.ts";
import { withFormBodies } from "../web/body.ts";
import { openAccountLogin } from "../web/login.ts";
import { normalCrmUrl } from "./addresses.ts";
import { checkCrm } from "./connect.flow.ts";
import type { Connection } from "./connection.ts";
import { optionalScopes, requiredScopes } from "./connection.ts";
import {
  findConnectionBy,
  findConnectionsOfAccount,
  hashClientId,
  insertConnection,
  saveConnection,
} from "./connections.sql.ts";
import { domainRules } from "./crm-domains.flow.ts";
import { askForRecheck, beginLanes, makeConnection, type OrderGuard } from "./manage.flow.ts";
import { moduleCard, sendModuleCard } from "./set-up.flow.ts";
import { defaultSettings } from "./settings.ts";
import { reasonOf } from "./trouble.flow.ts";

/** What the CRM itself calls: one-step connection, activity, settings, the account page (retailcrm-marketplace.md, 3 to 7). */
export function crmCallbackApi(guard: Pick<OrderGuard, "readLists">): Api<AppContext> {
  return (app, ctx) => addCallbacks(app, ctx, guard);
}

function addCallbacks(app: WebApp, ctx: AppContext, guard: Pick<OrderGuard, "readLists">): void {
  const hidden = { schema: { hide: true } };
  app.get("/retailcrm/config", hidden, async () => ({
    success: true,
    scopes: [...requiredScopes, ...optionalScopes],
    registerUrl: `${ctx.config.publicUrl}/retailcrm/register`,
  }));
  withFormBodies(app, (scope) => {
    const limited = { ...hidden, config: { limit: { attempts: 60, seconds: 60, per: "caller" as const } } };
    scope.post("/retailcrm/register", limited, async (request, reply) => {
      const answer = await register(ctx, request.body as Form, guard);
      return reply.code(answer.status).send(answer.body);
    });
    scope.post("/retailcrm/activity", limited, async (request, reply) => {
      const answer = await activity(ctx, toForm(request.body));
      return reply.code(answer.status).send(answer.body);
    });
    scope.post("/retailcrm/settings", limited, async (request, reply) => {
      const answer = await systemSettings(ctx, toForm(request.body));
      return reply.code(answer.status).send(answer.body);
    });
    scope.post("/account", limited, async (request, reply) => {
      const { clientId } = toForm(request.body);
      const connection = clientId ? await findConnectionBy(ctx, "client_id_hash", hashClientId(clientId)) : undefined;
      if (!connection) return reply.redirect("/?account=unknown", 303);
      await openAccountLogin(reply, connection.crmUrl);
      return reply.redirect(`/connections/${connection.id}`, 303);
    });
  });
}

type Form = Record<string, string | undefined>;

/** Whatever was sent, as a form: a JSON body counts by its texts, anything else is a form without fields. */
function toForm(body: unknown): Form {
  if (typeof body !== "object" || body === null) return {};
  return Object.fromEntries(Object.entries(body).filter(([, value]) => typeof value === "string"));
}

type Answer = { status: number; body: Record<string, unknown> };

const failed = (status: number, errorMsg: string): Answer => ({ status, body: { success: false, errorMsg } });

const registerSchema = z.object({
  token: z.string().min(1).max(200),
  apiKey: z.string().min(1).max(255),
  systemUrl: z.string().min(1).max(500),
});

async function register(ctx: AppContext, form: Form, guard: Pick<OrderGuard, "readLists">): Promise<Answer> {
  const given = registerSchema.safeParse(readJson(form.register) ?? flatForm(form));
  if (!given.success) return failed(400, "The field register must hold JSON with token, apiKey and systemUrl");
  const { token, apiKey, systemUrl } = given.data;
  if (!ctx.config.moduleSecret) return failed(400, "One-step connection is not set up here (MODULE_SECRET)");
  if (!isGenuine(ctx.config.moduleSecret, apiKey, token)) return failed(401, "Invalid token");
  if (!normalCrmUrl(systemUrl, await domainRules(ctx))) return failed(400, "This is not an address of a CRM account");
  const crm = await checkCrm(ctx, { url: systemUrl, apiKey }, true);
  if (!crm.ok) return failed(400, `${crm.refusal.code}: ${JSON.stringify(crm.refusal.details)}`);

  const known = await findConnectionsOfAccount(ctx, crm.facts.url);
  if (known.length > 0) return reconnect(ctx, known, apiKey, crm.facts.scopes);
  const connection = makeConnection(ctx, {
    name: new URL(crm.facts.url).hostname,
    crm: crm.facts,
    apiKey,
    settings: defaultSettings,
  });
  const refusal = await announce(ctx, connection);
  if (refusal) return failed(400, refusal);
  await insertConnection(ctx, connection);
  await beginLanes(ctx, connection);
  // The CRM waits for the answer: lists are read behind its back, and again when a page needs them.
  guard
    .readLists(makeConnectionContext(ctx, connection))
    .catch((error: unknown) =>
      ctx.log.warn({ err: error, connection: connection.id }, "the CRM's lists could not be read yet"),
    );
  return { status: 201, body: { success: true, accountUrl: `${ctx.config.publicUrl}/account` } };
}

/** A repeat is a re-connection: settings, mappings and places stay, the key is replaced. */
async function reconnect(
  ctx: AppContext,
  known: Connection[],
  apiKey: string,
  scopes: string[] | null,
): Promise<Answer> {
  for (const connection of known) {
    Object.assign(connection, { crmKey: apiKey, crmScopes: scopes, crmActive: true, crmFrozen: false });
    if (connection.loginRefused === "crm_key_rejected") connection.loginRefused = null;
    const refusal = await announce(ctx, connection);
    if (refusal) return failed(400, refusal);
  }
  for (const connection of known) {
    await saveConnection(ctx, connection);
    await askForRecheck(makeConnectionContext(ctx, connection), true);
  }
  return { status: 201, body: { success: true, accountUrl: `${ctx.config.publicUrl}/account` } };
}

/** The module's description goes to the CRM before the answer; nothing is kept when that fails. */
async function announce(ctx: AppContext, connection: Connection): Promise<string | undefined> {
  const own = makeConnectionContext(ctx, connection);
  try {
    await own.crm.saveModule(connection.moduleCode, moduleCard(own, true));
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return [reasonOf(error), ...error.details].join("; ");
  }
}

/** Test vector: retailcrm-marketplace.md, 3.2. Only the key is signed, so the address is checked apart. */
export function isGenuine(secret: string, apiKey: string, token: string): boolean {
  if (!/^[0-9a-f]{64}$/i.test(token)) return false;
  return timingSafeEqual(createHmac("sha256", secret).update(apiKey, "utf8").digest(), Buffer.from(token, "hex"));
}

const flagsSchema = z.object({ active: z.boolean().optional(), freeze: z.boolean().optional() });

async function activity(ctx: AppContext, form: Form): Promise<Answer> {
  const flags = flagsSchema.safeParse(readJson(form.activity));
  if (!form.clientId || !flags.success) return failed(400, "The fields clientId and activity (JSON) are needed");
  const connection = await findConnectionBy(ctx, "client_id_hash", hashClientId(form.clientId));
  if (!connection) return { status: 404, body: { success: false } };
  if (form.systemUrl && !(await takeSystemUrl(ctx, connection, form.systemUrl)))
    return failed(400, "The new address of the CRM is not accepted");
  connection.crmActive = flags.data.active ?? connection.crmActive;
  connection.crmFrozen = flags.data.freeze ?? connection.crmFrozen;
  await saveConnection(ctx, connection);
  await askForRecheck(makeConnectionContext(ctx, connection), false);
  return { status: 200, body: { success: true } };
}

/** A changed address is taken only when it is a CRM's and the stored key works there: it would get the key otherwise. */
async function takeSystemUrl(ctx: AppContext, connection: Connection, systemUrl: string): Promise<boolean> {
  const url = normalCrmUrl(systemUrl, await domainRules(ctx));
  if (!url) return false;
  if (url === connection.crmUrl) return true;
  const crm = await checkCrm(ctx, { url, apiKey: connection.crmKey, site: connection.crmSite }, true);
  if (!crm.ok) return false;
  connection.crmUrl = url;
  await saveConnection(ctx, connection);
  await sendModuleCard(makeConnectionContext(ctx, connection));
  return true;
}

async function systemSettings(ctx: AppContext, form: Form): Promise<Answer> {
  const connection = form.clientId
    ? await findConnectionBy(ctx, "client_id_hash", hashClientId(form.clientId))
    : undefined;
  if (!connection) return { status: 404, body: { success: false } };
  const settings = readJson(form.settings) as { timezone?: { value?: unknown } } | undefined;
  const zone = settings?.timezone?.value;
  if (typeof zone === "string" && zone.length < 100 && isZone(zone)) {
    connection.crmTimeZone = zone;
    await saveConnection(ctx, connection);
  }
  return { status: 200, body: { success: true } };
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function readJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function flatForm(form: Form): Record<string, unknown> {
  return { token: form["register[token]"], apiKey: form["register[apiKey]"], systemUrl: form["register[systemUrl]"] };
}
