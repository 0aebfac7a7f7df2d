import type { SandboxAnswer } from "../answer.ts";
import { answerApi, type LoggedRequest } from "./api-front.ts";
import { chanceFrom } from "./chance.ts";
import { answerControl } from "./control.ts";
import { answerDesk } from "./desk.ts";
import { makeFaults } from "./faults.ts";
import { deliverHooks } from "./hooks.ts";
import { openShop, type ShopOptions } from "./open-shop.ts";
import { makePeople } from "./people.ts";
import type { HoroshopSandbox, HoroshopSandboxOptions } from "./sandbox-shape.ts";
import { answerStorefront } from "./storefront.ts";

export type { LoggedRequest } from "./api-front.ts";
export type { HoroshopSandbox, HoroshopSandboxOptions } from "./sandbox-shape.ts";

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
        return await answerApi({ shop, faults, requests, sleep }, request, path);
      } finally {
        underWay -= 1;
      }
    },
  };

  return sandbox;
}

function redirect(to: string, url: string): SandboxAnswer {
  return { status: 301, headers: { location: `${to.replace(/\/$/, "")}${url}` }, body: "" };
}
