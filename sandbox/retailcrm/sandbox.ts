import type { SandboxAnswer, SandboxRequest } from "../answer.ts";
import { answerCall, type Front, type LoggedRequest } from "./answer-call.ts";
import { type AsManager, managerOf, searchOrder } from "./as-manager.ts";
import type { Crm } from "./call.ts";
import { startLoads } from "./catalog-load.ts";
import { timeWriter } from "./crm-time.ts";
import type { Fault } from "./faults.ts";
import { accountForm, connectModule, type ModuleConnection, type SmallFetch, sendActivity } from "./one-step.ts";
import { orderView } from "./order-view.ts";
import { allScopes } from "./scopes.ts";
import { seedState } from "./seed.ts";
import type { ApiKey, Fields, State } from "./state.ts";
import { defaultSwitches, type Switches } from "./switches.ts";

export type RetailcrmSeed = "demo" | "north" | "empty";

export type RetailcrmSandbox = {
  handle(request: SandboxRequest): Promise<SandboxAnswer>;
  /** address under which this CRM is reached, told to modules; set it once the server listens */
  baseUrl: string;
  readonly crm: Crm;
  readonly state: State;
  readonly switches: Switches;
  readonly faults: Fault[];
  readonly requests: LoggedRequest[];
  readonly asManager: AsManager;
  keys: {
    /** scopes default to all, sites to all; the key's text is `key` or made up */
    addKey(key: { key?: string; scopes?: string[]; sites?: string[] | "all" }): ApiKey;
    revokeKey(key: string): void;
  };
  addFault(fault: Fault): void;
  /** the full order as the API shows it, by external id or the CRM's number; undefined when there is none */
  order(name: string | number): Fields | undefined;
  /** loads the catalogue file of a site now, or of all that have one, and waits for the end */
  loadCatalogs(): Promise<void>;
  /** waits for loads that a call of `statistic/update` started */
  settled(): Promise<void>;
  connectModule(
    options: Omit<Parameters<typeof connectModule>[1], "fetch"> & { fetch?: SmallFetch },
  ): Promise<ModuleConnection>;
  sendActivity(options: {
    code: string;
    active: boolean;
    freeze: boolean;
    fetch?: SmallFetch;
    systemUrl?: string;
  }): Promise<{ status: number; body: Fields | undefined }>;
  openAccount(code: string): { url: string; fields: { clientId: string } };
  /** back to the seed: records, keys, faults, switches and the log of requests */
  reset(): void;
};

export type RetailcrmSandboxOptions = {
  now: () => Date;
  random: () => number;
  seed?: RetailcrmSeed;
  zone?: string;
  currency?: string;
  fetchCatalog?: (url: string) => Promise<string>;
  baseUrl?: string;
  /** waits of the fault "slow" */
  sleep?: (ms: number) => Promise<void>;
};

/** A CRM account that answers as `retailcrm-api.md` says. Nothing outlives the returned object. */
export function createRetailcrmSandbox(o: RetailcrmSandboxOptions): RetailcrmSandbox {
  const newState = (): State => seedState(o.seed ?? "demo", { zone: o.zone, currency: o.currency, now: o.now() });
  const crm: Crm = {
    state: newState(),
    switches: defaultSwitches(),
    now: o.now,
    time: timeWriter(o.now, () => crm.state.zone),
    random: o.random,
    baseUrl: o.baseUrl ?? "https://demo.retailcrm.pro",
    fetchCatalog: o.fetchCatalog ?? fetchText,
    loads: new Set(),
  };
  const sleep = o.sleep ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
  const front: Front = { crm, faults: [], buckets: new Map(), requests: [], sleep };

  return {
    handle: (request) => answerCall(front, request),
    get baseUrl() {
      return crm.baseUrl;
    },
    set baseUrl(url: string) {
      crm.baseUrl = url.replace(/\/$/, "");
    },
    crm,
    get state() {
      return crm.state;
    },
    switches: crm.switches,
    faults: front.faults,
    requests: front.requests,
    asManager: managerOf(crm),
    keys: {
      addKey: (key) => addKey(crm, key),
      revokeKey: (key) => void crm.state.keys.delete(key),
    },
    addFault: (fault) => void front.faults.push({ ...fault }),
    order: (name) => {
      const found = searchOrder(crm, name);
      return found === undefined ? undefined : orderView(crm, found, "map");
    },
    loadCatalogs: async () => {
      startLoads(crm);
      await settled(crm);
    },
    settled: () => settled(crm),
    connectModule: (options) => connectModule(crm, { ...options, fetch: options.fetch ?? fetch }),
    sendActivity: (options) => sendActivity(crm, { ...options, fetch: options.fetch ?? fetch }),
    openAccount: (code) => accountForm(crm, code),
    reset: () => {
      crm.state = newState();
      Object.assign(crm.switches, defaultSwitches());
      front.faults.length = 0;
      front.requests.length = 0;
      front.buckets.clear();
    },
  };
}

function addKey(crm: Crm, asked: { key?: string; scopes?: string[]; sites?: string[] | "all" }): ApiKey {
  const added: ApiKey = {
    key: asked.key ?? `key-${crm.state.keys.size + 1}-${Math.floor(crm.random() * 1e9).toString(36)}`,
    scopes: asked.scopes ?? [...allScopes],
    sites: asked.sites ?? "all",
  };
  crm.state.keys.set(added.key, added);
  return added;
}

async function settled(crm: Crm): Promise<void> {
  while (crm.loads.size > 0) await Promise.all(crm.loads);
}

async function fetchText(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  if (!answer.ok) throw new Error(`The catalogue file answers HTTP ${answer.status}.`);
  return answer.text();
}
