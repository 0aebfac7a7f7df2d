import { type Kysely, type Migration, Migrator, sql } from "kysely";
import * as start from "./migrations/0001-start.ts";
import * as stock from "./migrations/0002-stock.ts";
import * as alerts from "./migrations/0003-alerts.ts";
import * as customers from "./migrations/0004-customers.ts";
import * as freeLines from "./migrations/0005-free-lines.ts";
import * as archive from "./migrations/0006-archive.ts";
import type { Tables } from "./tables.ts";

/** In the code and not found on disk, so that a bundled program has them. New ones are added at the end, none changed. */
const migrations: Record<string, Migration> = {
  "0001-start": start,
  "0002-stock": stock,
  "0003-alerts": alerts,
  "0004-customers": customers,
  "0005-free-lines": freeLines,
  "0006-archive": archive,
};

/** Any number that nobody else locks; all processes on one database take turns by it. */
const lockNumber = 7_316_482_019;

/**
 * Brings the schema up to date; harmless when it is, safe when several processes start at once.
 * @throws Error of the migration that failed; what it did is rolled back
 */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  await db.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${sql.lit(lockNumber)})`.execute(connection);
    try {
      const { error } = await migratorOf(connection).migrateToLatest();
      if (error) throw error;
    } finally {
      await sql`select pg_advisory_unlock(${sql.lit(lockNumber)})`.execute(connection);
    }
  });
}

/** Whether the database has exactly the migrations of this program: neither fewer nor more. */
export async function schemaIsCurrent(db: Kysely<Tables>): Promise<boolean> {
  const known = Object.keys(migrations);
  const table = await sql<{ name: string | null }>`select to_regclass('kysely_migration')::text as name`.execute(db);
  if (!table.rows[0]?.name) return false;
  const done = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return done.rows.length === known.length && done.rows.every((row) => known.includes(row.name));
}

function migratorOf(db: Kysely<Tables>): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => migrations } });
}
