/** Real time, real queue, real pacer: one whole service between many shops and two CRM accounts, some of them in trouble. */
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { jsonAnswer, type SandboxAnswer, type SandboxRequest } from "../../sandbox/answer.ts";
import { numbersFrom } from "../../sandbox/horoshop/chance.ts";
import { createHoroshopSandbox, type HoroshopSandbox } from "../../sandbox/horoshop/sandbox.ts";
import { type Listening, listen } from "../../sandbox/listen.ts";
import { createRetailcrmSandbox, type RetailcrmSandbox } from "../../sandbox/retailcrm/sandbox.ts";
import type { Connection } from "../../src/connections/connection.ts";
import { insertConnection, loadConnection } from "../../src/connections/connections.sql.ts";
import { ensureLanes } from "../../src/jobs/schedule.ts";
import { eventually, type Json, startWorld, type World } from "../api/world.ts";

/** Nobody else's order waits longer than this (the promise); what is measured stays far below on a quiet machine. */
const promiseMs = 60_000;
/** sees all sites of its account */
const wideKey = "key-that-sees-every-site-of-the-account";
const never = () => new Promise<SandboxAnswer>(() => {});

type Front = { url: string; answer: ((request: SandboxRequest) => Promise<SandboxAnswer>) | undefined };

let world: World;
const open: Listening[] = [];

beforeEach(async () => {
  world = await startWorld({
    env: { QUICK_INTERVAL: "2s", SYNC_INTERVAL: "10m", RETRY_BASE: "2s" },
    orders: 3000,
    products: 10,
  });
}, 120_000);
afterEach(async () => {
  await world?.stop();
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function openFront(sandbox: HoroshopSandbox | RetailcrmSandbox): Promise<Front> {
  const front: Front = { url: "", answer: undefined };
  const listening = await listen({
    handle: (request) => front.answer?.(request) ?? sandbox.handle(request),
  });
  open.push(listening);
  front.url = listening.url;
  return front;
}

function openShop(): HoroshopSandbox {
  return createHoroshopSandbox({ now: () => new Date(), random: numbersFrom(3), orders: 0, products: 5 });
}

function addSites(crm: RetailcrmSandbox, count: number): string[] {
  const { sites } = crm.state.books;
  const codes = Array.from({ length: count }, (_, number) => `site-${number}`);
  for (const code of codes) sites![code] = { ...sites!["demo-site"]!, code };
  if (!crm.state.keys.has(wideKey)) crm.keys.addKey({ key: wideKey });
  return codes;
}

async function connectTo(shopUrl: string, crmUrl: string, site: string): Promise<Json> {
  const settings = { archive: { auto: false }, webhooks: false };
  return world.connectAndMap({ crm: { url: crmUrl, apiKey: wideKey, site }, horoshop: { url: shopUrl }, settings });
}

/** The same connection for another shop and site: to connect forty of them by the API takes minutes. */
async function copyConnection(id: string, to: string, changes: Partial<Connection>): Promise<void> {
  const { context } = world.service;
  const codes = { id: to, catalogSecret: `catalog-${to}`, hookSecret: `hook-${to}`, clientId: `client-${to}` };
  await insertConnection(context, { ...(await loadConnection(context, id))!, ...changes, ...codes });
  for (const table of ["mapping_pairs", "reference_lists", "bookmarks"])
    await sql`
      insert into ${sql.table(table)}
      select (jsonb_populate_record(null::${sql.table(table)}, to_jsonb(own) || jsonb_build_object('connection_id', ${to}::text))).*
      from ${sql.table(table)} as own where connection_id = ${id}`.execute(context.db);
  await ensureLanes(context.db, to, ["sync", "quick"], new Date());
}

/** A buyer orders; returns how long it takes until the CRM has the order on every one of these sites. */
async function timeToCrm(shop: HoroshopSandbox, orderId: number, ...sites: string[]): Promise<number> {
  shop.placeOrder({ order_id: orderId, coupon_code: "", textAmounts: [] });
  const placedAt = performance.now();
  const isThere = (site: string) =>
    [...world.crm.state.orders.values()].some((order) => order.site === site && order.externalId === String(orderId));
  for (const site of sites) await eventually(() => isThere(site), `order ${orderId} on ${site} in the CRM`, promiseMs);
  return performance.now() - placedAt;
}

test("shops that hang, shops that break and a CRM that limps: nobody else's order waits a minute", {
  timeout: 240_000,
}, async () => {
  const limping = createRetailcrmSandbox({ now: () => new Date(), random: numbersFrom(9) });
  limping.switches.rateLimit = 0;
  const limpingFront = await openFront(limping);
  limping.baseUrl = limpingFront.url;
  const [sites, limpingSites] = [addSites(world.crm, 41), addSites(limping, 10)];
  const troubled = openShop();
  const healthy = openShop();
  const fronts: Front[] = [];
  for (let number = 0; number < 40; number += 1) fronts.push(await openFront(troubled));
  const healthyFront = await openFront(healthy);
  await connectTo(healthyFront.url, world.crmFront.url, sites[40]!);
  const first = await connectTo(fronts[0]!.url, world.crmFront.url, sites[0]!);
  const firstOfLimping = await connectTo(fronts[30]!.url, limpingFront.url, limpingSites[0]!);
  // 25 shops never answer, 5 answer nonsense, 10 wait for a CRM that takes 20 seconds for everything.
  for (const [number, front] of fronts.entries()) {
    if (number < 25) front.answer = never;
    else if (number < 30) front.answer = async () => jsonAnswer(500, { status: "EXCEPTION", response: {} });
  }
  limpingFront.answer = async (request) => {
    await new Promise((resolve) => setTimeout(resolve, 20_000));
    return limping.handle(request);
  };
  troubled.placeOrder({ order_id: 5001 });
  for (const [number, { url }] of fronts.entries()) {
    if (number === 0 || number === 30) continue;
    if (number < 30) await copyConnection(first.id, `c${number}`, { shopUrl: url, crmSite: sites[number]! });
    else await copyConnection(firstOfLimping.id, `c${number}`, { shopUrl: url, crmSite: limpingSites[number - 30]! });
  }
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  const waits: number[] = [];
  for (let orderId = 101; orderId <= 103; orderId += 1) waits.push(await timeToCrm(healthy, orderId, sites[40]!));

  expect(Math.max(...waits)).toBeLessThan(promiseMs / 2);
});

test("an archive of thousands and a year's backlog under one key: new orders of all its connections wait no minute", {
  timeout: 240_000,
}, async () => {
  const [archived, backlog, other] = addSites(world.crm, 3);
  const quiet = openShop();
  const first = await connectTo(world.shopFront.url, world.crmFront.url, archived!);
  await connectTo((await openFront(quiet)).url, world.crmFront.url, other!);
  const yearAgo = new Date(Date.now() - 365 * 86_400_000);
  const absent = {
    shopUrl: (await openFront(world.shop)).url,
    crmSite: backlog!,
    createdAt: yearAgo,
    lastSyncAt: null,
  };
  await copyConnection(first.id, "absent", absent);
  const run = (await world.call("POST", `/api/v1/connections/${first.id}/runs`, { kind: "archive" })).body;
  const ordersOn = (site: string) => [...world.crm.state.orders.values()].filter((order) => order.site === site).length;
  await eventually(() => ordersOn(archived!) > 100 && ordersOn(backlog!) > 100, "both to be under way", 120_000);

  const waits = [
    await timeToCrm(world.shop, 990_001, archived!, backlog!),
    await timeToCrm(quiet, 990_002, other!),
    await timeToCrm(world.shop, 990_003, archived!, backlog!),
  ];
  const stillOpen = (await world.call("GET", `/api/v1/runs/${run.id}`)).body.state;

  expect(stillOpen).toBe("running");
  expect(ordersOn(backlog!)).toBeLessThan(2500);
  expect(Math.max(...waits)).toBeLessThan(promiseMs);
});
