import { en } from "./en.ts";
import { uk } from "./uk.ts";

/** What the demo says. */
export type Words = typeof en;

/** The language of the terminal: Ukrainian where LANG says so, English everywhere else. */
export function wordsFor(environment: Record<string, string | undefined>): { words: Words; language: string } {
  const locale = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || "";
  return /^uk/i.test(locale) ? { words: uk, language: "uk" } : { words: en, language: "en" };
}
