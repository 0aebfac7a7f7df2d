import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";

export type WebApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What every `.api` file exports: it adds its addresses to the app, with what the process shares at hand. */
export type Api<Context> = (app: WebApp, ctx: Context) => void;

/** Who calls: the operator, or a merchant who came through his CRM account. */
export type Caller = { role: "operator" } | { role: "account"; crmUrl: string; language?: string };

declare module "fastify" {
  interface FastifyContextConfig {
    /** `open`: an address under /api/v1 that answers without sign-in. */
    access?: "open";
    /** How often it may be called, per calling address or per address called; the rest is 429 `too_many`. */
    limit?: { attempts: number; seconds: number; per: "caller" | "path"; onlySignedOut?: boolean };
  }
  interface FastifyRequest {
    caller: Caller | undefined;
    /** Signed in by cookie: a write needs our own Origin. */
    byCookie: boolean;
  }
}

export type WebRequest = FastifyRequest;
export type WebReply = FastifyReply;
