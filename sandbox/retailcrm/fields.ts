import { isDate, isDateTime } from "./crm-time.ts";
import { texts } from "./refusal.ts";
import type { Fields } from "./state.ts";

/** `line`: one line of text, at most 255 characters; `text`: any length. */
export type FieldKind = "line" | "text" | "number" | "integer" | "boolean" | "date" | "dateTime";

export type Trouble = Record<string, string>;

/**
 * Takes the known fields of a written entity and drops the others, as the service does with what it does not know.
 * `""` and null clear a field: it comes back as null. What does not fit stands in `trouble` under its path.
 */
export function readFields(raw: Fields, kinds: Record<string, FieldKind>, trouble: Trouble, path = ""): Fields {
  const read: Fields = {};
  for (const [name, kind] of Object.entries(kinds)) {
    if (!(name in raw)) continue;
    const value = raw[name];
    if (value === null || value === "") {
      read[name] = null;
      continue;
    }
    const fitting = readValue(value, kind);
    if (fitting === undefined) trouble[path + name] = tooLong(value, kind) ?? texts.notValid;
    else read[name] = fitting;
  }
  return read;
}

function tooLong(value: unknown, kind: FieldKind): string | undefined {
  if (kind !== "line" || String(value).length <= 255 || typeof value === "object") return undefined;
  return "This value is too long. It should have 255 characters or less.";
}

export function readValue(value: unknown, kind: FieldKind): unknown {
  switch (kind) {
    case "line":
    case "text": {
      if (typeof value !== "string" && typeof value !== "number") return undefined;
      const text = String(value);
      return kind === "line" && text.length > 255 ? undefined : text;
    }
    case "number":
    case "integer": {
      const number = readNumber(value);
      return number === undefined || (kind === "integer" && !Number.isInteger(number)) ? undefined : number;
    }
    case "boolean":
      return readBoolean(value);
    case "date":
      return typeof value === "string" && isDate(value) ? value : undefined;
    case "dateTime":
      return typeof value === "string" && isDateTime(value) ? value : undefined;
  }
}

export function readNumber(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

function readBoolean(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (value === 1 || value === "1" || value === "true") return true;
  return value === 0 || value === "0" || value === "false" ? false : undefined;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Writes `read` over `target`: null removes. */
export function merge(target: Fields, read: Fields): void {
  for (const [name, value] of Object.entries(read)) {
    if (value === null || value === undefined) delete target[name];
    else target[name] = value;
  }
}

/** An empty map is written `[]`, as PHP does (reference 1.4). */
export function phpMap(map: Fields): Fields | [] {
  return Object.keys(map).length === 0 ? [] : map;
}

/** Empty fields are left out of answers. */
export function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}

const addressKinds: Record<string, FieldKind> = {
  index: "line",
  countryIso: "line",
  region: "line",
  regionId: "integer",
  city: "line",
  cityId: "integer",
  cityType: "line",
  street: "line",
  streetId: "integer",
  streetType: "line",
  building: "line",
  flat: "line",
  floor: "integer",
  block: "integer",
  house: "line",
  housing: "line",
  metro: "line",
  notes: "text",
  text: "text",
};

const addressParts = ["index", "region", "city", "street", "building", "flat", "floor", "block", "house", "housing"];

/** Writes an address (reference 8.6); `text` is made from the detailed fields where they are used. */
export function writeAddress(target: Fields, raw: unknown, trouble: Trouble, path: string): void {
  if (!isFields(raw)) return;
  const read = readFields(raw, addressKinds, trouble, path);
  merge(target, read);
  const detailed = ["street", "building", "flat", "house"].some((name) => read[name] !== undefined);
  if (detailed && typeof read.text !== "string") {
    target.text = addressParts
      .slice(3)
      .filter((name) => target[name] !== undefined)
      .map((name) => String(target[name]))
      .join(", ");
  }
}

const contragentKinds: Record<string, Record<string, FieldKind>> = {
  individual: {},
  "legal-entity": { ...requisites(), KPP: "line", OGRN: "line" },
  enterpreneur: { ...requisites(), OGRNIP: "line", certificateNumber: "line", certificateDate: "date" },
};

function requisites(): Record<string, FieldKind> {
  const names = [
    "legalName",
    "legalAddress",
    "INN",
    "OKPO",
    "BIK",
    "bank",
    "bankAddress",
    "corrAccount",
    "bankAccount",
  ];
  return Object.fromEntries(names.map((name) => [name, "line" as const]));
}

/** Fields that the type of contragent does not have are dropped (reference 7.3). */
export function writeContragent(target: Fields, raw: unknown, trouble: Trouble): void {
  if (!isFields(raw)) return;
  const type = raw.contragentType ?? target.contragentType;
  const kinds = contragentKinds[String(type)];
  if (kinds === undefined) {
    trouble["contragent.contragentType"] = "The value you selected is not a valid choice.";
    return;
  }
  target.contragentType = type;
  merge(target, readFields(raw, kinds, trouble, "contragent."));
}

const sourceKinds: Record<string, FieldKind> = {
  source: "line",
  medium: "line",
  campaign: "line",
  keyword: "line",
  content: "line",
};

export function writeSource(target: Fields, raw: unknown, trouble: Trouble): void {
  if (isFields(raw)) merge(target, readFields(raw, sourceKinds, trouble, "source."));
}
