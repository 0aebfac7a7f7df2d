import type { Db, PgBoss } from "pg-boss";

type Rows = { rows: Record<string, unknown>[] };
/** The part of a `pg` pool that is used here. */
type Pool = { query(text: string, values?: unknown[]): Promise<Rows | Rows[]> };

/** Lets pg-boss run on our pool, embedded or server, in place of a pool of its own. */
export function bossDatabase(pool: Pool): Db {
  return {
    async executeSql(text, values) {
      const result = await pool.query(text, values);
      // Several statements in one text give several results; pg-boss looks for the rows of any of them.
      return Array.isArray(result) ? { rows: result.flatMap((one) => one.rows ?? []) } : result;
    },
  };
}

/**
 * Makes jobs that a killed process left active available again, at once and not after the heartbeat's pause. Only for a
 * store that no other process can have open. pg-boss has no call that lists active jobs, nor one that fails a job
 * without its retry pause; hence the two statements on its table.
 */
export async function returnLeftJobs(boss: PgBoss, pool: Pool): Promise<void> {
  const { rows } = (await pool.query("select name, id from pgboss.job where state = 'active'")) as Rows;
  if (rows.length === 0) return;
  for (const row of rows) await boss.fail(String(row.name), String(row.id), { reason: "its process was killed" });
  await pool.query("update pgboss.job set start_after = now() where state = 'retry' and id = any($1::uuid[])", [
    rows.map((row) => row.id),
  ]);
}
