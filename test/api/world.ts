/**
 * The whole service on a free port, between a shop and a CRM of its own, seen only from outside: its addresses, and what
 * reaches the two remotes. One world per test file: starting one takes seconds.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isLost, type SandboxAnswer, type SandboxRequest } from "../../sandbox/answer.ts";
import { numbersFrom } from "../../sandbox/horoshop/chance.ts";
import { createHoroshopSandbox, type HoroshopSandbox } from "../../sandbox/horoshop/sandbox.ts";
import { listen } from "../../sandbox/listen.ts";
import { createRetailcrmSandbox, type RetailcrmSandbox } from "../../sandbox/retailcrm/sandbox.ts";
import { readConfig } from "../../src/config.ts";
import { openStore } from "../../src/db/open.ts";
import { type Service, serve } from "../../src/serve.ts";
import { embeddedTemplate, silentLog } from "../databases.ts";

export const adminToken = "operator-token";

// biome-ignore lint/suspicious/noExplicitAny: answers are judged as any program would, without our types
export type Json = any;
export type Reply = { status: number; headers: Headers; text: string; body: Json };
export type CallOptions = {
  /** null: no sign-in */
  token?: string | null;
  cookie?: string;
  headers?: Record<string, string>;
  /** sent as it is */
  raw?: string;
};
type Override = (request: SandboxRequest) => SandboxAnswer | Promise<SandboxAnswer> | undefined;
export type Remote = { url: string; calls: SandboxRequest[]; override: Override | undefined };

export type World = {
  service: Service;
  url: string;
  shop: HoroshopSandbox;
  crm: RetailcrmSandbox;
  shopFront: Remote;
  crmFront: Remote;
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Reply>;
  /** what POST /connections wants for the demo shop and site */
  wish(changes?: { name?: string; crm?: object; horoshop?: object; settings?: object }): Json;
  connect(changes?: Parameters<World["wish"]>[0]): Promise<Json>;
  /** connects and saves the suggested pairs, the rest set aside */
  connectAndMap(changes?: Parameters<World["wish"]>[0]): Promise<Json>;
  map(id: string): Promise<void>;
  /** starts a run and waits for its end */
  run(id: string, body: object): Promise<Json>;
  /** deletes every connection and puts both remotes back to their seeds */
  clear(): Promise<void>;
  stop(): Promise<void>;
};

export type WorldOptions = { env?: Record<string, string>; orders?: number; products?: number };

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const now = () => new Date();
  const shop = createHoroshopSandbox({
    now,
    random: numbersFrom(7),
    orders: options.orders ?? 0,
    products: options.products ?? 30,
  });
  const crm = createRetailcrmSandbox({ now, random: numbersFrom(8) });
  crm.switches.rateLimit = 0;
  const shopFront: Remote = { url: "", calls: [], override: undefined };
  const crmFront: Remote = { url: "", calls: [], override: undefined };
  const shopServer = await listen({ handle: (request) => through(shopFront, shop, request) });
  const crmServer = await listen({ handle: (request) => through(crmFront, crm, request) });
  shopFront.url = shopServer.url;
  crmFront.url = crmServer.url;
  shop.setBaseUrl(shopServer.url);
  crm.baseUrl = crmServer.url;

  const dataDir = mkdtempSync(join(tmpdir(), "api-"));
  await (await openStore({ dataDir, from: await embeddedTemplate(), log: silentLog })).close();
  const config = readConfig({
    DATA_DIR: dataDir,
    PORT: "0",
    ALLOW_LOCAL_TARGETS: "true",
    ADMIN_TOKEN: adminToken,
    SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
    MODULE_SECRET: "module-secret",
    SYNC_INTERVAL: "3h",
    QUICK_INTERVAL: "0",
    ARCHIVE_INTERVAL: "3h",
    RETRY_BASE: "200ms",
    LOG_LEVEL: "silent",
    ...options.env,
  });
  const service = await serve(config, silentLog);
  const url = service.url!;
  const call = makeCall(url);
  const world: World = {
    service,
    url,
    shop,
    crm,
    shopFront,
    crmFront,
    call,
    wish: (changes = {}) => ({
      name: "Demo",
      ...changes,
      crm: { url: crmFront.url, apiKey: "key-demo", site: "demo-site", ...changes.crm },
      horoshop: { url: shopFront.url, login: "integration", password: "demo-password", ...changes.horoshop },
    }),
    connect: async (changes) => {
      const reply = await call("POST", "/api/v1/connections", world.wish(changes));
      if (reply.status !== 201) throw new Error(`not connected: ${reply.status} ${reply.text}`);
      return reply.body;
    },
    connectAndMap: async (changes) => {
      const connection = await world.connect(changes);
      await world.map(connection.id);
      return (await call("GET", `/api/v1/connections/${connection.id}`)).body;
    },
    map: (id) => mapAll(call, id),
    run: async (id, body) => {
      for (let earlier: Json | undefined; ; ) {
        const reply = await call("POST", `/api/v1/connections/${id}/runs`, body);
        // The run that was under way met what takes the connection out of work.
        if (reply.status === 409 && earlier) return earlier;
        if (reply.status !== 202 && reply.status !== 200) throw new Error(`no run: ${reply.status} ${reply.text}`);
        const run = await ended(call, reply.body.id);
        // One that was under way already may have read the remotes before the test changed them.
        if (reply.status === 202) return run;
        earlier = run;
      }
    },
    clear: async () => {
      shopFront.override = undefined;
      crmFront.override = undefined;
      const list = (await call("GET", "/api/v1/connections?limit=200")).body.items;
      for (const { id } of list) await call("DELETE", `/api/v1/connections/${id}`);
      shop.reset();
      crm.reset();
      crm.switches.rateLimit = 0;
      shopFront.calls.length = 0;
      crmFront.calls.length = 0;
    },
    stop: async () => {
      await service.stop();
      await Promise.all([shopServer.close(), crmServer.close()]);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return world;
}

async function through(
  front: Remote,
  sandbox: { handle(request: SandboxRequest): Promise<SandboxAnswer> },
  request: SandboxRequest,
): Promise<SandboxAnswer> {
  front.calls.push(request);
  return (await front.override?.(request)) ?? sandbox.handle(request);
}

function makeCall(url: string): World["call"] {
  return async (method, path, body, { token = adminToken, cookie, headers = {}, raw } = {}) => {
    const answer = await fetch(url + path, {
      method,
      redirect: "manual",
      headers: {
        ...(token === null || cookie !== undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(cookie === undefined ? {} : { cookie }),
        ...(body === undefined && raw === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(raw !== undefined ? { body: raw } : body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = (answer.headers.get("content-type") ?? "").startsWith("application/json");
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: isJson && text ? JSON.parse(text) : undefined,
    };
  };
}

async function mapAll(call: World["call"], id: string): Promise<void> {
  const references = (await call("GET", `/api/v1/connections/${id}/references`)).body;
  const mapping: Json = {};
  for (const kind of ["statuses", "deliveryTypes", "paymentTypes"]) {
    mapping[kind] = references[kind].horoshop.map((element: Json) => {
      const pair = references[kind].suggestions.find((one: Json) => one.horoshop === element.id);
      return { horoshop: element.id, crm: pair?.crm ?? null };
    });
  }
  const saved = await call("PUT", `/api/v1/connections/${id}/mapping`, mapping);
  if (saved.status !== 200) throw new Error(`not mapped: ${saved.status} ${saved.text}`);
}

async function ended(call: World["call"], runId: string): Promise<Json> {
  return eventually(async () => {
    const run = (await call("GET", `/api/v1/runs/${runId}`)).body;
    return ["queued", "running"].includes(run.state) ? undefined : run;
  }, `the end of run ${runId}`);
}

/** Asks again until there is an answer other than undefined or false. */
export async function eventually<Value>(
  look: () => Promise<Value | undefined | false> | Value | undefined | false,
  what: string,
  timeoutMs = 60_000,
): Promise<Value> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > until) throw new Error(`waited in vain for ${what}`);
    await delay(100);
  }
}

/** The one shape of failures: code, plain words, nothing else but fields and details. */
export function failureOf(reply: Reply): { status: number; code: string; details?: Json; fields?: Json } {
  const { error, ...rest } = reply.body ?? {};
  if (!error || Object.keys(rest).length > 0) throw new Error(`no failure shape: ${reply.status} ${reply.text}`);
  const { code, message, fields, details, ...more } = error;
  if (
    typeof message !== "string" ||
    message.length < 10 ||
    /[{}]|retailcrm [A-Z]+ |horoshop \w+\//.test(message) ||
    Object.keys(more).length > 0
  )
    throw new Error(`no plain words: ${reply.text}`);
  return { status: reply.status, code, ...(details && { details }), ...(fields && { fields }) };
}

/** The JSON in a form field of a call to the CRM. */
export function formOf(request: SandboxRequest, field: string): Json {
  const text = new URLSearchParams(request.body).get(field);
  return text === null ? undefined : JSON.parse(text);
}

/** Calls whose path (without query) fits. */
export function callsTo(front: Remote, path: string | RegExp): SandboxRequest[] {
  return front.calls.filter(({ url }) => {
    const own = url.split("?")[0]!;
    return typeof path === "string" ? own === path || own === `${path}/` : path.test(own);
  });
}

export { isLost };
