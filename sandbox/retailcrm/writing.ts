import type { Crm } from "./call.ts";
import type { Trouble } from "./fields.ts";
import { Refusal, texts } from "./refusal.ts";
import type { Actor } from "./state.ts";

/** A write under way: who writes into which site, and everything that speaks against it. */
export type Writing = {
  crm: Crm;
  actor: Actor;
  /** the site of a new order, or the order's own */
  site: string;
  /** sites in which the writer may look for customers */
  sites: string[];
  time: string;
  /** values of a wrong form: `Errors in the entity format` */
  format: Trouble;
  /** things that do not exist: `Order is not loaded` */
  load: Trouble;
  /** a refusal with a sentence of its own */
  sentence?: string;
};

export function startWriting(crm: Crm, actor: Actor, site: string, sites: string[], time: string): Writing {
  return { crm, actor, site, sites, time, format: {}, load: {} };
}

/** Throws what was found; `loadText` is the entity's sentence for things that do not exist. */
export function throwTrouble(writing: Writing, loadText: string): void {
  if (Object.keys(writing.format).length > 0) throw new Refusal(400, texts.entityErrors, writing.format);
  if (Object.keys(writing.load).length > 0) throw new Refusal(400, loadText, writing.load);
  if (writing.sentence !== undefined) throw new Refusal(400, writing.sentence);
}

/** The same as lines of a batch's `errors`: "path: text", or the text alone when it is a whole sentence. */
export function troubleLines(writing: Writing): string[] {
  const lines = Object.entries({ ...writing.format, ...writing.load }).map(([path, text]) => `${path}: ${text}`);
  return writing.sentence === undefined ? lines : [...lines, writing.sentence];
}

/** Notes a code that the reference book does not have. */
export function checkCode(writing: Writing, book: string, entity: string, path: string, code: unknown): void {
  if (code === undefined || code === null) return;
  if (writing.crm.state.books[book]?.[String(code)] !== undefined) return;
  writing.load[path] = `"${entity}" with "code"="${String(code)}" does not exist.`;
}
