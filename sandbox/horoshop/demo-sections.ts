import type { Page } from "./records.ts";

export type Gender = "m" | "f" | "p";
export type Variation = "color" | "size" | "volume" | "bed";

/** What is sold in one section at the end of the tree. */
export type Family = {
  sectionId: number;
  code: string;
  ua: string;
  ru: string;
  gender: Gender;
  variation: Variation;
  brands: string[];
  models: string[];
  priceMin: number;
  priceMax: number;
  material: [ua: string, ru: string];
};

function page(id: number, parent: number, ua: string, ru: string, more: Partial<Page> = {}): Page {
  return { id, parent, title: { ua, ru }, ...more };
}

/** 28 sections, three levels deep, and the content pages that stand between them without a mark (reference 15). */
export function demoPages(): Page[] {
  return [
    page(31, 0, "Посуд", "Посуда", { discount: 5, image: "/content/images/sections/posud.svg" }),
    page(32, 31, "Термоси та термокружки", "Термосы и термокружки"),
    page(33, 32, "Термоси", ""),
    page(34, 32, "Термокружки", "Термокружки", { image: "/content/images/sections/termokruzhky.svg" }),
    page(35, 31, "Кухонний посуд", "Кухонная посуда"),
    page(36, 35, "Сковорідки", "Сковородки"),
    page(37, 35, "Каструлі", "Кастрюли"),
    page(38, 31, "Чашки & блюдця", "Чашки & блюдца"),
    page(8, 0, "Контакти", "Контакты", { content: true }),
    page(41, 0, "Одяг", "Одежда", { image: "/content/images/sections/odiah.svg" }),
    page(42, 41, "Чоловічий одяг", "Мужская одежда"),
    page(43, 42, "Футболки", "Футболки", { discount: 10 }),
    page(44, 42, "Худі", "Худи"),
    page(45, 41, "Жіночий одяг", "Женская одежда"),
    page(46, 45, "Сукні", "Платья"),
    page(47, 45, "Светри", "Свитера"),
    page(51, 0, "Дім і сад", "Дом и сад"),
    page(52, 51, "Текстиль", "Текстиль"),
    page(53, 52, "Постільна білизна", "Постельное бельё"),
    page(54, 52, "Рушники", "Полотенца"),
    page(55, 51, "Освітлення", "Освещение"),
    page(56, 55, "Настільні лампи", "Настольные лампы"),
    page(9, 0, "Доставка і оплата", "Доставка и оплата", { content: true }),
    page(61, 0, "Туризм", "Туризм"),
    page(62, 61, "Рюкзаки", "Рюкзаки"),
    page(63, 62, "Міські рюкзаки", "Городские рюкзаки"),
    page(64, 62, "Похідні рюкзаки", "Походные рюкзаки"),
    page(65, 61, "Намети", "Палатки"),
    page(71, 0, "Електроніка", "Электроника"),
    page(73, 71, "Повербанки", "Повербанки"),
    page(74, 71, "Кабелі та зарядки", "Кабели и зарядки"),
    page(10, 0, "Блог", "Блог", { content: true }),
    page(11, 10, "Як обрати термос", "Как выбрать термос", { content: true }),
  ];
}

function family(
  sectionId: number,
  code: string,
  names: [ua: string, ru: string, gender: Gender],
  variation: Variation,
  prices: [min: number, max: number],
  material: [ua: string, ru: string],
  brands: string[],
  models: string[],
): Family {
  const [ua, ru, gender] = names;
  return {
    sectionId,
    code,
    ua,
    ru,
    gender,
    variation,
    brands,
    models,
    priceMin: prices[0],
    priceMax: prices[1],
    material,
  };
}

const steel: [string, string] = ["Нержавіюча сталь", "Нержавеющая сталь"];
const cotton: [string, string] = ["Бавовна", "Хлопок"];
const nylon: [string, string] = ["Нейлон", "Нейлон"];

export const demoFamilies: readonly Family[] = [
  family(
    33,
    "TR",
    ["Термос", "Термос", "m"],
    "volume",
    [690, 2490],
    steel,
    ["Stanley", "Zojirushi", "Kovea"],
    ["Classic", "Polar", "Trek", "Lite"],
  ),
  family(
    34,
    "TK",
    ["Термокружка", "Термокружка", "f"],
    "color",
    [349, 1290],
    steel,
    ["Contigo", "Stanley", "Kambukka"],
    ["West Loop", "Byron", "City", "Etna"],
  ),
  family(
    36,
    "SK",
    ["Сковорідка", "Сковородка", "f"],
    "volume",
    [420, 2100],
    ["Чавун", "Чугун"],
    ["Біол", "Ситон", "Tefal"],
    ["Класик", "Гриль", "Оптима"],
  ),
  family(
    37,
    "KS",
    ["Каструля", "Кастрюля", "f"],
    "volume",
    [560, 2800],
    steel,
    ["Біол", "Ringel", "Krauff"],
    ["Promo", "Basic", "Chef"],
  ),
  family(
    38,
    "CH",
    ["Чашка", "Чашка", "f"],
    "color",
    [120, 460],
    ["Кераміка", "Керамика"],
    ["Kamille", "Ardesto"],
    ["Ранок", "Лофт", "Barocco"],
  ),
  family(
    43,
    "FT",
    ["Футболка", "Футболка", "f"],
    "size",
    [299, 890],
    cotton,
    ["Arber", "Gard", "Bezlad"],
    ["Basic", "Oversize", "Тризуб", "Polo"],
  ),
  family(
    44,
    "HD",
    ["Худі", "Худи", "m"],
    "size",
    [890, 2190],
    cotton,
    ["Gard", "Bezlad", "Punch"],
    ["Fleece", "Rush", "Urban"],
  ),
  family(
    46,
    "SU",
    ["Сукня", "Платье", "f"],
    "size",
    [790, 3490],
    ["Льон", "Лён"],
    ["Arjen", "Must Have"],
    ["Міді", "Літо", "Вечір"],
  ),
  family(
    47,
    "SV",
    ["Светр", "Свитер", "m"],
    "size",
    [990, 2690],
    ["Вовна", "Шерсть"],
    ["Arjen", "Must Have"],
    ["Коси", "Карпати", "Соло"],
  ),
  family(
    53,
    "PB",
    ["Комплект постільної білизни", "Комплект постельного белья", "m"],
    "bed",
    [890, 3890],
    ["Сатин", "Сатин"],
    ["Ярослав", "Теп", "Viluta"],
    ["Soft Dreams", "Лаванда", "Смужка"],
  ),
  family(
    54,
    "RU",
    ["Рушник", "Полотенце", "m"],
    "color",
    [140, 690],
    cotton,
    ["Ярослав", "Теп"],
    ["Хвиля", "Спа", "Жакард"],
  ),
  family(
    56,
    "LA",
    ["Лампа настільна", "Лампа настольная", "f"],
    "color",
    [480, 1990],
    ["Метал, пластик", "Металл, пластик"],
    ["Delux", "Maxus"],
    ["TF-06", "Desk", 'Loft "1950"'],
  ),
  family(
    63,
    "RM",
    ["Рюкзак міський", "Рюкзак городской", "m"],
    "color",
    [790, 2990],
    nylon,
    ["Bagland", "Kite", "Onepolar"],
    ["Case", "City", "Молодіжний"],
  ),
  family(
    64,
    "RP",
    ["Рюкзак похідний", "Рюкзак походный", "m"],
    "volume",
    [1890, 6990],
    nylon,
    ["Terra Incognita", "Tramp"],
    ["Trial", "Mountain", "Vertex"],
  ),
  family(
    65,
    "NM",
    ["Намет", "Палатка", "m"],
    "color",
    [2490, 9990],
    ["Поліестер", "Полиэстер"],
    ["Terra Incognita", "Tramp"],
    ["Ligera 2", "Alfa 3", "Lair 4"],
  ),
  family(
    73,
    "PW",
    ["Повербанк", "Повербанк", "m"],
    "volume",
    [699, 3299],
    ["Пластик", "Пластик"],
    ["Baseus", "Xiaomi", "Gelius"],
    ["Bipow", "Pro Torrent", "Redmi"],
  ),
  family(
    74,
    "KB",
    ["Кабель USB-C", "Кабель USB-C", "m"],
    "color",
    [129, 599],
    ["Силікон", "Силикон"],
    ["Baseus", "Hoco", "Gelius"],
    ["Crystal", "X14", "Halo 1.2 м"],
  ),
];
