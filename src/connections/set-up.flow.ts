import { type AppContext, type ConnectionContext, makeConnectionContext } from "../context.ts";
import { ApiError } from "../http/api-error.ts";
import { closeProblem, openProblem } from "../log/problems.sql.ts";
import type { Connection } from "./connection.ts";
import { hasScope } from "./connection.ts";
import { saveConnection, saveHooks } from "./connections.sql.ts";
import { isRecordTrouble, reasonOf } from "./trouble.flow.ts";

export const hookEvents = ["order_created", "order_update", "order_paid"] as const;

/** Can the other side reach us? Over public https, or at all when local targets are allowed. */
export function isReachable(app: Pick<AppContext, "config">): boolean {
  return app.config.publicUrl.startsWith("https://") || app.config.allowLocalTargets;
}

/** Sends the module's description to the CRM; its failure is a problem to show, not a refusal to connect. */
export async function sendModuleCard(ctx: ConnectionContext, active = ctx.connection.crmActive): Promise<void> {
  const { connection, config } = ctx;
  if (!hasScope(connection, "integration_write") || !isReachable(ctx)) return;
  if (connection.loginRefused === "crm_key_rejected") return;
  try {
    await ctx.crm.saveModule(connection.moduleCode, moduleCard(ctx, active));
    await closeProblem(ctx, "module_card_refused");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    await openProblem(ctx, {
      code: "module_card_refused",
      params: { reason: wholeReason(error), module: config.moduleCode },
    });
  }
}

export function moduleCard(
  { connection, config }: Pick<ConnectionContext, "connection" | "config">,
  active: boolean,
): Record<string, unknown> {
  return {
    code: connection.moduleCode,
    integrationCode: config.moduleCode,
    active,
    name: "Horoshop",
    logo: `${config.publicUrl}/logo.svg`,
    clientId: connection.clientId,
    baseUrl: config.publicUrl,
    actions: { activity: "/retailcrm/activity", settings: "/retailcrm/settings" },
    accountUrl: `${config.publicUrl}/account`,
  };
}

/** The order fields for waybill and branch: there already, or made now when the key may. */
export async function prepareOrderFields(ctx: ConnectionContext): Promise<void> {
  const { connection } = ctx;
  const { trackingField, branchField } = connection.settings;
  const fields = [
    { code: trackingField, name: "ТТН (Хорошоп)" },
    { code: branchField, name: "Відділення перевізника (Хорошоп)" },
  ];
  let ready = false;
  try {
    const present = hasScope(connection, "custom_fields_read")
      ? (await ctx.crm.fetchCustomFields("order")).map((field) => field.code)
      : [];
    const missing = fields.filter((field) => !present.includes(field.code));
    if (hasScope(connection, "custom_fields_write")) {
      for (const field of missing) await createField(ctx, field);
      ready = true;
    } else ready = missing.length === 0;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    ctx.log.warn(
      { connection: connection.id, reason: error.message },
      "the order fields for waybill and branch could not be prepared",
    );
  }
  connection.shopFeatures = { ...connection.shopFeatures, orderFields: ready };
  await saveConnection(ctx, connection);
}

async function createField(ctx: ConnectionContext, field: { code: string; name: string }): Promise<void> {
  try {
    await ctx.crm.createCustomField("order", { ...field, type: "string", displayArea: "delivery" });
  } catch (error) {
    // Without the right to read the fields a refusal may just mean that it is there.
    if (!isRecordTrouble(error) || hasScope(ctx.connection, "custom_fields_read")) throw error;
  }
}

export function hookUrl(ctx: Pick<ConnectionContext, "connection" | "config">, event: string): string {
  return `${ctx.config.publicUrl}/hooks/horoshop/${ctx.connection.hookSecret}-${event}`;
}

/**
 * Subscribes to the shop's order events, if wanted and if the shop can reach us; polling carries on in any case.
 * Returns the first refusal or trouble, if any.
 * @param asked a person wants it: also what somebody removed in the shop's panel is put back
 */
export async function subscribeHooks(ctx: ConnectionContext, asked = true): Promise<ApiError | undefined> {
  const { connection } = ctx;
  if (!connection.settings.webhooks || !isReachable(ctx) || !connection.shopUrl) return undefined;
  const isMissing = (event: string) => {
    const hook = connection.hooks.find((one) => one.event === event);
    return hook?.url !== hookUrl(ctx, event) || (hook.id === null && asked);
  };
  const missing = hookEvents.filter(isMissing);
  let trouble: ApiError | undefined;
  for (const event of missing) {
    try {
      await subscribeHook(ctx, event);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      trouble ??= error;
      ctx.log.warn(
        { connection: connection.id, event, reason: error.message },
        "the shop did not take a webhook subscription; polling carries on",
      );
      if (error.kind !== "rejected") break;
    }
  }
  if (missing.length > 0 || connection.shopFeatures.webhooks === undefined) {
    connection.shopFeatures = {
      ...connection.shopFeatures,
      webhooks: connection.hooks.some((hook) => hook.id !== null),
    };
    await saveHooks(ctx, connection);
  }
  if (hookEvents.every((event) => connection.hooks.some((hook) => hook.event === event && hook.id !== null)))
    await closeProblem(ctx, "webhook_removed");
  return trouble;
}

/** One under an address that we no longer have gives its place to the new one: a shop takes five per event. */
async function subscribeHook(ctx: ConnectionContext, event: string): Promise<void> {
  const { connection } = ctx;
  const url = hookUrl(ctx, event);
  const old = connection.hooks.find((hook) => hook.event === event);
  if (old && old.id !== null && old.url !== url) {
    // Forgotten first: the shop tells of the end by DELETE, which is then no surprise.
    connection.hooks = connection.hooks.filter((hook) => hook !== old);
    await saveHooks(ctx, connection);
    await unsubscribeHook(ctx, old);
  }
  const { id } = await ctx.horoshop.subscribe(event, url);
  connection.hooks = [...connection.hooks.filter((hook) => hook.event !== event), { event, id, url }];
}

/** Ends the subscriptions. A shop that refused our login is not asked: they wait until it takes one again. */
export async function unsubscribeHooks(ctx: ConnectionContext): Promise<void> {
  const { connection } = ctx;
  await closeProblem(ctx, "webhook_removed");
  if (connection.loginRefused === "shop_login_rejected") return;
  const { hooks } = connection;
  // Forgotten first: the shop tells of the end by DELETE, which is then no surprise.
  connection.hooks = [];
  await saveHooks(ctx, connection);
  await Promise.all(hooks.map((hook) => unsubscribeHook(ctx, hook)));
}

async function unsubscribeHook(ctx: ConnectionContext, { id, url, event }: Connection["hooks"][number]): Promise<void> {
  try {
    if (id !== null) await ctx.horoshop.unsubscribe(id, url, ctx.signal);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    ctx.log.warn(
      { connection: ctx.connection.id, event, reason: error.message },
      "a webhook subscription could not be ended",
    );
  }
}

const farewellMaxMs = 10_000;

/** For last words: somebody waits, so a side that is silent is left alone after a moment. */
export function farewellContext(app: AppContext, connection: Connection): ConnectionContext {
  const signal = AbortSignal.any([app.signal, AbortSignal.timeout(farewellMaxMs)]);
  return makeConnectionContext({ ...app, signal }, { ...connection });
}

/** What is to be done once a side is known; nothing here can undo the connection. A side that refused us is left alone. */
export async function setUp(ctx: ConnectionContext): Promise<void> {
  const { loginRefused } = ctx.connection;
  if (loginRefused !== "crm_key_rejected") {
    await prepareOrderFields(ctx);
    await sendModuleCard(ctx);
  }
  if (loginRefused === "shop_login_rejected") return;
  await subscribeHooks(ctx);
  // Switched off while the shop refused our login.
  if (!ctx.connection.settings.webhooks && ctx.connection.hooks.length > 0) await unsubscribeHooks(ctx);
}

function wholeReason(error: ApiError): string {
  return [reasonOf(error), ...error.details].join("; ").slice(0, 500);
}
