import type { HoroshopProduct } from "../horoshop/schema.ts";
import { sumQuantities, toPrice } from "./amounts.ts";
import { characteristicText } from "./characteristic.ts";
import { distinctNames } from "./distinct-names.ts";
import { labelsIn, type Unit, unitOf } from "./offer-words.ts";
import { ownCodes, paramName } from "./param-codes.ts";
import { cleanText, countCodePoints, plainText, textIn } from "./plain-text.ts";
import { toWebAddress } from "./web-address.ts";

const idMax = 255;
const textMax = 255;
const descriptionMax = 5000;
const picturesMax = 10;
const sectionsMax = 50;
const propertiesMax = 300;
const barcodesMax = 20;

/** What decides how a row of the shop becomes an offer. */
export type CatalogRules = {
  language: string;
  shopUrl: string;
  hidden: "inactive" | "omit";
  /** what "in stock" counts as in shops that keep no stock */
  inStockQuantity: number;
  bindBySku: boolean;
  description: "none" | "short" | "full";
  vatRate: string;
  presenceWords: { in: string; out: string };
  /** the CRM site's currency; undefined when unknown */
  currency: string | undefined;
};

/** One modification with its texts chosen and cleaned: what waits on disk until the rows of its product are together. */
export type CatalogRow = {
  id: string;
  productId: string;
  shown: boolean;
  title: string;
  variantTitle: string;
  price: string;
  quantity: string;
  sections: number[];
  url: string;
  pictures: string[];
  vendor: string;
  barcodes: string[];
  article: string;
  color: string;
  /** attribute of the shop → text */
  properties: [string, string][];
  description: string;
  unit: string;
};

export type Param = { name: string; code: string; text: string };
export type Offer = {
  id: string;
  productId: string;
  active: boolean;
  quantity: string;
  price: string;
  url: string;
  categoryIds: number[];
  pictures: string[];
  name: string;
  productName: string;
  xmlId: string;
  vendor: string;
  params: Param[];
  unit: Unit | undefined;
  vatRate: string;
  barcodes: string[];
};

export type Exclusion = "no_article" | "article_too_long" | "duplicate_article" | "hidden" | "unreadable";
/** What a person should know about a row that is in the file all the same. */
export type Remark =
  | "title_missing"
  | "price_missing"
  | "price_unreadable"
  | "presence_unknown"
  | "currency_differs"
  | "section_unknown";
export type RowReading = { row: CatalogRow; remarks: Remark[] } | { excluded: Exclusion };

/** One row of `catalog/export` → what the file needs of it. */
export function productToRow(product: HoroshopProduct, rules: CatalogRules): RowReading {
  const id = cleanText(product.article);
  if (id === "") return { excluded: "no_article" };
  if (countCodePoints(id) > idMax) return { excluded: "article_too_long" };
  const parent = cleanText(product.parent_article);
  const remarks: Remark[] = [];
  const title = plainText(textIn(product.title, rules.language), textMax);
  const variantTitle = plainText(textIn(product.mod_title, rules.language), textMax);
  if (!title && !variantTitle) remarks.push("title_missing");
  if (rules.currency && product.currency && product.currency !== rules.currency) remarks.push("currency_differs");
  const row: CatalogRow = {
    id,
    productId: parent !== "" && countCodePoints(parent) <= idMax ? parent : id,
    shown: product.display_in_showcase !== false,
    title,
    variantTitle,
    price: priceOf(product, remarks),
    quantity: quantityOf(product, rules, remarks),
    sections: sectionsOf(product),
    url: toWebAddress(product.link, rules.shopUrl) ?? "",
    pictures: picturesOf(product, rules),
    vendor: plainText(textIn(product.brand, rules.language), textMax),
    barcodes: barcodesOf(product.gtin),
    article: plainText(product.article_for_display, textMax) || id,
    color: plainText(textIn(product.color, rules.language), textMax),
    properties: propertiesOf(product, rules.language),
    description: descriptionOf(product, rules),
    unit: cleanText(textIn(product.unit_of_measurement, rules.language)),
  };
  return { row, remarks };
}

export type OfferContext = {
  rules: CatalogRules;
  /** ids of the categories that the file has */
  categories: ReadonlySet<number>;
  /** attribute of the shop → code, for ever */
  codes: ReadonlyMap<string, string>;
};

/**
 * All rows of one product → its offers, the main row first. What belongs to the product (name, activity, groups,
 * manufacturer) is the same in each. Empty when the product is hidden and hidden ones are left out.
 */
export function rowsToOffers(rows: CatalogRow[], { rules, categories, codes }: OfferContext): Offer[] {
  const sorted = [...rows].sort((one, other) => rank(one) - rank(other) || (one.id < other.id ? -1 : 1));
  const main = sorted[0];
  if (!main) return [];
  // A product is shown when any of its modifications is: variants often carry no mark of their own.
  const active = sorted.some((row) => row.shown);
  if (!active && rules.hidden === "omit") return [];
  const productName = first(sorted, (row) => row.title) || first(sorted, (row) => row.variantTitle) || main.id;
  const vendor = first(sorted, (row) => row.vendor);
  const categoryIds = sharedCategories(sorted, categories);
  const names = distinctNames(sorted, productName, textMax);
  const description = first(sorted, (row) => row.description);
  return sorted.map((row, place) => ({
    id: row.id,
    productId: row.productId,
    active,
    quantity: row.quantity,
    price: row.price,
    url: row.url || first(sorted, (one) => one.url),
    categoryIds,
    pictures: row.pictures.length > 0 ? row.pictures : (sorted.find((one) => one.pictures.length > 0)?.pictures ?? []),
    name: names[place]!,
    productName,
    xmlId: rules.bindBySku ? row.id : "",
    vendor,
    params: paramsOf(row, description, rules.language, codes),
    unit: unitOf(row.unit),
    vatRate: rules.vatRate,
    barcodes: row.barcodes,
  }));
}

function rank(row: CatalogRow): number {
  return row.id === row.productId ? 0 : 1;
}

function first(rows: CatalogRow[], read: (row: CatalogRow) => string): string {
  for (const row of rows) {
    const text = read(row);
    if (text) return text;
  }
  return "";
}

/** Groups of the first row that lies in a known one: variants of one product must not lie in different groups. */
function sharedCategories(rows: CatalogRow[], categories: ReadonlySet<number>): number[] {
  for (const row of rows) {
    const known = row.sections.filter((id) => categories.has(id));
    if (known.length > 0) return known;
  }
  return [];
}

function paramsOf(row: CatalogRow, description: string, language: string, codes: ReadonlyMap<string, string>): Param[] {
  const labels = labelsIn(language);
  const params: Param[] = [{ name: labels.article, code: ownCodes.article, text: row.article }];
  if (row.color) params.push({ name: labels.color, code: ownCodes.color, text: row.color });
  for (const [field, text] of row.properties) {
    const code = codes.get(field);
    if (code) params.push({ name: plainText(paramName(field), textMax) || code, code, text });
  }
  const words = row.description || description;
  if (words) params.push({ name: labels.description, code: ownCodes.description, text: words });
  return params;
}

function priceOf(product: HoroshopProduct, remarks: Remark[]): string {
  const price = product.price === undefined ? undefined : toPrice(product.price);
  if (price === undefined) remarks.push(product.price === undefined ? "price_missing" : "price_unreadable");
  return price ?? "0.00";
}

/**
 * With stock accounting the sum over all warehouses; without it the shop only says "there is" or "there is none", and
 * the export's own `quantity` is no figure to rely on.
 */
function quantityOf(product: HoroshopProduct, rules: CatalogRules, remarks: Remark[]): string {
  if (product.residues.length > 0) return sumQuantities(product.residues.map((residue) => residue.quantity));
  const inStock = sumQuantities([rules.inStockQuantity.toFixed(3)]);
  const id = product.presence?.id;
  if (id === 1) return inStock;
  if (id === 2) return "0";
  const words = product.presence ? product.presence.value : "";
  const said = (typeof words === "string" ? [words] : Object.values(words)).map(plainWord);
  if (said.includes(plainWord(rules.presenceWords.in))) return inStock;
  if (!said.includes(plainWord(rules.presenceWords.out))) remarks.push("presence_unknown");
  return "0";
}

function plainWord(word: string): string {
  return cleanText(word).toLowerCase();
}

function sectionsOf(product: HoroshopProduct): number[] {
  const ids = [product.parent, ...product.alt_parent].flatMap((section) => (section ? [section.id] : []));
  return [...new Set(ids)].filter((id) => id > 0).slice(0, sectionsMax);
}

/** Own pictures first (the main one leads), then those of the whole product. */
function picturesOf(product: HoroshopProduct, rules: CatalogRules): string[] {
  const pictures = new Set<string>();
  for (const list of [product.images, product.gallery_common]) {
    for (const raw of list) {
      if (pictures.size === picturesMax) return [...pictures];
      const address = toWebAddress(raw, rules.shopUrl);
      if (address) pictures.add(address);
    }
  }
  return [...pictures];
}

function barcodesOf(gtin: string): string[] {
  const codes = gtin.split(/[,;|\s]+/).map((code) => plainText(code, textMax));
  return [...new Set(codes.filter(Boolean))].slice(0, barcodesMax);
}

function propertiesOf(product: HoroshopProduct, language: string): [string, string][] {
  const properties: [string, string][] = [];
  for (const [key, value] of Object.entries(product.characteristics)) {
    const text = plainText(characteristicText(value, language), textMax);
    if (text === "") continue;
    properties.push([key, text]);
    if (properties.length === propertiesMax) break;
  }
  return properties.sort(([one], [other]) => (one < other ? -1 : 1));
}

function descriptionOf(product: HoroshopProduct, rules: CatalogRules): string {
  if (rules.description === "none") return "";
  const short = textIn(product.short_description, rules.language);
  const raw = rules.description === "full" ? textIn(product.description, rules.language) || short : short;
  return plainText(raw, descriptionMax);
}
