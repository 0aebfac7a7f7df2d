import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { WebApp, WebReply, WebRequest } from "./api.ts";
import { followSignInLink } from "./login.ts";

const pageAddresses = ["/", "/connect", "/account", "/connections", "/connections/*"];

/** The web interface: one page for every address of it, and its hashed files. Without a built folder there is none. */
export async function usePages(app: WebApp, uiFolder: string | undefined): Promise<boolean> {
  app.get("/login", { schema: { hide: true } }, async (request, reply) => {
    const { link } = request.query as { link?: unknown };
    if (typeof link !== "string" || request.method !== "GET") return sendPage(request, reply);
    reply.header("cache-control", "no-store");
    const isGood = await followSignInLink(reply, link);
    return reply.redirect(isGood ? "/" : "/?link=expired", 303);
  });
  if (!uiFolder || !existsSync(join(uiFolder, "index.html"))) return false;

  await app.register(fastifyStatic, {
    root: uiFolder,
    wildcard: false,
    index: false,
    cacheControl: false,
    schemaHide: true,
    setHeaders: (reply, path) => {
      const isHashed = path.startsWith(join(uiFolder, "assets"));
      reply.header("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
  for (const address of pageAddresses) app.get(address, { schema: { hide: true } }, sendPage);
  return true;
}

/** A browser that asks for an unknown page gets the page that says so, in its own words. */
export function wantsPage(request: WebRequest): boolean {
  const isRead = request.method === "GET" || request.method === "HEAD";
  return (
    isRead &&
    !/^\/(api|assets|catalog|hooks|retailcrm)(\/|$)/.test(request.url) &&
    (request.headers.accept ?? "").includes("text/html")
  );
}

export function sendPage(_request: WebRequest, reply: WebReply): WebReply {
  if (!reply.server.hasReplyDecorator("sendFile")) {
    return reply.code(404).type("text/plain; charset=utf-8").send("The pages are not built. Run: npm run build\n");
  }
  return reply.type("text/html; charset=utf-8").sendFile("index.html");
}
