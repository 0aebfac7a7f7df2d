import { reportReached } from "../connections/trouble.flow.ts";
import { RunCancelled } from "../connections/work-lane.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import { ApiError } from "../http/api-error.ts";
import { noCounts, type Run, type RunCounts } from "../log/run.ts";
import { saveRunProgress } from "../log/runs.sql.ts";
import { reportGaps } from "../mapping/reference-lists.flow.ts";
import type { SyncOptions } from "./batch.ts";
import { compareOrder, countCrmOnly, countDay, type Days, type SideDifference, viewDays } from "./compare-sides.ts";
import { syncCrmChanges } from "./find-in-crm.flow.ts";
import { newOrdersStart, syncByIds } from "./find-in-shop.flow.ts";
import { loadLinks, type OrderLink } from "./order-links.sql.ts";
import { noteUnreadable } from "./order-trouble.flow.ts";
import { readCrmOrders } from "./read-crm-orders.flow.ts";
import { listAmbiguous, listLinkedWithin } from "./reconcile.sql.ts";
import { shiftLocal, toInstant, toLocalTime } from "./shop-time.ts";
import { quickLook, syncOptions, windowOf } from "./sync-round.flow.ts";
import { countOutcome, countRead, countUntouched, type Tally } from "./tally.ts";

const pageMax = 100;
const pagesMax = 200;
const daySeconds = 86_400;
const windowDays = 30;
/** Entries of each list in the report; the counts and days are of all orders. */
const listMax = 200;
/** Orders with doubled customers that are looked at again in one comparison. */
const doublesMax = 500;

type Report = {
  days: Days;
  missing: string[];
  differing: SideDifference[];
  onlyInCrm: string[];
  /** Not in the CRM because somebody has to decide or to map first. */
  held: string[];
  mend: number[];
  outcome: Outcome[];
  isCapped: boolean;
};

/** Where a listed order stands once the regular exchange has had it: in step, or why not. `differs`: names of fields. */
type Outcome = {
  shopOrderId: string;
  state: OrderLink["state"];
  problem: string | null;
  differs: string[];
  nextAttemptAt: string | null;
};

/**
 * Both sides counted and summed by day (contract 4, runs of kind `reconcile`): what the shop has and the CRM lacks, and
 * what differs, is shown and handed to the regular exchange. Nothing is deleted on either side.
 */
export async function reconcile(ctx: ConnectionContext, run: Run, signal: AbortSignal): Promise<void> {
  Object.assign(run.counts, noCounts());
  const report: Report = {
    days: new Map(),
    missing: [],
    differing: [],
    onlyInCrm: [],
    held: [],
    mend: [],
    outcome: [],
    isCapped: false,
  };
  const look = lookNowAndThen(ctx, run, signal);
  // An order that somebody deleted in the CRM a moment ago is not missing there.
  const options = syncOptions(run.counts, signal, run.id);
  await syncCrmChanges(ctx, options);

  const window = reconcileWindow(ctx, run.params);
  const seen = new Set<string>();
  for await (const orders of readShop(ctx, run, window, report, options)) {
    for (const order of orders) seen.add(String(order.order_id));
    await compareOrders(ctx, await inScope(ctx, orders), options, report);
    run.progress = { done: run.counts.read, total: null };
    await showProgress(ctx, run, report);
    await look();
  }
  if (!run.params.orderIds) await countGone(ctx, run, window, seen, report);
  const goOn = async () => {
    await showProgress(ctx, run, report);
    await look();
  };
  await mend(ctx, report.mend, goOn, options);
  // Doubles of customers may have been merged meanwhile, also those of older orders.
  if (run.trigger === "schedule") await mend(ctx, await listAmbiguous(ctx, doublesMax), goOn, options);
  report.outcome = await readOutcome(ctx, report);
  run.preview = viewReport(report);
  run.progress = { done: run.counts.read, total: run.counts.read };
  await reportReached(ctx);
  await reportGaps(ctx);
}

/** The shop's clock. Without `since`: the 30 days before the end. */
function reconcileWindow(ctx: ConnectionContext, params: Run["params"]): { from: string; to?: string } {
  const asked = windowOf(ctx, params);
  const end = asked.to ?? toLocalTime(ctx.now(), ctx.connection.settings.timeZone);
  const from = asked.from ?? shiftLocal(end, -windowDays * daySeconds);
  return { from, ...(asked.to ? { to: asked.to } : {}) };
}

async function* readShop(
  ctx: ConnectionContext,
  run: Run,
  window: { from: string; to?: string },
  report: Report,
  options: SyncOptions,
): AsyncGenerator<HoroshopOrder[]> {
  const seen = new Set<number>();
  const ids = run.params.orderIds?.map(Number);
  for (let page = 0, offset = 0; page < pagesMax; page += 1) {
    options.signal.throwIfAborted();
    const part = ids?.slice(page * pageMax, (page + 1) * pageMax);
    if (part?.length === 0) return;
    const filter = part ? { ids: part, offset: 0 } : { ...window, offset };
    const answer = await ctx.horoshop.fetchOrders({ ...filter, limit: pageMax }, options.signal);
    for (const unreadable of answer.unreadable) await noteUnreadable(ctx, unreadable, options);
    const fresh = answer.orders.filter((order) => !seen.has(order.order_id));
    for (const order of fresh) seen.add(order.order_id);
    if (fresh.length > 0) yield fresh;
    offset += answer.rows;
    const isLast = answer.isLast || (fresh.length === 0 && answer.unreadable.length === 0);
    if (!ids && isLast) return;
  }
  report.isCapped = true;
}

type Scoped = { order: HoroshopOrder; link: OrderLink | undefined };

/** Orders from before the connection that are not linked are the archive's. */
async function inScope(ctx: ConnectionContext, orders: HoroshopOrder[]): Promise<Scoped[]> {
  const start = newOrdersStart(ctx);
  const links = await loadLinks(
    ctx,
    orders.map((order) => String(order.order_id)),
  );
  return orders
    .map((order) => ({ order, link: links.get(String(order.order_id)) }))
    .filter(({ order, link }) => order.stat_created >= start || Boolean(link?.crmOrderId));
}

async function compareOrders(ctx: ConnectionContext, orders: Scoped[], tally: Tally, report: Report): Promise<void> {
  const sides = await readCrmOrders(
    ctx,
    orders.map(({ order }) => order),
    new Map(orders.flatMap(({ link }) => (link ? [[link.shopOrderId, link]] : []))),
  );
  countRead(
    tally,
    orders.map(({ order }) => order.order_id),
  );
  for (const { order, link } of orders) {
    const crm = sides.get(order.order_id);
    if (crm instanceof ApiError) {
      // The regular exchange keeps the reason and tries it again.
      report.mend.push(order.order_id);
      continue;
    }
    countDay(report.days, order, crm, ctx.connection.crmCurrency);
    const verdict = compareOrder(order, link, crm);
    if (verdict.is === "missing") report.missing.push(String(order.order_id));
    if (verdict.is === "held") report.held.push(String(order.order_id));
    if (verdict.is === "differing") report.differing.push(...verdict.differences);
    const isMended =
      verdict.is === "differing" || verdict.is === "unlinked" || (verdict.is === "missing" && verdict.mend);
    if (isMended) report.mend.push(order.order_id);
    else if (verdict.is === "held" || verdict.is === "excluded") countOutcome(tally, order.order_id, verdict.is);
    else countUntouched(tally, [order.order_id]);
  }
}

/** Linked orders of the window that the shop did not name. Told only after a whole answer, and only shown. */
async function countGone(
  ctx: ConnectionContext,
  run: Run,
  window: { from: string; to?: string },
  seen: Set<string>,
  report: Report,
): Promise<void> {
  if (report.isCapped || run.counts.failed > 0) return;
  const zone = ctx.connection.settings.timeZone;
  const bounds = { from: toInstant(window.from, zone), to: window.to ? toInstant(window.to, zone) : undefined };
  const linked = await listLinkedWithin(ctx, bounds, pageMax * pagesMax);
  const gone = linked.filter((order) => !seen.has(order.shopOrderId));
  for (let start = 0; start < gone.length; start += pageMax) {
    const part = gone.slice(start, start + pageMax);
    const crmOrders = new Map(
      (await ctx.crm.fetchOrders({ ids: part.map((order) => order.crmOrderId) })).map((order) => [order.id, order]),
    );
    for (const { shopOrderId, crmOrderId, shopCreatedAt } of part) {
      const crm = crmOrders.get(crmOrderId);
      if (!crm) continue;
      report.onlyInCrm.push(shopOrderId);
      countCrmOnly(report.days, toLocalTime(shopCreatedAt, zone).slice(0, 10), crm, ctx.connection.crmCurrency);
    }
  }
}

async function mend(
  ctx: ConnectionContext,
  ids: number[],
  goOn: () => Promise<void>,
  options: SyncOptions,
): Promise<void> {
  for (let start = 0; start < ids.length; start += pageMax) {
    await syncByIds(ctx, ids.slice(start, start + pageMax), { ...options, force: true });
    await goOn();
  }
}

async function readOutcome(ctx: ConnectionContext, { missing, differing, held }: Report): Promise<Outcome[]> {
  const differs = differing.slice(0, listMax).map((one) => one.shopOrderId);
  const listed = [...missing.slice(0, listMax), ...differs, ...held.slice(0, listMax)];
  const links = await loadLinks(ctx, [...new Set(listed)]);
  return [...links.values()].map(({ shopOrderId, state, problem, differences, nextAttemptAt }) => ({
    shopOrderId,
    state,
    problem: problem?.code ?? null,
    differs: [...new Set(differences.map((difference) => difference.field))],
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
  }));
}

/** A comparison of many orders takes minutes: new orders do not wait for its end. */
function lookNowAndThen(ctx: ConnectionContext, run: Run, signal: AbortSignal): () => Promise<void> {
  let lookedAt = ctx.now().getTime();
  const everyMs = ctx.config.quickIntervalMs;
  return async () => {
    if (everyMs === 0 || ctx.now().getTime() - lookedAt < everyMs) return;
    lookedAt = ctx.now().getTime();
    const {
      counts: { read: _, unchanged: __, ...found },
    } = await quickLook(ctx, signal);
    addCounts(run.counts, found);
  };
}

function addCounts(counts: RunCounts, more: Partial<RunCounts>): void {
  for (const [name, count] of Object.entries(more)) counts[name as keyof RunCounts] += count;
}

async function showProgress(ctx: ConnectionContext, run: Run, report: Report): Promise<void> {
  run.preview = viewReport(report);
  await saveRunProgress(ctx, run);
  if (run.cancelAsked) throw new RunCancelled();
}

function viewReport(report: Report): Record<string, unknown> {
  const { missing, differing, onlyInCrm, held, outcome } = report;
  return {
    days: viewDays(report.days),
    missing: missing.slice(0, listMax),
    differing: differing.slice(0, listMax),
    onlyInCrm: onlyInCrm.slice(0, listMax),
    held: held.slice(0, listMax),
    outcome,
    capped: report.isCapped || [missing, differing, onlyInCrm, held].some((list) => list.length > listMax),
  };
}
