/** Both sandboxes behind a transport that needs no socket, on a clock that is turned and never waited for. */
import { type Answering, isLost } from "../sandbox/answer.ts";
import { createHoroshopSandbox, type HoroshopSandbox } from "../sandbox/horoshop/sandbox.ts";
import { fillCatalog } from "../sandbox/retailcrm/catalog-load.ts";
import type { IcmlOffer } from "../sandbox/retailcrm/icml.ts";
import { createRetailcrmSandbox, type RetailcrmSandbox } from "../sandbox/retailcrm/sandbox.ts";
import { type Transport, TransportError } from "../src/http/call.ts";
import type { Pacer } from "../src/http/pacer.ts";
import { makeBudgets, notePermit } from "./budgets.ts";

export const shopUrl = "https://shop.example";
export const crmUrl = "https://demo.retailcrm.pro";

export type Clock = { now: () => Date; turn(ms: number): void; sleep(ms: number, signal?: AbortSignal): Promise<void> };

export function makeClock(start: string): Clock {
  let now = Date.parse(start);
  return {
    now: () => new Date(now),
    turn: (ms) => {
      now += ms;
    },
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      now += ms;
    },
  };
}

/** A seeded source in [0, 1) (mulberry32). */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One request per 110 ms and key, on the turned clock. */
export function makeClockPacer(clock: Clock): Pacer {
  const startedAt = new Map<string, number>();
  return {
    take: async (key) => {
      const wait = (startedAt.get(key) ?? Number.NEGATIVE_INFINITY) + 110 - clock.now().getTime();
      if (wait > 0) clock.turn(wait);
      startedAt.set(key, clock.now().getTime());
      notePermit(key, clock.now());
    },
  };
}

export type Network = {
  shop: HoroshopSandbox;
  crm: RetailcrmSandbox;
  /** who answers at which host; a test may add one */
  hosts: Map<string, Answering>;
  transport: Transport;
  /** hosts that refuse every connection */
  down: Set<string>;
  /** called before each request that gets through */
  watch: (host: string, path: string) => void | Promise<void>;
  /**
   * The process is killed at a request: it never hears the answer, nor does anything else. `after` requests pass
   * first; `done`: the request arrives all the same.
   */
  dying: { after: number; done: boolean; died: () => void } | undefined;
};

/** What both remote sides held when the connection was made. */
export type Connected = {
  at: number;
  crm: Network["crm"]["state"];
  hooks: Pick<Network["shop"]["state"], "subscriptions" | "nextSubscriptionId">;
};

export type NetworkOptions = {
  clock: Clock;
  random: () => number;
  zone?: string;
  fetchCatalog: (url: string) => Promise<string>;
};

export function makeNetwork(options: NetworkOptions): Network {
  const { clock, random } = options;
  const shop = createHoroshopSandbox({
    now: clock.now,
    random,
    seed: "empty",
    baseUrl: shopUrl,
    sleep: clock.sleep,
  });
  const crm = createRetailcrmSandbox({
    now: clock.now,
    random,
    seed: "empty",
    baseUrl: crmUrl,
    sleep: clock.sleep,
    fetchCatalog: options.fetchCatalog,
    ...(options.zone ? { zone: options.zone } : {}),
  });
  fillOffers(crm);
  const hosts = new Map<string, Answering>([
    [new URL(shopUrl).host, shop],
    [new URL(crmUrl).host, crm],
  ]);
  const budgets = makeBudgets();
  const network: Network = { shop, crm, hosts, transport: counted, down: new Set(), watch: () => {}, dying: undefined };
  return network;

  async function counted(request: Parameters<Transport>[0]): ReturnType<Transport> {
    const end = budgets.begin(request);
    try {
      return await ask(request);
    } finally {
      end();
    }
  }

  async function ask(request: Parameters<Transport>[0]): ReturnType<Transport> {
    const url = new URL(request.url);
    const sandbox = hosts.get(url.host);
    if (request.signal?.aborted) throw new TransportError("aborted", false, "aborted");
    if (!sandbox) throw new TransportError("unresolved", false, "the name has no address");
    if (network.down.has(url.host)) throw new TransportError("refused", false, "the connection was refused");
    await network.watch(url.host, url.pathname);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const { method, body = "" } = request;
    const asked = { method, url: `${url.pathname}${url.search}`, headers, body };
    const { dying } = network;
    if (dying && dying.after <= 0) {
      if (dying.done) await sandbox.handle(asked);
      budgets.forget();
      dying.died();
      return new Promise(() => {});
    }
    if (dying) dying.after -= 1;
    const answer = await sandbox.handle(asked);
    if (isLost(answer)) throw new TransportError("broken", true, "the connection broke");
    return answer;
  }
}

/** What most orders of the tests are made of, as the CRM's catalogue has it. */
export const articles = ["CUP-1", "CUP-2", "TEA-1", "TEA-2", "POT-1"];

function fillOffers(crm: RetailcrmSandbox): void {
  const offers = articles.map(
    (id): IcmlOffer => ({
      id,
      productId: id,
      quantity: 10,
      type: "product",
      active: true,
      productActive: true,
      url: `${shopUrl}/${id}`,
      price: 100,
      purchasePrice: 50,
      categoryIds: ["1"],
      pictures: [],
      name: `Product ${id}`,
      productName: `Product ${id}`,
      xmlId: id,
      vendor: "North",
      params: [],
      vatRate: "none",
    }),
  );
  fillCatalog(crm.crm, "demo-site", { date: "", categories: [{ id: "1", name: "Kitchen" }], offers });
}
