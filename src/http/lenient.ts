/**
 * Readers for replies that keep few promises: numbers as text, empty maps as `[]`, flags as 0/1.
 * Each is a zod schema that accepts every spelling seen and gives one plain value.
 */
import { z } from "zod";

/** A reader that takes any value, a missing key too, and never refuses. */
export function read<T>(reader: (value: unknown) => T) {
  return z.preprocess(reader, z.custom<T>());
}

/** Text; numbers and flags are written out, everything else (null, `[]`, a missing key) is `""`. */
export const text = z.preprocess(toText, z.string());

/** Text that may be absent: `""`, null, `[]` and a missing key are `undefined`. */
export const optionalText = read((value) => toText(value) || undefined);

/** Text that must be there. */
export const requiredText = z.preprocess((value) => toText(value) || undefined, z.string());

/** A decimal amount as plain text (`"1299.5"`); refused when missing, empty or ambiguous. */
export const decimal = z.preprocess(toDecimal, z.string({ error: "not an amount" }));

/** A decimal amount, or `undefined` when it is missing or cannot be read. */
export const optionalDecimal = read(toDecimal);

/** A whole number, also when written as text. */
export const integer = z.preprocess(toInteger, z.int({ error: "not a whole number" }));

/** A whole number, or `undefined` when it is missing or is none. */
export const optionalInteger = read(toInteger);

/** `true`, 1, `"1"`, `"true"`, `"Y"` are true; `false` and their counterparts are false; anything else is `undefined`. */
export const optionalFlag = read(toFlag);

/** A flag whose absence means no. */
export const flag = z.preprocess((value) => toFlag(value) ?? false, z.boolean());

/** A flag whose absence means yes. */
export const flagUnlessNo = z.preprocess((value) => toFlag(value) ?? true, z.boolean());

/** A list, given as a list or as a map (its values); anything else is empty. */
export function listOf<T extends z.ZodType>(element: T) {
  return z.preprocess(toList, z.array(element));
}

/** Like `listOf`, but an element that cannot be read is left out. */
export function readableListOf<T extends z.ZodType>(element: T) {
  return read((value): z.output<T>[] =>
    toList(value).flatMap((raw) => {
      const parsed = element.safeParse(raw);
      return parsed.success ? [parsed.data] : [];
    }),
  );
}

/** An object, or `undefined` for `[]`, null, text, a missing key and an object that cannot be read. */
export function optionalObject<T extends z.ZodType>(shape: T) {
  return read((value): z.output<T> | undefined => (isFilledObject(value) ? shape.safeParse(value).data : undefined));
}

/** An object whose absence (also as `[]` or null) is the same as an empty one. */
export function objectOrEmpty<T extends z.ZodType>(shape: T) {
  return z.preprocess((value) => (isObject(value) ? value : {}), shape);
}

/** A map with any values; `[]` is the empty map. */
export const mapOfAnything = z.preprocess((value) => (isObject(value) ? value : {}), z.record(z.string(), z.unknown()));

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFilledObject(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length > 0;
}

/** A list as it is, a map as the list of its values, anything else as an empty list. */
export function toList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}

export function toText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  return "";
}

function toInteger(value: unknown): number | undefined {
  const found = typeof value === "string" && value.trim() !== "" ? Number(value.trim()) : value;
  return typeof found === "number" && Number.isSafeInteger(found) ? found : undefined;
}

function toFlag(value: unknown): boolean | undefined {
  const written = toText(value).trim().toLowerCase();
  if (["1", "true", "y", "yes"].includes(written)) return true;
  if (["0", "false", "n", "no"].includes(written)) return false;
  return undefined;
}

/**
 * One spelling for all amounts: no exponent, no thousand separators, a point, no trailing zeros.
 * `"1 299,50"` is `"1299.5"`. `"1,299"` could be either of two amounts and is refused rather than guessed.
 */
export function toDecimal(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? withoutTail(value.toFixed(6)) : undefined;
  if (typeof value !== "string") return undefined;
  const written = value.replace(/[\s\u00a0\u202f']/g, "");
  const plain = withPoint(written);
  return plain !== undefined && /^-?\d+(\.\d+)?$/.test(plain) ? withoutTail(plain) : undefined;
}

function withPoint(written: string): string | undefined {
  const comma = written.lastIndexOf(",");
  if (comma < 0) return written;
  const point = written.lastIndexOf(".");
  if (point > comma) return written.replaceAll(",", "");
  if (point >= 0) return written.replaceAll(".", "").replace(",", ".");
  if (/^-?[1-9]\d{0,2}(,\d{3})+$/.test(written)) return undefined;
  return written.replace(",", ".");
}

function withoutTail(plain: string): string {
  const [whole = "", fraction = ""] = plain.split(".");
  const kept = fraction.replace(/0+$/, "");
  const leading = whole.replace(/^(-?)0+(?=\d)/, "$1");
  const joined = kept === "" ? leading : `${leading}.${kept}`;
  return joined === "-0" ? "0" : joined;
}
