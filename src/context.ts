import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import type { Connection } from "./connections/connection.ts";
import type { Vault } from "./db/encrypt.ts";
import type { Store } from "./db/open.ts";
import type { Tables } from "./db/tables.ts";
import { createHoroshopClient, type HoroshopClient, type TokenStore } from "./horoshop/client.ts";
import type { Transport } from "./http/call.ts";
import type { Pacer } from "./http/pacer.ts";
import type { RetryOptions } from "./http/retry.ts";
import type { Slots } from "./http/slots.ts";
import type { Jobs } from "./jobs/boss.ts";
import type { Events } from "./log/events.ts";
import { createRetailcrmClient, type RetailcrmClient } from "./retailcrm/client.ts";

export type Random = { bytes(count: number): Buffer; number(): number };

/** What the whole process shares. Time, randomness and transport come from here and from nowhere else. */
export type AppContext = {
  config: Config;
  store: Store;
  db: Kysely<Tables>;
  now: () => Date;
  random: Random;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  log: Logger;
  transport: Transport;
  pacer: Pacer;
  slots: Slots;
  vault: Vault;
  jobs: Jobs;
  events: Events;
  /** Aborts when the process stops: loops end at the next safe place. */
  signal: AbortSignal;
  /** What else is to go when a connection is deleted (files); parts add to it when they are put together. */
  farewells: ((connectionId: string) => Promise<void>)[];
  /** One token per shop login, shared by every client of that login in this process. */
  shopTokens: Map<string, TokenStore>;
};

/** One tenant at work: its data is reached through this and nothing else. */
export type ConnectionContext = AppContext & {
  connection: Connection;
  horoshop: HoroshopClient;
  crm: RetailcrmClient;
};

export type ShopLogin = { url: string; login: string; password: string };

/** A call inside a run is repeated a few times before it counts as trouble; a person who waits gets the first answer. */
function retryOptions(app: AppContext): RetryOptions {
  const firstPauseMs = Math.min(app.config.retryBaseMs, 500);
  return {
    now: app.now,
    sleep: app.sleep,
    random: app.random.number,
    firstPauseMs,
    attemptsMax: 3,
    wholeMaxMs: 20_000,
  };
}

/** Somebody waits for the answer on a page: a side that is silent this long does not answer. */
const waitMaxMs = 12_000;

function hasty(transport: Transport): Transport {
  return (request) => transport({ ...request, timeoutMs: Math.min(request.timeoutMs, waitMaxMs) });
}

export function makeHoroshopClient(app: AppContext, shop: ShopLogin, isPatient = false): HoroshopClient {
  const key = `${shop.url}\n${shop.login}\n${shop.password}`;
  let tokens = app.shopTokens.get(key);
  if (!tokens) {
    let kept: ReturnType<TokenStore["get"]>;
    tokens = {
      get: () => kept,
      set: (value) => {
        kept = value;
      },
    };
    app.shopTokens.set(key, tokens);
  }
  return createHoroshopClient({
    ...shop,
    transport: isPatient ? app.transport : hasty(app.transport),
    slots: app.slots,
    tokens,
    now: app.now,
    ...(isPatient ? { retry: retryOptions(app) } : {}),
  });
}

export function makeRetailcrmClient(
  app: AppContext,
  crm: { url: string; apiKey: string },
  isPatient = false,
): RetailcrmClient {
  return createRetailcrmClient({
    ...crm,
    transport: isPatient ? app.transport : hasty(app.transport),
    pacer: app.pacer,
    now: app.now,
    signal: app.signal,
    ...(isPatient ? { retry: retryOptions(app) } : {}),
  });
}

/** The context of one connection; a shop that is still missing gets a client whose every call is refused. */
export function makeConnectionContext(app: AppContext, connection: Connection): ConnectionContext {
  return {
    ...app,
    connection,
    horoshop: makeHoroshopClient(
      app,
      {
        url: connection.shopUrl ?? "https://shop.invalid",
        login: connection.shopLogin ?? "",
        password: connection.shopPassword ?? "",
      },
      true,
    ),
    crm: makeRetailcrmClient(app, { url: connection.crmUrl, apiKey: connection.crmKey }, true),
  };
}
