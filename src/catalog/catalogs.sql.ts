import { open } from "node:fs/promises";
import { type Selectable, sql } from "kysely";
import type { AppContext, ConnectionContext } from "../context.ts";
import { json } from "../db/json.ts";
import type { CatalogsTable } from "../db/tables.ts";
import { assignCodes } from "./param-codes.ts";
import type { CatalogWarning } from "./remarks.ts";

const pieceBytes = 1024 * 1024;
const fetchedEveryMs = 60_000;
const codesPerInsert = 500;

/** The facts about a file; the file itself lies in the data folder, with a server also in `catalog_pieces`. */
export type CatalogRecord = {
  version: string;
  generatedAt: Date;
  offers: number;
  activeOffers: number;
  products: number;
  bytes: number;
  gzipBytes: number;
  etag: string;
  excluded: Record<string, number>;
  warnings: CatalogWarning[];
  /** why it is held; null for a served one */
  reason: Record<string, unknown> | null;
  lastFetchedAt: Date | null;
};
export type CatalogRole = "served" | "held";
export type Catalogs = Partial<Record<CatalogRole, CatalogRecord>>;

export async function loadCatalogs(app: AppContext, connectionId: string): Promise<Catalogs> {
  const rows = await app.db.selectFrom("catalogs").selectAll().where("connection_id", "=", connectionId).execute();
  return Object.fromEntries(rows.map((row) => [row.role, toRecord(row)]));
}

/** From now on this one is served; a held one is dropped. This row is the switch: files are in place before. */
export async function saveServed(ctx: ConnectionContext, record: CatalogRecord): Promise<void> {
  await ctx.db.transaction().execute(async (trx) => {
    const db = { ...ctx, db: trx };
    await deleteRole(db, "held");
    await upsert(db, "served", record);
  });
}

/** Kept for a person's decision; an older held one is replaced. */
export async function saveHeld(ctx: ConnectionContext, record: CatalogRecord): Promise<void> {
  await upsert(ctx, "held", record);
}

/** The held one is served from now on. False: none is held (any more). */
export async function promoteHeld(ctx: ConnectionContext): Promise<boolean> {
  return ctx.db.transaction().execute(async (trx) => {
    const held = await trx
      .selectFrom("catalogs")
      .selectAll()
      .where("connection_id", "=", ctx.connection.id)
      .where("role", "=", "held")
      .forUpdate()
      .executeTakeFirst();
    if (!held) return false;
    const db = { ...ctx, db: trx };
    await deleteRole(db, "held");
    await upsert(db, "served", { ...toRecord(held), reason: null });
    return true;
  });
}

async function deleteRole(ctx: Pick<ConnectionContext, "db" | "connection">, role: CatalogRole): Promise<void> {
  await ctx.db.deleteFrom("catalogs").where("connection_id", "=", ctx.connection.id).where("role", "=", role).execute();
}

/** `last_fetched_at` of the row before stays: it tells about the address, not about one file. */
async function upsert(
  ctx: Pick<ConnectionContext, "db" | "connection">,
  role: CatalogRole,
  record: CatalogRecord,
): Promise<void> {
  const row = {
    version: record.version,
    generated_at: record.generatedAt,
    offers: record.offers,
    active_offers: record.activeOffers,
    products: record.products,
    bytes: record.bytes,
    gzip_bytes: record.gzipBytes,
    etag: record.etag,
    excluded: json(record.excluded),
    warnings: json(record.warnings),
    reason: record.reason === null ? null : json(record.reason),
  };
  await ctx.db
    .insertInto("catalogs")
    .values({ connection_id: ctx.connection.id, role, ...row })
    .onConflict((conflict) => conflict.columns(["connection_id", "role"]).doUpdateSet(row))
    .execute();
}

/** Notes that somebody fetched the file, at most once a minute. */
export async function markFetched(app: AppContext, connectionId: string): Promise<void> {
  const now = app.now();
  await app.db
    .updateTable("catalogs")
    .set({ last_fetched_at: now })
    .where("connection_id", "=", connectionId)
    .where("role", "=", "served")
    .where((row) =>
      row.or([
        row("last_fetched_at", "is", null),
        row("last_fetched_at", "<=", new Date(now.getTime() - fetchedEveryMs)),
      ]),
    )
    .execute();
}

/** Codes of the shop's attributes; those that are new get theirs now and keep it. */
export async function loadCodes(ctx: ConnectionContext, fields: Set<string>): Promise<Map<string, string>> {
  const known = await readCodes(ctx);
  const added = [...assignCodes(fields, known)].map(([field, code]) => ({
    connection_id: ctx.connection.id,
    field,
    code,
  }));
  for (let start = 0; start < added.length; start += codesPerInsert) {
    const part = added.slice(start, start + codesPerInsert);
    await ctx.db
      .insertInto("catalog_codes")
      .values(part)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  return added.length > 0 ? readCodes(ctx) : known;
}

async function readCodes(ctx: ConnectionContext): Promise<Map<string, string>> {
  const rows = await ctx.db
    .selectFrom("catalog_codes")
    .select(["field", "code"])
    .where("connection_id", "=", ctx.connection.id)
    .execute();
  return new Map(rows.map((row) => [row.field, row.code]));
}

/** Puts the compressed file into the database, so that any process can serve it. */
export async function savePieces(ctx: ConnectionContext, version: string, path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    for (let piece = 0; ; piece += 1) {
      const bytes = Buffer.alloc(pieceBytes);
      const { bytesRead } = await file.read(bytes, 0, pieceBytes, piece * pieceBytes);
      if (bytesRead === 0) return;
      await ctx.db
        .insertInto("catalog_pieces")
        .values({ connection_id: ctx.connection.id, version, piece, bytes: bytes.subarray(0, bytesRead) })
        .onConflict((conflict) =>
          conflict
            .columns(["connection_id", "version", "piece"])
            .doUpdateSet((row) => ({ bytes: row.ref("excluded.bytes") })),
        )
        .execute();
      if (bytesRead < pieceBytes) return;
    }
  } finally {
    await file.close();
  }
}

export async function* loadPieces(app: AppContext, connectionId: string, version: string): AsyncGenerator<Buffer> {
  for (let piece = 0; ; piece += 1) {
    const row = await app.db
      .selectFrom("catalog_pieces")
      .select("bytes")
      .where("connection_id", "=", connectionId)
      .where("version", "=", version)
      .where("piece", "=", piece)
      .executeTakeFirst();
    if (!row) return;
    yield row.bytes;
  }
}

/** Pieces of versions that are neither served nor held. */
export async function prunePieces(ctx: ConnectionContext): Promise<void> {
  await sql`
    delete from catalog_pieces where connection_id = ${ctx.connection.id}
      and version not in (select version from catalogs where connection_id = ${ctx.connection.id})`.execute(ctx.db);
}

function toRecord(row: Selectable<CatalogsTable>): CatalogRecord {
  return {
    version: row.version,
    generatedAt: row.generated_at,
    offers: row.offers,
    activeOffers: row.active_offers,
    products: row.products,
    bytes: Number(row.bytes),
    gzipBytes: Number(row.gzip_bytes),
    etag: row.etag,
    excluded: row.excluded,
    warnings: row.warnings as CatalogWarning[],
    reason: row.reason,
    lastFetchedAt: row.last_fetched_at,
  };
}
