/** What a reply of the CRM means: an answer, or an ApiError with its kind. Texts decide, not codes alone. See README.md. */
import { ApiError, type ApiErrorKind } from "../http/api-error.ts";
import type { HttpResponse, TransportError } from "../http/call.ts";
import { isObject, toText } from "../http/lenient.ts";
import { redact } from "../http/redact.ts";
import { retryAfterMs } from "../http/retry.ts";

export type Asked = {
  /** verb and path without identifiers: `POST orders/create` */
  operation: string;
  /** it changes something: a lost answer leaves the question open */
  writes: boolean;
  /** taken out of every text that is kept */
  secrets: string[];
};

export type Body = Record<string, unknown>;

/** Remote texts that decide, in the form in which `remoteCode` carries them: without the final full stop. */
export const remoteTexts = {
  wrongKey: 'Wrong "apiKey" value',
  missingKey: '"apiKey" is missing',
  accessDenied: "Access denied",
  noAccount: "Account does not exist",
  rateLimit: "Rate limit exceeded",
} as const;

const bodyKeptMax = 200;
/** An upload that was done in part or not at all. */
export const partlyDone = 460;

/** @throws ApiError unless the reply says `success: true` */
export function readAnswer(reply: HttpResponse, asked: Asked, now: Date): Body {
  const body = readBody(reply, asked, now);
  if (body.success !== true) throw refusal(reply, body, asked, now);
  return body;
}

/** An upload's answer: also one that was refused in part, as long as it names what became of the records. */
export function readUpload(reply: HttpResponse, asked: Asked, now: Date, keys: string[]): Body {
  const body = readBody(reply, asked, now);
  const isResult = reply.status === partlyDone || (reply.status < 500 && keys.some((key) => key in body));
  if (body.success !== true && !isResult) throw refusal(reply, body, asked, now);
  return body;
}

function readBody(reply: HttpResponse, asked: Asked, now: Date): Body {
  const body = parsed(reply.body);
  // The envelope tells more than the code, but 429 and 503 stand for themselves, whatever the body.
  if (reply.status === 429 || reply.status === 503 || !isObject(body)) throw withoutBody(reply, asked, now);
  if (typeof body.success !== "boolean" && toText(body.errorMsg) === "") throw withoutBody(reply, asked, now);
  return body;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function withoutBody(reply: HttpResponse, asked: Asked, now: Date): ApiError {
  const { status } = reply;
  const facts = {
    httpStatus: status,
    retryAfterMs: retryAfterMs(reply.headers, now),
    details: bodyDetails(reply, asked),
  };
  const told = parsed(reply.body);
  if (status === 429 || status === 503) {
    const remoteCode = isObject(told) ? withoutStop(toText(told.errorMsg)) || undefined : undefined;
    return failure(asked, "rate-limited", "too many requests, or maintenance", { ...facts, remoteCode });
  }
  if (status >= 500) {
    return failure(asked, "unavailable", `the CRM answered ${status}`, { ...facts, mayHaveHappened: asked.writes });
  }
  if (status >= 300 && status < 400) {
    return failure(asked, "unavailable", "the CRM's address has moved", { ...facts, location: reply.headers.location });
  }
  if (reply.body.trimStart().startsWith("<")) return pageInstead(status, asked, facts);
  return failure(asked, "unreadable", "the answer is not the API's JSON", {
    ...facts,
    mayHaveHappened: asked.writes && (status < 400 || status === partlyDone),
  });
}

/** The front server answers for accounts that do not exist with a page of its own (a POST gives 405). */
function pageInstead(status: number, asked: Asked, facts: Facts): ApiError {
  if (status === 404 || status === 405) {
    return failure(asked, "unavailable", remoteTexts.noAccount, { ...facts, remoteCode: remoteTexts.noAccount });
  }
  return failure(asked, "unavailable", `a page instead of the API (HTTP ${status})`, {
    ...facts,
    mayHaveHappened: asked.writes && status < 400,
  });
}

function refusal(reply: HttpResponse, body: Body, asked: Asked, now: Date): ApiError {
  const said = withoutStop(redact(toText(body.errorMsg), asked.secrets)) || `HTTP ${reply.status}`;
  const details = errorLines(body).map((line) => redact(line, asked.secrets));
  const kind = kindOf(reply.status, said);
  return failure(asked, kind, [said, ...details.slice(0, 3)].join("; "), {
    httpStatus: reply.status,
    remoteCode: said,
    details,
    retryAfterMs: retryAfterMs(reply.headers, now),
    mayHaveHappened: asked.writes && reply.status >= 500,
  });
}

function kindOf(status: number, said: string): ApiErrorKind {
  if (said === remoteTexts.wrongKey || said === remoteTexts.missingKey || status === 401) return "unauthorized";
  if (said === remoteTexts.noAccount) return "unavailable";
  if (said === remoteTexts.rateLimit) return "rate-limited";
  return status >= 500 ? "unavailable" : "rejected";
}

/** Recorded texts have the final full stop or lack it. */
export function withoutStop(text: string): string {
  return text.trim().replace(/\.$/, "");
}

/** `errors` is a map, a list, a map with numbers for keys, or nested; some recordings call it `ErrorsList`. */
export function errorLines(body: Body): string[] {
  return lines(body.errors ?? body.ErrorsList, "");
}

function lines(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((inner) => lines(inner, path));
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, inner]) => lines(inner, /^\d+$/.test(key) ? path : joined(path, key)));
  }
  const said = toText(value);
  if (said === "") return [];
  return [path === "" ? said : `${path}: ${said}`];
}

function joined(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function bodyDetails(reply: HttpResponse, asked: Asked): string[] {
  const start = redact(reply.body.slice(0, bodyKeptMax * 2), asked.secrets).slice(0, bodyKeptMax);
  return start.trim() === "" ? [] : [start];
}

/** The reply came and says success, but what it must tell is not in it. `details`: what about one of its records. */
export function unreadable(asked: Asked, said: string, details: string[] = []): ApiError {
  return failure(asked, "unreadable", said, { mayHaveHappened: asked.writes, details });
}

/** No answer came back. */
export function lostError(error: TransportError, asked: Asked): ApiError {
  return failure(asked, error.reason === "too-large" ? "unreadable" : "unavailable", error.message, {
    transportReason: error.reason,
    mayHaveHappened: asked.writes && error.mayHaveLeft,
    cause: error,
  });
}

type Facts = Partial<Omit<ConstructorParameters<typeof ApiError>[0], "kind" | "remote" | "operation" | "message">>;

function failure(asked: Asked, kind: ApiErrorKind, said: string, facts: Facts): ApiError {
  const message = `retailcrm ${asked.operation}: ${said}`;
  return new ApiError({ ...facts, kind, remote: "retailcrm", operation: asked.operation, message });
}
