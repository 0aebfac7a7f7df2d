/** One call of the CRM's API: key in a header, form on the wire, paced, repeated only where that is safe. */
import { createHash } from "node:crypto";
import { type HttpResponse, type Transport, TransportError } from "../http/call.ts";
import type { Pacer } from "../http/pacer.ts";
import { type RetryOptions, retried } from "../http/retry.ts";
import { type Asked, type Body, lostError, readAnswer } from "./errors.ts";

export type AskOptions = {
  url: string;
  apiKey: string;
  transport: Transport;
  pacer: Pacer;
  now: () => Date;
  signal?: AbortSignal | undefined;
  retry?: RetryOptions | undefined;
};

/** Lists become `name[]=…`; undefined values are left out. */
export type Query = Record<string, string | number | (string | number)[] | undefined>;
export type Form = Record<string, unknown>;
export type ReadReply = (reply: HttpResponse, asked: Asked, now: Date) => Body;

export type Ask = {
  /** `path` below `/api/v5/`; `pattern` names it in errors when the path carries an identifier */
  get(path: string, query?: Query, pattern?: string, read?: ReadReply): Promise<Body>;
  /** for the methods that stand outside the versions */
  getUnversioned(path: string): Promise<Body>;
  /** nested values of `form` are written as JSON, each in one field */
  post(path: string, form: Form, options?: { pattern?: string; read?: ReadReply }): Promise<Body>;
};

const readTimeoutMs = 60_000;
const writeTimeoutMs = 90_000;
const bytesMax = 64_000_000;

export function createAsk(options: AskOptions): Ask {
  const base = options.url.replace(/\/+$/, "");
  // The limit is the key's. It is kept where all processes see it, so it goes there as a fingerprint.
  const paceKey = createHash("sha256").update(`${base}\n${options.apiKey}`).digest("base64url").slice(0, 24);
  const paced = withPace(options, paceKey);
  const send = options.retry ? retried(paced, options.retry) : paced;
  const headers = { "x-api-key": options.apiKey, accept: "application/json" };

  const call = async (request: { asked: Asked; url: string; body?: string }, read: ReadReply): Promise<Body> => {
    const { asked, url, body } = request;
    try {
      const reply = await send({
        method: body === undefined ? "GET" : "POST",
        url,
        headers: body === undefined ? headers : { ...headers, "content-type": "application/x-www-form-urlencoded" },
        ...(body === undefined ? {} : { body }),
        timeoutMs: asked.writes ? writeTimeoutMs : readTimeoutMs,
        bytesMax,
        signal: options.signal,
      });
      return read(reply, asked, options.now());
    } catch (error) {
      throw error instanceof TransportError ? lostError(error, asked) : error;
    }
  };

  return {
    get: (path, query = {}, pattern = path, read = readAnswer) => {
      const asked = { operation: `GET ${pattern}`, writes: false, secrets: [options.apiKey] };
      return call({ asked, url: `${base}/api/v5/${path}${queryText(query)}` }, read);
    },
    getUnversioned: (path) => {
      const asked = { operation: `GET ${path}`, writes: false, secrets: [options.apiKey] };
      return call({ asked, url: `${base}/api/${path}` }, readAnswer);
    },
    post: (path, form, { pattern = path, read = readAnswer } = {}) => {
      const asked = askedByPost(pattern, options.apiKey);
      return call({ asked, url: `${base}/api/v5/${path}`, body: formText(form) }, read);
    },
  };
}

export function askedByPost(pattern: string, apiKey = ""): Asked {
  return { operation: `POST ${pattern}`, writes: true, secrets: apiKey === "" ? [] : [apiKey] };
}

function withPace({ transport, pacer, now }: Pick<AskOptions, "transport" | "pacer" | "now">, key: string): Transport {
  return async (request) => {
    const cameAt = now().getTime();
    try {
      await pacer.take(key, request.signal);
    } catch (error) {
      if (request.signal?.aborted) throw new TransportError("aborted", false, "aborted before it was asked", error);
      throw error;
    }
    request.noteWait?.(now().getTime() - cameAt);
    return await transport(request);
  };
}

function queryText(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) for (const one of value) parameters.append(`${name}[]`, String(one));
    else if (value !== undefined) parameters.append(name, String(value));
  }
  const written = parameters.toString();
  return written === "" ? "" : `?${written}`;
}

function formText(form: Form): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) {
    if (value === undefined) continue;
    parameters.append(name, typeof value === "object" ? JSON.stringify(amountsAsNumbers(value)) : String(value));
  }
  return parameters.toString();
}

const amountKeys = new Set([
  "initialPrice",
  "quantity",
  "discountManualAmount",
  "discountManualPercent",
  "purchasePrice",
  "cost",
  "netCost",
  "amount",
]);

/** Drafts carry amounts as decimal text; the wire wants JSON numbers. Custom fields are somebody else's and stay. */
export function amountsAsNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(amountsAsNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === "customFields") return [key, inner];
      if (amountKeys.has(key) && typeof inner === "string" && inner.trim() !== "") return [key, Number(inner)];
      return [key, amountsAsNumbers(inner)];
    }),
  );
}
