import { type RawBuilder, sql } from "kysely";
import type { AppContext } from "../context.ts";
import { tell, toRun } from "./runs.sql.ts";

/** A waiting run is paused at once, a working one at its next safe place. Returns whether it is still open. */
export async function pauseRun(app: AppContext, runId: string): Promise<boolean> {
  return setPause(app, runId, {
    paused_at: sql<Date | null>`case when state = 'queued' then coalesce(paused_at, ${app.now()}::timestamptz) end`,
    pause_asked: sql<boolean>`state = 'running'`,
  });
}

/** Back into the line, at its old place. Returns whether it is still open. */
export async function resumeRun(app: AppContext, runId: string): Promise<boolean> {
  return setPause(app, runId, { paused_at: null, pause_asked: false });
}

type Pause = { paused_at: RawBuilder<Date | null> | null; pause_asked: RawBuilder<boolean> | boolean };

async function setPause(app: AppContext, runId: string, pause: Pause): Promise<boolean> {
  const row = await app.db
    .updateTable("runs")
    .set(pause)
    .where("id", "=", runId)
    .where("state", "in", ["queued", "running"])
    .returningAll()
    .executeTakeFirst();
  if (row) tell(app, toRun(row));
  return row !== undefined;
}

/** Whether a person lets an archive of this connection wait (a trial cannot be paused). */
export async function isArchivePaused(app: AppContext, connectionId: string): Promise<boolean> {
  const row = await app.db
    .selectFrom("runs")
    .select("id")
    .where("connection_id", "=", connectionId)
    .where("kind", "=", "archive")
    .where("state", "in", ["queued", "running"])
    .where((run) => run.or([run("paused_at", "is not", null), run("pause_asked", "=", true)]))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** A waiting run is cancelled at once, a working one at its next safe place. */
export async function cancelRun(app: AppContext, runId: string): Promise<void> {
  const isWaiting = sql<boolean>`state = 'queued'`;
  await app.db
    .updateTable("runs")
    .set({
      cancel_asked: true,
      finished_at: sql<Date | null>`case when ${isWaiting} then ${app.now()}::timestamptz end`,
      paused_at: sql<Date | null>`case when ${isWaiting} then null else paused_at end`,
      state: sql<string>`case when ${isWaiting} then 'cancelled' else state end`,
    })
    .where("id", "=", runId)
    .where("state", "in", ["queued", "running"])
    .execute();
}
