import { randomBytes } from "node:crypto";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Config, readConfig } from "../config.ts";
import { migrate } from "../db/migrate.ts";
import { openStore, type Store } from "../db/open.ts";
import type { WebApp } from "./api.ts";
import { callerOf, isSameSecret, makeSignInLink, openAccountLogin, operatorOnly } from "./login.ts";
import { createWeb } from "./server.ts";

const log = pino({ level: "silent" });
const operator = { authorization: "Bearer operator-token" };

let store: Store;
let app: WebApp;
let clock: Date;

beforeAll(async () => {
  store = await openStore({ dataDir: "", inMemory: true, log });
  await migrate(store.db);
});
afterAll(() => store.close());
beforeEach(async () => {
  clock = new Date("2026-01-01T10:00:00Z");
  app = await makeApp(readConfig({ ADMIN_TOKEN: "operator-token" }));
});

async function makeApp(config: Config): Promise<WebApp> {
  const web = await createWeb({
    config,
    log,
    db: store.db,
    now: () => clock,
    random: { bytes: (count) => randomBytes(count) },
    isReady: async () => undefined,
    metrics: new Registry(),
  });
  web.post("/account", async (_, reply) => {
    await openAccountLogin(reply, "https://demo.retailcrm.pro", "ru");
    return reply.redirect("/", 303);
  });
  web.post("/api/v1/write", async (request) => callerOf(request));
  web.post("/api/v1/operators", async (request) => operatorOnly(request));
  return web;
}

function cookieOf(reply: { headers: Record<string, unknown> }): string {
  return String(reply.headers["set-cookie"]).split(";")[0]!;
}

async function signIn(): Promise<string> {
  return cookieOf(await app.inject({ method: "POST", url: "/api/v1/login", payload: { token: "operator-token" } }));
}

test("the operator signs in with the token and out again", async () => {
  const signedIn = await app.inject({ method: "POST", url: "/api/v1/login", payload: { token: "operator-token" } });
  const cookie = cookieOf(signedIn);

  const me = await app.inject({ url: "/api/v1/me", headers: { cookie } });
  const signedOut = await app.inject({ method: "POST", url: "/api/v1/logout", headers: { cookie }, payload: {} });
  const after = await app.inject({ url: "/api/v1/me", headers: { cookie } });

  expect(signedIn.headers["set-cookie"]).toMatch(/; HttpOnly; SameSite=Lax/);
  expect(signedIn.headers["set-cookie"]).not.toMatch(/Secure/);
  expect(me.json()).toMatchObject({ role: "operator" });
  expect(signedOut.statusCode).toBe(204);
  expect(after.statusCode).toBe(401);
  expect((await app.inject({ url: "/api/v1/me", headers: operator })).json().role).toBe("operator");
});

test("a wrong token is refused, and after ten of them the caller has to wait", async () => {
  const attempt = (token: string) => app.inject({ method: "POST", url: "/api/v1/login", payload: { token } });

  for (let count = 0; count < 10; count += 1) expect((await attempt("guess")).statusCode).toBe(401);

  expect((await attempt("guess")).statusCode).toBe(429);
  clock = new Date(clock.getTime() + 61_000);
  expect((await attempt("operator-token")).statusCode).toBe(200);
});

test("a merchant's cookie belongs to his CRM account and is no operator's", async () => {
  const opened = await app.inject({
    method: "POST",
    url: "/account",
    headers: { origin: "https://demo.retailcrm.pro" },
  });
  const cookie = cookieOf(opened);

  const me = await app.inject({ url: "/api/v1/me", headers: { cookie } });

  expect(opened.statusCode).toBe(303);
  expect(me.json()).toMatchObject({ role: "account", crmUrl: "https://demo.retailcrm.pro", language: "ru" });
  expect((await app.inject({ method: "POST", url: "/api/v1/operators", headers: { cookie } })).statusCode).toBe(403);
  expect((await app.inject({ method: "POST", url: "/api/v1/sign-in-links", headers: { cookie } })).statusCode).toBe(
    403,
  );
});

test("a login ends after twelve hours", async () => {
  const cookie = await signIn();

  clock = new Date(clock.getTime() + 12 * 3_600_000 - 1000);
  expect((await app.inject({ url: "/api/v1/me", headers: { cookie } })).statusCode).toBe(200);
  clock = new Date(clock.getTime() + 1000);
  expect((await app.inject({ url: "/api/v1/me", headers: { cookie } })).statusCode).toBe(401);
});

test("a sign-in link works once, and not by a look ahead", async () => {
  const link = new URL(await makeSignInLink(app));
  const url = link.pathname + link.search;

  await app.inject({ method: "HEAD", url });
  const first = await app.inject({ url });
  const second = await app.inject({ url });

  expect(link.origin).toBe("http://127.0.0.1:8080");
  expect([first.statusCode, first.headers.location]).toEqual([303, "/"]);
  expect((await app.inject({ url: "/api/v1/me", headers: { cookie: cookieOf(first) } })).json().role).toBe("operator");
  expect([second.headers.location, second.headers["set-cookie"]]).toEqual(["/?link=expired", undefined]);
});

test("a link's token is no cookie and a cookie's token is no link", async () => {
  const made = await app.inject({ method: "POST", url: "/api/v1/sign-in-links", headers: operator });
  const linkToken = new URL(made.json().url).searchParams.get("link")!;
  const cookie = await signIn();

  const asCookie = await app.inject({ url: "/api/v1/me", headers: { cookie: `login=${linkToken}` } });
  const asLink = await app.inject({ url: `/login?link=${cookie.split("=")[1]}` });

  expect(made.statusCode).toBe(201);
  expect(asCookie.statusCode).toBe(401);
  expect(asLink.headers["set-cookie"]).toBeUndefined();
});

test.each([
  ["ours", { origin: "http://127.0.0.1:8080" }, 200],
  ["the host in use", { origin: "http://localhost:9999", host: "localhost:9999" }, 200],
  ["none, from a program", {}, 200],
  ["a foreign page", { origin: "https://evil.example" }, 403],
  ["our host's name elsewhere", { origin: "http://127.0.0.1:8081" }, 403],
  ["a page without origin", { origin: "null" }, 403],
  ["none, from a foreign page", { "sec-fetch-site": "cross-site" }, 403],
])("a write by cookie with the origin of %s (F114)", async (_, headers, status) => {
  const cookie = await signIn();

  const reply = await app.inject({ method: "POST", url: "/api/v1/write", headers: { cookie, ...headers } });

  expect(reply.statusCode).toBe(status);
  if (status === 403) expect(reply.json().error.code).toBe("forbidden");
});

test("the token of a script is good from any origin", async () => {
  const reply = await app.inject({
    method: "POST",
    url: "/api/v1/write",
    headers: { ...operator, origin: "https://evil.example" },
  });

  expect(reply.statusCode).toBe(200);
});

test("behind https the cookie is for https only", async () => {
  const secure = await makeApp(
    readConfig({ ADMIN_TOKEN: "operator-token", PUBLIC_URL: "https://connector.example.com" }),
  );

  const reply = await secure.inject({ method: "POST", url: "/api/v1/login", payload: { token: "operator-token" } });

  expect(reply.headers["set-cookie"]).toMatch(/; Secure/);
});

test("an empty secret equals nothing", () => {
  expect(isSameSecret("", "")).toBe(false);
  expect(isSameSecret("a", "a")).toBe(true);
});
