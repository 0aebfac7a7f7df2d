/** One row of `catalog/export`: a product or one of its modifications, as on the wire. */
export type ProductRow = {
  article: string;
  parent_article: string;
  parent: { id: number; value: string };
  display_in_showcase: 0 | 1;
  price: number | string;
  title: Record<string, string>;
  residues: { warehouse: string; quantity: number }[];
  [field: string]: unknown;
};

/** Rows that are made when asked for, found by index or by article. */
export type ProductSource = {
  count: number;
  article(index: number): string;
  sectionId(index: number): number;
  shown(index: number): boolean;
  indexOf(article: string): number | undefined;
  make(index: number): ProductRow;
};

export type ProductFilter = { articles?: string[]; sections?: Set<number>; shown?: boolean };

export type ProductTable = {
  count(): number;
  find(article: string): ProductRow | undefined;
  /** keeps the changed fields only */
  change(article: string, fields: Partial<ProductRow>): ProductRow | undefined;
  add(row: ProductRow): void;
  remove(article: string): boolean;
  page(filter: ProductFilter, offset: number, limit: number, scattered: boolean): ProductRow[];
  /** article of the n-th generated row, for drawing one at random */
  articleAt(index: number): string | undefined;
};

/** All rows of a shop. Generated ones take no memory; only changed fields, own rows and gaps are kept. */
export function makeProductTable(source: ProductSource): ProductTable {
  const rows: Rows = { source, changes: new Map(), added: new Map(), removed: new Set() };
  const find = (article: string) => findRow(rows, article);
  return {
    count: () => source.count - rows.removed.size + rows.added.size,
    find,
    change(article, fields) {
      const row = find(article);
      if (!row) return undefined;
      if (rows.added.has(article)) rows.added.set(article, { ...row, ...fields } as ProductRow);
      else rows.changes.set(article, { ...rows.changes.get(article), ...fields });
      return find(article);
    },
    add: (row) => void rows.added.set(row.article, row),
    remove(article) {
      if (rows.added.delete(article)) return true;
      const index = source.indexOf(article);
      if (index === undefined || rows.removed.has(index)) return false;
      rows.removed.add(index);
      return true;
    },
    page(filter, offset, limit, scattered) {
      if (!filter.articles) return pageOfAll(rows, filter, offset, limit, scattered);
      const found = [...new Set(filter.articles)].map(find).filter((row) => row !== undefined);
      return found.filter((row) => matchesRow(row, filter)).slice(offset, offset + limit);
    },
    articleAt: (index) => (index >= 0 && index < source.count ? source.article(index) : undefined),
  };
}

type Rows = {
  source: ProductSource;
  changes: Map<string, Partial<ProductRow>>;
  added: Map<string, ProductRow>;
  /** indexes of generated rows that are gone */
  removed: Set<number>;
};

function rowAt({ source, changes }: Rows, index: number): ProductRow {
  const row = source.make(index);
  const fields = changes.get(row.article);
  return fields ? ({ ...row, ...fields } as ProductRow) : row;
}

function findRow(rows: Rows, article: string): ProductRow | undefined {
  const own = rows.added.get(article);
  if (own) return own;
  const index = rows.source.indexOf(article);
  return index === undefined || rows.removed.has(index) ? undefined : rowAt(rows, index);
}

/** Tells without making the row. */
function matchesAt({ source, changes, removed }: Rows, index: number, filter: ProductFilter): boolean {
  if (removed.has(index)) return false;
  const fields = changes.size > 0 ? changes.get(source.article(index)) : undefined;
  if (filter.sections && !filter.sections.has(fields?.parent?.id ?? source.sectionId(index))) return false;
  if (filter.shown === undefined) return true;
  const shown = fields?.display_in_showcase === undefined ? source.shown(index) : fields.display_in_showcase === 1;
  return shown === filter.shown;
}

function pageOfAll(rows: Rows, filter: ProductFilter, offset: number, limit: number, scattered: boolean): ProductRow[] {
  const { source, added, removed } = rows;
  const page: ProductRow[] = [];
  const stride = scattered ? strideFor(source.count) : 1;
  const everything = removed.size === 0 && !filter.sections && filter.shown === undefined;
  let skipped = everything ? Math.min(offset, source.count) : 0;
  for (let at = skipped; at < source.count && page.length < limit; at += 1) {
    const index = (at * stride) % source.count;
    if (!everything && !matchesAt(rows, index, filter)) continue;
    if (skipped < offset) skipped += 1;
    else page.push(rowAt(rows, index));
  }
  for (const row of added.values()) {
    if (page.length >= limit) break;
    if (!matchesRow(row, filter)) continue;
    if (skipped < offset) skipped += 1;
    else page.push(row);
  }
  return page;
}

function matchesRow(row: ProductRow, filter: ProductFilter): boolean {
  if (filter.sections && !filter.sections.has(row.parent.id)) return false;
  return filter.shown === undefined || (row.display_in_showcase === 1) === filter.shown;
}

/** A step that visits every row once, far from its neighbours. */
function strideFor(count: number): number {
  let stride = Math.max(1, Math.floor(count * 0.618));
  while (greatestDivisor(stride, count) !== 1) stride += 1;
  return stride;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
