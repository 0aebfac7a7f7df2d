/** Products and sections of an invented shop, for the benchmark and the tests of the catalogue. */
import type { HoroshopPage } from "../src/horoshop/schema.ts";

export type RawProduct = Record<string, unknown>;

/** A believable product of several modifications, by number. */
export function sampleProducts(number: number, modifications = 1): RawProduct[] {
  return Array.from({ length: modifications }, (_, place) => ({
    article: place === 0 ? `A-${number}` : `A-${number}-${place}`,
    parent_article: `A-${number}`,
    parent: { id: 31 + (number % 3), value: "Посуд / Термоси" },
    title: { ua: `Термокружка № ${number} «Ліс» & поле`, ru: `Термокружка ${number}` },
    mod_title: { ua: place === 0 ? "" : `Термокружка № ${number}, колір ${place}`, ru: "" },
    display_in_showcase: number % 10 === 9 ? 0 : 1,
    price: 100 + (number % 900) + 0.5,
    currency: "UAH",
    presence: { id: number % 4 === 0 ? 2 : 1, value: { ua: "В наявності" } },
    link: `https://shop.example/termokruzhka-${number}-${place}/`,
    images: [`https://shop.example/content/images/${number}/${place}-1.jpg`],
    color: { id: place, value: { ua: `колір ${place}` } },
    brand: { id: 5, value: "Лісова майстерня" },
    gtin: `48200${String(number).padStart(8, "0")}`,
    short_description: { ua: "<p>Тримає <b>тепло</b> дванадцять годин.</p>" },
    characteristics: {
      title: [],
      material: { id: 14, value: { ua: "Сталь", ru: "Сталь" } },
      osoblyvosti: [{ id: 2, value: { ua: "Герметична" } }, { value: { ua: "Легка" } }],
      kraina: { ua: "Україна", ru: "" },
      vaha: 310,
    },
  }));
}

export const samplePages: HoroshopPage[] = [
  { id: 8, parent: 0, title: { ua: "Контакти" } },
  { id: 30, parent: 0, title: { ua: "Посуд" } },
  { id: 31, parent: 30, title: { ua: "Термоси" } },
  { id: 32, parent: 30, title: { ua: "Чашки & блюдця" } },
  { id: 33, parent: 31, title: { ua: "" } },
];
