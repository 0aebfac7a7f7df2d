import type { HoroshopClient } from "../horoshop/client.ts";
import { isApiError } from "../http/api-error.ts";
import { type Category, categoriesFromPaths, categoryTree, type Section } from "./category-tree.ts";
import { type CatalogRules, type Exclusion, productToRow } from "./product-to-offers.ts";
import type { Remarks } from "./remarks.ts";
import type { Spool } from "./spool.flow.ts";

/** The shop's own limit: more is lowered silently (reference of the shop's API, section 5). */
const pageMax = 500;
const rowsMax = 3_000_000;
const fieldsMax = 5000;
const depthMax = 30;
const sectionsMax = 20_000;
/** A shop answers at most two requests of ours at a time. */
const sectionsAtOnce = 2;

const fields = [
  "article_for_display",
  "title",
  "mod_title",
  "alt_parent",
  "display_in_showcase",
  "price",
  "currency",
  "presence",
  "residues",
  "link",
  "images",
  "gallery_common",
  "brand",
  "color",
  "gtin",
  "unit_of_measurement",
  "characteristics",
];

/** Only what the file needs: a full export is a hundred times larger. */
export function includedParams(description: CatalogRules["description"]): string[] {
  if (description === "none") return fields;
  return [...fields, "short_description", ...(description === "full" ? ["description"] : [])];
}

export type ShopReading = {
  rows: number;
  excluded: Partial<Record<Exclusion, number>>;
  /** attributes that occur, whatever their order */
  fields: Set<string>;
  /** section → path as products carry it */
  sections: Map<number, string>;
};

/**
 * Reads the whole catalogue into the spool, page by page, advancing by the rows received. A page that cannot be read
 * rejects: an incomplete reading must never look like a smaller shop.
 */
export async function readProducts(
  horoshop: Pick<HoroshopClient, "fetchProducts">,
  rules: CatalogRules,
  spool: Spool,
  remarks: Remarks,
  options: { signal?: AbortSignal | undefined; onPage?: ((rows: number) => Promise<void>) | undefined },
): Promise<ShopReading> {
  const reading: ShopReading = { rows: 0, excluded: {}, fields: new Set(), sections: new Map() };
  const wanted = includedParams(rules.description);
  let added = -1;
  for (;;) {
    options.signal?.throwIfAborted();
    const page = await horoshop.fetchProducts(
      { offset: reading.rows, limit: pageMax, includedParams: wanted },
      options.signal,
    );
    if (added === 0 && page.rows > 0) throw new Error("the shop gives the same page of products again and again");
    reading.rows += page.rows;
    count(reading, "unreadable", page.rows - page.products.length);
    added = await spoolPage(page.products, rules, spool, remarks, reading);
    if (page.rows > 0) await options.onPage?.(reading.rows);
    if (page.rows < pageMax) return reading;
    if (reading.rows > rowsMax) throw new Error(`the shop gives more than ${rowsMax} rows`);
    // A page of which nothing could be read is no repetition.
    if (page.products.length === 0) added = -1;
  }
}

async function spoolPage(
  products: Awaited<ReturnType<HoroshopClient["fetchProducts"]>>["products"],
  rules: CatalogRules,
  spool: Spool,
  remarks: Remarks,
  reading: ShopReading,
): Promise<number> {
  let added = 0;
  for (const product of products) {
    const read = productToRow(product, rules);
    if ("excluded" in read) {
      count(reading, read.excluded, 1);
      added += 1;
      continue;
    }
    const { row } = read;
    if (!(await spool.add(row.id, row.productId, row))) {
      count(reading, "duplicate_article", 1);
      remarks.add("duplicate_article", row.id);
      continue;
    }
    added += 1;
    for (const remark of read.remarks) remarks.add(remark, row.id);
    for (const [field] of row.properties) {
      if (reading.fields.size < fieldsMax) reading.fields.add(field);
    }
    if (row.shown || rules.hidden === "inactive") noteSections(product, reading);
  }
  return added;
}

function noteSections(
  product: Pick<Awaited<ReturnType<HoroshopClient["fetchProducts"]>>["products"][number], "parent" | "alt_parent">,
  reading: ShopReading,
): void {
  for (const section of [product.parent, ...product.alt_parent]) {
    if (section && section.id > 0 && !reading.sections.has(section.id)) {
      reading.sections.set(section.id, section.value);
    }
  }
}

function count(reading: ShopReading, reason: Exclusion, rows: number): void {
  if (rows > 0) reading.excluded[reason] = (reading.excluded[reason] ?? 0) + rows;
}

/**
 * The sections that products use, with their ancestors. The shop lists one level a call, so the walk ends as soon as
 * every used section is found. A shop too old to list them gives names from the paths of its products.
 */
export async function readCategories(
  horoshop: Pick<HoroshopClient, "fetchPages">,
  used: ReadonlyMap<number, string>,
  language: string,
  remarks: Remarks,
  signal?: AbortSignal,
): Promise<Category[]> {
  if (used.size === 0) return [];
  try {
    const { sections, cut } = await walkSections(horoshop, new Set(used.keys()), signal);
    if (cut) remarks.add("sections_cut", String(sections.length));
    const categories = categoryTree(sections, new Set(used.keys()), language);
    const known = new Set(categories.map((category) => category.id));
    for (const id of used.keys()) if (!known.has(id)) remarks.add("section_unknown", String(id));
    return categories;
  } catch (error) {
    if (!isApiError(error) || error.remoteCode !== "UNDEFINED_FUNCTION") throw error;
    remarks.add("sections_not_listed", "pages/export");
    return categoriesFromPaths(used);
  }
}

async function walkSections(
  horoshop: Pick<HoroshopClient, "fetchPages">,
  missing: Set<number>,
  signal?: AbortSignal,
): Promise<{ sections: Section[]; cut: boolean }> {
  const sections: Section[] = [];
  const seen = new Set<number>([0]);
  let level = [0];
  for (let depth = 0; level.length > 0 && missing.size > 0; depth += 1) {
    if (depth === depthMax) return { sections, cut: true };
    const next: number[] = [];
    for (let start = 0; start < level.length && missing.size > 0; start += sectionsAtOnce) {
      signal?.throwIfAborted();
      const parents = level.slice(start, start + sectionsAtOnce);
      const lists = await Promise.all(parents.map((parent) => horoshop.fetchPages(parent, signal)));
      lists.forEach((pages, place) => {
        for (const page of pages) {
          // Seen before: the list of a section would name one of its own ancestors.
          if (seen.has(page.id)) continue;
          seen.add(page.id);
          sections.push({ id: page.id, parent: parents[place]!, title: page.title });
          missing.delete(page.id);
          next.push(page.id);
        }
      });
      if (sections.length > sectionsMax) return { sections, cut: true };
    }
    level = next;
  }
  return { sections, cut: false };
}
