/**
 * The whole service and both remote sides in one process, on a clock that the test turns: for scenarios and for the
 * simulation. One world at a time per test file; each starts with an empty database.
 */
import type { OrderWish } from "../sandbox/horoshop/order-making.ts";
import type { HoroshopSandbox } from "../sandbox/horoshop/sandbox.ts";
import type { RetailcrmSandbox } from "../sandbox/retailcrm/sandbox.ts";
import { startDueLanes } from "../src/all-jobs.ts";
import { publishCatalogRun } from "../src/catalog/publish-catalog.job.ts";
import { workLane } from "../src/connections/work-lane.flow.ts";
import type { AppContext } from "../src/context.ts";
import { createMemorySlots } from "../src/http/slots.ts";
import type { LaneQueue } from "../src/jobs/boss.ts";
import { workArchive, workOrders } from "../src/orders/work-orders.job.ts";
import { moveStockRun } from "../src/stock/move-stock.job.ts";
import type { WebApp } from "../src/web/api.ts";
import { holdIdleLook } from "./budgets.ts";
import { empty } from "./databases.ts";
import { goBack, rememberConnected, startAnew } from "./world-again.ts";
import { adminToken, type Ground, type Live, openGround, readWorldConfig } from "./world-ground.ts";
import {
  type Clock,
  crmUrl,
  makeClock,
  makeClockPacer,
  makeNetwork,
  type Network,
  numbersFrom,
  shopUrl,
} from "./world-network.ts";

export type WorldOptions = {
  /** UTC; 10:00 in Kyiv on 10 March 2026 unless told */
  start?: string;
  seed?: number;
  /** the CRM account's zone; Europe/Kyiv unless told */
  zone?: string;
  environment?: Record<string, string>;
};

/** The answer of our JSON API, as a script sees it. */
// biome-ignore lint/suspicious/noExplicitAny: tests read what the contract promises, and fail on what is not there
export type ApiAnswer = { status: number; body: any };

export type World = {
  app: AppContext;
  clock: Clock;
  network: Network;
  shop: HoroshopSandbox;
  crm: RetailcrmSandbox;
  /** what the service logged as an error: a fault of ours, never one of a remote side */
  errors: string[];
  /** id of the connection that `connect` made */
  id: string;
  api(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<ApiAnswer>;
  /** Creates the connection, maps everything, and has the first round done. */
  connect(options?: ConnectOptions): Promise<void>;
  /** The clock goes on by so much, and what is due then is worked. */
  turn(ms: number): Promise<void>;
  /** A buyer orders one cup for 100 (delivery 8: 45, payment 9), unless wished otherwise. */
  placeOrder(orderId: number, wish?: OrderWish): void;
  /** Turns the clock on by 12 minutes and works all that is due. */
  sync(): Promise<void>;
  /** Turns the clock on by 70 seconds: a quick look. */
  look(): Promise<void>;
  /** Works what was asked for, without turning the clock. */
  work(): Promise<void>;
  /** Works what is due or was asked for, all lanes at once. */
  workTogether(): Promise<void>;
  /** The order in our list. */
  order(orderId: number): Promise<ApiAnswer["body"]>;
  problems(): Promise<string[]>;
  /** The shop sends its waiting webhooks to our addresses. */
  deliverHooks(): Promise<void>;
  /** Aborts what works now, as a stop of the process does; what comes later goes on with a fresh signal. */
  stop(): void;
  /**
   * Works what was asked for, and is killed (`kill -9`) when it makes its request number `after` + 1; then starts anew.
   * False: it made fewer requests and was done before.
   */
  workAndDie(after: number, done: boolean): Promise<boolean>;
  /** Back to the moment after `connect`, with another seed and other settings: much cheaper than a new world. */
  renew(seed: number, settings: Record<string, unknown>): Promise<void>;
};

export type ConnectOptions = {
  crm?: { apiKey?: string; site?: string };
  settings?: Record<string, unknown>;
  mapping?: Record<string, unknown>;
  unmapped?: boolean;
};

export const newConnection = {
  name: "Demo",
  crm: { url: crmUrl, apiKey: "key-demo", site: "demo-site" },
  horoshop: { url: shopUrl, login: "integration", password: "demo-password" },
};

export const fullMapping = {
  statuses: [
    { horoshop: 1, crm: "new" },
    { horoshop: 2, crm: "assembling" },
    { horoshop: 3, crm: "complete" },
    { horoshop: 4, crm: "cancel-other" },
    { horoshop: 6, crm: "delivering" },
    { horoshop: 21, crm: "waiting-payment" },
  ],
  deliveryTypes: [
    { horoshop: 4, crm: "nova-poshta" },
    { horoshop: 5, crm: "nova-poshta-courier" },
    { horoshop: 7, crm: "self-delivery" },
    { horoshop: 8, crm: "ukrposhta" },
  ],
  paymentTypes: [
    { horoshop: 9, crm: "cash" },
    { horoshop: 12, crm: "bank-card" },
    { horoshop: 14, crm: "bank-transfer" },
  ],
};

export async function makeWorld(options: WorldOptions = {}): Promise<World> {
  const clock = makeClock(options.start ?? "2026-03-10T08:00:00Z");
  const numbers = { next: numbersFrom(options.seed ?? 1) };
  const network = makeNetwork({
    clock,
    random: () => numbers.next(),
    ...(options.zone ? { zone: options.zone } : {}),
    fetchCatalog: async (url) => (await world.api("GET", new URL(url).pathname)).body,
  });
  const live: Live = {
    clock,
    numbers,
    network,
    wakes: new Set(),
    errors: [],
    stopping: new AbortController(),
  };
  const shared = await openGround(live);
  await empty(shared.store);
  const { app } = shared;
  app.shopTokens.clear();
  Object.assign(app.config, readWorldConfig(app.config.dataDir, options.environment));
  app.pacer = makeClockPacer(clock);
  app.slots = createMemorySlots(2);
  const world = assemble(shared, live);
  return world;
}

const wakesMax = 60;

function assemble({ app, web }: Ground, live: Live): World {
  const { clock, network } = live;
  const world: World = {
    app,
    clock,
    network,
    shop: network.shop,
    crm: network.crm,
    errors: live.errors,
    id: "",
    api: (method, path, body) => ask(web, method, path, body),
    async connect(options = {}) {
      const crm = { ...newConnection.crm, ...options.crm };
      const wish = { ...newConnection, crm, settings: options.settings };
      const made = await world.api("POST", "/api/v1/connections", wish);
      if (made.status !== 201) throw new Error(`not connected: ${JSON.stringify(made.body)} ${live.errors.join("")}`);
      world.id = made.body.id;
      if (options.unmapped) return;
      const mapping = { ...fullMapping, ...options.mapping };
      const saved = await world.api("PUT", `/api/v1/connections/${world.id}/mapping`, mapping);
      if (saved.status !== 200) throw new Error(`not mapped: ${JSON.stringify(saved.body)}`);
      await world.work();
      clock.turn(1000);
      live.connected = rememberConnected(live);
    },
    placeOrder: (orderId, wish = {}) =>
      void network.shop.placeOrder({
        order_id: orderId,
        delivery_type: 8,
        payment_type: 9,
        coupon_code: "",
        textAmounts: [],
        products: [{ article: "CUP-1", title: "Cup", price: 100, quantity: 1 }],
        ...wish,
      }),
    sync: () => world.turn(720_000),
    look: () => world.turn(70_000),
    async turn(ms) {
      clock.turn(ms);
      await startDueLanes(app);
      await world.work();
    },
    async work() {
      for (let worked = 0; live.wakes.size > 0; worked += 1) {
        if (worked >= wakesMax) throw new Error("the lanes do not come to rest");
        const [wake] = live.wakes;
        live.wakes.delete(wake!);
        await workQueue(app, wake!, live.stopping.signal);
      }
    },
    async workTogether() {
      await startDueLanes(app);
      const wakes = [...live.wakes];
      live.wakes.clear();
      await Promise.all(wakes.map((wake) => workQueue(app, wake, live.stopping.signal)));
      await world.work();
    },
    order: async (orderId) => (await world.api("GET", `/api/v1/connections/${world.id}/orders/${orderId}`)).body,
    problems: async () => {
      const { body } = await world.api("GET", `/api/v1/connections/${world.id}/problems`);
      return body.items.map((problem: { code: string }) => problem.code);
    },
    async deliverHooks() {
      await network.shop.deliverHooks(async (url, method, body) => {
        const answer = await web.inject({
          method: method as "PUT",
          url: new URL(url).pathname,
          headers: { "content-type": "application/json" },
          payload: body,
        });
        return answer.statusCode;
      });
    },
    stop() {
      live.stopping.abort();
      live.stopping = new AbortController();
    },
    async workAndDie(after, done) {
      await startDueLanes(app);
      const killed = new Promise<true>((resolve) => {
        network.dying = { after, done, died: () => resolve(true) };
      });
      const isKilled = await Promise.race([killed, world.work().then(() => false)]);
      network.dying = undefined;
      if (isKilled) await startAnew(app, live);
      return isKilled;
    },
    renew: (seed, settings) => goBack(app, live, world.id, seed, settings),
  };
  return world;
}

async function workQueue(app: AppContext, wake: string, signal: AbortSignal): Promise<void> {
  const [queue, connectionId] = wake.split(" ") as [LaneQueue, string];
  if (queue === "orders") await holdIdleLook(app, connectionId, () => workOrders(app, connectionId, signal));
  else if (queue === "archive") await workArchive(app, connectionId, signal);
  else if (queue === "catalog") await workLane(app, connectionId, "catalog", { catalog: publishCatalogRun }, signal);
  else if (queue === "stock") await workLane(app, connectionId, "stock", { stock: moveStockRun }, signal);
}

async function ask(web: WebApp, method: string, path: string, body: unknown): Promise<ApiAnswer> {
  const answer = await web.inject({
    method: method as "GET",
    url: path,
    headers: { authorization: `Bearer ${adminToken}` },
    ...(body === undefined ? {} : { payload: body as object }),
  });
  const isJson = String(answer.headers["content-type"]).includes("json");
  return { status: answer.statusCode, body: isJson ? JSON.parse(answer.body) : answer.body };
}
