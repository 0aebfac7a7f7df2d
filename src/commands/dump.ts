import { type Kysely, sql } from "kysely";
import { z } from "zod";
import { migrate, schemaIsCurrent } from "../db/migrate.ts";
import type { Tables } from "../db/tables.ts";

/**
 * A whole database as lines of JSON, the same from and for both stores: a head, rows table by table, an end with the
 * number of rows. Credentials stay sealed. Sign-ins and slots of the moment are left out.
 */

/** Parents first. Every table is named here, with what its rows are ordered by; null: not taken along. */
const tables = {
  connections: ["id"],
  reference_lists: ["connection_id", "kind", "side", "id"],
  mapping_pairs: ["connection_id", "kind", "shop_id"],
  order_links: ["connection_id", "shop_order_id"],
  customer_links: ["connection_id", "key"],
  buyer_companies: ["connection_id", "user_id"],
  known_offers: ["connection_id", "article"],
  bookmarks: ["connection_id", "stream"],
  lanes: ["connection_id", "lane"],
  runs: ["id"],
  run_orders: ["run_id", "shop_order_id"],
  problems: ["connection_id", "key"],
  timeline: ["id"],
  catalogs: ["connection_id", "role"],
  catalog_pieces: ["connection_id", "version", "piece"],
  catalog_codes: ["connection_id", "field"],
  catalog_figures: ["connection_id", "role", "piece"],
  stock_figures: ["connection_id", "side", "article"],
  alerts: ["id"],
  alert_messages: ["alert_id", "channel", "is_over"],
  kept_values: ["name"],
  logins: null,
  shop_slots: null,
} satisfies Record<keyof Tables, string[] | null>;

const takenTables = Object.entries(tables).filter((entry): entry is [keyof Tables, string[]] => entry[1] !== null);
const readAtOnce = 200;
/** A piece of a catalogue is a row of 2 MB. */
const readPiecesAtOnce = 4;
const writeRowsMax = 200;
const writeCharactersMax = 4_000_000;

const headSchema = z.object({
  format: z.literal("horoshop-retailcrm backup"),
  version: z.literal(1),
  schema: z.array(z.string()),
  at: z.string(),
});
const lineSchema = z.union([
  z.object({
    table: z.enum(takenTables.map(([name]) => name) as [keyof Tables]),
    row: z.record(z.string(), z.unknown()),
  }),
  z.object({ end: z.record(z.string(), z.number()) }),
]);

export type DumpCounts = Record<string, number>;

/** What a person can mend about a backup or a database; the message is for him. */
export class DumpError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DumpError";
  }
}

/**
 * Reads everything as it stands at one moment.
 * @param extraRows rows that the database does not hold itself (catalogue files of the data folder)
 */
export async function readDump(
  db: Kysely<Tables>,
  at: Date,
  write: (line: string) => Promise<void>,
  extraRows?: (db: Kysely<Tables>) => AsyncIterable<{ table: keyof Tables; row: Record<string, unknown> }>,
): Promise<DumpCounts> {
  if (!(await schemaIsCurrent(db)))
    throw new DumpError("The database is of another version of this program. Run `migrate` first.");
  return db
    .transaction()
    .setIsolationLevel("repeatable read")
    .execute(async (trx) => {
      const head: z.output<typeof headSchema> = {
        format: "horoshop-retailcrm backup",
        version: 1,
        schema: await schemaOf(trx),
        at: at.toISOString(),
      };
      await write(JSON.stringify(head));
      const counts: DumpCounts = {};
      for (const [table, keys] of takenTables) {
        counts[table] = 0;
        for await (const row of readRows(trx, table, keys)) {
          await write(`{"table":"${table}","row":${row}}`);
          counts[table] += 1;
        }
      }
      for await (const extra of extraRows?.(trx) ?? []) {
        await write(JSON.stringify(extra));
        counts[extra.table] = (counts[extra.table] ?? 0) + 1;
      }
      await write(JSON.stringify({ end: counts }));
      return counts;
    });
}

/**
 * Fills an empty database, whole or not at all.
 * @param check looks at what was written before it counts; throwing undoes all
 */
export async function writeDump(
  db: Kysely<Tables>,
  lines: AsyncIterable<string>,
  check?: (db: Kysely<Tables>) => Promise<void>,
): Promise<DumpCounts> {
  await migrate(db);
  return db.transaction().execute(async (trx) => {
    await refuseUnlessEmpty(trx);
    const counts: DumpCounts = {};
    let head: z.output<typeof headSchema> | undefined;
    let end: DumpCounts | undefined;
    let batch: { table: keyof Tables; rows: string[]; characters: number } | undefined;
    const flush = async () => {
      if (batch) await insertRows(trx, batch.table, batch.rows);
      batch = undefined;
    };
    for await (const text of lines) {
      if (!head) {
        head = await checkHead(trx, text);
        continue;
      }
      const line = parseLine(text);
      if ("end" in line) {
        end = line.end;
        break;
      }
      if (
        batch &&
        (batch.table !== line.table || batch.rows.length >= writeRowsMax || batch.characters > writeCharactersMax)
      )
        await flush();
      batch ??= { table: line.table, rows: [], characters: 0 };
      batch.rows.push(JSON.stringify(line.row));
      batch.characters += text.length;
      counts[line.table] = (counts[line.table] ?? 0) + 1;
    }
    await flush();
    if (!end || Object.entries(end).some(([table, count]) => (counts[table] ?? 0) !== count)) {
      throw new DumpError("The backup is not complete: its end is missing. Nothing was changed.");
    }
    await sql`select setval(pg_get_serial_sequence('timeline', 'id'), (select coalesce(max(id), 1) from timeline))`.execute(
      trx,
    );
    await check?.(trx);
    return end;
  });
}

async function* readRows(db: Kysely<Tables>, table: keyof Tables, keys: string[]): AsyncGenerator<string> {
  const columns = sql.join(keys.map((key) => sql.ref(key)));
  const limit = table === "catalog_pieces" ? readPiecesAtOnce : readAtOnce;
  let last: unknown[] | undefined;
  for (;;) {
    const after = last ? sql`where (${columns}) > (${sql.join(last)})` : sql``;
    const found = await sql<Record<string, unknown>>`
      select ${columns}, to_jsonb(t)::text as whole from ${sql.table(table)} t ${after} order by ${columns} limit ${sql.lit(limit)}`.execute(
      db,
    );
    for (const row of found.rows) yield String(row.whole);
    const lastRow = found.rows.at(-1);
    if (!lastRow || found.rows.length < limit) return;
    last = keys.map((key) => lastRow[key]);
  }
}

async function insertRows(db: Kysely<Tables>, table: keyof Tables, rows: string[]): Promise<void> {
  await sql`
    insert into ${sql.table(table)}
    select * from jsonb_populate_recordset(null::${sql.table(table)}, ${`[${rows.join(",")}]`}::jsonb)`.execute(db);
}

async function refuseUnlessEmpty(db: Kysely<Tables>): Promise<void> {
  for (const [table] of takenTables) {
    const found = await sql`select 1 from ${sql.table(table)} limit 1`.execute(db);
    // Values that any start keeps for itself do not count.
    if (found.rows.length > 0 && table !== "kept_values") {
      throw new DumpError("The target database is not empty. Take an empty one; nothing was changed.");
    }
  }
  await db.deleteFrom("kept_values").execute();
}

async function checkHead(db: Kysely<Tables>, text: string): Promise<z.output<typeof headSchema>> {
  const head = headSchema.safeParse(parseJson(text));
  if (!head.success) throw new DumpError("This is not a backup of this program.");
  const ours = await schemaOf(db);
  if (head.data.schema.join() !== ours.join()) {
    throw new DumpError(
      `The backup is of another version (its schema ends with ${head.data.schema.at(-1) ?? "nothing"}, ours with ${ours.at(-1)}). Restore it with the version that made it, then update.`,
    );
  }
  return head.data;
}

function parseLine(text: string): z.output<typeof lineSchema> {
  const line = lineSchema.safeParse(parseJson(text));
  if (!line.success) throw new DumpError("The backup is damaged: a line cannot be read. Nothing was changed.");
  return line.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function schemaOf(db: Kysely<Tables>): Promise<string[]> {
  const done = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return done.rows.map((row) => row.name);
}
