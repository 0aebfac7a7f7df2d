import { expect, test } from "vitest";
import { createI18n } from "vue-i18n";
import { chooseLanguage, languages, pluralForm } from "./choose-language.ts";
import { en } from "./en.ts";
import { uk } from "./uk.ts";

const dictionaries: Record<string, object> = { en, uk };

function flatten(part: object, path = ""): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(part)) {
    const at = path === "" ? key : `${path}.${key}`;
    if (typeof value === "string") texts.set(at, value);
    else for (const [inner, text] of flatten(value, at)) texts.set(inner, text);
  }
  return texts;
}

function placeholders(text: string): string[] {
  return [...new Set(text.match(/\{[^}]+\}/g) ?? [])].sort();
}

test("every language of the menu has a dictionary", () => {
  expect(Object.keys(dictionaries).sort()).toEqual(Object.keys(languages).sort());
});

test.each(Object.keys(dictionaries))("%s has the keys of the English texts, none of them empty", (language) => {
  const texts = flatten(dictionaries[language]!);

  expect([...texts.keys()].sort()).toEqual([...flatten(en).keys()].sort());
  expect([...texts].filter(([, text]) => text.trim() === "")).toEqual([]);
});

test.each(Object.keys(dictionaries))(
  "%s uses the placeholders of the English texts, in every plural form",
  (language) => {
    const texts = flatten(dictionaries[language]!);

    for (const [key, english] of flatten(en)) {
      const wanted = placeholders(english);
      for (const form of texts.get(key)!.split("|")) expect([key, placeholders(form)]).toEqual([key, wanted]);
    }
  },
);

test.each(Object.keys(dictionaries))("%s: every text can be compiled and shown", (language) => {
  const warnings: string[] = [];
  const messages = { [language]: dictionaries[language] } as never;
  const missing = (_: string, key: string) => void warnings.push(key);
  const i18n = createI18n({ legacy: false, locale: language, messages, missing } as object) as {
    global: { t: unknown };
  };
  const t = i18n.global.t as (key: string, named: object, count: number) => string;

  for (const [key, text] of flatten(dictionaries[language]!)) {
    const shown = t(key, { n: 2, id: 4, name: "x", row: "x", rows: "x", title: "x", done: 1, total: 2 }, 1);
    expect([key, shown]).not.toEqual([key, key]);
    expect(shown.length).toBeGreaterThan(0);
    if (!text.includes("|") && !text.includes("{")) expect(shown).toBe(text);
  }
  expect(warnings).toEqual([]);
});

test.each([
  [1, 0],
  [2, 1],
  [4, 1],
  [5, 2],
  [11, 2],
  [12, 2],
  [14, 2],
  [21, 0],
  [22, 1],
  [111, 2],
  [112, 2],
  [0, 2],
])("the Ukrainian form for %i is form %i", (count, form) => {
  expect(pluralForm(count, 3)).toBe(form);
});

test("the first wish with a dictionary wins, otherwise English", () => {
  expect(chooseLanguage([undefined, "uk-UA", "en"])).toBe("uk");
  expect(chooseLanguage(["ua"])).toBe("uk");
  expect(chooseLanguage(["ru", "es", "uk"])).toBe("uk");
  expect(chooseLanguage(["de", ""])).toBe("en");
  expect(chooseLanguage(["constructor"])).toBe("en");
});
