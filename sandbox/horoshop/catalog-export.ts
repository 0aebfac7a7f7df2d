import { empty, type FunctionAnswer, ok } from "./envelope.ts";
import { asFlag, asInteger, asIntegers, asList, asNames, asRecord, asText, type Parameters } from "./parameters.ts";
import type { ProductFilter, ProductRow } from "./product-table.ts";
import type { Shop } from "./shop.ts";

const rowsMax = 500;
const alwaysSent = ["article", "parent_article", "parent"];

/** `catalog/export` (reference 16): 500 rows at most, more is lowered without a word; `limit: 0` is none. */
export function exportCatalog(shop: Shop, parameters: Parameters): FunctionAnswer {
  const asked = asInteger(parameters.limit);
  const limit = asked === undefined || asked < 0 ? rowsMax : Math.min(asked, rowsMax);
  const offset = Math.max(0, asInteger(parameters.offset) ?? 0);
  const filter = readFilter(shop, asRecord(parameters.expr));
  const rows = shop.products.page(filter, offset, limit, shop.switches.productOrder === "scattered");
  if (rows.length === 0 && limit > 0 && shop.switches.catalogPastEnd === "EMPTY") {
    return empty(shop.switches, "products");
  }
  const included = asNames(parameters.includedParams);
  const excluded = asNames(parameters.excludedParams);
  return ok({ products: rows.map((row) => rowOnWire(shop, row, included, excluded)) });
}

function rowOnWire(shop: Shop, row: ProductRow, included: string[], excluded: string[]): Record<string, unknown> {
  const fields = shop.switches.stockAccounting ? row : { ...row, residues: [], quantity: 0 };
  if (included.length === 0 && excluded.length === 0) return fields;
  const wanted = Object.entries(fields).filter(([field]) => {
    if (alwaysSent.includes(field)) return true;
    return (included.length === 0 || included.includes(field)) && !excluded.includes(field);
  });
  return Object.fromEntries(wanted);
}

function readFilter(shop: Shop, expression: Record<string, unknown>): ProductFilter {
  const filter: ProductFilter = {};
  const articles = asList(expression.article)
    .map(asText)
    .filter((article) => article !== undefined);
  if (articles.length > 0) filter.articles = articles;
  const sections = readSections(shop, expression);
  if (sections) filter.sections = withSubsections(shop, sections);
  const shown = asFlag(expression.display_in_showcase);
  if (shown !== undefined) filter.shown = shown;
  return filter;
}

/** The four spellings of reference 16.2; undefined = no section filter. */
function readSections(shop: Shop, expression: Record<string, unknown>): number[] | undefined {
  const dotted = expression["parent.id"];
  if (dotted !== undefined) return asIntegers(isRecord(dotted) ? dotted.id : dotted);
  const parent = expression.parent;
  if (isRecord(parent)) return asIntegers(parent.id);
  if (typeof parent !== "string") return undefined;
  const section = sectionByPath(shop, parent);
  return section === undefined ? [] : [section];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Section of a path such as `Посуд \ Термоси`; `/` separates too. */
export function sectionByPath(shop: Shop, path: string): number | undefined {
  let parent = 0;
  for (const name of path.split(/\s*[\\/]\s*/)) {
    const page = shop.pages.find((one) => one.parent === parent && Object.values(one.title).includes(name.trim()));
    if (!page) return undefined;
    parent = page.id;
  }
  return parent;
}

function withSubsections(shop: Shop, sections: number[]): Set<number> {
  const all = new Set(sections);
  if (!shop.switches.subsectionsIncluded) return all;
  // A set may be extended while it is walked: children are appended and visited in turn.
  for (const id of all) {
    for (const page of shop.pages) if (page.parent === id) all.add(page.id);
  }
  return all;
}

export function pathOfSection(
  pages: { id: number; parent: number; title: Record<string, string> }[],
  id: number,
): string {
  const names: string[] = [];
  let page = pages.find((one) => one.id === id);
  while (page && names.length < 10) {
    names.unshift(page.title.ua ?? "");
    const parent = page.parent;
    page = pages.find((one) => one.id === parent);
  }
  return names.join(" / ");
}
