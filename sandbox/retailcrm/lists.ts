import { type Call, ok, type Reply } from "./call.ts";
import { isDate, isDateTime } from "./crm-time.ts";
import { asList, asText, type Parameters, type Tree } from "./parameters.ts";
import { refuseInput, texts } from "./refusal.ts";

const choiceText = "The value you selected is not a valid choice.";

/** `limit` and `page` (reference 1.6); a page past the end is empty. */
export function readPage(call: Call, allowed = [20, 50, 100], usual = 20): { limit: number; page: number } {
  const limitText = asText(call.query.limit);
  const limit = limitText === undefined || limitText === "" ? usual : Number(limitText);
  if (!allowed.includes(limit)) refuseInput("limit", choiceText);
  const pageText = asText(call.query.page);
  const page = pageText === undefined || pageText === "" ? 1 : Number(pageText);
  if (!Number.isInteger(page) || page < 1) refuseInput("page");
  return { limit, page };
}

export function pagination(limit: number, page: number, count: number): Record<string, number> {
  return { limit, totalCount: count, currentPage: page, totalPageCount: Math.ceil(count / limit) };
}

/** A paged answer; only the entries of the page are turned into their API shape. */
export function paged<T>(
  call: Call,
  key: string,
  entries: T[],
  view: (entry: T) => unknown,
  allowed = [20, 50, 100],
): Reply {
  const { limit, page } = readPage(call, allowed);
  const part = entries.slice((page - 1) * limit, page * limit);
  return ok({ pagination: pagination(limit, page, entries.length), [key]: part.map(view) });
}

export type FilterKind = "list" | "ids" | "text" | "integer" | "flag" | "date" | "dateTime" | "time" | "any";

export type Filter = {
  text(name: string): string | undefined;
  list(name: string): string[] | undefined;
  number(name: string): number | undefined;
  flag(name: string): boolean | undefined;
  tree(name: string): Tree | undefined;
};

/** Reads `filter[...]`, refusing names that the method does not have and values of a wrong kind (reference 9.1). */
export function readFilter(call: Call, kinds: Record<string, FilterKind>): Filter {
  const given = call.query.filter ?? {};
  if (typeof given === "string") refuseInput("filter");
  for (const [name, value] of Object.entries(given)) {
    const kind = kinds[name];
    if (kind === undefined) refuseInput(`children[${name}]`, "This form should not contain extra fields.");
    if (value !== "" && !fits(kind, value)) refuseInput(`children[${name}]`, texts.notValid);
  }
  const parts = given as Parameters;
  const lists = new Map(Object.keys(parts).map((name) => [name, listOf(parts[name])]));
  const text = (name: string): string | undefined => asText(parts[name]) || undefined;
  return {
    text,
    list: (name) => lists.get(name),
    number: (name) => (text(name) === undefined ? undefined : Number(text(name))),
    flag: (name) => (text(name) === undefined ? undefined : text(name) === "1"),
    tree: (name) => parts[name],
  };
}

function listOf(tree: Tree | undefined): string[] | undefined {
  const list = tree === undefined || tree === "" ? undefined : asList(tree);
  return list === undefined || list.length === 0 ? undefined : list;
}

function fits(kind: FilterKind, value: Tree): boolean {
  if (kind === "any") return true;
  if (kind === "list" || kind === "ids") {
    const list = asList(value);
    if (list === undefined) return false;
    return kind === "list" ? list.every((entry) => entry.length <= 255) : list.every((entry) => /^\d+$/.test(entry));
  }
  if (typeof value !== "string") return false;
  switch (kind) {
    case "text":
      return value.length <= 255;
    case "integer":
      return /^-?\d+$/.test(value);
    case "flag":
      return value === "0" || value === "1";
    case "date":
      return isDate(value);
    case "dateTime":
      return isDateTime(value) || isDate(value);
    case "time":
      return /^\d{2}:\d{2}:\d{2}$/.test(value);
  }
}

/** A date filter against a date-time, both ends included. */
export function withinDates(at: string | undefined, from: string | undefined, to: string | undefined): boolean {
  if (from === undefined && to === undefined) return true;
  if (at === undefined) return false;
  const day = at.slice(0, 10);
  return (from === undefined || day >= from) && (to === undefined || day <= to);
}

export function withinNumbers(value: number, least: number | undefined, most: number | undefined): boolean {
  return (least === undefined || value >= least) && (most === undefined || value <= most);
}

export function includesText(value: unknown, part: string | undefined): boolean {
  return part === undefined || (typeof value === "string" && value.toLowerCase().includes(part.toLowerCase()));
}
