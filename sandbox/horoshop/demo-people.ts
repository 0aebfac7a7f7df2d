import type { Chance } from "./chance.ts";

/** A buyer as one thinks of him; how he types it differs from order to order. */
export type Buyer = {
  lastName: string;
  firstName: string;
  patronymic: string;
  /** nine digits after +380 */
  phone: string;
  email: string;
  place: Place;
  branch: number;
  language: "ua" | "ru";
};

export type Place = { city: string; region: string; postcode: string; streets: string[] };

const places: Place[] = [
  {
    city: "Київ",
    region: "Київська",
    postcode: "01001",
    streets: ["вул. Хрещатик", "вул. Саксаганського", "просп. Перемоги"],
  },
  { city: "Львів", region: "Львівська", postcode: "79000", streets: ["вул. Городоцька", "вул. Зелена"] },
  { city: "Одеса", region: "Одеська", postcode: "65000", streets: ["вул. Дерибасівська", "вул. Канатна"] },
  { city: "Харків", region: "Харківська", postcode: "61000", streets: ["вул. Сумська", "просп. Науки"] },
  {
    city: "Дніпро",
    region: "Дніпропетровська",
    postcode: "49000",
    streets: ["вул. Набережна Перемоги", "вул. Робоча"],
  },
  { city: "Полтава", region: "Полтавська", postcode: "36000", streets: ["вул. Соборності", "вул. Європейська"] },
  { city: "Вінниця", region: "Вінницька", postcode: "21000", streets: ["вул. Соборна", "вул. Київська"] },
  { city: "Івано-Франківськ", region: "Івано-Франківська", postcode: "76000", streets: ["вул. Незалежності"] },
  { city: "Кам'янець-Подільський", region: "Хмельницька", postcode: "32300", streets: ["вул. Князів Коріатовичів"] },
  { city: "с. Велика Северинка", region: "Кіровоградська", postcode: "27613", streets: ["вул. Центральна"] },
];

const womenNames = [
  "Олена",
  "Ірина",
  "Наталія",
  "Оксана",
  "Юлія",
  "Марія",
  "Тетяна",
  "Анна",
  "Світлана",
  "Софія",
  "Дар'я",
];
const menNames = ["Олександр", "Андрій", "Сергій", "Дмитро", "Володимир", "Іван", "Максим", "Юрій", "Богдан", "Тарас"];
const fathers = [
  ["Олександрович", "Олександрівна"],
  ["Іванович", "Іванівна"],
  ["Миколайович", "Миколаївна"],
  ["Сергійович", "Сергіївна"],
  ["Петрович", "Петрівна"],
  ["Васильович", "Василівна"],
] as const;
const surnames = [
  ["Шевченко", "Шевченко"],
  ["Коваленко", "Коваленко"],
  ["Бондаренко", "Бондаренко"],
  ["Мельник", "Мельник"],
  ["Ткачук", "Ткачук"],
  ["Кравець", "Кравець"],
  ["Савчук", "Савчук"],
  ["Вишневський", "Вишневська"],
  ["Левицький", "Левицька"],
  ["Нечай-Гончар", "Нечай-Гончар"],
  ["Дем'яненко", "Дем'яненко"],
  ["Поліщук", "Поліщук"],
] as const;
const operators = ["50", "63", "66", "67", "68", "73", "93", "95", "96", "97", "98", "99"];

export function makeBuyer(chance: Chance): Buyer {
  const woman = chance.oneIn(2) ? 1 : 0;
  const surname = chance.pick(surnames);
  const lastName = surname[woman]!;
  const firstName = chance.pick(woman === 1 ? womenNames : menNames);
  const digits = String(chance.below(10_000_000)).padStart(7, "0");
  const mailbox = `${latin(firstName)}.${latin(lastName)}${chance.below(100)}`;
  return {
    lastName,
    firstName,
    patronymic: chance.pick(fathers)[woman]!,
    phone: `${chance.pick(operators)}${digits}`,
    email: chance.oneIn(4) ? "" : `${mailbox}@${chance.pick(["example.com", "example.net", "example.org"])}`,
    place: chance.pick(places),
    branch: 1 + chance.below(120),
    language: chance.oneIn(5) ? "ru" : "ua",
  };
}

/** One phone, as different days and devices spell it. */
export function spellPhone(digits: string, chance: Chance): string {
  const [operator, a, b, c] = [digits.slice(0, 2), digits.slice(2, 5), digits.slice(5, 7), digits.slice(7)];
  const spellings = [
    `+38 (0${operator}) ${a}-${b}-${c}`,
    `+380${digits}`,
    `0${digits}`,
    `380${digits}`,
    `+38(0${operator})${a}${b}${c}`,
    `0${operator} ${a} ${b} ${c}`,
  ];
  return chance.oneIn(2) ? spellings[0]! : chance.pick(spellings);
}

/** The one name field: mostly surname first, sometimes a word less. */
export function spellName(buyer: Buyer, chance: Chance): string {
  const draw = chance.below(20);
  if (draw === 0) return buyer.firstName;
  if (draw < 9) return `${buyer.lastName} ${buyer.firstName}`;
  return `${buyer.lastName} ${buyer.firstName} ${buyer.patronymic}`;
}

export function spellEmail(buyer: Buyer, chance: Chance): string {
  if (buyer.email === "" || chance.oneIn(12)) return "";
  return chance.oneIn(10) ? buyer.email.replace(/^./, (letter) => letter.toUpperCase()) : buyer.email;
}

const letters: Record<string, string> = {
  ...{
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
  },
  ...{
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
  },
  ...{ ш: "sh", щ: "shch", ь: "", ю: "iu", я: "ia", "'": "", "-": "-" },
};

function latin(text: string): string {
  return [...text.toLowerCase()].map((letter) => letters[letter] ?? letter).join("");
}
