/** What a reply of the shop means: an answer, or an ApiError with its kind. See README.md for the words. */
import { ApiError, type ApiErrorKind } from "../http/api-error.ts";
import { type HttpResponse, TransportError } from "../http/call.ts";
import { isObject, toList, toText } from "../http/lenient.ts";
import { redact } from "../http/redact.ts";
import { retryAfterMs } from "../http/retry.ts";

export type Asked = {
  /** the API function, as in its address: `orders/get` */
  operation: string;
  /** it changes something: a lost answer leaves the question open */
  writes: boolean;
  /** taken out of every text that is kept */
  secrets: string[];
};

export type Answer = { word: string; response: unknown };

const loginWords = ["UNAUTHORIZED", "AUTHORIZATION_ERROR", "AUTH_ERROR"];
const goodWords = ["OK", "EMPTY", "WARNING"];
const bodyKeptMax = 200;

/** @throws ApiError for everything but `OK`, `EMPTY` and `WARNING` */
export function readAnswer(reply: HttpResponse, asked: Asked, now: Date): Answer {
  const envelope = readJson(reply, asked, now);
  if (!isObject(envelope) || typeof envelope.status !== "string") throw unreadable(reply, asked);
  const word = envelope.status.trim();
  if (goodWords.includes(word)) return { word, response: envelope.response };
  throw wordError(word, envelope.response, reply, asked);
}

/** The body as JSON, whatever it says. @throws ApiError when there is none, by HTTP status */
export function readJson(reply: HttpResponse, asked: Asked, now: Date): unknown {
  const trouble = statusError(reply, asked, now);
  if (trouble) throw trouble;
  try {
    return JSON.parse(reply.body);
  } catch {
    throw unreadable(reply, asked);
  }
}

function statusError(reply: HttpResponse, asked: Asked, now: Date): ApiError | undefined {
  const { status } = reply;
  const facts = {
    httpStatus: status,
    retryAfterMs: retryAfterMs(reply.headers, now),
    details: bodyDetails(reply, asked),
  };
  if (status === 429) return failure(asked, "rate-limited", "too many requests", facts);
  if (status === 401) return failure(asked, "unauthorized", "the login was refused", facts);
  if (status === 404) return failure(asked, "rejected", "there is no such address in this shop", facts);
  if (status >= 300 && status < 400) {
    return failure(asked, "unavailable", "the shop's address has moved", {
      ...facts,
      location: reply.headers.location,
    });
  }
  // 503 is said before the work is begun, the other 5xx may come after it.
  if (status >= 500) {
    const mayHaveHappened = asked.writes && status !== 503;
    return failure(asked, "unavailable", `the shop answered ${status}`, { ...facts, mayHaveHappened });
  }
  return undefined;
}

function wordError(word: string, response: unknown, reply: HttpResponse, asked: Asked): ApiError {
  const message = messageOf(response);
  const facts = {
    httpStatus: reply.status,
    remoteCode: word,
    details: message === "" ? [] : [redact(message, asked.secrets)],
  };
  const said = message === "" ? word : `${word}: ${redact(message, asked.secrets)}`;
  if (loginWords.includes(word) || asksForLogin(word, message)) return failure(asked, "unauthorized", said, facts);
  // A failure inside the shop: nobody knows how far it came.
  if (word === "EXCEPTION") return failure(asked, "unavailable", said, { ...facts, mayHaveHappened: asked.writes });
  return failure(asked, "rejected", said, facts);
}

/** Single clients met these texts beside the words; a plain refusal of data never has them. */
function asksForLogin(word: string, message: string): boolean {
  return word === "ERROR" && /^auth required\.?\s*$|\bbearer\b/i.test(message.trim());
}

/** `{message}`, `{messages}`, a text, or nothing. */
export function messageOf(response: unknown): string {
  if (!isObject(response)) return toText(response).trim();
  const found = response.message ?? response.messages ?? "";
  return typeof found === "object" ? toList(found).map(toText).filter(Boolean).join("; ") : toText(found).trim();
}

export function unreadable(reply: HttpResponse, asked: Asked): ApiError {
  return failure(asked, "unreadable", "the answer is not the API's JSON", {
    httpStatus: reply.status,
    details: bodyDetails(reply, asked),
    mayHaveHappened: asked.writes,
  });
}

function bodyDetails(reply: HttpResponse, asked: Asked): string[] {
  const start = redact(reply.body.slice(0, bodyKeptMax * 2), asked.secrets).slice(0, bodyKeptMax);
  return start.trim() === "" ? [] : [start];
}

/** No answer came back. */
export function lostError(error: TransportError, asked: Asked): ApiError {
  const kind = error.reason === "too-large" ? "unreadable" : "unavailable";
  return failure(asked, kind, error.message, {
    transportReason: error.reason,
    mayHaveHappened: asked.writes && error.mayHaveLeft,
    cause: error,
  });
}

type Facts = Partial<Omit<ConstructorParameters<typeof ApiError>[0], "kind" | "remote" | "operation" | "message">>;

export function failure(asked: Asked, kind: ApiErrorKind, said: string, facts: Facts): ApiError {
  const message = `horoshop ${asked.operation}: ${said}`;
  return new ApiError({ ...facts, kind, remote: "horoshop", operation: asked.operation, message });
}

export function isTransportError(error: unknown): error is TransportError {
  return error instanceof TransportError;
}
