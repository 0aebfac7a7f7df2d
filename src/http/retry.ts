/** Repeats what may be repeated, with growing pauses; never a write whose answer was lost. */
import { type HttpRequest, type HttpResponse, type Transport, TransportError } from "./call.ts";

export type RetryOptions = {
  now: () => Date;
  /** rejects when the signal aborts */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** 0 <= x < 1 */
  random: () => number;
  /** first of the growing pauses; 500 unless told */
  firstPauseMs?: number;
  /** 4 unless told */
  attemptsMax?: number;
  /**
   * a request that has lasted so long, pauses included, is not repeated; 60,000 unless told. So one that timed out is
   * not waited for again, and a `Retry-After` beyond it is left to the caller
   */
  wholeMaxMs?: number;
};

/**
 * A transport that asks again:
 * - any request that never left, or that was answered 429 or 503 (the remote refused it unread);
 * - reads (GET, or marked `repeatable`) also after a lost answer or another 5xx.
 * After the last attempt the last answer or error is given back as it is.
 */
export function retried(transport: Transport, options: RetryOptions): Transport {
  const attemptsMax = options.attemptsMax ?? 4;
  return async (request) => {
    const startedAt = options.now().getTime();
    let pausedMs = 0;
    // Waiting for one's turn is no slowness of the remote.
    let waitedMs = 0;
    const noteWait = (ms: number) => {
      waitedMs += ms;
    };
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await outcomeOf(transport, { ...request, noteWait });
      if (attempt >= attemptsMax || !mayRepeat(request, outcome)) return given(outcome);
      const pauseMs = pauseBefore(attempt, outcome, options);
      const spentMs = Math.max(pausedMs, options.now().getTime() - startedAt - waitedMs);
      if (spentMs + pauseMs > (options.wholeMaxMs ?? 60_000)) return given(outcome);
      pausedMs += pauseMs;
      await pause(pauseMs, request, options);
    }
  };
}

type Outcome = HttpResponse | TransportError;

async function outcomeOf(transport: Transport, request: HttpRequest): Promise<Outcome> {
  try {
    return await transport(request);
  } catch (error) {
    if (error instanceof TransportError) return error;
    throw error;
  }
}

function given(outcome: Outcome): HttpResponse {
  if (outcome instanceof TransportError) throw outcome;
  return outcome;
}

const hopeless: TransportError["reason"][] = ["aborted", "forbidden-target", "too-large"];

function mayRepeat(request: HttpRequest, outcome: Outcome): boolean {
  const onlyReads = request.method === "GET" || request.repeatable === true;
  if (outcome instanceof TransportError) {
    return !hopeless.includes(outcome.reason) && (onlyReads || !outcome.mayHaveLeft);
  }
  return outcome.status === 429 || outcome.status === 503 || (onlyReads && outcome.status >= 500);
}

function pauseBefore(attempt: number, outcome: Outcome, options: RetryOptions): number {
  const growing = (options.firstPauseMs ?? 500) * 2 ** (attempt - 1) * (0.75 + options.random() / 2);
  const asked = outcome instanceof TransportError ? 0 : (retryAfterMs(outcome.headers, options.now()) ?? 0);
  return Math.max(Math.round(growing), asked);
}

async function pause(ms: number, request: HttpRequest, options: RetryOptions): Promise<void> {
  try {
    await options.sleep(ms, request.signal);
  } catch (cause) {
    // What was asked until now never left, was refused, or only read: nothing can have happened.
    throw new TransportError("aborted", false, "aborted while pausing before another attempt", cause);
  }
}

/** The header `Retry-After` in ms: seconds or an HTTP date (RFC 9110, 10.2.3); undefined when missing or unreadable. */
export function retryAfterMs(headers: Record<string, string>, now: Date): number | undefined {
  const written = headers["retry-after"]?.trim();
  if (!written) return undefined;
  if (/^\d+(\.\d+)?$/.test(written)) return Math.ceil(Number(written) * 1000);
  const at = Date.parse(written);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}
