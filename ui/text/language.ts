import { createI18n } from "vue-i18n";
import { callContext } from "../api.ts";
import { chooseLanguage, type Dictionary, type Language, pluralForm } from "./choose-language.ts";
import { en } from "./en.ts";
import { uk } from "./uk.ts";

const dictionaries: Record<Language, Dictionary> = { en, uk };
const keptUnder = "language";

export const text = createI18n({
  legacy: false,
  locale: "en",
  fallbackLocale: "en",
  messages: dictionaries as { en: Dictionary; uk: Dictionary },
  pluralRules: { uk: pluralForm },
});

let accountLanguage: string | undefined;

/** The language a person picked in the header goes first, then the account's, the browser's, English. */
export function startLanguage(): void {
  show(chooseLanguage([kept(), accountLanguage, ...navigator.languages]));
}

export function preferAccountLanguage(language: string): void {
  accountLanguage = language;
  startLanguage();
}

export function pickLanguage(language: Language): void {
  try {
    window.localStorage.setItem(keptUnder, language);
  } catch {
    // Storage may be switched off; the choice then lasts until the page is closed.
  }
  show(language);
}

function kept(): string | undefined {
  try {
    return window.localStorage.getItem(keptUnder) ?? undefined;
  } catch {
    return undefined;
  }
}

function show(language: Language): void {
  text.global.locale.value = language;
  callContext.language = language;
  document.documentElement.lang = language;
}

/** The words for a code (`problem`, `refusal`, …); codes of a newer server fall back to `otherwise` or to themselves. */
export function wordsFor(group: string, code: string, otherwise?: string): string {
  const key = `${group}.${code}`;
  return text.global.te(key, "en") ? text.global.t(key) : otherwise || code;
}
