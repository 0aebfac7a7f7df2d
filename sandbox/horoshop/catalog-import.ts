import { pathOfSection, sectionByPath } from "./catalog-export.ts";
import { type FunctionAnswer, ok, refused, warning } from "./envelope.ts";
import { asAmount, asFlag, asInteger, asList, asRecord, asText, type Parameters } from "./parameters.ts";
import type { ProductRow } from "./product-table.ts";
import type { Shop } from "./shop.ts";

type Note = { code: number; message: string };
type Residue = { warehouse: string; quantity: number };

const failureCodes = new Set([2, 5, 6, 7, 10, 11, 12, 14, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27]);
const localisedFields = [
  "title",
  "mod_title",
  "description",
  "short_description",
  "seo_title",
  "seo_description",
  "h1_title",
];
const plainFields = ["gtin", "mpn", "slug", "article_for_display", "currency", "supplier"];
const amountFields = ["price", "price_old", "discount", "popularity", "multiplicity", "minimal_order"];
const ignoredFields = ["article", "parent_article", "parent", "residues", "presence", "display_in_showcase", "images"];

/** `catalog/import` (reference 17.1): rows matched by article; the log mixes information and failures by code. */
export function importCatalog(shop: Shop, parameters: Parameters): FunctionAnswer {
  if (!Array.isArray(parameters.products)) return refused("products is not defined");
  const log = parameters.products.map((product) => {
    const fields = asRecord(product);
    return { article: asText(fields.article) ?? "", info: importProduct(shop, fields) };
  });
  const failed = log.some((entry) => entry.info.some((note) => failureCodes.has(note.code)));
  return failed ? warning(log) : ok({ log });
}

function importProduct(shop: Shop, fields: Record<string, unknown>): Note[] {
  const article = asText(fields.article);
  if (article === undefined || article === "") return [{ code: 7, message: "Не заполнено обязательное поле article" }];
  const existing = shop.products.find(article);
  if (!existing) return createProduct(shop, article, fields);
  const notes: Note[] = [];
  const changes = readFields(shop, existing, fields, notes);
  if (fields.parent !== undefined) moveProduct(shop, existing, fields.parent, changes, notes);
  shop.products.change(article, changes);
  if (!notes.some((note) => failureCodes.has(note.code))) notes.unshift({ code: 0, message: "Товар обновлен" });
  return notes;
}

function createProduct(shop: Shop, article: string, fields: Record<string, unknown>): Note[] {
  if (fields.title === undefined || fields.title === "") return [{ code: 6, message: "Не указано название товара" }];
  const section = sectionOf(shop, fields.parent);
  if (section === undefined) return [{ code: 7, message: "Раздел не найден" }];
  const main = asText(fields.parent_article) ?? article;
  if (main !== article && !shop.products.find(main)) return [{ code: 2, message: "Не найден parent_article" }];
  const blank: ProductRow = {
    article,
    parent_article: main,
    parent: { id: section, value: pathOfSection(shop.pages, section) },
    title: localised(fields.title),
    display_in_showcase: 0,
    price: 0,
    price_old: 0,
    currency: "UAH",
    presence: shop.presences[1],
    quantity: 0,
    residues: [],
    images: [],
    characteristics: [],
    link: `${shop.baseUrl}/${article.toLowerCase()}/`,
  };
  const notes: Note[] = [{ code: 0, message: "Товар добавлен" }];
  shop.products.add({ ...blank, ...readFields(shop, blank, fields, notes) } as ProductRow);
  return notes;
}

function moveProduct(shop: Shop, row: ProductRow, parent: unknown, changes: Partial<ProductRow>, notes: Note[]): void {
  const section = sectionOf(shop, parent);
  if (section === row.parent.id) return;
  if (section === undefined) notes.push({ code: 10, message: "Раздел не найден" });
  else if (row.article !== row.parent_article) notes.push({ code: 12, message: "Раздел задаётся главному товару" });
  else {
    changes.parent = { id: section, value: pathOfSection(shop.pages, section) };
    notes.push({ code: 9, message: "Товар перенесён" });
  }
}

function sectionOf(shop: Shop, parent: unknown): number | undefined {
  if (typeof parent === "string") return sectionByPath(shop, parent);
  const id = asInteger(asRecord(parent).id);
  return shop.pages.some((page) => page.id === id) ? id : undefined;
}

function readFields(shop: Shop, row: ProductRow, fields: Record<string, unknown>, notes: Note[]): Partial<ProductRow> {
  const changes: Partial<ProductRow> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (localisedFields.includes(field)) changes[field] = localised(value);
    else if (plainFields.includes(field)) changes[field] = value;
    else if (amountFields.includes(field)) changes[field] = asAmount(value) ?? row[field];
    else if (field === "characteristics")
      changes.characteristics = { ...asRecord(row.characteristics), ...asRecord(value) };
    else if (!ignoredFields.includes(field) && !(field in row)) {
      notes.push({ code: 11, message: `Параметр ${field} отсутствует в шаблоне` });
    }
  }
  const shown = asFlag(fields.display_in_showcase);
  if (shown !== undefined) changes.display_in_showcase = shown ? 1 : 0;
  if (fields.images !== undefined) readImages(row, fields.images, changes, notes);
  if (fields.residues !== undefined) readResidues(shop, row, fields.residues, changes, notes);
  // A presence word counts only while the shop does not keep stock itself.
  if (typeof fields.presence === "string" && !shop.switches.stockAccounting) {
    changes.presence = presenceByWord(shop, fields.presence);
  }
  return changes;
}

function readImages(row: ProductRow, images: unknown, changes: Partial<ProductRow>, notes: Note[]): void {
  const links = asList(asRecord(images).links).filter((link) => typeof link === "string");
  const override = asFlag(asRecord(images).override) ?? true;
  if (override) notes.push({ code: 28, message: "Галерея очищена" });
  const good = links.filter((link) => URL.canParse(link));
  for (const link of links) {
    notes.push(
      good.includes(link) ? { code: 22, message: "Изображение загружено" } : { code: 23, message: `Ссылка: ${link}` },
    );
  }
  changes.images = [...(override ? [] : asList(row.images)), ...good];
}

function readResidues(shop: Shop, row: ProductRow, given: unknown, changes: Partial<ProductRow>, notes: Note[]): void {
  if (!shop.switches.stockAccounting) {
    notes.push({ code: 16, message: "Учёт остатков выключен" });
    return;
  }
  let residues = row.residues;
  for (const entry of asList(given).map(asRecord)) {
    const warehouse = asText(entry.warehouse) ?? "";
    const quantity = asAmount(entry.quantity);
    if (!shop.warehouses.includes(warehouse)) notes.push({ code: 18, message: `Склад ${warehouse} не найден` });
    else if (quantity === undefined || quantity < 0) notes.push({ code: 19, message: "Остаток не обновлён" });
    else {
      residues = withResidue(residues, { warehouse, quantity });
      notes.push({ code: 15, message: "Остатки обновлены" });
    }
  }
  Object.assign(changes, stockFields(shop, residues));
}

export function withResidue(residues: Residue[], changed: Residue): Residue[] {
  return [...residues.filter((one) => one.warehouse !== changed.warehouse), changed];
}

/** Stock decides what the buyer is told while the shop keeps stock itself. */
export function stockFields(shop: Shop, residues: Residue[]): Partial<ProductRow> {
  const quantity = residues.reduce((total, one) => total + one.quantity, 0);
  return { residues, quantity, presence: shop.presences[quantity > 0 ? 0 : 1] };
}

export function presenceByWord(shop: Shop, word: string): unknown {
  const known = shop.presences.find((one) => Object.values(one.value).includes(word.trim()));
  if (known) return known;
  const added = { id: shop.presences.length + 1, value: localised(word.trim()) };
  shop.presences.push(added);
  return added;
}

function localised(value: unknown): Record<string, string> {
  if (typeof value === "object" && value !== null) return value as Record<string, string>;
  return { ua: String(value), ru: String(value) };
}

/** `catalog/importResidues` (reference 17.2, outdated). */
export function importResidues(shop: Shop, parameters: Parameters): FunctionAnswer {
  if (!Array.isArray(parameters.products)) return refused("products is not defined");
  const log = parameters.products.map((product) => importResidue(shop, asRecord(product)));
  return log.every((entry) => entry.status === "OK") ? ok({ log }) : warning(log);
}

function importResidue(
  shop: Shop,
  entry: Record<string, unknown>,
): { article: string; status: string; message: string } {
  const article = asText(entry.article) ?? "";
  const warehouse = asText(entry.warehouse) ?? "";
  const quantity = asAmount(entry.quantity);
  const row = shop.products.find(article);
  const failed = (message: string) => ({ article, status: shop.switches.failedRowWord, message });
  if (!row) return failed("Article is not defined");
  if (!shop.switches.stockAccounting) return failed("Residues accounting is disabled");
  if (!shop.warehouses.includes(warehouse)) return failed(`Warehouse ${warehouse} is not defined`);
  if (quantity === undefined) return failed("quantity is not defined");
  shop.products.change(article, stockFields(shop, withResidue(row.residues, { warehouse, quantity })));
  return { article, status: "OK", message: "UPDATED" };
}
