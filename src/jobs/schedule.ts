import { type Kysely, sql } from "kysely";
import type { Logger as Log } from "pino";
import type { Tables } from "../db/tables.ts";

export type DueLane = { connectionId: string; lane: string };

const jitterShare = 0.1;

/**
 * Moves `next_at` of due lanes to now + interval ± 10 % and returns them, the longest overdue first. Several processes
 * may claim at once: none gets a lane that another one got.
 * @param intervals ms by lane name; a lane with interval 0, or without one, is never due
 * @param limit lanes at most; the rest is due still
 */
export async function claimDueLanes(
  db: Kysely<Tables>,
  now: Date,
  intervals: Record<string, number>,
  random: () => number,
  limit = 500,
): Promise<DueLane[]> {
  const names = Object.keys(intervals).filter((name) => (intervals[name] ?? 0) > 0);
  if (names.length === 0) return [];
  return db.transaction().execute(async (transaction) => {
    const due = await transaction
      .selectFrom("lanes")
      .select(["connection_id", "lane"])
      .where("next_at", "<=", now)
      .where("lane", "in", names)
      .orderBy("next_at")
      .limit(limit)
      .forUpdate()
      .skipLocked()
      .execute();
    if (due.length === 0) return [];

    const next = due.map((row) => ({
      connection_id: row.connection_id,
      lane: row.lane,
      next_at: new Date(now.getTime() + spread(intervals[row.lane]!, random)).toISOString(),
    }));
    await sql`
      update lanes set next_at = next.next_at
      from jsonb_to_recordset(${JSON.stringify(next)}::jsonb) as next (connection_id text, lane text, next_at timestamptz)
      where lanes.connection_id = next.connection_id and lanes.lane = next.lane`.execute(transaction);
    return due.map((row) => ({ connectionId: row.connection_id, lane: row.lane }));
  });
}

/** So that connections made in one minute do not meet in one minute for ever. */
function spread(intervalMs: number, random: () => number): number {
  return Math.round(intervalMs * (1 + jitterShare * (2 * random() - 1)));
}

/** Gives a connection its lanes, due now; those that it has keep their time. */
export async function ensureLanes(db: Kysely<Tables>, connectionId: string, lanes: string[], now: Date): Promise<void> {
  if (lanes.length === 0) return;
  await db
    .insertInto("lanes")
    .values(lanes.map((lane) => ({ connection_id: connectionId, lane, next_at: now, wanted: false, failures: 0 })))
    .onConflict((conflict) => conflict.columns(["connection_id", "lane"]).doNothing())
    .execute();
}

/** Sets when a lane is due next; a lane that does not exist yet is made. */
export async function setLaneDue(db: Kysely<Tables>, connectionId: string, lane: string, at: Date): Promise<void> {
  await db
    .insertInto("lanes")
    .values({ connection_id: connectionId, lane, next_at: at, wanted: false, failures: 0 })
    .onConflict((conflict) => conflict.columns(["connection_id", "lane"]).doUpdateSet({ next_at: at }))
    .execute();
}

/**
 * Calls `tick` every `everyMs`, the first time at once, never while the last one still runs. A tick that throws is
 * logged and the next one comes.
 */
export function startTicker(options: { everyMs: number; tick: () => Promise<void>; log: Log }): {
  /** Resolves when a tick in hand is done. */
  stop(): Promise<void>;
} {
  const { everyMs, tick, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let inHand = Promise.resolve();

  async function turn(): Promise<void> {
    const startedAt = performance.now();
    try {
      await tick();
    } catch (error) {
      log.error({ err: error }, "a tick of the schedule failed");
    }
    if (!stopped) schedule(Math.max(0, everyMs - (performance.now() - startedAt)));
  }
  function schedule(delayMs: number): void {
    timer = setTimeout(() => {
      inHand = turn();
    }, delayMs);
  }

  schedule(0);
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await inHand;
    },
  };
}

/** Asks for a lane's work beside its schedule; the wish is kept until somebody takes it. */
export async function setWanted(db: Kysely<Tables>, connectionId: string, lane: string): Promise<void> {
  await db
    .updateTable("lanes")
    .set({ wanted: true })
    .where("connection_id", "=", connectionId)
    .where("lane", "=", lane)
    .execute();
}

/** Takes the wish; false when there is none. Take it before the work: a wish that comes during it counts anew. */
export async function takeWanted(db: Kysely<Tables>, connectionId: string, lane: string): Promise<boolean> {
  const taken = await db
    .updateTable("lanes")
    .set({ wanted: false })
    .where("connection_id", "=", connectionId)
    .where("lane", "=", lane)
    .where("wanted", "=", true)
    .executeTakeFirst();
  return taken.numUpdatedRows > 0n;
}
