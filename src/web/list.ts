import { z } from "zod";
import { malformed } from "./api-failure.ts";

/** The query of every list: `limit` 1 to 200 (default 50) and `cursor`, the `next` of the page before. */
export const listQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().min(1).max(1000).optional(),
};

/** The answer of a list, for the OpenAPI document. */
export function listAnswer<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** The face of a list; `next` is the place to go on from, undefined at the end. */
export function page<Item>(items: Item[], next?: unknown): { items: Item[]; next: string | null } {
  return { items, next: next === undefined || next === null ? null : writeCursor(next) };
}

/** A place in a list as opaque text. */
export function writeCursor(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/**
 * Reads the cursor of a request back into a place.
 * @throws ApiFailure 400 when it was not made by `page` or does not fit the schema
 */
export function readCursor<Place extends z.ZodType>(
  cursor: string | undefined,
  place: Place,
): z.output<Place> | undefined {
  if (cursor === undefined) return undefined;
  let value: unknown;
  try {
    if (!/^[\w-]+$/.test(cursor)) throw new Error("not base64url");
    value = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    throw malformed({ cursor: "the value of `next` of the page before" });
  }
  const parsed = place.safeParse(value);
  if (!parsed.success) throw malformed({ cursor: "the value of `next` of the page before" });
  return parsed.data;
}
