import { randomUUID } from "node:crypto";
import { open } from "node:fs/promises";
import type { Kysely } from "kysely";
import { catalogFile, restoreCatalogFiles } from "../catalog/catalog-files.flow.ts";
import type { Tables } from "../db/tables.ts";

const pieceBytes = 1024 * 1024;

/** The catalogue files of a data folder as rows of `catalog_pieces`: with the embedded database they lie on disk only. */
export async function* piecesOfFolder(db: Kysely<Tables>, dataDir: string) {
  const catalogs = await db.selectFrom("catalogs").select(["connection_id", "version"]).distinct().execute();
  for (const { connection_id, version } of catalogs) {
    const file = await open(catalogFile({ dataDir, connectionId: connection_id }, version, true)).catch(
      () => undefined,
    );
    if (!file) continue;
    try {
      for (let piece = 0; ; piece += 1) {
        const bytes = Buffer.alloc(pieceBytes);
        const { bytesRead } = await file.read(bytes, 0, pieceBytes, piece * pieceBytes);
        if (bytesRead === 0) break;
        const hex = `\\x${bytes.subarray(0, bytesRead).toString("hex")}`;
        yield { table: "catalog_pieces" as const, row: { connection_id, version, piece, bytes: hex } };
      }
    } finally {
      await file.close();
    }
  }
}

/** Writes the pieces back as files and takes them out of the database: the embedded one is no place for them. */
export async function filesFromPieces(db: Kysely<Tables>, dataDir: string): Promise<void> {
  const versions = await db.selectFrom("catalog_pieces").select(["connection_id", "version"]).distinct().execute();
  for (const { connection_id, version } of versions) {
    await restoreCatalogFiles(
      { dataDir, connectionId: connection_id },
      version,
      readPieces(db, connection_id, version),
      randomUUID(),
    );
  }
  await db.deleteFrom("catalog_pieces").execute();
}

async function* readPieces(db: Kysely<Tables>, connectionId: string, version: string): AsyncGenerator<Buffer> {
  for (let piece = 0; ; piece += 1) {
    const row = await db
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
