import { type FunctionAnswer, refused } from "./envelope.ts";
import { asInteger, asText, type Parameters } from "./parameters.ts";
import type { QueuedHook } from "./records.ts";
import type { Shop } from "./shop.ts";

const events = [
  "order_created",
  "order_paid",
  "order_update",
  "user_signup",
  "user_update",
  "request_call_me",
  "comments_created",
];
const perEventMax = 5;
const attemptsMax = 11;

/** Sends one hook; resolves with the HTTP status, rejects when there is no answer. */
export type SendHook = (url: string, method: string, jsonBody: string) => Promise<number>;

/** `hooks/subscribe`: HTTP 201 with a bare `{id}` (reference 20.1). */
export function subscribe(shop: Shop, parameters: Parameters): FunctionAnswer {
  const event = asText(parameters.event);
  const target = asText(parameters.target_url);
  if (event === undefined || !events.includes(event)) return bare(400, { message: "Event is not defined" });
  if (target === undefined || !URL.canParse(target)) return bare(400, { message: "target_url is not defined" });
  if (shop.subscriptions.filter((one) => one.event === event).length >= perEventMax) {
    return bare(400, { message: "Subscriptions limit for current event has been reached" });
  }
  const id = shop.nextSubscriptionId;
  shop.nextSubscriptionId += 1;
  shop.subscriptions.push({ id, event, target_url: target });
  return bare(201, { id });
}

/** `hooks/unSubscribe`: success is HTTP 410; id and address must both be those that were registered. */
export function unsubscribe(shop: Shop, parameters: Parameters): FunctionAnswer {
  const id = asInteger(parameters.id);
  const at = shop.subscriptions.findIndex((one) => one.id === id && one.target_url === parameters.target_url);
  if (at < 0) return refused("Subscription not found");
  shop.subscriptions.splice(at, 1);
  return bare(410, { status: "OK" });
}

function bare(http: number, body: unknown): FunctionAnswer {
  return { http, word: `HTTP ${http}`, body };
}

/** One hook per subscription of the event; sent at the next delivery. */
export function queueHook(shop: Shop, event: string, body: unknown): void {
  if (!shop.switches.hooksFire) return;
  const dueAt = shop.now().getTime();
  for (const { target_url: url } of shop.subscriptions.filter((one) => one.event === event)) {
    const hook: QueuedHook = { event, verb: shop.switches.hookVerb, url, body, attempts: 0, dueAt };
    shop.hookQueue.push(hook);
    if (shop.switches.hooksTwice) shop.hookQueue.push({ ...hook });
  }
}

/** Somebody removes a subscriber in the shop's panel: it is told by DELETE. */
export function removeSubscriptionByHand(shop: Shop, id: number): boolean {
  const at = shop.subscriptions.findIndex((one) => one.id === id);
  if (at < 0) return false;
  const [removed] = shop.subscriptions.splice(at, 1);
  const dueAt = shop.now().getTime();
  const { event, target_url: url } = removed!;
  shop.hookQueue.push({ event, verb: "DELETE", url, body: { id }, attempts: 0, dueAt });
  return true;
}

/** Sends what is due. Anything but 20x is repeated after about 10 minutes, at most 10 times (reference 20.4). */
export async function deliverHooks(shop: Shop, send: SendHook): Promise<{ sent: number; failed: number }> {
  const due = shop.hookQueue.filter((hook) => hook.dueAt <= shop.now().getTime());
  shop.hookQueue = shop.hookQueue.filter((hook) => !due.includes(hook));
  let failed = 0;
  for (const hook of due) {
    const status = await send(hook.url, hook.verb, JSON.stringify(hook.body)).catch(() => 0);
    if (status >= 200 && status < 210) continue;
    failed += 1;
    hook.attempts += 1;
    hook.dueAt = shop.now().getTime() + shop.switches.hookRetryMs;
    if (hook.attempts < attemptsMax) shop.hookQueue.push(hook);
  }
  return { sent: due.length - failed, failed };
}
