/** What changes the shop: order rows, stock, subscriptions. */
import { isApiError } from "../http/api-error.ts";
import type { HttpResponse } from "../http/call.ts";
import { isObject, optionalInteger, toList, toText } from "../http/lenient.ts";
import type { Ask, Question } from "./ask.ts";
import { type Answer, type Asked, failure, messageOf, readAnswer, readJson, unreadable } from "./errors.ts";

export type OrderRow = {
  order_id: number;
  status?: number;
  payed?: 0 | 1;
  own_tracking_code?: string;
  tracking_code?: string;
};
export type OrderRowResult = { ok: boolean; message: string };
export type StockRow = { article: string; residues?: { warehouse: string; quantity: number }[]; presence?: string };
export type StockRowResult = { article: string; codes: number[]; messages: string[] };

const timeoutMs = 120_000;
const bytesMax = 16_000_000;

function write(operation: string, parameters: Record<string, unknown>, signal?: AbortSignal): Question {
  return { operation, parameters, writes: true, timeoutMs, bytesMax, signal };
}

export async function updateOrders(shop: Ask, rows: OrderRow[], signal?: AbortSignal): Promise<OrderRowResult[]> {
  if (rows.length === 0) return [];
  const answer = await shop.ask(write("orders/update", { orders: rows }, signal));
  return readUpdateLog(answer, rows);
}

/**
 * The log is positional; entries name their order only sometimes, and their text is `message` or `messages`.
 * `OK` without an entry means done; after `WARNING` a row without an entry has no answer.
 */
export function readUpdateLog(answer: Answer, rows: OrderRow[]): OrderRowResult[] {
  const entries = logOf(answer);
  const named = new Map<number, unknown[]>();
  for (const entry of entries) {
    const id = orderIdOf(entry);
    if (id !== undefined) named.set(id, [...(named.get(id) ?? []), entry]);
  }
  return rows.map((row, position) => {
    const atPosition = entries[position];
    const entry = named.get(row.order_id)?.shift() ?? (orderIdOf(atPosition) === undefined ? atPosition : undefined);
    if (!isObject(entry)) return answer.word === "OK" ? { ok: true, message: "" } : { ok: false, message: "no answer" };
    const message = messageOf(entry);
    const word = toText(entry.status).trim().toUpperCase();
    return { ok: word === "OK" || (word === "" && message === "UPDATED"), message: message || word };
  });
}

function logOf(answer: Answer): unknown[] {
  return isObject(answer.response) ? toList(answer.response.log) : [];
}

function orderIdOf(entry: unknown): number | undefined {
  return isObject(entry) ? optionalInteger.parse(entry.order_id) : undefined;
}

const stockRowsPerCall = 500;

/** By `catalog/import`, which has replaced `catalog/importResidues`; only what is sent is changed. */
export async function importResidues(shop: Ask, products: StockRow[], signal?: AbortSignal): Promise<StockRowResult[]> {
  const results: StockRowResult[] = [];
  for (let from = 0; from < products.length; from += stockRowsPerCall) {
    const part = products.slice(from, from + stockRowsPerCall);
    results.push(...readImportLog(await shop.ask(write("catalog/import", { products: part }, signal)), part));
  }
  return results;
}

/** One article may have several entries, each with several notes; without any, `OK` stands for code 0. */
export function readImportLog(answer: Answer, products: StockRow[]): StockRowResult[] {
  const entries = logOf(answer).filter(isObject);
  return products.map(({ article }, position) => {
    const own = entries.filter((entry) => toText(entry.article) === article);
    const atPosition = entries[position];
    const found = own.length === 0 && atPosition && toText(atPosition.article) === "" ? [atPosition] : own;
    const notes = found.flatMap((entry) => toList(entry.info)).filter(isObject);
    const codes = notes.map(({ code }) => optionalInteger.parse(code)).filter((code) => code !== undefined);
    if (notes.length === 0 && answer.word === "OK") return { article, codes: [0], messages: [] };
    return { article, codes, messages: notes.map(messageOf).filter(Boolean) };
  });
}

/** Success is HTTP 201 with a bare `{id}`. At most five subscriptions per event; they cannot be listed. */
export async function subscribe(
  shop: Ask,
  now: () => Date,
  event: string,
  targetUrl: string,
  signal?: AbortSignal,
): Promise<{ id: string }> {
  const question = write("hooks/subscribe", { event, target_url: targetUrl }, signal);
  return await shop.askWith(question, (reply, asked) => {
    const body = hookBody(reply, asked, now());
    const inner = isObject(body.response) ? body.response.id : undefined;
    const id = toText(body.id ?? inner);
    if (id === "") throw unreadable(reply, asked);
    return { id };
  });
}

/** Success is HTTP 410 with `{status: "OK"}`. `targetUrl` exactly as subscribed. */
export async function unsubscribe(
  shop: Ask,
  now: () => Date,
  id: string,
  targetUrl: string,
  signal?: AbortSignal,
): Promise<void> {
  const numeric = optionalInteger.parse(id);
  const question = write("hooks/unSubscribe", { id: numeric ?? id, target_url: targetUrl }, signal);
  await shop.askWith(question, (reply, asked) => {
    if (reply.status !== 410) hookBody(reply, asked, now());
  });
}

/** The body of a hook function: bare, or in the envelope when it is refused. */
function hookBody(reply: HttpResponse, asked: Asked, now: Date): Record<string, unknown> {
  try {
    const body = readJson(reply, asked, now);
    if (isObject(body) && typeof body.status === "string") readAnswer(reply, asked, now);
    if (isObject(body) && reply.status < 300) return body;
    throw refused(reply, asked, isObject(body) ? messageOf(body) : toText(body));
  } catch (error) {
    // A refusal may also be a bare sentence, with a status that is nowhere documented.
    if (!isApiError(error, "unreadable") || reply.status < 400) throw error;
    throw refused(reply, asked, reply.body.slice(0, 200));
  }
}

function refused(reply: HttpResponse, asked: Asked, said: string) {
  const limit = /limit .*reached/i.test(said) ? "subscription limit" : undefined;
  const facts = { httpStatus: reply.status, remoteCode: limit, details: said === "" ? [] : [said] };
  return failure(asked, "rejected", said || `the shop answered ${reply.status}`, facts);
}
