import { pause } from "./connector.ts";
import type { Words } from "./text/words.ts";

/** What `dist/sandbox.js` prints, as far as the demo uses it. */
export type Sandboxes = {
  horoshop: { url: string; login: string; password: string; desk: string };
  retailcrm: { url: string; apiKey: string; site: string; desk: string };
  control: { horoshop: string; retailcrm: string };
};

const patienceMs = 60_000;
const lookEveryMs = 300;
/** The manager's choice, and what it means in the shop. */
const shipped = { crm: "delivering", name: "Доставляється", shop: 6 };

/** One order goes there and one status comes back, so that something happens before anybody clicks. */
export async function showOneOrder(sandboxes: Sandboxes, words: Words, say: (line: string) => void): Promise<void> {
  const { control } = sandboxes;
  const placed = await ask<{ order_id: number }>(`${control.horoshop}/place-order`, {});
  const order = String(placed.order_id);
  say(words.placing(order));
  const isThere = await until(async () => (await fetch(`${control.retailcrm}/order/${order}`)).ok);
  if (!isThere) return say(words.tooLong);

  await pause(1_000);
  say(words.managing(order, shipped.name));
  await ask(`${control.retailcrm}/status`, { order, status: shipped.crm });
  const isBack = await until(async () => {
    const shop = await ask<{ order: { stat_status: number } }>(`${control.horoshop}/order?order_id=${order}`);
    return shop.order.stat_status === shipped.shop;
  });
  if (!isBack) say(words.tooLong);
  // The log tells of it by itself, a moment later.
  await pause(1_000);
}

async function until(isSo: () => Promise<boolean>): Promise<boolean> {
  const endsAt = Date.now() + patienceMs;
  while (Date.now() < endsAt) {
    if (await isSo()) return true;
    await pause(lookEveryMs);
  }
  return false;
}

async function ask<Answer>(url: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(url, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${new URL(url).pathname}: HTTP ${answer.status}`);
  return (await answer.json()) as Answer;
}
