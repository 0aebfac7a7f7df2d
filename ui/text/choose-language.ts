import type { en } from "./en.ts";

type Texts<Part> = { [Key in keyof Part]: Part[Key] extends string ? string : Texts<Part[Key]> };
export type Dictionary = Texts<typeof en>;

/** Every language that has a dictionary, with its own name. */
export const languages = { uk: "Українська", en: "English" } as const;
export type Language = keyof typeof languages;

/** The first wish that has a dictionary: `uk-UA` is `uk`, and so is `ua`, as the shop spells it; otherwise English. */
export function chooseLanguage(wishes: (string | undefined)[]): Language {
  for (const wish of wishes) {
    const start = wish?.toLowerCase().split(/[-_]/)[0];
    const language = start === "ua" ? "uk" : start;
    if (language && Object.hasOwn(languages, language)) return language as Language;
  }
  return "en";
}

/** Place of the plural form in `one | few | many`: 1, 21 · 2–4, 22–24 · the rest and 11–14. */
export function pluralForm(count: number, forms: number): number {
  if (forms < 3) return count === 1 ? 0 : forms - 1;
  const ten = count % 10;
  const hundred = count % 100;
  if (ten === 1 && hundred !== 11) return 0;
  return ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14) ? 1 : 2;
}
