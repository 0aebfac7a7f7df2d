/**
 * The request budgets of the contract and of the design, held over every world: never more than 10 requests to the CRM
 * in any second of one key, never more than 2 under way to one shop, and a quick look that finds nothing asks each side
 * once. Every test that makes a world is held to them without a word of its own.
 */
import { afterEach, expect } from "vitest";
import type { AppContext } from "../src/context.ts";
import type { HttpRequest } from "../src/http/call.ts";

const perSecondMax = 10;
const perShopMax = 2;
/** One, and one more where a page of a round size may have been cut short by the shop (horoshop-api.md, orders/get). */
const idleShopMax = 2;
const idleCrmMax = 1;

export type Budgets = {
  /** A request begins; the answer is to be called at its end. */
  begin(request: HttpRequest): () => void;
  /** The process was killed: nothing of it is under way any more. */
  forget(): void;
};

type Present = Budgets & {
  asked: { shop: number; crm: number };
  permits: number;
  starts: Map<string, number[]>;
  looks: number;
};

let present: Present | undefined;
const breaches: string[] = [];

afterEach(() => {
  const found = breaches.splice(0);
  present = undefined;
  expect(found).toEqual([]);
});

/** The pacer let a request begin. Lanes that ask side by side on a turned clock begin a little later, at one moment. */
export function notePermit(key: string, now: Date): void {
  if (!present) return;
  present.permits += 1;
  const at = now.getTime();
  const before = (present.starts.get(key) ?? []).filter((one) => one <= at && one > at - 1000);
  present.starts.set(key, [...before, at]);
  if (before.length >= perSecondMax) breaches.push(`more than ${perSecondMax} CRM requests in a second of one key`);
}

export function makeBudgets(): Budgets {
  const underWay = new Map<string, number>();
  const asked = { shop: 0, crm: 0 };
  const budgets: Present = {
    asked,
    permits: 0,
    starts: new Map(),
    looks: 0,
    begin(request) {
      const url = new URL(request.url);
      if (Object.keys(request.headers).some((name) => name.toLowerCase() === "x-api-key")) {
        asked.crm += 1;
        budgets.permits -= 1;
        if (budgets.permits < 0) breaches.push(`the CRM was asked past the pacer, at ${url.pathname}`);
        return () => {};
      }
      if (!url.pathname.includes("/auth")) asked.shop += 1;
      const count = (underWay.get(url.host) ?? 0) + 1;
      underWay.set(url.host, count);
      if (count > perShopMax) breaches.push(`${count} requests under way to one shop, at ${url.pathname}`);
      return () => void underWay.set(url.host, (underWay.get(url.host) ?? 1) - 1);
    },
    forget: () => underWay.clear(),
  };
  present = budgets;
  return budgets;
}

/** Works a lane of orders; when nothing came of it, not even a run, it was an idle look and must have cost next to nothing. */
export async function holdIdleLook(app: AppContext, connectionId: string, work: () => Promise<void>): Promise<void> {
  const budgets = present;
  if (!budgets) return work();
  let isIdle = true;
  const stop = app.events.listen(connectionId, () => {
    isIdle = false;
  });
  const before = { ...budgets.asked };
  budgets.looks += 1;
  try {
    await work();
  } finally {
    stop();
    // Lanes that are worked side by side cannot be told apart.
    const isAlone = budgets.looks === 1;
    budgets.looks -= 1;
    const [shop, crm] = [budgets.asked.shop - before.shop, budgets.asked.crm - before.crm];
    if (isIdle && isAlone && (shop > idleShopMax || crm > idleCrmMax))
      breaches.push(`a look that found nothing asked the shop ${shop} times and the CRM ${crm} times`);
  }
}
