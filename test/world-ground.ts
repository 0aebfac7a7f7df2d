/** What all worlds of one test file stand on: the database engine, the service's context, its HTTP face. */
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterAll } from "vitest";
import { addApis } from "../src/all-apis.ts";
import { readConfig } from "../src/config.ts";
import type { AppContext } from "../src/context.ts";
import { makeVault } from "../src/db/encrypt.ts";
import type { Store } from "../src/db/open.ts";
import { createMemorySlots } from "../src/http/slots.ts";
import type { Jobs, LaneQueue } from "../src/jobs/boss.ts";
import { createEvents } from "../src/log/events.ts";
import type { WebApp } from "../src/web/api.ts";
import { createWeb } from "../src/web/server.ts";
import { openEmbeddedForTest } from "./databases.ts";
import { type Clock, type Connected, makeClockPacer, type Network } from "./world-network.ts";

export const adminToken = "token-of-the-operator";
const secretKey = Buffer.alloc(32, 7).toString("base64");

/** What all worlds of a test file share; `live` is the present one. */
export type Ground = { store: Store; app: AppContext; web: WebApp; live: Live };
export type Live = {
  clock: Clock;
  numbers: { next: () => number };
  network: Network;
  wakes: Set<string>;
  errors: string[];
  stopping: AbortController;
  connected?: Connected;
};

let ground: Promise<Ground> | undefined;

/** Opened once; `live` becomes the present world. */
export async function openGround(live: Live): Promise<Ground> {
  ground ??= makeGround(live);
  const shared = await ground;
  shared.live = live;
  return shared;
}

export function readWorldConfig(dataDir: string, environment: Record<string, string> = {}) {
  return readConfig({
    DATA_DIR: dataDir,
    PUBLIC_URL: "https://connector.example",
    SECRET_KEY: secretKey,
    ADMIN_TOKEN: adminToken,
    ...environment,
  });
}

async function makeGround(first: Live): Promise<Ground> {
  const dataDir = mkdtempSync(join(tmpdir(), "world-"));
  const store = await openEmbeddedForTest();
  const config = readWorldConfig(dataDir);
  const random = {
    number: () => shared.live.numbers.next(),
    bytes: (count: number) =>
      Buffer.from(Array.from({ length: count }, () => Math.floor(shared.live.numbers.next() * 256))),
  };
  const now = () => shared.live.clock.now();
  const log = pino({ level: "error" }, { write: (line: string) => void shared.live.errors.push(line) });
  const app: AppContext = {
    config,
    store,
    db: store.db,
    now,
    random,
    sleep: (ms, signal) => shared.live.clock.sleep(ms, signal),
    log,
    transport: (request) => shared.live.network.transport(request),
    pacer: makeClockPacer(first.clock),
    slots: createMemorySlots(2),
    vault: makeVault(config.secretKeys, random.bytes),
    jobs: recordingJobs(() => shared.live.wakes),
    events: createEvents(),
    signal: new AbortController().signal,
    farewells: [],
    shopTokens: new Map(),
  };
  const web = await createWeb({
    config,
    log,
    db: store.db,
    now,
    random,
    isReady: async () => undefined,
    metrics: new Registry(),
  });
  const shared: Ground = { store, app, web, live: first };
  addApis(web, app);
  await web.ready();
  return shared;
}

afterAll(async () => {
  if (!ground) return;
  const { web, store, app } = await ground;
  await web.close();
  await store.close();
  await rm(app.config.dataDir, { recursive: true, force: true });
});

/** Wakes are noted; the world works them itself, one after another. */
function recordingJobs(wakes: () => Set<string>): Jobs {
  return {
    wake: async (queue: LaneQueue, connectionId: string) => void wakes().add(`${queue} ${connectionId}`),
    work: async () => {},
    start: async () => {},
    stop: async () => {},
  };
}
