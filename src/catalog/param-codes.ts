/**
 * Codes of ICML params: `[a-z0-9_]`, at most 50, one per attribute of the shop for ever. A code that changed would
 * split a property of the CRM's goods in two, so what was given once is kept in the database.
 */

const lengthMax = 50;

/** Codes that mean something to the CRM by themselves; an attribute of the shop never gets one. */
export const ownCodes = { article: "article", color: "color", description: "description" } as const;
const reserved = [...Object.values(ownCodes), "weight", "code"];

// Ukrainian by the state's table for names, Russian letters where they differ.
const latin: Record<string, string> = {
  а: "a",
  б: "b",
  в: "v",
  г: "h",
  ґ: "g",
  д: "d",
  е: "e",
  є: "ie",
  ж: "zh",
  з: "z",
  и: "y",
  і: "i",
  ї: "i",
  й: "i",
  к: "k",
  л: "l",
  м: "m",
  н: "n",
  о: "o",
  п: "p",
  р: "r",
  с: "s",
  т: "t",
  у: "u",
  ф: "f",
  х: "kh",
  ц: "ts",
  ч: "ch",
  ш: "sh",
  щ: "shch",
  ь: "",
  ю: "iu",
  я: "ia",
  ы: "y",
  э: "e",
  ё: "io",
  ъ: "",
  "'": "",
  "’": "",
  ʼ: "",
};

/** The code that an attribute would like to have. */
export function wantedCode(field: string): string {
  let letters = "";
  for (const character of field.normalize("NFC").toLowerCase()) letters += latin[character] ?? character;
  const code = letters
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, lengthMax)
    .replace(/_+$/, "");
  return code || "param";
}

/** Codes for those of `fields` that have none yet; the same fields and known codes always give the same answer. */
export function assignCodes(fields: Iterable<string>, known: ReadonlyMap<string, string>): Map<string, string> {
  const taken = new Set<string>([...reserved, ...known.values()]);
  const added = new Map<string, string>();
  for (const field of [...new Set(fields)].filter((one) => !known.has(one)).sort()) {
    const wanted = wantedCode(field);
    let code = wanted;
    for (let number = 2; taken.has(code); number += 1) {
      const tail = `_${number}`;
      code = wanted.slice(0, lengthMax - tail.length) + tail;
    }
    taken.add(code);
    added.set(field, code);
  }
  return added;
}

/** Exports carry no titles of attributes, only their keys: `kraina_vyrobnyk` is shown as "Kraina vyrobnyk". */
export function paramName(field: string): string {
  const words = field.replace(/_+/g, " ").replace(/\s+/g, " ").trim();
  return words ? words[0]!.toUpperCase() + words.slice(1) : field;
}
