import { pathOfSection } from "./catalog-export.ts";
import { type Chance, chanceAt, scramble } from "./chance.ts";
import { demoFamilies, demoPages, type Family } from "./demo-sections.ts";
import { variantOf } from "./demo-variants.ts";
import type { ProductRow, ProductSource } from "./product-table.ts";
import type { Presence } from "./records.ts";

// Twelve rows make six products: sizes of the groups, and where each begins.
const groupSizes = [1, 3, 1, 2, 1, 4];
const groupStarts = [0, 1, 4, 5, 7, 8];
const blockRows = 12;
const blockProducts = groupSizes.length;

type Place = { product: number; variant: number };

export type DemoProductOptions = {
  count: number;
  salt: number;
  baseUrl: () => string;
  presences: Presence[];
  createdBefore: number;
  toWall: (instantMs: number) => string;
};

/** Products by index: row n is always the same, whatever was asked before. */
export function demoProducts(options: DemoProductOptions): ProductSource {
  const { count, salt } = options;
  const paths = new Map(demoPages().map((page) => [page.id, pathOfSection(demoPages(), page.id)]));

  return {
    count,
    article: (index) => articleOf(placeOf(index), index),
    sectionId: (index) => familyOf(placeOf(index).product, salt).sectionId,
    shown: (index) => scramble(salt, index) % 25 !== 0,
    indexOf(article) {
      const index = indexIn(article);
      if (index === undefined || index < 0 || index >= count) return undefined;
      return articleOf(placeOf(index), index) === article ? index : undefined;
    },
    make: (index) => makeRow(index, options, paths),
  };
}

function placeOf(index: number): Place {
  const within = index % blockRows;
  let group = blockProducts - 1;
  while (groupStarts[group]! > within) group -= 1;
  return { product: Math.floor(index / blockRows) * blockProducts + group, variant: within - groupStarts[group]! };
}

function firstRowOf(product: number): number {
  return Math.floor(product / blockProducts) * blockRows + groupStarts[product % blockProducts]!;
}

function hasVariants(product: number): boolean {
  return groupSizes[product % blockProducts]! > 1;
}

function familyOf(product: number, salt: number): Family {
  return demoFamilies[scramble(salt ^ 0x51ed, product) % demoFamilies.length]!;
}

/** Articles of all sorts: coded, a UUID, digits only, with spaces and a slash. The row can be told from each. */
function articleOf({ product, variant }: Place, index: number): string {
  const number = String(product).padStart(5, "0");
  const main = variant === 0;
  switch (product % 10) {
    case 7:
      return `7c1e4a52-9b0d-4f3e-8a6c-${index.toString(16).padStart(12, "0")}`;
    case 8:
      return `4820${String(index).padStart(9, "0")}`;
    case 9:
      return main ? `Арт. ${number}` : `Арт. ${number}/${variant}`;
    default:
      return main ? `HB-${number}` : `HB-${number}-${variant + 1}`;
  }
}

function indexIn(article: string): number | undefined {
  if (/^[0-9a-f]{8}-/.test(article)) return Number.parseInt(article.slice(-12), 16);
  if (/^4820\d{9,}$/.test(article)) return Number(article.slice(4));
  const coded = /^(?:HB-|Арт\. )(\d{5,})(?:[-/](\d))?$/.exec(article);
  if (!coded) return undefined;
  const variant = coded[2] === undefined ? 0 : Number(coded[2]) - (article.startsWith("HB-") ? 1 : 0);
  return firstRowOf(Number(coded[1])) + variant;
}

function makeRow(index: number, options: DemoProductOptions, paths: Map<number, string>): ProductRow {
  const { salt, presences } = options;
  const place = placeOf(index);
  const kind = familyOf(place.product, salt);
  const common = chanceAt(salt ^ 0xa5a5, place.product);
  const own = chanceAt(salt ^ 0x3c3c, index);
  const brand = common.pick(kind.brands);
  const model = common.pick(kind.models);
  const basePrice = Math.round((kind.priceMin + common.number() * (kind.priceMax - kind.priceMin)) / 10) * 10 - 1;
  const name = (noun: string) => `${noun} ${brand} ${model} ${100 + (place.product % 900)}`;
  const title = { ua: name(kind.ua), ru: common.oneIn(9) ? "" : name(kind.ru) };
  const article = articleOf(place, index);
  const quantity = own.oneIn(5) ? 0 : 1 + own.below(40);
  const prices = pricesOf(basePrice + place.variant * 20, own);
  const slug = `${kind.code}-${place.product}${place.variant > 0 ? `-${place.variant}` : ""}`.toLowerCase();
  const images = Array.from(
    { length: own.oneIn(15) ? 0 : 1 + own.below(3) },
    (_, n) => `${options.baseUrl()}/content/images/${place.product}/${slug}-${n + 1}.jpg`,
  );
  return {
    article,
    parent_article: place.variant === 0 ? article : articleOf({ ...place, variant: 0 }, firstRowOf(place.product)),
    article_for_display: place.product % 10 === 7 ? `${kind.code}-${place.product}` : article,
    title,
    mod_title: modificationTitle(place, kind, title),
    parent: { id: kind.sectionId, value: paths.get(kind.sectionId) ?? "" },
    alt_parent: own.oneIn(30) ? [{ id: 31, value: "Посуд" }] : [],
    creation_time: options.toWall(options.createdBefore - (400 + common.below(900)) * 86_400_000),
    display_in_showcase: scramble(salt, index) % 25 === 0 ? 0 : 1,
    ...prices,
    currency: "UAH",
    presence: presences[quantity > 0 ? 0 : own.oneIn(6) ? 2 : 1],
    quantity,
    residues: [{ warehouse: "office", quantity }],
    slug,
    link: `${options.baseUrl()}/${slug}/`,
    images,
    gallery_common: [],
    gallery_360: [],
    ...textsOf(kind, title, common),
    brand: common.oneIn(20)
      ? []
      : common.oneIn(8)
        ? { value: brand }
        : { id: brand.length * 7, value: { ua: brand, ru: brand } },
    color: kind.variation === "color" ? { id: 40 + place.variant, value: colorOf(kind, place) } : [],
    ...furtherFields(index, basePrice, common, own),
    characteristics: characteristicsOf(kind, place, common, own),
  };
}

function furtherFields(index: number, basePrice: number, common: Chance, own: Chance): Record<string, unknown> {
  return {
    supplier: [],
    icons: own.oneIn(12) ? [{ id: 1, value: { ua: "Новинка", ru: "Новинка" } }] : [],
    export_to_marketplace: [{ id: 1, value: "Rozetka" }],
    accessories: [],
    gifts: [],
    unit_of_measurement: { id: 1, value: { ua: "шт.", ru: "шт." } },
    condition: [],
    guarantee_shop: [],
    guarantee_length: common.oneIn(3) ? { value: { ua: "12 місяців", ru: "12 месяцев" } } : [],
    popularity: own.below(300),
    gtin: own.oneIn(3) ? `482${String(index).padStart(10, "0")}` : "",
    mpn: "",
    uktzed: "",
    wholesale_prices: own.oneIn(25) ? [{ minimal_threshold: 10, price: basePrice - 10 }] : [],
    multiplicity: 1,
    minimal_order: 1,
    countdown_end_time: "0000-00-00 00:00:00",
  };
}

function colorOf(kind: Family, place: Place): Record<string, string> {
  const { ua, ru } = variantOf(kind, place.variant);
  return { ua, ru };
}

function modificationTitle(place: Place, kind: Family, title: { ua: string; ru: string }): Record<string, string> {
  if (!hasVariants(place.product)) return { ua: "", ru: "" };
  const variant = variantOf(kind, place.variant);
  return { ua: `${title.ua}, ${variant.ua}`, ru: title.ru === "" ? "" : `${title.ru}, ${variant.ru}` };
}

function pricesOf(
  price: number,
  own: Chance,
): { price: number | string; price_old: number; discount: number | string } {
  if (own.oneIn(60)) return { price: 0, price_old: 0, discount: "0" };
  const exact = own.oneIn(10) ? price + 0.5 : price;
  const old = own.oneIn(6) ? Math.round(exact * 1.15) : 0;
  return {
    price: own.oneIn(25) ? exact.toFixed(2) : exact,
    price_old: old,
    discount: old > 0 ? 13 : own.oneIn(2) ? 0 : "0",
  };
}

function textsOf(kind: Family, title: { ua: string; ru: string }, common: Chance): Record<string, unknown> {
  const [ua, ru] = kind.material;
  return {
    description: {
      ua: `<p>${title.ua} — для дому &amp; подорожей.</p><ul><li>Матеріал: ${ua}</li><li>Гарантія якості</li></ul>`,
      ru: title.ru === "" ? "" : `<p>${title.ru} — для дома &amp; путешествий.</p><ul><li>Материал: ${ru}</li></ul>`,
    },
    short_description: common.oneIn(4) ? { ua: "", ru: "" } : { ua: `<p>${title.ua}: ${ua.toLowerCase()}</p>`, ru: "" },
    seo_title: { ua: title.ua, ru: title.ru },
    seo_description: { ua: "", ru: "" },
    seo_keywords: { ua: "", ru: "" },
    h1_title: { ua: "", ru: "" },
  };
}

/** The five shapes of reference 16.5, `title: []` among them; sometimes the whole map is `[]`. */
function characteristicsOf(kind: Family, place: Place, common: Chance, own: Chance): unknown {
  if (common.oneIn(14)) return [];
  const [ua, ru] = kind.material;
  const variant = variantOf(kind, place.variant);
  return {
    title: [],
    material: common.oneIn(4) ? { value: { ua, ru } } : { id: 14, value: { ua, ru } },
    osoblyvosti: [
      { id: 2, value: { ua: "Легкий догляд", ru: "Лёгкий уход" } },
      { id: 5, value: { ua: "Подарункове паковання", ru: "" } },
    ],
    kraina: { ua: common.oneIn(3) ? "Китай" : "Україна", ru: "" },
    vaha: 100 + own.below(1_900),
    [kind.variation === "size" ? "rozmir" : "variant"]: hasVariants(place.product)
      ? { id: 60 + place.variant, value: { ua: variant.ua, ru: variant.ru } }
      : [],
    kolektsiia: [],
  };
}
