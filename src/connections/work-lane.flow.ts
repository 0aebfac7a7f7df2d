import { type AppContext, type ConnectionContext, makeConnectionContext } from "../context.ts";
import { ApiError } from "../http/api-error.ts";
import { setLaneDue } from "../jobs/schedule.ts";
import type { LaneName, Run, RunKind } from "../log/run.ts";
import { finishRun, giveBackRun, nextRun, saveRunProgress, startRun } from "../log/runs.sql.ts";
import { type Connection, connectionState } from "./connection.ts";
import { loadConnection } from "./connections.sql.ts";
import { reportTrouble } from "./trouble.flow.ts";

/** Does one run and leaves its counts, progress and (for less than full success) its state in it. */
export type RunWorker = (ctx: ConnectionContext, run: Run, signal: AbortSignal) => Promise<void>;

/** A run that ends as cancelled because somebody asked for it. */
export class RunCancelled extends Error {}

/** A run that goes back into the line and waits there until somebody resumes it. */
class RunPaused extends Error {}

/**
 * A safe place of a run: what is done is saved with the place to go on from.
 * @throws RunCancelled and what pauses the run, when somebody asked for it; to be left to whoever works the lane
 */
export async function reachSafePlace(ctx: ConnectionContext, run: Run): Promise<void> {
  await saveRunProgress(ctx, run);
  if (run.cancelAsked) throw new RunCancelled();
  if (run.pauseAsked) throw new RunPaused();
}

/**
 * Works the waiting runs of one lane of one connection, one after another, in their order. Runs are rows; whoever woke
 * us, nothing is lost: what a killed process left running is taken up first.
 */
export async function workLane(
  app: AppContext,
  connectionId: string,
  lane: LaneName,
  workers: Partial<Record<RunKind, RunWorker>>,
  signal: AbortSignal,
): Promise<void> {
  for (let worked = 0; worked < runsMax && !signal.aborted; worked += 1) {
    const run = await nextRun(app, connectionId, lane);
    if (!run) return;
    if (run.pauseAsked && !run.cancelAsked) {
      // Its process died before it came to a safe place.
      await giveBackRun(app, run);
      continue;
    }
    const connection = await loadConnection(app, connectionId);
    const worker = workers[run.kind];
    if (!connection || !worker) {
      await endRun(app, run, "failed", { code: "internal", params: {} });
      continue;
    }
    const state = connectionState(connection);
    if (!mayWork(run, connection)) {
      await endRun(app, run, "cancelled", { code: "connection_not_active", params: { state } });
      continue;
    }
    if (!(await startRun(app, run))) continue;
    await workRun(makeConnectionContext(app, connection), run, worker, signal);
  }
}

const runsMax = 100;

/**
 * The catalogue is generated from connection on, also while the CRM's key is refused; a trial of the archive is possible
 * as early; everything else needs an active connection. Without a shop there is nothing to read.
 */
export function mayWork(run: Pick<Run, "kind" | "params" | "trigger">, connection: Connection): boolean {
  const state = connectionState(connection);
  if (state === "active") return true;
  if (!connection.shopUrl) return false;
  if (run.kind === "catalog") {
    if (state === "needs_login") return connection.loginRefused !== "shop_login_rejected";
    return state === "setup" || (state === "paused" && run.trigger === "manual");
  }
  return run.kind === "archive" && run.params.dryRun === true && (state === "setup" || state === "paused");
}

async function workRun(ctx: ConnectionContext, run: Run, worker: RunWorker, stopped: AbortSignal): Promise<void> {
  const deletion = watchDeletion(ctx);
  const signal = AbortSignal.any([stopped, deletion.signal]);
  try {
    await tryRun(ctx, run, worker, signal);
  } finally {
    deletion.stop();
  }
  // What the run still left behind while its connection was being deleted goes, too.
  if (deletion.signal.aborted) for (const farewell of ctx.farewells) await farewell(ctx.connection.id);
}

/** Nothing may be done for a connection that is no more. */
function watchDeletion(ctx: ConnectionContext): { signal: AbortSignal; stop(): void } {
  const deletion = new AbortController();
  const stop = ctx.events.listen(ctx.connection.id, ({ type, body }) => {
    if (type === "state" && body.deleted === true) deletion.abort();
  });
  return { signal: deletion.signal, stop };
}

async function tryRun(ctx: ConnectionContext, run: Run, worker: RunWorker, signal: AbortSignal): Promise<void> {
  try {
    await worker(ctx, run, signal);
    const unsettled = run.counts.failed > 0;
    await endRun(ctx, run, run.state === "running" ? (unsettled ? "partial" : "succeeded") : run.state, run.error);
    await calmLane(ctx, run.lane);
  } catch (error) {
    if (signal.aborted) return giveBackRun(ctx, run);
    if (error instanceof RunPaused) return giveBackRun(ctx, run);
    if (error instanceof RunCancelled) return endRun(ctx, run, "cancelled", null);
    if (error instanceof ApiError) {
      const trouble = await reportTrouble(ctx, error);
      await endRun(ctx, run, "failed", { code: trouble.code, params: trouble.params });
      if (trouble.passes) await hurryLane(ctx, run.lane, error.retryAfterMs);
      return;
    }
    ctx.log.error({ err: error, connection: ctx.connection.id, run: run.id }, "a run failed by a fault of ours");
    await endRun(ctx, run, "failed", { code: "internal", params: {} });
    await hurryLane(ctx, run.lane, undefined);
  }
}

async function endRun(app: AppContext, run: Run, state: Run["state"], error: Run["error"]): Promise<void> {
  run.state = state;
  run.error = error;
  await finishRun(app, run);
}

/** The row of `lanes` that starts this lane's scheduled runs. */
const scheduleOf: Record<LaneName, string> = { orders: "sync", archive: "archive", catalog: "catalog", stock: "stock" };

/** After trouble that passes, the next try comes after a growing pause when that is sooner than the schedule. */
export async function hurryLane(ctx: ConnectionContext, lane: LaneName, waitMs: number | undefined): Promise<void> {
  const name = scheduleOf[lane];
  const row = await ctx.db
    .updateTable("lanes")
    .set((part) => ({ failures: part("failures", "+", 1) }))
    .where("connection_id", "=", ctx.connection.id)
    .where("lane", "=", name)
    .returning(["failures", "next_at"])
    .executeTakeFirst();
  if (!row) return;
  const at = new Date(ctx.now().getTime() + Math.max(waitMs ?? 0, pauseMs(ctx, row.failures)));
  if (at < row.next_at) await setLaneDue(ctx.db, ctx.connection.id, name, at);
}

async function calmLane(ctx: ConnectionContext, lane: LaneName): Promise<void> {
  await ctx.db
    .updateTable("lanes")
    .set({ failures: 0 })
    .where("connection_id", "=", ctx.connection.id)
    .where("lane", "=", scheduleOf[lane])
    .where("failures", ">", 0)
    .execute();
}

/** RETRY_BASE, doubled each time, at most an hour, spread by chance between a half and the whole of it. */
export function pauseMs(app: AppContext, attempts: number): number {
  const whole = Math.min(app.config.retryBaseMs * 2 ** Math.min(Math.max(attempts, 1) - 1, 20), 3_600_000);
  return whole * (0.5 + app.random.number() / 2);
}
