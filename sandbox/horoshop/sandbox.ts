import { htmlAnswer, isLost, jsonAnswer, type SandboxAnswer, type SandboxRequest } from "../answer.ts";
import { chanceFrom } from "./chance.ts";
import { answerControl } from "./control.ts";
import { answerDesk } from "./desk.ts";
import type { FunctionAnswer } from "./envelope.ts";
import { worded } from "./envelope.ts";
import { answerUnderFault, type Faults, makeFaults } from "./faults.ts";
import { callFunction } from "./functions.ts";
import { deliverHooks, type SendHook } from "./hooks.ts";
import { openShop, type Seed, type ShopOptions } from "./open-shop.ts";
import { readParameters } from "./parameters.ts";
import { makePeople, type People } from "./people.ts";
import type { Shop } from "./shop.ts";
import { answerStorefront } from "./storefront.ts";
import type { Switches } from "./switches.ts";

export type HoroshopSandboxOptions = {
  now: () => Date;
  /** numbers in [0, 1) */
  random: () => number;
  seed?: Seed;
  /** orders and product rows of the seed; 300 and 1,200 for `demo` */
  orders?: number;
  products?: number;
  baseUrl?: string;
  /** the shop's local time; Europe/Kyiv unless told */
  zone?: string;
  login?: string;
  password?: string;
  switches?: Partial<Switches>;
  sleep?: (ms: number) => Promise<void>;
};

/** One API call: when, which function, with which status word (or what happened to the answer). */
export type LoggedRequest = { at: Date; function: string; word: string; http: number };

export type HoroshopSandbox = People & {
  handle(request: SandboxRequest): Promise<SandboxAnswer>;
  /** what the shop holds at this moment; replaced by `reset` */
  readonly state: Shop;
  readonly switches: Switches;
  readonly faults: Faults;
  /** the latest 20,000 calls */
  readonly requests: LoggedRequest[];
  /** most API calls that were ever under way at once */
  mostUnderWay(): number;
  setBaseUrl(url: string): void;
  deliverHooks(send: SendHook): Promise<{ sent: number; failed: number }>;
  /** back to the seed; what is given replaces the options of the start, switches go back to theirs */
  reset(
    changes?: Partial<Pick<HoroshopSandboxOptions, "seed" | "orders" | "products" | "password" | "switches">>,
  ): void;
};

const requestsKept = 20_000;

/** A shop with its API under `/api/`, a desk for people under `/_desk`, and controls under `/_control/horoshop/`. */
export function createHoroshopSandbox(options: HoroshopSandboxOptions): HoroshopSandbox {
  const start: ShopOptions = {
    now: options.now,
    random: options.random,
    salt: chanceFrom(options.random).below(4_294_967_296),
    seed: options.seed ?? "demo",
    ...(options.orders === undefined ? {} : { orders: options.orders }),
    ...(options.products === undefined ? {} : { products: options.products }),
    baseUrl: options.baseUrl ?? "https://shop.example",
    zone: options.zone ?? "Europe/Kyiv",
    login: options.login ?? "integration",
    password: options.password ?? "demo-password",
    switches: options.switches ?? {},
  };
  const sleep = options.sleep ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
  const faults = makeFaults();
  const requests: LoggedRequest[] = [];
  let shop = openShop(start);
  let underWay = 0;
  let mostUnderWay = 0;

  const sandbox: HoroshopSandbox = {
    ...makePeople(() => shop),
    faults,
    requests,
    get state() {
      return shop;
    },
    get switches() {
      return shop.switches;
    },
    mostUnderWay: () => mostUnderWay,
    setBaseUrl(url) {
      start.baseUrl = url;
      shop.baseUrl = url;
    },
    deliverHooks: (send) => deliverHooks(shop, send),
    reset(changes = {}) {
      shop = openShop({ ...start, ...changes, switches: { ...start.switches, ...changes.switches } });
      faults.clear();
      requests.length = 0;
      mostUnderWay = underWay;
    },
    async handle(request) {
      const path = request.url.split("?", 1)[0]!;
      if (path.startsWith("/_control/horoshop")) return answerControl(sandbox, request);
      if (path === "/_desk" || path.startsWith("/_desk/")) return answerDesk(sandbox, request);
      if (shop.switches.redirectTo !== null) return redirect(shop.switches.redirectTo, request.url);
      if (!path.startsWith("/api/")) return answerStorefront(shop, path);
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      try {
        return await answerApi(request, path);
      } finally {
        underWay -= 1;
      }
    },
  };

  async function answerApi(request: SandboxRequest, path: string): Promise<SandboxAnswer> {
    const name = path.slice("/api/".length).replace(/\/$/, "");
    const entry: LoggedRequest = { at: shop.now(), function: name, word: "under way", http: 0 };
    requests.push(entry);
    if (requests.length > requestsKept) requests.splice(0, requests.length - requestsKept);
    const work = () => httpAnswer(callOrRefuse(shop, name, request), entry);
    if (shop.switches.latencyMs > 0) await sleep(shop.switches.latencyMs);
    const tooLarge =
      shop.switches.bodyBytesMax !== null && Buffer.byteLength(request.body) > shop.switches.bodyBytesMax;
    const fault = tooLarge ? undefined : faults.take(name);
    const answer = tooLarge
      ? ({ lost: true, done: false } as const)
      : shop.switches.apiOff
        ? htmlAnswer(404, "<html><body><h1>404</h1></body></html>")
        : fault
          ? await answerUnderFault(fault, work, sleep)
          : work();
    if (fault) entry.word = entry.word === "under way" ? fault.kind : `${entry.word}, then ${fault.kind}`;
    if (tooLarge) entry.word = "body too large";
    entry.http = isLost(answer) ? 0 : answer.status;
    return answer;
  }

  return sandbox;
}

function callOrRefuse(shop: Shop, name: string, request: SandboxRequest): FunctionAnswer {
  const query = request.url.includes("?") ? request.url.slice(request.url.indexOf("?") + 1) : "";
  const parameters = readParameters(query, request.headers["content-type"] ?? "", request.body);
  if (!parameters) return worded("HTTP_ERROR", { code: 400, message: "Payload is not JSON" });
  return callFunction(shop, name, parameters);
}

function httpAnswer(answer: FunctionAnswer, entry: LoggedRequest): SandboxAnswer {
  entry.word = answer.word;
  return jsonAnswer(answer.http, answer.body);
}

function redirect(to: string, url: string): SandboxAnswer {
  return { status: 301, headers: { location: `${to.replace(/\/$/, "")}${url}` }, body: "" };
}
