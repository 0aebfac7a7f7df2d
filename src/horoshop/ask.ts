/** One call of the shop's API: token, slot, repetition of what only reads, one silent login. */
import { isApiError } from "../http/api-error.ts";
import { type HttpResponse, type Transport, TransportError } from "../http/call.ts";
import { isObject, toText } from "../http/lenient.ts";
import { type RetryOptions, retried } from "../http/retry.ts";
import type { Slots } from "../http/slots.ts";
import { type Answer, type Asked, failure, isTransportError, lostError, readAnswer, unreadable } from "./errors.ts";
import { dropToken, freshToken, type TokenStore, tokenFor } from "./token.ts";

export type AskOptions = {
  url: string;
  login: string;
  password: string;
  transport: Transport;
  slots: Slots;
  tokens: TokenStore;
  now: () => Date;
  retry?: RetryOptions | undefined;
};

export type Question = {
  operation: string;
  parameters: Record<string, unknown>;
  writes: boolean;
  timeoutMs: number;
  bytesMax: number;
  signal?: AbortSignal | undefined;
};

export type Ask = {
  /** @throws ApiError for every word but OK, EMPTY, WARNING */
  ask(question: Question): Promise<Answer>;
  /** for functions that answer outside the envelope */
  askWith<T>(question: Question, read: (reply: HttpResponse, asked: Asked) => T): Promise<T>;
  login(signal?: AbortSignal): Promise<void>;
};

const loginTimeoutMs = 30_000;
const loginBytesMax = 1_000_000;

export function createAsk(options: AskOptions): Ask {
  const base = options.url.replace(/\/+$/, "");
  const key = base.replace(/^https?:\/\//i, "").toLowerCase();
  const slotted = withSlot(options, key);
  const send = options.retry ? retried(slotted, options.retry) : slotted;

  const post = async (question: Question, asked: Asked, parameters: Record<string, unknown>): Promise<HttpResponse> => {
    try {
      return await send({
        method: "POST",
        url: `${base}/api/${question.operation}/`,
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify(parameters),
        timeoutMs: question.timeoutMs,
        bytesMax: question.bytesMax,
        signal: question.signal,
        repeatable: !question.writes,
      });
    } catch (error) {
      throw isTransportError(error) ? lostError(error, asked) : error;
    }
  };

  const authenticate = async (): Promise<string> => {
    const question = {
      operation: "auth",
      parameters: { login: options.login, password: options.password },
      writes: false,
      timeoutMs: loginTimeoutMs,
      bytesMax: loginBytesMax,
    };
    const asked = { operation: "auth", writes: false, secrets: [options.password] };
    const reply = await post(question, asked, question.parameters);
    const token = tokenOf(readLogin(reply, asked, options.now()));
    if (token === "") throw unreadable({ ...reply, body: "" }, asked);
    return token;
  };

  const askWith: Ask["askWith"] = async (question, read) => {
    const attempt = async (token: string) => {
      const asked = { operation: question.operation, writes: question.writes, secrets: [token, options.password] };
      return read(await post(question, asked, { ...question.parameters, token }), asked);
    };
    const token = await aborting(question, () => tokenFor(options.tokens, options.now, authenticate, question.signal));
    try {
      return await attempt(token);
    } catch (error) {
      if (!isApiError(error, "unauthorized")) throw error;
    }
    // Tokens die in the middle of long work, and on some shops with the next login elsewhere: once, silently.
    dropToken(options.tokens, token);
    return await attempt(
      await aborting(question, () => tokenFor(options.tokens, options.now, authenticate, question.signal)),
    );
  };

  return {
    askWith,
    ask: (question) => askWith(question, (reply, asked) => readAnswer(reply, asked, options.now())),
    login: async (signal) => {
      await aborting({ operation: "auth", signal }, () =>
        freshToken(options.tokens, options.now, authenticate, signal),
      );
    },
  };
}

/** A wrong login is answered with the same word as any refused request; in `auth` it can only mean the login. */
function readLogin(reply: HttpResponse, asked: Asked, now: Date): Answer {
  try {
    return readAnswer(reply, asked, now);
  } catch (error) {
    if (!isApiError(error, "rejected") || error.remoteCode !== "ERROR") throw error;
    throw failure(asked, "unauthorized", "the login was refused", {
      httpStatus: error.httpStatus,
      remoteCode: error.remoteCode,
      details: error.details,
    });
  }
}

function tokenOf(answer: Answer): string {
  return isObject(answer.response) ? toText(answer.response.token) : "";
}

function withSlot({ transport, slots, now }: Pick<AskOptions, "transport" | "slots" | "now">, key: string): Transport {
  return async (request) => {
    const cameAt = now().getTime();
    let leave: () => Promise<void> | void;
    try {
      leave = await slots.enter(key, request.signal);
    } catch (error) {
      if (request.signal?.aborted) throw new TransportError("aborted", false, "aborted before it was asked", error);
      throw error;
    }
    request.noteWait?.(now().getTime() - cameAt);
    try {
      return await transport(request);
    } finally {
      await leave();
    }
  };
}

async function aborting<T>(
  question: { operation: string; signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!question.signal?.aborted || isApiError(error)) throw error;
    const aborted = new TransportError("aborted", false, "aborted before it was asked", error);
    throw lostError(aborted, { operation: question.operation, writes: false, secrets: [] });
  }
}
