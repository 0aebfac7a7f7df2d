/**
 * What a column value is in JavaScript, the same on both stores: bigint is a number (our largest are ids and bytes,
 * far below 2^53), numeric a string, timestamptz a Date, date and interval strings, bytea a Buffer, json parsed.
 */
import pg from "pg";

type Parser = (text: string) => unknown;

// Type ids of PostgreSQL's catalogue (pg_type.dat); they never change.
const int8 = 20;
const bytea = 17;
const date = 1082;
const interval = 1186;
const int8Array = 1016;
const numericArray = 1231;
const nameArray = 1003;

const asText: Parser = (text) => text;

/** Parsers of the embedded store where its own differ from what is promised above. */
export const embeddedParsers: Record<number, Parser> = {
  [int8]: Number,
  [date]: asText,
  [interval]: asText,
  [bytea]: (text) => Buffer.from(text.slice(2), "hex"),
};

const parserOf = pg.types.getTypeParser as (id: number, format?: string) => Parser;
const parseTextArray = parserOf(1009) as (text: string) => unknown[];

const serverParsers: Record<number, Parser> = {
  [int8]: Number,
  [date]: asText,
  [interval]: asText,
  [int8Array]: (text) => parseTextArray(text).map((item) => (item === null ? null : Number(item))),
  [numericArray]: parseTextArray,
  [nameArray]: parseTextArray,
};

/** The `types` setting of a `pg` pool; kept to that pool, so nobody else's parsers change. */
export const serverTypes = {
  getTypeParser(id: number, format?: string): Parser {
    const own = format === "binary" ? undefined : serverParsers[id];
    return own ?? parserOf(id, format);
  },
};

/**
 * A parameter as the embedded store takes it, by the rules of the `pg` driver: an array becomes an SQL array, any other
 * object JSON, a number or boolean its text. Bytes stay bytes.
 */
export function toParameter(value: unknown): string | Uint8Array | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "object") return String(value);
  if (value instanceof Uint8Array) return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return toArrayLiteral(value);
  return JSON.stringify(value);
}

function toArrayLiteral(items: unknown[]): string {
  const parts = items.map((item) => {
    if (item === null || item === undefined) return "NULL";
    if (Array.isArray(item)) return toArrayLiteral(item);
    const text = toParameter(item);
    const plain = text instanceof Uint8Array ? hexOf(text) : String(text);
    return `"${plain.replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"`;
  });
  return `{${parts.join(",")}}`;
}

/** Writes bytes for the embedded store; its own writer is slow on megabytes. */
export function hexOf(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}
export const embeddedSerializers: Record<number, (value: unknown) => string> = {
  [bytea]: (value) => (value instanceof Uint8Array ? hexOf(value) : String(value)),
};
