import { type Selectable, sql } from "kysely";
import type { AppContext } from "../context.ts";
import { json } from "../db/json.ts";
import type { RunsTable } from "../db/run-tables.ts";
import { makeId } from "./id.ts";
import { notePace } from "./pace.ts";
import {
  type LaneName,
  laneOf,
  noCounts,
  paramsKey,
  type Run,
  type RunCounts,
  type RunKind,
  type RunParams,
  type RunTrigger,
  viewProgress,
} from "./run.ts";

export type RunFilter = { kind?: string; state?: string; before?: string; limit: number };

/**
 * Puts a run in its lane's line. While one of the same kind and equal parameters waits or works, that one is returned
 * and nothing is added; the database itself holds this (index `runs_open`).
 */
export async function queueRun(
  app: AppContext,
  connectionId: string,
  kind: RunKind,
  trigger: RunTrigger,
  params: RunParams = {},
): Promise<{ run: Run; added: boolean }> {
  const key = paramsKey(params);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const added = await app.db
      .insertInto("runs")
      .values({
        id: makeId(app.now(), app.random),
        connection_id: connectionId,
        kind,
        lane: laneOf[kind],
        trigger,
        state: "queued",
        params: json(params),
        params_key: key,
        progress: json({ done: 0, total: null }),
        counts: json(noCounts()),
        created_at: app.now(),
      })
      .onConflict((conflict) =>
        conflict
          .columns(["connection_id", "kind", "params_key"])
          .where(sql<boolean>`state in ('queued', 'running')`)
          .doNothing(),
      )
      .returningAll()
      .executeTakeFirst();
    if (added) return { run: toRun(added), added: true };
    const open = await app.db
      .selectFrom("runs")
      .selectAll()
      .where("connection_id", "=", connectionId)
      .where("kind", "=", kind)
      .where("params_key", "=", key)
      .where("state", "in", ["queued", "running"])
      .executeTakeFirst();
    if (open) return { run: toRun(open), added: false };
  }
  throw new Error("a run could neither be queued nor found");
}

/**
 * The next run of a lane: one that a killed process left running comes first, then the oldest waiting one. Paused ones
 * keep their place in the line and hold up nobody behind them.
 */
export async function nextRun(app: AppContext, connectionId: string, lane: LaneName): Promise<Run | undefined> {
  const row = await app.db
    .selectFrom("runs")
    .selectAll()
    .where("connection_id", "=", connectionId)
    .where("lane", "=", lane)
    .where("state", "in", ["running", "queued"])
    .where("paused_at", "is", null)
    .orderBy("state", "desc")
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  return row && toRun(row);
}

export async function startRun(app: AppContext, run: Run): Promise<boolean> {
  const startedAt = run.startedAt ?? app.now();
  const result = await app.db
    .updateTable("runs")
    .set({ state: "running", started_at: startedAt })
    .where("id", "=", run.id)
    .where("state", "in", ["queued", "running"])
    .where("paused_at", "is", null)
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n) return false;
  run.state = "running";
  run.startedAt = startedAt;
  run.saved = { at: app.now(), done: run.progress.done };
  tell(app, run);
  return true;
}

/** Also tells the run whether somebody asked it to stop or to pause, and learns its pace. */
export async function saveRunProgress(app: AppContext, run: Run): Promise<void> {
  const now = app.now();
  if (run.saved) {
    const step = { done: run.progress.done - run.saved.done, ms: now.getTime() - run.saved.at.getTime() };
    run.progress = { ...run.progress, pace: notePace(run.progress.pace, step) };
  }
  run.saved = { at: now, done: run.progress.done };
  const row = await app.db
    .updateTable("runs")
    .set(saved(run))
    .where("id", "=", run.id)
    .returning(["cancel_asked", "pause_asked", "paused_at"])
    .executeTakeFirst();
  run.cancelAsked = row?.cancel_asked ?? true;
  // Paused already: by a process that had this run before us and came to itself again.
  run.pauseAsked = row !== undefined && (row.pause_asked || row.paused_at !== null);
  tell(app, run);
}

export async function finishRun(app: AppContext, run: Run): Promise<void> {
  run.finishedAt = app.now();
  await app.db
    .updateTable("runs")
    .set({
      ...saved(run),
      state: run.state,
      finished_at: run.finishedAt,
      pause_asked: false,
      error: run.error ? json(run.error) : null,
    })
    .where("id", "=", run.id)
    .execute();
  tell(app, run);
}

function saved(run: Run) {
  return {
    progress: json(run.progress),
    counts: json(run.counts),
    preview: run.preview ? json(run.preview) : null,
    notes: json(run.notes),
  };
}

/**
 * Gives a run back to the line: the process stops, another one (or the next start) goes on with it. One that was asked
 * to pause waits until somebody resumes it.
 */
export async function giveBackRun(app: AppContext, run: Run): Promise<void> {
  const row = await app.db
    .updateTable("runs")
    .set({
      ...saved(run),
      state: "queued",
      paused_at: sql<Date | null>`case when pause_asked and not cancel_asked then ${app.now()}::timestamptz end`,
      pause_asked: false,
    })
    .where("id", "=", run.id)
    .where("state", "=", "running")
    .returning("paused_at")
    .executeTakeFirst();
  if (!row) return;
  Object.assign(run, { state: "queued", pausedAt: row.paused_at, pauseAsked: false });
  tell(app, run);
}

export async function loadRun(app: AppContext, runId: string): Promise<Run | undefined> {
  const row = await app.db.selectFrom("runs").selectAll().where("id", "=", runId).executeTakeFirst();
  return row && toRun(row);
}

export async function listRuns(app: AppContext, connectionId: string, filter: RunFilter): Promise<Run[]> {
  let query = app.db
    .selectFrom("runs")
    .selectAll()
    .where("connection_id", "=", connectionId)
    .orderBy("id", "desc")
    .limit(filter.limit);
  if (filter.kind) query = query.where("kind", "=", filter.kind);
  if (filter.state) query = query.where("state", "=", filter.state);
  if (filter.before) query = query.where("id", "<", filter.before);
  return (await query.execute()).map(toRun);
}

/** Waiting or working runs of every connection, so that a fresh process can wake their lanes. */
export async function listOpenLanes(app: AppContext): Promise<{ connectionId: string; lane: LaneName }[]> {
  const rows = await app.db
    .selectFrom("runs")
    .select(["connection_id", "lane"])
    .distinct()
    .where("state", "in", ["queued", "running"])
    .where("paused_at", "is", null)
    .execute();
  return rows.map((row) => ({ connectionId: row.connection_id, lane: row.lane as LaneName }));
}

/** Runs older than the keeping time are removed, except the newest of each kind. */
export async function pruneRuns(app: AppContext, olderThan: Date): Promise<void> {
  await app.db
    .deleteFrom("runs")
    .where("finished_at", "<", olderThan)
    .where("id", "not in", (query) =>
      query
        .selectFrom("runs")
        .select((part) => part.fn.max("id").as("id"))
        .groupBy(["connection_id", "kind"]),
    )
    .execute();
}

/** Live pages hear of it. */
export function tell(app: AppContext, run: Run): void {
  app.events.emit({
    connectionId: run.connectionId,
    type: "run",
    body: { id: run.id, kind: run.kind, state: run.state, pausedAt: run.pausedAt, progress: viewProgress(run) },
  });
}

export function toRun(row: Selectable<RunsTable>): Run {
  return {
    id: row.id,
    connectionId: row.connection_id,
    kind: row.kind as RunKind,
    lane: row.lane as LaneName,
    trigger: row.trigger as RunTrigger,
    state: row.state as Run["state"],
    params: row.params as RunParams,
    progress: row.progress as Run["progress"],
    counts: { ...noCounts(), ...row.counts },
    preview: row.preview,
    error: row.error ? { code: row.error.code, params: row.error.params ?? {} } : null,
    notes: row.notes as Run["notes"],
    cancelAsked: row.cancel_asked,
    pausedAt: row.paused_at,
    pauseAsked: row.pause_asked,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

/** Leaves the trace of a quick look that found something; one that found nothing leaves none. Returns the run's id. */
export async function recordRun(
  app: AppContext,
  connectionId: string,
  trigger: RunTrigger,
  counts: RunCounts,
  startedAt: Date,
): Promise<string> {
  const done = counts.read;
  const id = makeId(startedAt, app.random);
  await app.db
    .insertInto("runs")
    .values({
      id,
      connection_id: connectionId,
      kind: "sync",
      lane: "orders",
      trigger,
      state: counts.failed > 0 ? "partial" : "succeeded",
      params: json({}),
      params_key: "",
      progress: json({ done, total: done }),
      counts: json(counts),
      created_at: startedAt,
      started_at: startedAt,
      finished_at: app.now(),
    })
    .execute();
  return id;
}
