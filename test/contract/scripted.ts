/** A transport that answers from a script, and the two clients on top of it. */
import { readFileSync } from "node:fs";
import { createHoroshopClient } from "../../src/horoshop/client.ts";
import type { TokenStore } from "../../src/horoshop/token.ts";
import { type HttpRequest, type HttpResponse, TransportError } from "../../src/http/call.ts";
import type { RetryOptions } from "../../src/http/retry.ts";
import { createMemorySlots } from "../../src/http/slots.ts";
import { createRetailcrmClient } from "../../src/retailcrm/client.ts";

export type Answering = (request: HttpRequest) => HttpResponse | TransportError | Promise<HttpResponse>;
export type Fixture = { source: string; httpStatus: number; body: unknown };

export function fixture(path: string): Fixture {
  return JSON.parse(readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), "utf8"));
}

export function fixtureText(path: string): string {
  return readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), "utf8");
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): HttpResponse {
  return { status, headers, body: JSON.stringify(body) };
}

export function answerOf(path: string): HttpResponse {
  const { body, httpStatus } = fixture(path);
  return json(body, httpStatus);
}

export const lostAnswer = new TransportError("broken", true, "cut");
export const neverLeft = new TransportError("refused", false, "refused");

/** Repeats at once, so that a test need not wait. */
export const atOnce: RetryOptions = {
  now: () => new Date(0),
  random: () => 0.5,
  sleep: async () => {},
};

function recorder(answer: Answering) {
  const requests: HttpRequest[] = [];
  const transport = async (request: HttpRequest): Promise<HttpResponse> => {
    requests.push(request);
    const outcome = await answer(request);
    if (outcome instanceof TransportError) throw outcome;
    return outcome;
  };
  return { requests, transport };
}

export function memoryTokens(): TokenStore {
  let kept: { token: string; expiresAt: number } | undefined;
  return {
    get: () => kept,
    set: (value) => {
      kept = value;
    },
  };
}

/** `answer` sees everything but `auth`, unless `auth` is given. */
export function shopThat(
  answer: (operation: string, parameters: Record<string, unknown>) => HttpResponse | TransportError,
  options: { auth?: () => HttpResponse; retry?: RetryOptions; now?: () => Date; tokens?: TokenStore } = {},
) {
  const asked: { operation: string; parameters: Record<string, unknown> }[] = [];
  const { transport, requests } = recorder((request) => {
    const operation = new URL(request.url).pathname.replace(/^\/api\//, "").replace(/\/$/, "");
    const parameters = JSON.parse(request.body ?? "{}") as Record<string, unknown>;
    asked.push({ operation, parameters });
    if (operation === "auth") return options.auth?.() ?? answerOf("horoshop/auth.json");
    return answer(operation, parameters);
  });
  const client = createHoroshopClient({
    url: "https://shop.example/",
    login: "integration",
    password: "example-password",
    transport,
    slots: createMemorySlots(2),
    tokens: options.tokens ?? memoryTokens(),
    now: options.now ?? (() => new Date("2026-03-01T10:00:00Z")),
    ...(options.retry ? { retry: options.retry } : {}),
  });
  return { client, asked, requests, calls: (operation: string) => asked.filter((one) => one.operation === operation) };
}

export function crmThat(answer: Answering, retry?: RetryOptions) {
  const { transport, requests } = recorder(answer);
  const client = createRetailcrmClient({
    url: "https://demo.retailcrm.pro/",
    apiKey: "crm-key-77",
    transport,
    pacer: { take: async () => {} },
    now: () => new Date("2026-03-01T10:00:00Z"),
    ...(retry ? { retry } : {}),
  });
  return { client, requests };
}
