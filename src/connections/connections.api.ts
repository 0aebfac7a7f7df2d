import { z } from "zod";
import { type AppContext, makeConnectionContext } from "../context.ts";
import { closeProblem, listProblems } from "../log/problems.sql.ts";
import type { Api, WebApp, WebRequest } from "../web/api.ts";
import { ApiFailure } from "../web/api-failure.ts";
import { listAnswer, listQuery, page, readCursor } from "../web/list.ts";
import { callerOf, openAccountLogin } from "../web/login.ts";
import { languageOf, say } from "../web/say.ts";
import { normalCrmUrl } from "./addresses.ts";
import { changeConnection } from "./change-connection.flow.ts";
import { checkCrm, checkShop } from "./connect.flow.ts";
import { capabilities } from "./connection.ts";
import {
  changesBody,
  checkAnswer,
  choicesAnswer,
  connectionAnswer,
  idParams,
  newConnectionBody,
} from "./connection-schemas.ts";
import { viewConnections } from "./connection-view.flow.ts";
import { listConnections, saveConnection } from "./connections.sql.ts";
import { fetchCrmChoices } from "./crm-choices.flow.ts";
import { domainRules } from "./crm-domains.flow.ts";
import { askForRecheck, createConnection, loadOrFail, type OrderGuard, removeConnection } from "./manage.flow.ts";
import { ownConnection } from "./own-connection.flow.ts";
import { sendModuleCard } from "./set-up.flow.ts";

const tags = ["connections"];

/** `/api/v1/connections`: connect, look, change, check, delete. The guard is what only the orders know. */
export function connectionsApi(guard: OrderGuard): Api<AppContext> {
  return (app, ctx) => {
    addCreate(app, ctx, guard);
    addReads(app, ctx);
    addChanges(app, ctx, guard);
    addCheck(app, ctx);
  };
}

function addCreate(app: WebApp, ctx: AppContext, guard: OrderGuard): void {
  const schema = {
    summary: "Connect a shop with a CRM site",
    tags,
    body: newConnectionBody,
    response: { 201: connectionAnswer },
    security: [{ operator: [] }, { merchant: [] }, ...(ctx.config.openConnect ? [{}] : [])] as Record<
      string,
      string[]
    >[],
  };
  // Before the body is judged: who may not connect learns nothing about what is asked for.
  const onRequest = async (request: WebRequest) => {
    if (!ctx.config.openConnect) callerOf(request);
  };
  const config = {
    access: "open" as const,
    limit: { attempts: 20, seconds: 60, per: "caller" as const, onlySignedOut: true },
  };
  app.post("/api/v1/connections", { schema, config, onRequest }, async (request, reply) => {
    const isGuest = request.caller === undefined;
    if (request.caller?.role === "account") await requireOwnAccount(ctx, request.caller.crmUrl, request.body.crm.url);
    const connection = await createConnection(ctx, request.body, guard);
    if (isGuest) await openAccountLogin(reply, connection.crmUrl);
    return reply.code(201).send(await viewOne(ctx, request, connection.id));
  });
}

async function requireOwnAccount(ctx: AppContext, crmUrl: string, typed: string): Promise<void> {
  if (normalCrmUrl(typed, await domainRules(ctx)) !== crmUrl) throw new ApiFailure(403, "forbidden");
}

async function viewOne(ctx: AppContext, request: WebRequest, id: string) {
  const [view] = await viewConnections(
    ctx,
    [await loadOrFail(ctx, id)],
    languageOf(request.headers["accept-language"]),
  );
  return view!;
}

const addReads: Api<AppContext> = (app, ctx) => {
  const listSchema = {
    summary: "Connections, of the account when signed in by cookie",
    tags,
    querystring: z.object(listQuery),
    response: { 200: listAnswer(connectionAnswer) },
  };
  app.get("/api/v1/connections", { schema: listSchema }, async (request) => {
    const { limit, cursor } = request.query;
    const caller = callerOf(request);
    const after = readCursor(cursor, z.string());
    const found = await listConnections(ctx, {
      ...(caller.role === "account" ? { crmUrl: caller.crmUrl } : {}),
      ...(after === undefined ? {} : { after }),
      limit: limit + 1,
    });
    const shown = found.slice(0, limit);
    const views = await viewConnections(ctx, shown, languageOf(request.headers["accept-language"]));
    return page(views, found.length > limit ? shown.at(-1)!.id : undefined);
  });

  const schema = { summary: "One connection", tags, params: idParams, response: { 200: connectionAnswer } };
  app.get("/api/v1/connections/:id", { schema }, async (request) => {
    await ownConnection(ctx, request, request.params.id);
    return viewOne(ctx, request, request.params.id);
  });

  const choicesSchema = {
    summary: "What the CRM has for the settings that take one of its codes, read from it now",
    tags,
    params: idParams,
    response: { 200: choicesAnswer },
  };
  app.get("/api/v1/connections/:id/choices", { schema: choicesSchema }, async (request) => {
    const { connection } = await ownConnection(ctx, request, request.params.id);
    return fetchCrmChoices(makeConnectionContext(ctx, connection));
  });
};

function addChanges(app: WebApp, ctx: AppContext, guard: OrderGuard): void {
  const schema = {
    summary: "Change a connection; what is left out stays",
    tags,
    params: idParams,
    body: changesBody,
    response: { 200: connectionAnswer },
  };
  app.patch("/api/v1/connections/:id", { schema }, async (request) => {
    const { connection } = await ownConnection(ctx, request, request.params.id);
    await changeConnection(ctx, connection, request.body, guard);
    return viewOne(ctx, request, connection.id);
  });

  const deleteSchema = {
    summary: "Delete a connection with all its data",
    tags,
    params: idParams,
    response: { 204: z.null() },
  };
  app.delete("/api/v1/connections/:id", { schema: deleteSchema }, async (request, reply) => {
    const { connection } = await ownConnection(ctx, request, request.params.id);
    await removeConnection(ctx, connection);
    return reply.code(204).send(null);
  });
}

const addCheck: Api<AppContext> = (app, ctx) => {
  const schema = {
    summary: "Try both sides with the stored credentials",
    tags,
    params: idParams,
    response: { 200: checkAnswer },
  };
  app.post("/api/v1/connections/:id/check", { schema }, async (request) => {
    const { connection } = await ownConnection(ctx, request, request.params.id);
    const language = languageOf(request.headers["accept-language"]);
    const [crm, shop] = await Promise.all([
      checkCrm(ctx, { url: connection.crmUrl, apiKey: connection.crmKey, site: connection.crmSite }, true),
      connection.shopUrl
        ? checkShop(ctx, {
            url: connection.shopUrl,
            login: connection.shopLogin ?? "",
            password: connection.shopPassword ?? "",
          })
        : undefined,
    ]);
    const present = await loadOrFail(ctx, connection.id);
    if (crm.ok) present.crmScopes = crm.facts.scopes;
    if (shop?.ok)
      present.shopFeatures = {
        ...present.shopFeatures,
        ...shop.facts.features,
        webhooks: present.shopFeatures.webhooks ?? false,
      };
    const isMended =
      (crm.ok && present.loginRefused === "crm_key_rejected") ||
      (shop?.ok === true && present.loginRefused === "shop_login_rejected");
    if (isMended) present.loginRefused = null;
    await saveConnection(ctx, present);
    if (isMended) await goOn(ctx, present.id);
    // A card that the CRM refused is mended by checking again.
    const problems = await listProblems(ctx, present.id);
    if (crm.ok && problems.some((problem) => problem.code === "module_card_refused"))
      await sendModuleCard(makeConnectionContext(ctx, present));
    const tell = (refusal: { code: string; details: Record<string, unknown> } | undefined) =>
      refusal
        ? { ok: false, code: refusal.code, message: say(language, refusal.code, refusal.details) }
        : { ok: true, code: null, message: null };
    const shopRefusal = shop === undefined ? { code: "shop_missing", details: {} } : shop.ok ? undefined : shop.refusal;
    return {
      crm: tell(crm.ok ? undefined : crm.refusal),
      horoshop: tell(shopRefusal),
      capabilities: capabilities(present),
    };
  });
};

async function goOn(ctx: AppContext, id: string): Promise<void> {
  const mended = makeConnectionContext(ctx, await loadOrFail(ctx, id));
  for (const code of ["shop_login_rejected", "crm_key_rejected"]) await closeProblem(mended, code);
  await askForRecheck(mended, false);
}
