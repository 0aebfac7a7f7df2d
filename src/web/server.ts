import cookie from "@fastify/cookie";
import fastify, { LogController } from "fastify";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import { collectDefaultMetrics, Histogram, type Registry } from "prom-client";
import type { Config } from "../config.ts";
import type { Tables } from "../db/tables.ts";
import { sendFailure, useFailureShape, useMissingAnswers } from "./answers.ts";
import type { WebApp } from "./api.ts";
import { bodyBytesMax, useJsonBodies, useSchemas } from "./body.ts";
import { useLimits } from "./limit.ts";
import { useLogins } from "./login.ts";
import { rememberMethods } from "./methods.ts";
import { useOpenapi } from "./openapi.ts";
import { sendPage, usePages, wantsPage } from "./pages.ts";

export type WebOptions = {
  config: Config;
  log: Logger;
  db: Kysely<Tables>;
  now: () => Date;
  random: { bytes(count: number): Buffer };
  /** The folder of the built pages; undefined: only the API. */
  uiFolder?: string | undefined;
  /** Why the service cannot work at present; undefined when it can. */
  isReady: () => Promise<string | undefined>;
  metrics: Registry;
  version?: string;
};

/** The HTTP face without any product: callers, failures, limits, pages, health. The `.api` files add their addresses. */
export async function createWeb(options: WebOptions): Promise<WebApp> {
  const { config, log, now } = options;
  const app = fastify({
    loggerInstance: log.child({ part: "web" }),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyBytesMax,
    requestTimeout: 60_000,
    forceCloseConnections: "idle",
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
    frameworkErrors: (error, request, reply) => void sendFailure(error, request as never, reply as never),
  }) as unknown as WebApp;

  useFailureShape(app);
  useSchemas(app);
  useJsonBodies(app);
  rememberMethods(app);
  useHeaders(app);
  useMeasures(app, options.metrics);
  await app.register(cookie);
  await useOpenapi(app, options.version ?? "0");
  useLogins(app, { config, db: options.db, now, random: options.random });
  useLimits(app, now);
  addHealth(app, options);
  const hasPages = await usePages(app, options.uiFolder);
  useMissingAnswers(
    app,
    hasPages ? { fits: wantsPage, send: (request, reply) => sendPage(request, reply.code(404)) } : undefined,
  );
  endStreamsOnClose(app);
  return app;
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

function useHeaders(app: WebApp): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.header("content-security-policy", policy);
    reply.header("x-content-type-options", "nosniff");
    reply.header("referrer-policy", "no-referrer");
    reply.header("x-frame-options", "DENY");
    reply.header("cross-origin-opener-policy", "same-origin");
    if (request.url.startsWith("/api/")) reply.header("cache-control", "no-store");
  });
}

/** Counts and logs by the route's pattern: addresses hold secrets. */
function useMeasures(app: WebApp, metrics: Registry): void {
  collectDefaultMetrics({ register: metrics });
  const seconds = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time to answer a request, by route and status",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    registers: [metrics],
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unknown";
    const { method } = request;
    seconds.observe({ method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    const level = method === "GET" || method === "HEAD" ? "debug" : "info";
    request.log[level]({ method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, "answered");
  });
}

function addHealth(app: WebApp, { isReady, metrics, log }: WebOptions): void {
  const hidden = { schema: { hide: true } };
  app.get("/healthz", hidden, async () => ({ ok: true }));
  app.get("/readyz", hidden, async (_, reply) => {
    const reason = await isReady().catch((error: unknown) => {
      log.warn({ err: error }, "readiness could not be told");
      return "the database cannot be reached";
    });
    return reason === undefined ? { ready: true } : reply.code(503).send({ ready: false, reason });
  });
  app.get("/metrics", hidden, async (_, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
}

const lastWordsMs = 3000;

/** Requests in hand may end by themselves; streams that go on for ever are cut after a moment. */
function endStreamsOnClose(app: WebApp): void {
  app.addHook("preClose", async () => {
    setTimeout(() => app.server.closeAllConnections(), lastWordsMs).unref();
  });
}
