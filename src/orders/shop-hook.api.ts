import { z } from "zod";
import { connectionState } from "../connections/connection.ts";
import { findConnectionBy, saveHooks } from "../connections/connections.sql.ts";
import { askForRecheck } from "../connections/manage.flow.ts";
import { hookEvents } from "../connections/set-up.flow.ts";
import { type AppContext, type ConnectionContext, makeConnectionContext } from "../context.ts";
import { openProblem } from "../log/problems.sql.ts";
import type { Api } from "../web/api.ts";
import { notFound } from "../web/api-failure.ts";
import { withAnyBodies } from "../web/body.ts";
import { orderIdOf } from "./hook-body.ts";
import { hintOrder } from "./order-links.sql.ts";

/**
 * Webhooks of the shop: unsigned, without an event name, sent twice now and then. The secret address tells connection
 * and event; the body is only a hint which order to read again (horoshop-api.md, section 20).
 */
export const shopHookApi: Api<AppContext> = (app, ctx) => {
  withAnyBodies(app, (scope) => {
    const params = z.object({ secret: z.string().max(500) });
    const config = { limit: { attempts: 600, seconds: 60, per: "path" as const } };
    scope.route({
      method: ["PUT", "POST", "DELETE"],
      url: "/hooks/horoshop/:secret",
      schema: { params, hide: true },
      config,
      handler: async (request, reply) => {
        const [secret, event] = splitSecret(request.params.secret);
        const connection = secret && event ? await findConnectionBy(ctx, "hook_secret", secret) : undefined;
        if (!connection || !event) throw notFound();
        const own = makeConnectionContext(ctx, connection);
        if (request.method === "DELETE") await hookRemoved(own, event);
        else await hint(own, request.body);
        return reply.code(200).send({ ok: true });
      },
    });
  });
};

function splitSecret(text: string): [string, string] | [undefined, undefined] {
  const event = hookEvents.find((one) => text.endsWith(`-${one}`));
  return event ? [text.slice(0, -event.length - 1), event] : [undefined, undefined];
}

async function hint(own: ConnectionContext, body: unknown): Promise<void> {
  if (connectionState(own.connection) !== "active") return;
  const orderId = orderIdOf(body);
  if (orderId !== undefined) await hintOrder(own, orderId);
  await askForRecheck(own, false);
}

/** Somebody removed our subscription in the shop's panel: it is named, and put back by one click. */
async function hookRemoved(own: ConnectionContext, event: string): Promise<void> {
  const hook = own.connection.hooks.find((one) => one.event === event && one.id !== null);
  // Without one it is the echo of our own word.
  if (!hook || !own.connection.settings.webhooks) return;
  own.connection.hooks = own.connection.hooks.map((one) => (one.event === event ? { ...one, id: null } : one));
  await saveHooks(own, own.connection);
  await openProblem(own, { code: "webhook_removed", params: { event } });
}
