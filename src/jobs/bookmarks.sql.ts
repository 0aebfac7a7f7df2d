import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";

/** Where a stream of this connection stopped; undefined before the first time. */
export async function loadBookmark(
  db: Kysely<Tables>,
  connectionId: string,
  stream: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom("bookmarks")
    .select("place")
    .where("connection_id", "=", connectionId)
    .where("stream", "=", stream)
    .executeTakeFirst();
  return row?.place;
}

/** To be called only after what the place covers is settled. */
export async function saveBookmark(
  db: Kysely<Tables>,
  connectionId: string,
  stream: string,
  place: string,
  now: Date,
): Promise<void> {
  await db
    .insertInto("bookmarks")
    .values({ connection_id: connectionId, stream, place, saved_at: now })
    .onConflict((conflict) => conflict.columns(["connection_id", "stream"]).doUpdateSet({ place, saved_at: now }))
    .execute();
}
