/** One outgoing HTTP request: bounded in time and size, no redirects followed, nothing repeated. */
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { Agent, type Dispatcher } from "undici";
import type { TargetGuard } from "./target-guard.ts";
import { TransportError } from "./transport-error.ts";

export { TransportError, type TransportReason } from "./transport-error.ts";

export type HttpRequest = {
  method: "GET" | "POST" | "PUT" | "DELETE";
  url: string;
  headers: Record<string, string>;
  body?: string;
  timeoutMs: number;
  /** most bytes of the answer, compressed or not */
  bytesMax: number;
  signal?: AbortSignal | undefined;
  /** asking twice does no harm although it is no GET (reads that a remote wants as POST) */
  repeatable?: boolean;
  /** told how long the request waited for its turn before it was sent */
  noteWait?: (waitedMs: number) => void;
};

/** `headers` has names in lower case; `body` is the text read as UTF-8. */
export type HttpResponse = { status: number; headers: Record<string, string>; body: string };

/** Rejects with TransportError only. Never follows redirects by itself. */
export type Transport = (request: HttpRequest) => Promise<HttpResponse>;

const connectTimeoutMs = 10_000;
const connectionsPerHostMax = 64;

/** The transport over undici; `guard` checks the address written and every address it resolves to. */
export function createTransport(options: { guard: TargetGuard }): Transport & { close(): Promise<void> } {
  const agent = new Agent({
    connections: connectionsPerHostMax,
    pipelining: 1,
    // The whole request has one limit of its own, below.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 4_000,
    connect: { lookup: options.guard.lookup, timeout: connectTimeoutMs },
  });
  const transport: Transport = (request) => call(agent, options.guard, request);
  return Object.assign(transport, { close: () => agent.destroy() });
}

async function call(agent: Agent, guard: TargetGuard, request: HttpRequest): Promise<HttpResponse> {
  const url = urlOf(request.url);
  guard.checkUrl(url);
  if (request.signal?.aborted) throw new TransportError("aborted", false, "aborted before the request was made");
  return await new Promise<HttpResponse>((resolve, reject) => {
    dispatch(agent, url, request, resolve, reject);
  });
}

function urlOf(written: string): URL {
  try {
    return new URL(written);
  } catch (cause) {
    throw new TransportError("forbidden-target", false, "not an address", cause);
  }
}

function dispatch(
  agent: Agent,
  url: URL,
  request: HttpRequest,
  resolve: (response: HttpResponse) => void,
  reject: (error: TransportError) => void,
): void {
  let controller: Dispatcher.DispatchController | undefined;
  let settled = false;
  let status = 0;
  let headers: Record<string, string> = {};
  const pieces: Buffer[] = [];
  let bytes = 0;

  const settle = (outcome: HttpResponse | TransportError): void => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    request.signal?.removeEventListener("abort", onAbort);
    if (!(outcome instanceof TransportError)) {
      resolve(outcome);
      return;
    }
    reject(outcome);
    controller?.abort(outcome);
  };
  // The controller comes when a connection stands and the request is about to be written: before that, nothing left.
  const fail = (reason: TransportError["reason"], message: string, cause?: unknown): void =>
    settle(new TransportError(reason, controller !== undefined, message, cause));
  const onAbort = (): void => fail("aborted", "aborted");
  const timer = setTimeout(
    () => fail("timeout", `no complete answer within ${request.timeoutMs} ms`),
    request.timeoutMs,
  );
  request.signal?.addEventListener("abort", onAbort, { once: true });

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(given) {
      if (settled) return given.abort(new Error("given up before it was sent"));
      controller = given;
    },
    onResponseStart(_controller, statusCode, given) {
      status = statusCode;
      headers = plainHeaders(given);
    },
    onResponseData(_controller, piece) {
      bytes += piece.length;
      if (bytes > request.bytesMax) return fail("too-large", `the answer is larger than ${request.bytesMax} bytes`);
      pieces.push(piece);
    },
    onResponseEnd() {
      if (settled) return;
      try {
        settle({ status, headers, body: textOf(Buffer.concat(pieces), headers, request.bytesMax) });
      } catch (error) {
        settle(bodyError(error));
      }
    },
    onResponseError(_controller, error) {
      settle(transportErrorOf(error, controller !== undefined));
    },
  };

  try {
    agent.dispatch(
      {
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: request.method,
        headers: { "accept-encoding": "gzip", ...request.headers },
        body: request.body ?? null,
      },
      handler,
    );
  } catch (error) {
    settle(transportErrorOf(error, controller !== undefined));
  }
}

function plainHeaders(given: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) plain[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return plain;
}

/** The body as text, unpacked; a byte order mark is dropped. */
function textOf(body: Buffer, headers: Record<string, string>, bytesMax: number): string {
  return new TextDecoder("utf-8").decode(unpacked(body, headers["content-encoding"] ?? "", bytesMax));
}

function unpacked(body: Buffer, encoding: string, bytesMax: number): Buffer {
  const limit = { maxOutputLength: bytesMax };
  switch (encoding.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return body.length === 0 ? body : gunzipSync(body, limit);
    case "deflate":
      return inflateSync(body, limit);
    case "br":
      return brotliDecompressSync(body, limit);
    default:
      return body;
  }
}

function bodyError(error: unknown): TransportError {
  const tooLarge = codeOf(error) === "ERR_BUFFER_TOO_LARGE";
  return new TransportError(tooLarge ? "too-large" : "broken", true, "the answer could not be unpacked", error);
}

const refusedCodes = ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "EHOSTDOWN", "EACCES", "EPERM"];
const unresolvedCodes = ["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "ENODATA", "EAI_NODATA"];
const timeoutCodes = ["UND_ERR_CONNECT_TIMEOUT", "ETIMEDOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"];

function transportErrorOf(error: unknown, left: boolean): TransportError {
  for (const inner of errorsWithin(error)) {
    if (inner instanceof TransportError) return inner;
    const code = codeOf(inner);
    if (unresolvedCodes.includes(code)) return new TransportError("unresolved", left, "the name has no address", error);
    if (refusedCodes.includes(code)) return new TransportError("refused", left, "the connection was refused", error);
    if (timeoutCodes.includes(code)) return new TransportError("timeout", left, "the connection timed out", error);
  }
  const words = left ? "the connection broke before the answer was complete" : "no connection could be made";
  return new TransportError("broken", left, `${words} (${codeOf(error) || "no code"})`, error);
}

/** The error, those it was made of (several addresses tried) and its causes. */
function errorsWithin(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [];
  const inner = error instanceof AggregateError ? error.errors : [];
  return [error, ...inner, ...(error.cause === undefined ? [] : errorsWithin(error.cause))];
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : "";
}
