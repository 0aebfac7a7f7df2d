import { z } from "zod";
import { idParams } from "../connections/connection-schemas.ts";
import { askForRecheck } from "../connections/manage.flow.ts";
import { ownConnection } from "../connections/own-connection.flow.ts";
import type { AppContext, ConnectionContext } from "../context.ts";
import { addToTimeline, loadTimeline } from "../log/timeline.sql.ts";
import { reportGaps } from "../mapping/reference-lists.flow.ts";
import type { Api } from "../web/api.ts";
import { ApiFailure, malformed, notFound } from "../web/api-failure.ts";
import { listAnswer, listQuery, page, readCursor } from "../web/list.ts";
import { type Language, languageOf, say } from "../web/say.ts";
import type { OrderLink } from "./order-links.sql.ts";
import { orderAnswer, orderDetailAnswer } from "./order-schemas.ts";
import { confirmWaiting, dismissOrder, keepShopStatus, listOrders, loadOrder, makeDue } from "./orders.sql.ts";

const tags = ["orders"];
const orderParams = idParams.extend({ shopOrderId: z.string().min(1).max(64) });

/** Orders of a connection: where each stands and why, and a person's word about them. */
export const ordersApi: Api<AppContext> = (app, ctx) => {
  addReads(app, ctx);
  addBulk(app, ctx);
  addSingle(app, ctx);
};

const addReads: Api<AppContext> = (app, ctx) => {
  const querystring = z.object({
    ...listQuery,
    state: z.enum(["synced", "held", "failed", "excluded"]).optional(),
    problem: z.string().max(100).optional(),
    run: z
      .string()
      .max(50)
      .optional()
      .describe("only orders that this run had in hand, each as it stands now; those it found settled are not listed"),
  });
  const schema = {
    summary: "Orders, newest first",
    tags,
    params: idParams,
    querystring,
    response: { 200: listAnswer(orderAnswer) },
  };
  app.get("/api/v1/connections/:id/orders", { schema }, async (request) => {
    const own = await ownConnection(ctx, request, request.params.id);
    const { state, problem, run, limit, cursor } = request.query;
    const before = readCursor(cursor, z.number().int());
    const found = await listOrders(own, {
      ...(state && { state }),
      ...(problem && { problem }),
      ...(run && { run }),
      ...(before !== undefined && { before }),
      limit: limit + 1,
    });
    const shown = found.slice(0, limit);
    const language = languageOf(request.headers["accept-language"]);
    return page(
      shown.map((order) => viewOrder(order, language)),
      found.length > limit ? shown.at(-1)!.number : undefined,
    );
  });

  const oneSchema = {
    summary: "One order with its differences and its timeline",
    tags,
    params: orderParams,
    response: { 200: orderDetailAnswer },
  };
  app.get("/api/v1/connections/:id/orders/:shopOrderId", { schema: oneSchema }, async (request) => {
    const own = await ownConnection(ctx, request, request.params.id);
    return viewDetail(
      own,
      await orderOrFail(own, request.params.shopOrderId),
      languageOf(request.headers["accept-language"]),
    );
  });
};

const queued = z.object({ queued: z.number() });

const addBulk: Api<AppContext> = (app, ctx) => {
  const body = z.strictObject({ problem: z.string().min(1).max(100) });
  const retrySchema = {
    summary: "Try all orders with this problem again",
    tags,
    params: idParams,
    body,
    response: { 202: queued },
  };
  app.post("/api/v1/connections/:id/orders/retry", { schema: retrySchema }, async (request, reply) => {
    const own = await ownConnection(ctx, request, request.params.id);
    const count = await makeDue(own, { problem: request.body.problem });
    if (count > 0) await askForRecheck(own, false);
    return reply.code(202).send({ queued: count });
  });
  const confirmSchema = {
    summary: "Carry out all statuses that wait for a person",
    tags,
    params: idParams,
    body,
    response: { 202: queued },
  };
  app.post("/api/v1/connections/:id/orders/confirm", { schema: confirmSchema }, async (request, reply) => {
    const own = await ownConnection(ctx, request, request.params.id);
    if (request.body.problem !== "final_status_waiting") throw malformed({ problem: "final_status_waiting" });
    const count = await confirmWaiting(own, {});
    if (count > 0) await askForRecheck(own, false);
    return reply.code(202).send({ queued: count });
  });
};

const addSingle: Api<AppContext> = (app, ctx) => {
  const schemaFor = (summary: string, status: 200 | 202) => ({
    summary,
    tags,
    params: orderParams,
    response: { [status]: orderDetailAnswer } as Record<200 | 202, typeof orderDetailAnswer>,
  });
  const address = "/api/v1/connections/:id/orders/:shopOrderId";

  app.post(
    `${address}/retry`,
    { schema: schemaFor("Build the order anew from the shop and try again", 202) },
    async (request, reply) => {
      const own = await ownConnection(ctx, request, request.params.id);
      const order = await orderOrFail(own, request.params.shopOrderId);
      await makeDue(own, { shopOrderId: order.shopOrderId });
      await askForRecheck(own, false);
      return reply.code(202).send(await viewAgain(own, order.shopOrderId, request.headers["accept-language"]));
    },
  );

  app.post(
    `${address}/confirm`,
    { schema: schemaFor("Carry out a guarded status, or adopt the CRM's order", 202) },
    async (request, reply) => {
      const own = await ownConnection(ctx, request, request.params.id);
      const order = await orderOrFail(own, request.params.shopOrderId);
      if (order.problem?.code === "external_id_taken") await makeDue(own, { shopOrderId: order.shopOrderId }, "adopt");
      else if (order.problem?.code === "final_status_waiting")
        await confirmWaiting(own, { shopOrderId: order.shopOrderId });
      else throw new ApiFailure(409, "nothing_to_confirm");
      await askForRecheck(own, false);
      return reply.code(202).send(await viewAgain(own, order.shopOrderId, request.headers["accept-language"]));
    },
  );

  app.post(
    `${address}/dismiss`,
    { schema: schemaFor("Set the order aside; a waiting status stays as the shop has it", 200) },
    async (request, reply) => {
      const own = await ownConnection(ctx, request, request.params.id);
      const order = await orderOrFail(own, request.params.shopOrderId);
      const keepsStatus = order.problem?.code === "final_status_waiting";
      if (keepsStatus) await keepShopStatus(own, order);
      else await dismissOrder(own, order.shopOrderId);
      await addToTimeline(own, [
        {
          shopOrderId: order.shopOrderId,
          direction: "crm-to-shop",
          action: keepsStatus ? "keep-status" : "dismiss",
          result: "done",
        },
      ]);
      await reportGaps(own);
      return reply.code(200).send(await viewAgain(own, order.shopOrderId, request.headers["accept-language"]));
    },
  );
};

async function orderOrFail(own: ConnectionContext, shopOrderId: string): Promise<OrderLink> {
  const order = await loadOrder(own, shopOrderId);
  if (!order) throw notFound();
  return order;
}

async function viewAgain(own: ConnectionContext, shopOrderId: string, language: string | undefined) {
  return viewDetail(own, await orderOrFail(own, shopOrderId), languageOf(language));
}

function viewOrder(order: OrderLink, language: Language) {
  return {
    shopOrderId: order.shopOrderId,
    externalId: order.shopOrderId,
    crmOrderId: order.crmOrderId,
    crmNumber: order.crmNumber,
    state: order.state,
    reason: order.state === "excluded" ? order.reason : null,
    problem: order.problem && {
      code: order.problem.code,
      message: say(language, order.problem.code, order.problem.params),
      params: order.problem.params,
    },
    attempts: order.attempts,
    nextAttemptAt: order.nextAttemptAt?.toISOString() ?? null,
    firstSeenAt: order.firstSeenAt.toISOString(),
    lastSyncedAt: order.lastSyncedAt?.toISOString() ?? null,
  };
}

async function viewDetail(own: ConnectionContext, order: OrderLink, language: Language) {
  const timeline = await loadTimeline(own, order.shopOrderId);
  return {
    ...viewOrder(order, language),
    links: {
      // The address of one order in the shop's panel is nowhere documented.
      shop: own.connection.shopUrl,
      crm: order.crmOrderId === null ? null : `${own.connection.crmUrl}/orders/${order.crmOrderId}/edit`,
    },
    differences: order.differences,
    timeline: timeline.map((entry) => ({ ...entry, at: entry.at.toISOString() })),
  };
}
