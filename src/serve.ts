import { randomBytes, randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { Registry } from "prom-client";
import { addApis } from "./all-apis.ts";
import { startJobs } from "./all-jobs.ts";
import { removeCatalogFolders } from "./catalog/catalog-files.flow.ts";
import { addressOf, type Config } from "./config.ts";
import type { AppContext, Random } from "./context.ts";
import { makeVault } from "./db/encrypt.ts";
import { migrate, schemaIsCurrent } from "./db/migrate.ts";
import { openStore, type Store } from "./db/open.ts";
import { createSlotStore } from "./db/shop-slots.ts";
import { createTransport } from "./http/call.ts";
import { createPacer, memoryPacerStore, postgresPacerStore } from "./http/pacer.ts";
import { createMemorySlots, createSharedSlots, type Slots } from "./http/slots.ts";
import { createTargetGuard } from "./http/target-guard.ts";
import { createJobs } from "./jobs/boss.ts";
import { keepSecrets } from "./keep-secrets.ts";
import { createEvents, type Events } from "./log/events.ts";
import { createSharedEvents } from "./log/shared-events.flow.ts";
import { findPages, readTemplate, version } from "./program.ts";
import { makeSignInLink } from "./web/login.ts";
import { createWeb } from "./web/server.ts";

const stopMs = 10_000;
/** Requests under way to one shop at a time, over all processes (contract 5). */
const perShopMax = 2;

export type Service = { url?: string; context: AppContext; signInLink(): Promise<string>; stop(): Promise<void> };

/** Puts the whole service together and starts it: database, queue, web, jobs, as ROLE says. */
export async function serve(given: Config, log: Logger): Promise<Service> {
  const random: Random = { bytes: (count) => randomBytes(count), number: Math.random };
  const config = await keepSecrets(given, random);
  const from = config.databaseUrl ? undefined : await readTemplate();
  const store = await openStore({
    dataDir: config.dataDir,
    ...(config.databaseUrl ? { databaseUrl: config.databaseUrl } : {}),
    ...(from ? { from } : {}),
    log,
  });
  const stopping = new AbortController();
  // Every call under way listens to it, and hundreds may be.
  setMaxListeners(0, stopping.signal);
  const transport = createTransport({ guard: createTargetGuard({ allowLocal: config.allowLocalTargets }) });
  try {
    await migrate(store.db);
    const events =
      store.kind === "server" ? createSharedEvents(store.pool, log) : { ...createEvents(), stop: async () => {} };
    const context = await makeContext(config, store, transport, random, log, stopping.signal, events);
    const web = config.role === "worker" ? undefined : await startWeb(context, log);
    const jobs = config.role === "web" ? await startQueueOnly(context) : await startJobs(context);
    return {
      ...(web ? { url: web.url } : {}),
      context,
      signInLink: () => makeSignInLink(web!.app),
      async stop() {
        stopping.abort();
        await jobs.stop();
        await Promise.all([context.jobs.stop(stopMs), web?.app.close()]);
        await events.stop();
        await transport.close();
        await store.close();
      },
    };
  } catch (error) {
    await transport.close();
    await store.close();
    throw error;
  }
}

async function makeContext(
  config: Config,
  store: Store,
  transport: AppContext["transport"],
  random: Random,
  log: Logger,
  signal: AbortSignal,
  events: Events,
): Promise<AppContext> {
  const now = () => new Date();
  const sleep = async (ms: number, stop?: AbortSignal) => {
    await delay(ms, undefined, stop ? { signal: stop } : {});
  };
  return {
    config,
    store,
    db: store.db,
    now,
    random,
    sleep,
    log,
    transport,
    pacer: createPacer(store.kind === "server" ? await postgresPacerStore(store.pool) : memoryPacerStore()),
    slots: makeSlots(store, { now, sleep, random }),
    vault: makeVault(config.secretKeys, random.bytes),
    jobs: createJobs(store, { log }),
    events,
    signal,
    farewells: [(connectionId) => removeCatalogFolders({ dataDir: config.dataDir, connectionId })],
    shopTokens: new Map(),
  };
}

function makeSlots(store: Store, { now, sleep, random }: Pick<AppContext, "now" | "sleep" | "random">): Slots {
  if (store.kind === "embedded") return createMemorySlots(perShopMax);
  return createSharedSlots({
    store: createSlotStore(store.db),
    limit: perShopMax,
    holder: randomUUID(),
    now,
    sleep,
    random: random.number,
  });
}

async function startWeb(context: AppContext, log: Logger) {
  const { config, db, now, random } = context;
  const isReady = async () => ((await schemaIsCurrent(db)) ? undefined : "the database schema is not current");
  const app = await createWeb({
    config,
    log,
    db,
    now,
    random,
    uiFolder: findPages(),
    isReady,
    metrics: new Registry(),
    version,
  });
  addApis(app, context);
  await app.listen({ host: config.host, port: config.port });
  const address = app.server.address();
  const port = typeof address === "object" && address ? address.port : config.port;
  const url = addressOf(config.host, port);
  if (!config.publicUrlIsSet) config.publicUrl = url;
  return { app, url };
}

/** A process that only answers requests still puts jobs into the queue. */
async function startQueueOnly(context: AppContext): Promise<{ stop(): Promise<void> }> {
  await context.jobs.start();
  return { stop: async () => {} };
}
