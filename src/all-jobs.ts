import { publishCatalogRun } from "./catalog/publish-catalog.job.ts";
import { refreshCrmDomains } from "./connections/crm-domains.flow.ts";
import { readSettings } from "./connections/settings.ts";
import { wakeWaiting, watchSilence } from "./connections/watch-silence.job.ts";
import { workLane } from "./connections/work-lane.flow.ts";
import type { AppContext } from "./context.ts";
import { claimDueLanes, type DueLane, setWanted, startTicker } from "./jobs/schedule.ts";
import { sendAlerts } from "./log/alert.job.ts";
import { pruneRuns, queueRun } from "./log/runs.sql.ts";
import { pruneTimeline } from "./log/timeline.sql.ts";
import { dropAllClaims } from "./orders/claims.sql.ts";
import { workArchive, workOrders } from "./orders/work-orders.job.ts";
import { moveStockRun } from "./stock/move-stock.job.ts";

/**
 * Every job and how often.
 *
 * | lane of a connection | how often | queue |
 * |---|---|---|
 * | sync: the regular exchange of orders | SYNC_INTERVAL | orders |
 * | quick: new orders and new history | QUICK_INTERVAL | orders |
 * | archive: old orders, until all are there | ARCHIVE_INTERVAL | archive |
 * | catalog: the ICML file | CATALOG_INTERVAL | catalog |
 * | stock: in the direction of the settings, if any | STOCK_INTERVAL | stock |
 * | reconcile: both sides compared, the last 30 days | daily | orders |
 *
 * Besides, of all connections: alerts as often as lanes fall due, silent connections every half minute, runs that wait
 * although nobody works them every five minutes, old entries hourly.
 */
export async function startJobs(app: AppContext): Promise<{ stop(): Promise<void> }> {
  if (app.store.kind === "embedded") await dropAllClaims(app);
  await app.jobs.work("orders", { concurrency: 20, most: 200 }, (id, signal) => workOrders(app, id, signal));
  await app.jobs.work("archive", { concurrency: 4, most: 16 }, (id, signal) => workArchive(app, id, signal));
  await app.jobs.work("catalog", { concurrency: 2, most: 6 }, (id, signal) =>
    workLane(app, id, "catalog", { catalog: publishCatalogRun }, signal),
  );
  await app.jobs.work("stock", { concurrency: 4, most: 16 }, (id, signal) =>
    workLane(app, id, "stock", { stock: moveStockRun }, signal),
  );
  await app.jobs.start();
  const schedule = startTicker({ everyMs: tickMs(app), tick: () => startDueLanes(app), log: app.log });
  const housekeeping = startTicker({ everyMs: hourMs, tick: () => keepHouse(app), log: app.log });
  const others = [
    startTicker({ everyMs: Math.max(500, tickMs(app)), tick: () => sendAlerts(app), log: app.log }),
    startTicker({ everyMs: minuteMs / 2, tick: () => watchSilence(app), log: app.log }),
    startTicker({ everyMs: 5 * minuteMs, tick: () => wakeWaiting(app), log: app.log }),
  ];
  return {
    async stop() {
      await Promise.all([schedule, housekeeping, ...others].map((ticker) => ticker.stop()));
    },
  };
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

function intervals(app: AppContext): Record<string, number> {
  const { config } = app;
  return {
    sync: config.syncIntervalMs,
    quick: config.quickIntervalMs,
    archive: config.archiveIntervalMs,
    catalog: config.catalogIntervalMs,
    stock: config.stockIntervalMs,
    reconcile: dayMs,
  };
}

/** At most a quarter of the smallest interval, between 100 ms and 5 s. */
function tickMs(app: AppContext): number {
  const smallest = Math.min(...Object.values(intervals(app)).filter((ms) => ms > 0));
  return Math.max(100, Math.min(5000, smallest / 4));
}

export async function startDueLanes(app: AppContext): Promise<void> {
  const due = await claimDueLanes(app.db, app.now(), intervals(app), app.random.number);
  if (due.length === 0) return;
  const ids = [...new Set(due.map((one) => one.connectionId))];
  const rows = await app.db
    .selectFrom("connections")
    .select(["id", "paused", "crm_active", "crm_frozen", "login_refused", "mapped_at", "shop_url", "settings"])
    .where("id", "in", ids)
    .execute();
  const ailing = await listAiling(app, ids);
  for (const row of rows) {
    const isOff = row.paused || !row.crm_active || row.crm_frozen;
    const isActive = !isOff && row.login_refused === null && row.mapped_at !== null && row.shop_url !== null;
    const makesCatalog = !isOff && row.login_refused !== "shop_login_rejected" && row.shop_url !== null;
    const movesStock = isActive && readSettings(row.settings).stock.direction !== "none";
    for (const lane of due.filter((one) => one.connectionId === row.id))
      await startLane(app, lane, { isActive, isAiling: ailing.has(row.id), makesCatalog, movesStock });
  }
}

/** Connections whose last round or look ended in trouble: until one succeeds they are asked by rounds, at growing pauses. */
async function listAiling(app: AppContext, ids: string[]): Promise<Set<string>> {
  const rows = await app.db
    .selectFrom("lanes")
    .select("connection_id")
    .where("connection_id", "in", ids)
    .where("lane", "=", "sync")
    .where("failures", ">", 0)
    .execute();
  return new Set(rows.map((row) => row.connection_id));
}

async function startLane(
  app: AppContext,
  { connectionId, lane }: DueLane,
  may: { isActive: boolean; isAiling: boolean; makesCatalog: boolean; movesStock: boolean },
): Promise<void> {
  if (lane === "catalog" || lane === "stock") {
    const isWanted = lane === "catalog" ? may.makesCatalog : may.movesStock;
    if (isWanted && (await queueRun(app, connectionId, lane, "schedule")).added)
      await app.jobs.wake(lane, connectionId);
    return;
  }
  if (!may.isActive || (lane === "quick" && may.isAiling)) return;
  if (lane === "sync" || lane === "reconcile") await queueRun(app, connectionId, lane, "schedule");
  else await setWanted(app.db, connectionId, lane);
  await app.jobs.wake(lane === "archive" ? "archive" : "orders", connectionId);
}

async function keepHouse(app: AppContext): Promise<void> {
  const now = app.now().getTime();
  await pruneTimeline(app, new Date(now - 90 * dayMs));
  await pruneRuns(app, new Date(now - 30 * dayMs));
  await refreshCrmDomains(app);
}
