import { createHash, timingSafeEqual } from "node:crypto";
import type { Kysely } from "kysely";
import { z } from "zod";
import type { Config } from "../config.ts";
import type { Tables } from "../db/tables.ts";
import type { Caller, WebApp, WebReply, WebRequest } from "./api.ts";
import { ApiFailure } from "./api-failure.ts";
import { makeLimit } from "./limit.ts";
import { toLanguage } from "./say.ts";

/**
 * Who is calling. The operator shows his token or has a cookie for it; a merchant has a cookie that belongs to his CRM
 * account. Cookies and links are random and stored as hashes only.
 */

const cookieName = "login";
const loginHours = 12;
const linkMinutes = 60;

type Kind = "operator" | "account" | "link";
type Parts = { config: Config; db: Kysely<Tables>; now: () => Date; random: { bytes(count: number): Buffer } };

const partsByServer = new WeakMap<object, Parts>();

/** Lets the app know its callers. Every address under /api/v1 needs one unless its route is `open`. */
export function useLogins(app: WebApp, parts: Parts): void {
  partsByServer.set(app.server, parts);
  app.decorateRequest("caller", undefined);
  app.decorateRequest("byCookie", false);
  app.addHook("onRequest", async (request) => {
    if (request.is404 || !request.url.startsWith("/api/")) return;
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      if (!isBearer(authorization, parts.config.adminToken)) throw signedOut(parts.config);
      request.caller = { role: "operator" };
      return;
    }
    if (!["GET", "HEAD", "OPTIONS"].includes(request.method) && !isOurOrigin(request, parts.config.publicUrl)) {
      throw new ApiFailure(403, "forbidden");
    }
    request.caller = await callerOfCookie(request, parts);
    request.byCookie = request.caller !== undefined;
    if (!request.caller && request.routeOptions.config.access !== "open") throw signedOut(parts.config);
  });
  addLoginRoutes(app, parts);
}

/** Who calls. @throws ApiFailure 401 when nobody is signed in */
export function callerOf(request: WebRequest): Caller {
  if (!request.caller) throw signedOut(partsByServer.get(request.server.server)!.config);
  return request.caller;
}

/** @throws ApiFailure 401 without sign-in, 403 for a merchant */
export function operatorOnly(request: WebRequest): void {
  if (callerOf(request).role !== "operator") throw new ApiFailure(403, "forbidden");
}

/** Signs a merchant in: the cookie of this reply belongs to his CRM account. */
export async function openAccountLogin(reply: WebReply, crmUrl: string, language?: string | null): Promise<void> {
  await openLogin(reply, "account", crmUrl, toLanguage(language));
}

/** An address that signs the operator in once, within the next hour. */
export async function makeSignInLink(app: { server: object }): Promise<string> {
  const parts = partsByServer.get(app.server)!;
  const token = await saveLogin(parts, "link", linkMinutes, null, undefined);
  return `${parts.config.publicUrl}/login?link=${token}`;
}

/**
 * Uses up a sign-in link and signs the operator in by the reply's cookie.
 * @returns false when the link is unknown, used or too old
 */
export async function followSignInLink(reply: WebReply, link: string): Promise<boolean> {
  const { db, now } = partsByServer.get(reply.server.server)!;
  const used = await db
    .deleteFrom("logins")
    .where("token_hash", "=", hashOf(link))
    .where("kind", "=", "link")
    .where("expires_at", ">", now())
    .returning("token_hash")
    .executeTakeFirst();
  if (!used) return false;
  await openLogin(reply, "operator", null, undefined);
  return true;
}

/** Equal in the same time, wherever two texts differ. */
export function isSameSecret(given: string, expected: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return expected !== "" && timingSafeEqual(hash(given), hash(expected));
}

const meAnswer = z.object({
  role: z.enum(["operator", "account"]),
  crmUrl: z.string().optional().describe("of a merchant's account"),
  language: z.string().optional(),
  openConnect: z.boolean().describe("whether a connection may be made without sign-in"),
  supportUrl: z.string().nullable(),
  docsUrl: z.string().nullable(),
});

function addLoginRoutes(app: WebApp, parts: Parts): void {
  const { config } = parts;
  const wrongTokens = makeLimit({ attempts: 10, seconds: 60, now: parts.now });

  const loginSchema = {
    summary: "Sign the operator in by cookie",
    tags: ["sign-in"],
    body: z.object({ token: z.string().min(1).max(512) }),
    response: { 200: z.object({ role: z.literal("operator") }) },
  };
  app.post("/api/v1/login", { schema: loginSchema, config: { access: "open" } }, async (request, reply) => {
    wrongTokens.check(request.ip);
    if (!isSameSecret(request.body.token, config.adminToken)) {
      wrongTokens.take(request.ip);
      throw signedOut(config);
    }
    await openLogin(reply, "operator", null, undefined);
    return { role: "operator" as const };
  });

  app.post(
    "/api/v1/logout",
    { schema: { summary: "Sign out", tags: ["sign-in"], response: { 204: z.null() } }, config: { access: "open" } },
    async (request, reply) => {
      const token = request.cookies[cookieName];
      if (token) await parts.db.deleteFrom("logins").where("token_hash", "=", hashOf(token)).execute();
      reply.clearCookie(cookieName, cookieOptions(config));
      return reply.code(204).send(null);
    },
  );

  const meSchema = { summary: "Who is signed in", tags: ["sign-in"], response: { 200: meAnswer } };
  app.get("/api/v1/me", { schema: meSchema }, async (request) => {
    const caller = callerOf(request);
    return { ...caller, ...help(config) };
  });

  const linkSchema = {
    summary: "Make a link that signs the operator in once, within an hour",
    tags: ["sign-in"],
    response: { 201: z.object({ url: z.string() }) },
  };
  app.post("/api/v1/sign-in-links", { schema: linkSchema }, async (request, reply) => {
    operatorOnly(request);
    return reply.code(201).send({ url: await makeSignInLink(app) });
  });
}

/** 401, with what the sign-in page shows. */
function signedOut(config: Config): ApiFailure {
  return new ApiFailure(401, "unauthorized", { details: help(config) });
}

function help(config: Config) {
  return { openConnect: config.openConnect, supportUrl: config.supportUrl ?? null, docsUrl: config.docsUrl ?? null };
}

function isBearer(authorization: string, adminToken: string): boolean {
  const match = /^Bearer +(\S+) *$/i.exec(authorization);
  return match !== null && isSameSecret(match[1]!, adminToken);
}

/**
 * A browser names the origin of every write. Ours is PUBLIC_URL, or the host under which the browser reached us (a page
 * elsewhere cannot forge either). Programs that send none are held by SameSite and Sec-Fetch-Site alone.
 */
function isOurOrigin(request: WebRequest, publicUrl: string): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined)
    return ["same-origin", "none", undefined].includes(request.headers["sec-fetch-site"]?.toString());
  if (origin === new URL(publicUrl).origin) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}

async function callerOfCookie(request: WebRequest, { db, now }: Parts): Promise<Caller | undefined> {
  const token = request.cookies[cookieName];
  if (!token) return undefined;
  const login = await db
    .selectFrom("logins")
    .select(["kind", "crm_url", "language"])
    .where("token_hash", "=", hashOf(token))
    .where("kind", "in", ["operator", "account"])
    .where("expires_at", ">", now())
    .executeTakeFirst();
  if (login?.kind === "operator") return { role: "operator" };
  if (!login?.crm_url) return undefined;
  return { role: "account", crmUrl: login.crm_url, ...(login.language && { language: login.language }) };
}

async function openLogin(
  reply: WebReply,
  kind: Kind,
  crmUrl: string | null,
  language: string | undefined,
): Promise<void> {
  const parts = partsByServer.get(reply.server.server)!;
  const token = await saveLogin(parts, kind, loginHours * 60, crmUrl, language);
  reply.setCookie(cookieName, token, { ...cookieOptions(parts.config), maxAge: loginHours * 3600 });
}

async function saveLogin(
  parts: Parts,
  kind: Kind,
  minutes: number,
  crmUrl: string | null,
  language: string | undefined,
): Promise<string> {
  const createdAt = parts.now();
  const token = parts.random.bytes(32).toString("base64url");
  await parts.db.deleteFrom("logins").where("expires_at", "<=", createdAt).execute();
  await parts.db
    .insertInto("logins")
    .values({
      token_hash: hashOf(token),
      kind,
      crm_url: crmUrl,
      language: language ?? null,
      created_at: createdAt,
      expires_at: new Date(createdAt.getTime() + minutes * 60_000),
    })
    .execute();
  return token;
}

function cookieOptions(config: Config) {
  return { path: "/", httpOnly: true, sameSite: "lax" as const, secure: config.publicUrl.startsWith("https:") };
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
