import { type ColumnType, type RawBuilder, sql } from "kysely";

/** A jsonb column: read as a value, written through `json()`. */
export type Json<T> = ColumnType<T, unknown, unknown>;

/** Writes a value into a jsonb column, the same way on both stores (a driver turns JS arrays into SQL arrays). */
export function json(value: unknown): RawBuilder<never> {
  return sql<never>`${JSON.stringify(value ?? null)}::jsonb`;
}
