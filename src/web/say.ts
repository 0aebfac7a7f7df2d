import { en } from "./text/en.ts";
import { es } from "./text/es.ts";
import { ru } from "./text/ru.ts";
import { uk } from "./text/uk.ts";

export type Language = "uk" | "en" | "ru" | "es";

const dictionaries: Record<Language, Record<string, string>> = { uk, en, ru, es };

/** The plain words for a code in a language; a code without a text of its own is named in a general sentence. */
export function say(language: Language, code: string, params: Record<string, unknown> = {}): string {
  const texts = dictionaries[language];
  const text = Object.hasOwn(texts, code) ? texts[code]! : `${texts.internal!} (${code})`;
  return (
    text
      .replace(/\[([^\]]*)\]/g, (_, part: string) => (hasAllValues(part, params) ? part : ""))
      .replace(/\{\+?(\w+)\}/g, (_, name: string) => valueText(params[name]))
      // A remote's sentence brings its own full stop.
      .replace(/([.!?…])\.(?=\s|$)/g, "$1")
  );
}

export function hasText(code: string): boolean {
  return Object.hasOwn(en, code);
}

/** The best of our languages for an Accept-Language header, by its quality values; English when none fits. */
export function languageOf(header: string | undefined): Language {
  let best: Language = "en";
  let bestQuality = 0;
  for (const part of (header ?? "").slice(0, 1000).split(",")) {
    const [range = "", ...options] = part.trim().toLowerCase().split(";");
    const language = toLanguage(range);
    const quality = Number(options.map((option) => /^\s*q\s*=\s*([\d.]+)\s*$/.exec(option)?.[1]).find(Boolean) ?? "1");
    if (language && quality > bestQuality) {
      best = language;
      bestQuality = quality;
    }
  }
  return best;
}

/** `uk-UA`, `ua`, `RU` → one of our languages. */
export function toLanguage(tag: string | null | undefined): Language | undefined {
  const primary = (tag ?? "").trim().toLowerCase().split(/[-_]/)[0];
  if (primary === "ua") return "uk";
  return primary === "uk" || primary === "en" || primary === "ru" || primary === "es" ? primary : undefined;
}

function hasAllValues(part: string, params: Record<string, unknown>): boolean {
  for (const [, mark, name] of part.matchAll(/\{(\+?)(\w+)\}/g)) {
    const value = params[name!];
    if (valueText(value) === "" || (mark === "+" && value === 0)) return false;
  }
  return true;
}

const listMax = 10;
const lengthMax = 300;

function valueText(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) {
    const shown = value.slice(0, listMax).map(valueText).filter(Boolean).join(", ");
    return value.length > listMax ? `${shown}, …` : shown;
  }
  if (typeof value === "object") {
    const named = value as Record<string, unknown>;
    return valueText(named.name ?? named.title ?? named.code ?? named.id);
  }
  const text = String(value);
  return text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text;
}
