import { markSynced } from "../connections/connections.sql.ts";
import { subscribeHooks } from "../connections/set-up.flow.ts";
import { reachSafePlace } from "../connections/work-lane.flow.ts";
import type { ConnectionContext } from "../context.ts";
import { noCounts, type Run, type RunCounts } from "../log/run.ts";
import { queueRun, saveRunProgress } from "../log/runs.sql.ts";
import { loadReferenceLists } from "../mapping/mapping.sql.ts";
import { refreshReferenceLists, reportGaps } from "../mapping/reference-lists.flow.ts";
import { goOnAfterOutage } from "./after-outage.flow.ts";
import type { SyncOptions } from "./batch.ts";
import { syncCrmChanges } from "./find-in-crm.flow.ts";
import { syncByIds, syncChangedOrders, syncDueOrders, syncWindow } from "./find-in-shop.flow.ts";
import { syncBacklog, syncNewOrders } from "./find-new-orders.flow.ts";
import { relinkLines } from "./relink-lines.flow.ts";
import { toLocalTime } from "./shop-time.ts";
import { makeTally } from "./tally.ts";

const listsKeptMs = 86_400_000;

/** @param runId null where the run is put on record only at its end */
export function syncOptions(counts: RunCounts, signal: AbortSignal, runId: string | null): SyncOptions {
  return {
    ...makeTally(counts),
    runId,
    worked: new Set(),
    force: false,
    again: false,
    customersIndexed: false,
    brief: false,
    missingOffers: new Set(),
    askedElements: new Set(),
    unsettled: new Set(),
    signal,
  };
}

/** The regular exchange: new orders, changed orders, the CRM's history, and what is due again. */
export async function syncRound(ctx: ConnectionContext, run: Run, signal: AbortSignal): Promise<void> {
  const plain = syncOptions(run.counts, signal, run.id);
  const options = { ...plain, breathe: lookNowAndThen(ctx, run, plain) };
  await keepListsFresh(ctx);
  if (run.params.orderIds)
    await syncByIds(ctx, run.params.orderIds.map(Number), { ...options, force: true, again: true });
  else if (run.params.since || run.params.until)
    await syncWindow(ctx, windowOf(ctx, run.params), { ...options, force: true });
  else {
    await syncNewOrders(ctx, plain);
    await syncCrmChanges(ctx, options, {
      tell: async (done, total) => {
        run.progress = { done, total };
        await saveRunProgress(ctx, run);
      },
    });
    await syncDueOrders(ctx, options);
    await syncBacklog(ctx, options);
    await syncChangedOrders(ctx, options);
    await relinkLines(ctx, options);
    await markSynced(ctx, ctx.connection.id);
  }
  run.progress = { done: run.counts.read, total: run.counts.read };
  await goOnAfterOutage(ctx, options);
  await reportGaps(ctx);
}

const lookEveryMs = 30_000;

/** After a long absence a round takes hours: neither new orders nor who wants to stop it wait for its end. */
function lookNowAndThen(ctx: ConnectionContext, run: Run, options: SyncOptions): () => Promise<void> {
  const everyMs = Math.min(ctx.config.quickIntervalMs || lookEveryMs, lookEveryMs);
  let lookedAt = ctx.now().getTime();
  return async () => {
    if (ctx.now().getTime() - lookedAt < everyMs) return;
    await syncNewOrders(ctx, options);
    await markSynced(ctx, ctx.connection.id);
    await reachSafePlace(ctx, run);
    lookedAt = ctx.now().getTime();
  };
}

const dueInLookMax = 100;

/** Between two rounds only the two cheap questions, and what is due. Counts tell whether anything was found. */
export async function quickLook(ctx: ConnectionContext, signal: AbortSignal): Promise<SyncOptions> {
  const options = syncOptions(noCounts(), signal, null);
  await syncNewOrders(ctx, options);
  // A long list of changes, or of orders that are due, is worked by a run, which shows how far it is.
  const changesLeft = await syncCrmChanges(ctx, options, { pagesMax: 1 });
  const isMoreDue = await syncDueOrders(ctx, options, dueInLookMax);
  if (changesLeft > 0 || isMoreDue) await handOver(ctx);
  await markSynced(ctx, ctx.connection.id);
  await goOnAfterOutage(ctx, options);
  await reportGaps(ctx);
  return options;
}

async function handOver(ctx: ConnectionContext): Promise<void> {
  await queueRun(ctx, ctx.connection.id, "sync", "schedule");
  await ctx.jobs.wake("orders", ctx.connection.id);
}

async function keepListsFresh(ctx: ConnectionContext): Promise<void> {
  const { fetchedAt } = await loadReferenceLists(ctx, ctx.connection.id);
  if (fetchedAt && ctx.now().getTime() - fetchedAt.getTime() <= listsKeptMs) return;
  await refreshReferenceLists(ctx);
  // What the shop did not take yet, or has under an address of ours that is no more.
  await subscribeHooks(ctx, false);
}

export function windowOf(
  ctx: ConnectionContext,
  params: { since?: string; until?: string },
): { from?: string; to?: string } {
  const local = (text: string, endOfDay: boolean) => {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return `${text} ${endOfDay ? "23:59:59" : "00:00:00"}`;
    return toLocalTime(new Date(text), ctx.connection.settings.timeZone);
  };
  return {
    ...(params.since ? { from: local(params.since, false) } : {}),
    ...(params.until ? { to: local(params.until, true) } : {}),
  };
}
