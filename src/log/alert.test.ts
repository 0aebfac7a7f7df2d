import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { addConnection } from "../../test/connection-row.ts";
import { describeStores, type Stores, silentLog } from "../../test/databases.ts";
import { readConfig } from "../config.ts";
import { deleteConnection } from "../connections/connections.sql.ts";
import { watchSilence } from "../connections/watch-silence.job.ts";
import type { AppContext, ConnectionContext } from "../context.ts";
import { json } from "../db/json.ts";
import type { Store } from "../db/open.ts";
import { sendAlerts } from "./alert.job.ts";
import { createEvents } from "./events.ts";
import { beatHeart } from "./heartbeat.flow.ts";
import { closeProblem, openProblem } from "./problems.sql.ts";
import { listenForCalls, listenForMail, type MailReceiver, readLetter, type WebReceiver } from "./test-receivers.ts";

let web: WebReceiver;
let mail: MailReceiver;
let clock: Date;

beforeAll(async () => {
  web = await listenForCalls();
  mail = await listenForMail();
});
afterAll(async () => {
  await web.close();
  await mail.close();
});
beforeEach(() => {
  clock = new Date("2026-03-10T08:00:00Z");
  web.calls.length = 0;
  web.answer.status = 200;
  mail.letters.length = 0;
  mail.refuse.all = false;
});

const minutes = (count: number) => {
  clock = new Date(clock.getTime() + count * 60_000);
};

type Wish = { settings?: Record<string, unknown>; environment?: Record<string, string> };

/** One process on this store, and a connection `c1` that everything is told about. */
async function makeApp(store: Store, wish: Wish = {}): Promise<{ app: AppContext; ctx: ConnectionContext }> {
  await addConnection(store.db, "c1");
  await store.db
    .updateTable("connections")
    .set({ name: "Лісова крамниця", settings: json({ alertAfterMinutes: 10, ...wish.settings }) })
    .execute();
  return join(store, wish.environment);
}

function join(store: Store, environment: Record<string, string> = { ALERT_WEBHOOK_URL: `${web.url}/alerts` }) {
  const app = {
    config: readConfig({ PUBLIC_URL: "https://connector.example", ...environment }),
    db: store.db,
    now: () => clock,
    random: { bytes: (count: number) => randomBytes(count), number: () => 0.5 },
    log: silentLog,
    events: createEvents(),
    signal: new AbortController().signal,
  } as unknown as AppContext;
  return { app, ctx: { ...app, connection: { id: "c1" } } as unknown as ConnectionContext };
}

const told = () => web.calls.map(({ body }) => (body.over ? `${body.code} over` : body.code));

describeStores("alerts", (stores: Stores) => {
  test("a problem is told once when it has lasted as long as wished, and once when it is over", async () => {
    const { app, ctx } = await makeApp(stores.store());
    await openProblem(ctx, { code: "shop_unreachable", params: { reason: "timeout" } });

    minutes(9);
    await sendAlerts(app);
    const early = told();
    minutes(2);
    await sendAlerts(app);
    await sendAlerts(app);
    const lasting = told();
    await closeProblem(ctx, "shop_unreachable");
    await sendAlerts(app);
    await sendAlerts(app);

    expect(early).toEqual([]);
    expect(lasting).toEqual(["shop_unreachable"]);
    expect(told()).toEqual(["shop_unreachable", "shop_unreachable over"]);
    const begun = {
      code: "shop_unreachable",
      severity: "error",
      message: expect.stringContaining("The shop does not answer: timeout"),
      connection: { id: "c1", name: "Лісова крамниця" },
      count: 1,
      since: "2026-03-10T08:00:00.000Z",
      url: "https://connector.example/connections/c1/problems",
    };
    expect(web.calls[0]).toMatchObject({ method: "POST", path: "/alerts" });
    expect(web.calls[0]!.body).toEqual(begun);
    expect(web.calls[1]!.body).toEqual({ ...begun, over: true });
    expect(await app.db.selectFrom("alerts").select("id").execute()).toEqual([]);
  });

  test("0 minutes: at once", async () => {
    const { app, ctx } = await makeApp(stores.store(), { settings: { alertAfterMinutes: 0 } });

    await openProblem(ctx, { code: "crm_unreachable" });
    await sendAlerts(app);

    expect(told()).toEqual(["crm_unreachable"]);
  });

  test("F100: an outage that is over before the time is never told, however often it comes back", async () => {
    const { app, ctx } = await makeApp(stores.store());

    for (let outage = 0; outage < 5; outage += 1) {
      await openProblem(ctx, { code: "crm_unreachable" });
      minutes(6);
      await sendAlerts(app);
      await closeProblem(ctx, "crm_unreachable");
      await sendAlerts(app);
    }

    expect(web.calls).toEqual([]);
  });

  test("F100: hundreds of orders of one cause are one alert", async () => {
    const { app, ctx } = await makeApp(stores.store(), { settings: { alertAfterMinutes: 0 } });

    for (const count of [1, 50, 300]) {
      await openProblem(ctx, { code: "crm_refused_order", count });
      await sendAlerts(app);
      minutes(1);
    }

    expect(told()).toEqual(["crm_refused_order"]);
  });

  test("remarks that ask nobody to do anything are not told", async () => {
    const { app, ctx } = await makeApp(stores.store());

    await openProblem(ctx, { code: "crm_status_unmapped" });
    minutes(600);
    await sendAlerts(app);

    expect(web.calls).toEqual([]);
  });

  test("one that ends and comes back between two looks is over, and begins anew", async () => {
    const { app, ctx } = await makeApp(stores.store());
    await openProblem(ctx, { code: "shop_unreachable" });
    minutes(11);
    await sendAlerts(app);

    await closeProblem(ctx, "shop_unreachable");
    await openProblem(ctx, { code: "shop_unreachable" });
    await sendAlerts(app);
    minutes(11);
    await sendAlerts(app);

    expect(told()).toEqual(["shop_unreachable", "shop_unreachable over", "shop_unreachable"]);
  });

  test("a deleted connection's alert is over", async () => {
    const { app, ctx } = await makeApp(stores.store());
    await openProblem(ctx, { code: "shop_unreachable" });
    minutes(11);
    await sendAlerts(app);

    await deleteConnection(app, "c1");
    await sendAlerts(app);

    expect(told()).toEqual(["shop_unreachable", "shop_unreachable over"]);
  });

  test("two processes tell each thing once", async () => {
    const { app, ctx } = await makeApp(stores.store(), { settings: { alertAfterMinutes: 0 } });
    const { app: another } = join(await stores.another());
    const codes = ["shop_unreachable", "crm_unreachable", "crm_scopes_missing", "catalog_shrunk"];

    for (const code of codes) await openProblem(ctx, { code });
    await Promise.all([sendAlerts(app), sendAlerts(another), sendAlerts(app), sendAlerts(another)]);
    await Promise.all([sendAlerts(app), sendAlerts(another)]);
    for (const code of codes) await closeProblem(ctx, code);
    await Promise.all([sendAlerts(app), sendAlerts(another), sendAlerts(app), sendAlerts(another)]);
    await Promise.all([sendAlerts(app), sendAlerts(another)]);

    expect(told().sort()).toEqual([...codes, ...codes.map((code) => `${code} over`)].sort());
  });

  test("a receiver that refuses is told again later, the beginning before the end, and not for ever", async () => {
    const { app, ctx } = await makeApp(stores.store(), { settings: { alertAfterMinutes: 0 } });
    web.answer.status = 503;

    await openProblem(ctx, { code: "shop_unreachable" });
    await sendAlerts(app);
    await sendAlerts(app);
    await closeProblem(ctx, "shop_unreachable");
    await sendAlerts(app);
    const refused = told();
    web.answer.status = 204;
    minutes(1);
    await sendAlerts(app);

    expect(refused).toEqual(["shop_unreachable"]);
    expect(told()).toEqual(["shop_unreachable", "shop_unreachable", "shop_unreachable over"]);
    expect(new Set(web.calls.map(({ headers }) => headers["idempotency-key"])).size).toBe(2);
  });

  test("an alert that nobody takes is given up after a day or so, and its end is not told either", async () => {
    const { app, ctx } = await makeApp(stores.store(), { settings: { alertAfterMinutes: 0 } });
    web.answer.status = 500;

    await openProblem(ctx, { code: "shop_unreachable" });
    for (let hour = 0; hour < 60; hour += 1) {
      await sendAlerts(app);
      minutes(61);
    }
    const tries = web.calls.length;
    web.answer.status = 200;
    await closeProblem(ctx, "shop_unreachable");
    await sendAlerts(app);

    expect(tries).toBe(30);
    expect(web.calls.length).toBe(30);
    expect(await app.db.selectFrom("alerts").select("id").execute()).toEqual([]);
  });

  test("what a killed process had in hand is told by the next one", async () => {
    const { app, ctx } = await makeApp(stores.store(), { settings: { alertAfterMinutes: 0 } });
    await openProblem(ctx, { code: "shop_unreachable" });
    const dying = new AbortController();
    web.answer.status = 500;
    dying.abort();
    await sendAlerts({ ...app, signal: dying.signal });
    web.answer.status = 200;

    await sendAlerts(app);
    const atOnce = told();
    minutes(2);
    await sendAlerts(app);

    expect([atOnce, told()]).toEqual([[], ["shop_unreachable"]]);
  });

  test("by e-mail to the operator and, in his language, to the merchant, all of a connection in one message", async () => {
    const settings = { alertAfterMinutes: 0, alertEmail: "shop@example.com" };
    const environment = {
      SMTP_URL: mail.url,
      ALERT_EMAIL_TO: "one@example.com, two@example.com",
      ALERT_EMAIL_FROM: "connector@example.com",
    };
    const { app, ctx } = await makeApp(stores.store(), { settings, environment });
    await app.db
      .insertInto("logins")
      .values({
        token_hash: "x",
        kind: "account",
        crm_url: "https://demo.retailcrm.pro",
        language: "uk",
        created_at: clock,
        expires_at: clock,
      })
      .execute();

    await openProblem(ctx, { code: "shop_unreachable" });
    await openProblem(ctx, { code: "crm_unreachable" });
    await sendAlerts(app);
    await sendAlerts(app);
    await closeProblem(ctx, "crm_unreachable");
    await sendAlerts(app);

    const letters = mail.letters.map((letter) => ({ ...letter, ...readLetter(letter) }));
    const operator = letters.filter(({ to }) => to.includes("one@example.com"));
    const merchant = letters.filter(({ to }) => to.includes("shop@example.com"));
    expect([letters.length, operator.length, merchant.length]).toEqual([4, 2, 2]);
    expect(operator[0]).toMatchObject({ from: "connector@example.com", to: ["one@example.com", "two@example.com"] });
    expect(operator[0]!.subject).toBe("Лісова крамниця: problems that need a person: 2");
    expect(operator[0]!.body).toContain("The shop does not answer");
    expect(operator[0]!.body).toContain("The CRM does not answer");
    expect(operator[0]!.body).toContain("https://connector.example/connections/c1/problems");
    expect(operator[1]!.body).toContain("This is over");
    expect(merchant[0]!.subject).toContain("проблеми");
    expect(merchant[0]!.body).toContain("Магазин");
    expect(merchant[1]!.body).toContain("Це вже минуло");
  });

  test("by Telegram; a channel that fails holds up no other one", async () => {
    const environment = {
      ALERT_WEBHOOK_URL: "http://127.0.0.1:9/closed",
      SMTP_URL: mail.url,
      ALERT_EMAIL_TO: "one@example.com",
      TELEGRAM_BOT_TOKEN: "123:ABC",
      TELEGRAM_CHAT_ID: "-100",
    };
    const { app, ctx } = await makeApp(stores.store(), { settings: { alertAfterMinutes: 0 }, environment });
    mail.refuse.all = true;

    await openProblem(ctx, { code: "shop_unreachable" });
    await sendAlerts(app, web.url);
    await sendAlerts(app, web.url);
    mail.refuse.all = false;
    minutes(1);
    await sendAlerts(app, web.url);

    expect(web.calls.map(({ path }) => path)).toEqual(["/bot123:ABC/sendMessage"]);
    expect(web.calls[0]!.body).toMatchObject({
      chat_id: "-100",
      text: expect.stringContaining("The shop does not answer"),
    });
    expect(mail.letters.length).toBe(1);
  });

  test("user and password of an address go into the header", async () => {
    const environment = { ALERT_WEBHOOK_URL: web.url.replace("//", "//me:pass%20word@") };
    const { app, ctx } = await makeApp(stores.store(), { settings: { alertAfterMinutes: 0 }, environment });

    await openProblem(ctx, { code: "shop_unreachable" });
    await sendAlerts(app);

    expect(web.calls[0]!.headers.authorization).toBe(`Basic ${Buffer.from("me:pass word").toString("base64")}`);
  });
});

describeStores("the dead man's switch", (stores: Stores) => {
  const problems = async (app: AppContext) =>
    (await app.db.selectFrom("problems").select(["code", "severity", "params"]).execute()).map(
      ({ code, severity, params }) => `${code} ${severity} ${params.minutes}`,
    );
  const silentApp = async (wish: Wish = {}) => {
    const { app } = await makeApp(stores.store(), wish);
    const columns = { crm_key: "key", shop_password: null, client_id: "id" };
    await app.db
      .updateTable("connections")
      .set({ ...columns, mapped_at: clock })
      .execute();
    const open = (sealed: string) => sealed;
    return { ...app, vault: { open }, shopTokens: new Map() } as unknown as AppContext;
  };
  const succeed = (app: AppContext) => app.db.updateTable("connections").set({ last_sync_at: clock }).execute();

  test("F101: an active connection without success for half an hour is silent until the next success", async () => {
    const app = await silentApp();
    await watchSilence(app);

    minutes(29);
    await watchSilence(app);
    const early = await problems(app);
    minutes(2);
    await watchSilence(app);
    const silent = await problems(app);
    minutes(120);
    await watchSilence(app);
    const later = await problems(app);
    await succeed(app);
    await watchSilence(app);

    expect(early).toEqual([]);
    expect(silent).toEqual(["sync_silent error 30"]);
    expect(later).toEqual(["sync_silent error 120"]);
    expect(await problems(app)).toEqual([]);
  });

  test("F101: with short intervals it is a quarter of an hour", async () => {
    const app = await silentApp({ environment: { SYNC_INTERVAL: "1s" } });
    await watchSilence(app);

    minutes(14);
    await watchSilence(app);
    const early = await problems(app);
    minutes(2);
    await watchSilence(app);

    expect([early, await problems(app)]).toEqual([[], ["sync_silent error 15"]]);
  });

  test("a connection that was paused for a day was not silent for a day", async () => {
    const app = await silentApp();
    await watchSilence(app);
    await succeed(app);

    await app.db.updateTable("connections").set({ paused: true }).execute();
    await watchSilence(app);
    minutes(1440);
    await watchSilence(app);
    const paused = await problems(app);
    await app.db.updateTable("connections").set({ paused: false }).execute();
    await watchSilence(app);
    minutes(20);
    await watchSilence(app);

    expect([paused, await problems(app)]).toEqual([[], []]);
  });

  test("F14, F102: a run that a killed process left running, or that waits for ever, ends in an alert", async () => {
    const app = await silentApp({ environment: { ALERT_WEBHOOK_URL: web.url } });
    const row = { connection_id: "c1", kind: "sync", lane: "orders", trigger: "schedule", created_at: clock };
    const values = { params: json({}), progress: json({}), counts: json({}) };
    await app.db
      .insertInto("runs")
      .values([
        { ...row, ...values, id: "r1", state: "running", params_key: "", started_at: clock },
        { ...row, ...values, id: "r2", state: "queued", params_key: "x" },
      ])
      .execute();
    await watchSilence(app);

    minutes(31);
    await watchSilence(app);
    await sendAlerts(app);
    const early = told();
    minutes(10);
    await sendAlerts(app);
    await succeed(app);
    await watchSilence(app);
    await sendAlerts(app);

    expect(early).toEqual([]);
    expect(told()).toEqual(["sync_silent", "sync_silent over"]);
    expect(web.calls[0]!.body).toMatchObject({ severity: "error", message: expect.stringContaining("30 min") });
  });
});

describeStores("the heartbeat", (stores: Stores) => {
  test("beats at most once a minute, over all processes, and its failure is nobody's trouble", async () => {
    const environment = { HEARTBEAT_URL: `${web.url}/beat` };
    const { app } = await makeApp(stores.store(), { environment });
    const { app: another } = join(await stores.another(), environment);

    await Promise.all([beatHeart(app), beatHeart(another), beatHeart(app)]);
    await beatHeart(another);
    const first = web.calls.map(({ method, path }) => `${method} ${path}`);
    minutes(1);
    web.answer.status = 500;
    await beatHeart(another);
    minutes(1);
    await beatHeart(join(stores.store(), { HEARTBEAT_URL: "http://127.0.0.1:9/" }).app);

    expect(first).toEqual(["GET /beat"]);
    expect(web.calls.length).toBe(2);
  });
});
