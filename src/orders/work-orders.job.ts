import { connectionState } from "../connections/connection.ts";
import { loadConnection } from "../connections/connections.sql.ts";
import { reportTrouble } from "../connections/trouble.flow.ts";
import { hurryLane, type RunWorker, workLane } from "../connections/work-lane.flow.ts";
import { type AppContext, makeConnectionContext } from "../context.ts";
import { ApiError } from "../http/api-error.ts";
import { takeWanted } from "../jobs/schedule.ts";
import { beatHeart } from "../log/heartbeat.flow.ts";
import { recordRun } from "../log/runs.sql.ts";
import { makeWaitingDue } from "./order-links.sql.ts";
import { reconcile } from "./reconcile.flow.ts";
import { noteRunOrders } from "./run-orders.sql.ts";
import { startArchive } from "./start-archive.flow.ts";
import { quickLook, syncRound } from "./sync-round.flow.ts";
import { uploadArchive } from "./upload-archive.flow.ts";

const orderRuns: Partial<Record<"sync" | "reconcile", RunWorker>> = {
  sync: async (ctx, run, signal) => {
    await syncRound(ctx, run, signal);
    // Beside the round: a receiver that does not answer holds up nothing.
    void beatHeart(ctx);
  },
  reconcile,
};

/** The lane of orders: what saved rules released, the waiting runs, then a quick look if one is wanted. */
export async function workOrders(app: AppContext, connectionId: string, signal: AbortSignal): Promise<void> {
  const released = await releaseWaiting(app, connectionId);
  await workLane(app, connectionId, "orders", orderRuns, signal);
  if (!signal.aborted && (await takeWanted(app.db, connectionId, "quick")))
    await lookQuickly(app, connectionId, released, signal);
}

async function releaseWaiting(app: AppContext, connectionId: string): Promise<boolean> {
  if (!(await takeWanted(app.db, connectionId, "recheck"))) return false;
  const connection = await loadConnection(app, connectionId);
  return connection !== undefined && (await makeWaitingDue(makeConnectionContext(app, connection))) > 0;
}

async function lookQuickly(
  app: AppContext,
  connectionId: string,
  released: boolean,
  signal: AbortSignal,
): Promise<void> {
  const connection = await loadConnection(app, connectionId);
  if (!connection || connectionState(connection) !== "active") return;
  const ctx = makeConnectionContext(app, connection);
  const startedAt = app.now();
  try {
    const { counts, worked } = await quickLook(ctx, signal);
    const found = counts.created + counts.linked + counts.updated + counts.held + counts.failed + counts.excluded;
    if (found === 0) return;
    const runId = await recordRun(app, connectionId, released ? "release" : "schedule", counts, startedAt);
    await noteRunOrders(ctx, runId, [...worked]);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    const trouble = await reportTrouble(ctx, error);
    if (trouble.passes) await hurryLane(ctx, "orders", error.retryAfterMs);
  }
}

/** The lane of the archive: never in the way of new orders. */
export async function workArchive(app: AppContext, connectionId: string, signal: AbortSignal): Promise<void> {
  if (await takeWanted(app.db, connectionId, "archive")) {
    const connection = await loadConnection(app, connectionId);
    if (connection && connectionState(connection) === "active") await beginScheduled(app, connectionId);
  }
  await workLane(app, connectionId, "archive", { archive: uploadArchive }, signal);
}

async function beginScheduled(app: AppContext, connectionId: string): Promise<void> {
  const connection = await loadConnection(app, connectionId);
  if (!connection) return;
  const ctx = makeConnectionContext(app, connection);
  try {
    await startArchive(ctx);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    await reportTrouble(ctx, error);
  }
}
