import type { FastifyError } from "fastify";
import { z } from "zod";
import type { WebApp, WebReply, WebRequest } from "./api.ts";
import { ApiFailure, malformed } from "./api-failure.ts";
import { SchemaFailure } from "./body.ts";
import { knownMethods } from "./methods.ts";
import { hasText, type Language, languageOf, say } from "./say.ts";

/** The one shape of a failure, as the OpenAPI document shows it. */
export const failureSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    fields: z.record(z.string(), z.string()).optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});

type MissingPage = { fits(request: WebRequest): boolean; send(request: WebRequest, reply: WebReply): WebReply };

/** Failures of every kind leave in one shape. Set before any route: a route keeps the handler it was born with. */
export function useFailureShape(app: WebApp): void {
  app.setErrorHandler((error, request, reply) => sendFailure(error, request, reply));
}

/** What answers where there is no route; nothing that a caller sent ends as 5xx. */
export function useMissingAnswers(app: WebApp, missingPage: MissingPage | undefined): void {
  app.setNotFoundHandler((request, reply) => {
    const methods = knownMethods(app, request.url);
    if (methods.length === 0 && missingPage?.fits(request)) return missingPage.send(request, reply);
    if (methods.length === 0) return sendFailure(new ApiFailure(404, "not_found"), request, reply);
    reply.header("allow", methods.join(", "));
    if (request.method === "OPTIONS") return reply.code(204).send();
    return sendFailure(new ApiFailure(405, "method_not_allowed"), request, reply);
  });
}

/** Writes a failure; an unexpected error is logged and says no more than that it happened. */
export function sendFailure(error: unknown, request: WebRequest, reply: WebReply): WebReply {
  const language = languageOf(request.headers["accept-language"]);
  const failure = toFailure(error, language);
  if (failure.status >= 500) request.log.error({ err: error, route: request.routeOptions.url }, "a request failed");
  if (failure.code === "too_many") reply.header("retry-after", String(failure.params.seconds ?? 60));
  if (failure.status === 401) reply.header("www-authenticate", "Bearer");
  reply.code(failure.status);
  reply.header("content-type", "application/json; charset=utf-8");
  reply.header("cache-control", "no-store");
  reply.header("content-language", language);
  reply.header("vary", "Accept-Language");
  const message = say(language, failure.code, failure.params);
  const { code, fields, details } = failure;
  return reply.send(
    JSON.stringify({ error: { code, message, ...(fields && { fields }), ...(details && { details }) } }),
  );
}

function toFailure(error: unknown, language: Language): ApiFailure {
  if (error instanceof ApiFailure) return error;
  if (error instanceof SchemaFailure) return malformed(fieldsOf(error.issues, language));
  const { code, statusCode } = error as FastifyError;
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE" || statusCode === 413) return new ApiFailure(413, "too_large");
  if (statusCode === 404) return new ApiFailure(404, "not_found");
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return malformed();
  // PostgreSQL, class 22: a value that it cannot hold, so it came from the caller.
  if (typeof code === "string" && /^22[0-9A-Z]{3}$/.test(code)) return malformed();
  return new ApiFailure(500, "internal");
}

const locales = { uk: z.locales.uk(), en: z.locales.en(), ru: z.locales.ru(), es: z.locales.es() };

/** Path of a field → what is wrong, in the caller's language: zod's own words, or the text of the code that a rule gave. */
export function fieldsOf(issues: z.core.$ZodIssue[], language: Language): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const issue of issues) {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) fields[[...path, key].join(".")] = wordsOf({ ...issue, keys: [key] }, language);
      continue;
    }
    const name = path.join(".") || "body";
    fields[name] ??= wordsOf(issue, language);
  }
  return fields;
}

function wordsOf(issue: z.core.$ZodIssue, language: Language): string {
  const raw = issue as unknown as z.core.$ZodRawIssue;
  const english = text(locales.en.localeError(raw));
  const own = issue.code === "custom" || (issue.code !== "unrecognized_keys" && issue.message !== english);
  if (own) {
    const params = issue.code === "custom" ? issue.params : undefined;
    return hasText(issue.message) ? say(language, issue.message, params) : issue.message;
  }
  return text(locales[language].localeError(raw)) ?? issue.message;
}

function text(message: string | { message: string } | undefined | null): string | undefined {
  return typeof message === "string" ? message : message?.message;
}
