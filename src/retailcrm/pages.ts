import { toList } from "../http/lenient.ts";
import type { Ask, Query } from "./ask.ts";
import { type Body, unreadable } from "./errors.ts";
import { paginationOf } from "./read.ts";

const pagesMax = 5_000;
const idsPerCall = 100;
/** Long external ids would make an address that front servers refuse. */
const queryLengthMax = 5_000;

/** The rows under `key`, page by page. */
export async function* allPages(crm: Ask, path: string, query: Query, key: string): AsyncGenerator<unknown[]> {
  const limit = Number(query.limit);
  for (let page = 1; page <= pagesMax; page += 1) {
    const body = await crm.get(path, page === 1 ? query : { ...query, page });
    const rows = rowsIn(body, key, `GET ${path}`);
    yield rows;
    if (rows.length === 0 || page >= paginationOf(body, rows.length, limit).totalPages) return;
  }
  throw unreadable({ operation: `GET ${path}`, writes: false, secrets: [] }, `more than ${pagesMax} pages`);
}

/** The list under `key`; success without it is not taken for an empty list. */
export function rowsIn(body: Body, key: string, operation: string): unknown[] {
  if (!(key in body)) throw unreadable({ operation, writes: false, secrets: [] }, `the answer has no ${key}`);
  return toList(body[key]);
}

/** Each value once, in parts of at most 100 and of a length that an address can carry. */
export function inParts<T extends string | number>(values: T[]): T[][] {
  const parts: T[][] = [];
  let part: T[] = [];
  let length = 0;
  for (const value of new Set(values)) {
    const cost = encodeURIComponent(value).length + 40;
    if (part.length > 0 && (part.length >= idsPerCall || length + cost > queryLengthMax)) {
      parts.push(part);
      part = [];
      length = 0;
    }
    part.push(value);
    length += cost;
  }
  return part.length > 0 ? [...parts, part] : parts;
}
