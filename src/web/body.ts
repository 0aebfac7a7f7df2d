import type { z } from "zod";
import type { WebApp } from "./api.ts";
import { malformed } from "./api-failure.ts";

/** Bodies over 1 MB are refused with 413, webhooks and forms too. */
export const bodyBytesMax = 1_048_576;

const depthMax = 50;

/** An issue of a request's schema, kept whole so that the answer can put it into the caller's language. */
export class SchemaFailure extends Error {
  readonly issues: z.core.$ZodIssue[];

  constructor(issues: z.core.$ZodIssue[]) {
    super("malformed");
    this.name = "SchemaFailure";
    this.issues = issues;
  }
}

/** Requests are read by their zod schemas. */
export function useSchemas(app: WebApp): void {
  app.setValidatorCompiler<z.ZodType>(({ schema }) => (value) => {
    const parsed = schema.safeParse(value, { reportInput: true });
    return parsed.success ? { value: parsed.data } : { error: new SchemaFailure(parsed.error.issues) };
  });
  // Answers are described by their schemas, not checked by them: a slip there must not become a 500.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
}

/** JSON bodies; an empty one counts as none, so that an action without parameters may be called either way. */
export function useJsonBodies(app: WebApp): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body: string, done) => {
    if (body.trim() === "") return done(null, undefined);
    parse(request, body, (error, value) => {
      if (error) return done(malformed());
      return isStorable(value) ? done(null, value) : done(malformed());
    });
  });
}

/**
 * A part of the app whose addresses take form bodies (the CRM's calls). Values are texts; of a doubled field the last
 * one counts; no body counts as an empty form. JSON is read here too.
 */
export function withFormBodies(app: WebApp, routes: (scope: WebApp) => void): void {
  app.register(async (scope) => {
    scope.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_, body: string, done) => {
      const fields = Object.fromEntries(new URLSearchParams(body));
      return isStorable(fields) ? done(null, fields) : done(malformed());
    });
    scope.addHook("preValidation", async (request) => {
      request.body ??= {};
    });
    routes(scope as WebApp);
  });
}

/** A part of the app whose addresses take any body as text, whatever its type or none (webhooks). */
export function withAnyBodies(app: WebApp, routes: (scope: WebApp) => void): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "string" }, (_, body, done) => done(null, body));
    routes(scope as WebApp);
  });
}

/** PostgreSQL stores no NUL in texts and no half of a surrogate pair in JSON. */
function isStorableText(text: string): boolean {
  return !text.includes("\0") && !/\p{Surrogate}/u.test(text);
}

/** Texts that can be kept, and nesting within its limit. */
function isStorable(body: unknown): boolean {
  const open: { value: unknown; depth: number }[] = [{ value: body, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value === "string" && !isStorableText(value)) return false;
    if (typeof value !== "object" || value === null) continue;
    if (depth >= depthMax) return false;
    for (const [key, member] of Object.entries(value)) {
      if (!isStorableText(key)) return false;
      open.push({ value: member, depth: depth + 1 });
    }
  }
  return true;
}
