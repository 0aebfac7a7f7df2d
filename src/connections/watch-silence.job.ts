import { type RawBuilder, sql } from "kysely";
import { type AppContext, makeConnectionContext } from "../context.ts";
import { closeProblem, openProblem } from "../log/problems.sql.ts";
import { listOpenLanes } from "../log/runs.sql.ts";
import { loadConnection } from "./connections.sql.ts";

const silenceMinMs = 900_000;
const roundsMissed = 3;

/** No success for so long is silence: three rounds, a quarter of an hour at least. */
export function silenceMs(syncIntervalMs: number): number {
  return Math.max(roundsMissed * syncIntervalMs, silenceMinMs);
}

/**
 * The dead man's switch: an active connection without a successful round or quick look for too long is the problem
 * `sync_silent`, whatever the cause, until the next success. Asked of the database and not of our own memory, so that
 * any process notices what another one fails to do.
 */
export async function watchSilence(app: AppContext): Promise<void> {
  await noteActivity(app);
  const limit = new Date(app.now().getTime() - silenceMs(app.config.syncIntervalMs));
  const last = sql<Date>`greatest(connections.active_since, connections.last_sync_at)`;
  const silent = await app.db
    .selectFrom("connections")
    .leftJoin("problems", (join) =>
      join.onRef("problems.connection_id", "=", "connections.id").on("problems.key", "=", "sync_silent"),
    )
    .select(["connections.id", last.as("lastAt"), "problems.params"])
    .where("connections.active_since", "is not", null)
    .where(last, "<", limit)
    .execute();
  await closeEnded(
    app,
    silent.map((row) => row.id),
  );
  for (const { id, lastAt, params } of silent) {
    const minutes = roughMinutes(app.now().getTime() - lastAt.getTime());
    if (params?.minutes !== minutes) await openFor(app, id, { minutes });
  }
}

/** In steps, so that an open problem does not change at every look. */
function roughMinutes(ms: number): number {
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? minutes - (minutes % 5) : minutes - (minutes % 60);
}

/** Since when each connection is active: one that was paused for a day was not silent for a day. */
async function noteActivity(app: AppContext): Promise<void> {
  const isActive: RawBuilder<boolean> = sql`(not paused and crm_active and not crm_frozen and login_refused is null
    and shop_url is not null and crm_site is not null and mapped_at is not null)`;
  await app.db
    .updateTable("connections")
    .set({ active_since: app.now() })
    .where("active_since", "is", null)
    .where(isActive)
    .execute();
  await app.db
    .updateTable("connections")
    .set({ active_since: null })
    .where("active_since", "is not", null)
    .where(sql<boolean>`not ${isActive}`)
    .execute();
}

async function closeEnded(app: AppContext, silentIds: string[]): Promise<void> {
  const open = await app.db.selectFrom("problems").select("connection_id").where("key", "=", "sync_silent").execute();
  for (const { connection_id } of open) {
    if (silentIds.includes(connection_id)) continue;
    const connection = await loadConnection(app, connection_id);
    if (connection) await closeProblem(makeConnectionContext(app, connection), "sync_silent");
  }
}

async function openFor(app: AppContext, id: string, params: Record<string, unknown>): Promise<void> {
  const connection = await loadConnection(app, id);
  if (connection) await openProblem(makeConnectionContext(app, connection), { code: "sync_silent", params });
}

/** Runs that wait although nobody works their lane (a wake-up that was lost) are asked for again; harmless otherwise. */
export async function wakeWaiting(app: AppContext): Promise<void> {
  for (const open of await listOpenLanes(app)) await app.jobs.wake(open.lane, open.connectionId);
}
