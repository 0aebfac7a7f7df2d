import { type Answering, jsonAnswer, type SandboxAnswer, type SandboxRequest } from "./answer.ts";
import { numbersFrom } from "./horoshop/chance.ts";
import { describeControl } from "./horoshop/control.ts";
import { createHoroshopSandbox, type HoroshopSandbox, type HoroshopSandboxOptions } from "./horoshop/sandbox.ts";
import { type Listening, listen } from "./listen.ts";
import { handleControl } from "./retailcrm/control.ts";
import { createRetailcrmSandbox, type RetailcrmSandbox } from "./retailcrm/sandbox.ts";

type CrmOptions = Parameters<typeof createRetailcrmSandbox>[0];

export type StartOptions = {
  host?: string;
  /** 0 or none takes a free port */
  horoshopPort?: number;
  retailcrmPort?: number;
  now?: () => Date;
  random?: () => number;
  shop?: Partial<HoroshopSandboxOptions>;
  crm?: Partial<CrmOptions>;
  /** how often waiting webhooks are sent; the real shop takes up to 5 minutes */
  hooksEveryMs?: number;
  /** how often the CRM reads its catalogue files by itself */
  catalogEveryMs?: number;
};

/** What `npm run sandbox` prints. */
export type SandboxAddresses = {
  horoshop: { url: string; login: string; password: string; desk: string };
  retailcrm: { url: string; apiKey: string; site: string; desk: string };
  control: { url: string; horoshop: string; retailcrm: string; reset: string };
};

export type Sandboxes = SandboxAddresses & {
  shop: HoroshopSandbox;
  crm: RetailcrmSandbox;
  addresses: SandboxAddresses;
  close(): Promise<void>;
};

const hooksEveryMs = 2_000;
const catalogEveryMs = 3 * 3_600_000;
const hookTimeoutMs = 15_000;
const catalogTimeoutMs = 120_000;

/** Both sandboxes on local ports, their webhooks delivered and their catalogues loaded. */
export async function startSandboxes(options: StartOptions = {}): Promise<Sandboxes> {
  const now = options.now ?? (() => new Date());
  const random = options.random ?? numbersFrom(20_240_615);
  const shop = createHoroshopSandbox({ now, random, ...options.shop });
  const crm = createRetailcrmSandbox({ now, random, fetchCatalog, ...options.crm });
  const host = options.host ?? "127.0.0.1";
  const shopServer = await listen(withControl(shop, crm, shop), { host, port: options.horoshopPort ?? 0 });
  const crmServer = await listenOrClose(withControl(shop, crm, crm), host, options.retailcrmPort ?? 0, shopServer);
  shop.setBaseUrl(shopServer.url);
  crm.baseUrl = crmServer.url;

  const timers = [
    repeat(options.hooksEveryMs ?? hooksEveryMs, () => shop.deliverHooks(sendHook)),
    repeat(options.catalogEveryMs ?? catalogEveryMs, () => crm.loadCatalogs()),
  ];
  const addresses = addressesOf(shop, crm, shopServer.url, crmServer.url);
  return {
    shop,
    crm,
    addresses,
    ...addresses,
    close: async () => {
      for (const stop of timers) stop();
      await Promise.all([shopServer.close(), crmServer.close()]);
    },
  };
}

async function listenOrClose(sandbox: Answering, host: string, port: number, other: Listening): Promise<Listening> {
  try {
    return await listen(sandbox, { host, port });
  } catch (error) {
    await other.close();
    throw error;
  }
}

function addressesOf(shop: HoroshopSandbox, crm: RetailcrmSandbox, shopUrl: string, crmUrl: string): SandboxAddresses {
  const [key] = crm.state.keys.values();
  const site = key?.sites === "all" || key === undefined ? Object.keys(crm.state.books.sites ?? {})[0] : key.sites[0];
  const control = `${shopUrl}/_control`;
  return {
    horoshop: { url: shopUrl, login: shop.state.login, password: shop.state.password, desk: `${shopUrl}/_desk` },
    retailcrm: { url: crmUrl, apiKey: key?.key ?? "", site: site ?? "", desk: `${crmUrl}/_desk` },
    control: {
      url: control,
      horoshop: `${control}/horoshop`,
      retailcrm: `${control}/retailcrm`,
      reset: `${control}/reset`,
    },
  };
}

/** `/_control` of both sandboxes on every server; everything else goes to `front`. */
function withControl(
  shop: HoroshopSandbox,
  crm: RetailcrmSandbox,
  front: HoroshopSandbox | RetailcrmSandbox,
): Answering {
  return {
    handle: async (request) => {
      const path = request.url.split("?", 1)[0]!.replace(/\/$/, "");
      if (path === "/_control") return jsonAnswer(200, whatCanBeDone());
      if (path === "/_control/reset" && request.method === "POST") {
        shop.reset();
        crm.reset();
        return jsonAnswer(200, { ok: true });
      }
      if (path.startsWith("/_control/horoshop")) return shop.handle(request);
      if (path.startsWith("/_control/")) return (await handleControl(crm, request)) ?? unknownControl();
      if (front === crm) return askCrm(crm, request);
      return shop.handle(request);
    },
  };
}

async function askCrm(crm: RetailcrmSandbox, request: SandboxRequest): Promise<SandboxAnswer> {
  return (await handleControl(crm, request)) ?? crm.handle(request);
}

function unknownControl(): SandboxAnswer {
  return jsonAnswer(404, { error: "unknown control address", ...whatCanBeDone() });
}

function whatCanBeDone(): Record<string, unknown> {
  return {
    horoshop: describeControl(),
    retailcrm: {
      "GET /_control/retailcrm/": "its list of actions and questions",
      "POST /_control/retailcrm/status": "{order: external id or number, status: code}",
      "POST /_control/retailcrm/fault": "a fault for its next calls",
      "POST /_control/retailcrm/reset": "{}",
    },
    both: { "POST /_control/reset": "back to the seed, on both sides" },
  };
}

/** Runs `work` again and again, never twice at once; a failure is the business of the next time. */
function repeat(everyMs: number, work: () => Promise<unknown>): () => void {
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    work()
      .catch(() => {})
      .finally(() => {
        busy = false;
      });
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

async function sendHook(url: string, method: string, jsonBody: string): Promise<number> {
  const answer = await fetch(url, {
    method,
    headers: { "content-type": "application/json" },
    body: jsonBody,
    signal: AbortSignal.timeout(hookTimeoutMs),
  });
  await answer.body?.cancel();
  return answer.status;
}

async function fetchCatalog(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(catalogTimeoutMs) });
  if (!answer.ok) throw new Error(`The catalogue file answers HTTP ${answer.status}.`);
  return answer.text();
}
