/** Words of our own in the catalogue file, in the languages that shops have. */

type Labels = { article: string; color: string; description: string };

const english: Labels = { article: "SKU", color: "Color", description: "Description" };
const ukrainian: Labels = { article: "Артикул", color: "Колір", description: "Опис" };
const labels: Record<string, Labels> = {
  ua: ukrainian,
  uk: ukrainian,
  ru: { article: "Артикул", color: "Цвет", description: "Описание" },
  en: english,
  pl: { article: "Kod produktu", color: "Kolor", description: "Opis" },
  ro: { article: "Cod produs", color: "Culoare", description: "Descriere" },
  es: { article: "Referencia", color: "Color", description: "Descripción" },
};

export function labelsIn(language: string): Labels {
  return labels[language] ?? english;
}

export type Unit = { code: string; name: string; sym: string };

const units: { words: string[]; unit: Unit }[] = [
  { words: ["шт", "штука", "штук", "pcs", "piece", "pc", "buc"], unit: { code: "pcs", name: "Штука", sym: "шт." } },
  { words: ["м", "метр", "метри", "пог м", "m", "meter"], unit: { code: "meter", name: "Метр", sym: "м" } },
  { words: ["кг", "кілограм", "килограмм", "kg"], unit: { code: "kg", name: "Кілограм", sym: "кг" } },
  { words: ["г", "гр", "грам", "грамм", "g"], unit: { code: "g", name: "Грам", sym: "г" } },
  { words: ["л", "літр", "литр", "l"], unit: { code: "l", name: "Літр", sym: "л" } },
  { words: ["мл", "мілілітр", "миллилитр", "ml"], unit: { code: "ml", name: "Мілілітр", sym: "мл" } },
  {
    words: ["упак", "уп", "упаковка", "пачка", "pack"],
    unit: { code: "pack", name: "Упаковка", sym: "упак." },
  },
  { words: ["м2", "м²", "кв м", "m2"], unit: { code: "m2", name: "Квадратний метр", sym: "м²" } },
  { words: ["компл", "комплект", "набір", "набор", "set"], unit: { code: "set", name: "Комплект", sym: "компл." } },
  { words: ["пара", "пар", "pair"], unit: { code: "pair", name: "Пара", sym: "пара" } },
];

const unitByWord = new Map(units.flatMap(({ words, unit }) => words.map((word) => [word, unit] as const)));

/** The unit that a word of the shop means; undefined for words that nobody knows: better none than a wrong one. */
export function unitOf(word: string): Unit | undefined {
  if (word === "") return undefined;
  return unitByWord.get(word.toLowerCase().replace(/\./g, " ").replace(/\s+/g, " ").trim());
}
