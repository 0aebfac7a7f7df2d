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

export function makeProductTable(source: ProductSource): ProductTable {
  const changes = new Map<string, Partial<ProductRow>>();
  const added = new Map<string, ProductRow>();
  const removed = new Set<number>();

  function rowAt(index: number): ProductRow {
    const row = source.make(index);
    const fields = changes.get(row.article);
    return fields ? ({ ...row, ...fields } as ProductRow) : row;
  }

  function find(article: string): ProductRow | undefined {
    const own = added.get(article);
    if (own) return own;
    const index = source.indexOf(article);
    return index === undefined || removed.has(index) ? undefined : rowAt(index);
  }

  function matchesAt(index: number, filter: ProductFilter): boolean {
    if (removed.has(index)) return false;
    const fields = changes.size > 0 ? changes.get(source.article(index)) : undefined;
    if (filter.sections && !filter.sections.has(fields?.parent?.id ?? source.sectionId(index))) return false;
    if (filter.shown === undefined) return true;
    const shown = fields?.display_in_showcase === undefined ? source.shown(index) : fields.display_in_showcase === 1;
    return shown === filter.shown;
  }

  function matchesRow(row: ProductRow, filter: ProductFilter): boolean {
    if (filter.sections && !filter.sections.has(row.parent.id)) return false;
    return filter.shown === undefined || (row.display_in_showcase === 1) === filter.shown;
  }

  function pageOfAll(filter: ProductFilter, offset: number, limit: number, scattered: boolean): ProductRow[] {
    const rows: ProductRow[] = [];
    const stride = scattered ? strideFor(source.count) : 1;
    const everything = removed.size === 0 && !filter.sections && filter.shown === undefined;
    let skipped = everything ? Math.min(offset, source.count) : 0;
    for (let at = skipped; at < source.count && rows.length < limit; at += 1) {
      const index = (at * stride) % source.count;
      if (!everything && !matchesAt(index, filter)) continue;
      if (skipped < offset) skipped += 1;
      else rows.push(rowAt(index));
    }
    for (const row of added.values()) {
      if (rows.length >= limit) break;
      if (!matchesRow(row, filter)) continue;
      if (skipped < offset) skipped += 1;
      else rows.push(row);
    }
    return rows;
  }

  return {
    count: () => source.count - removed.size + added.size,
    find,
    change(article, fields) {
      const row = find(article);
      if (!row) return undefined;
      if (added.has(article)) added.set(article, { ...row, ...fields } as ProductRow);
      else changes.set(article, { ...changes.get(article), ...fields });
      return find(article);
    },
    add: (row) => void added.set(row.article, row),
    remove(article) {
      if (added.delete(article)) return true;
      const index = source.indexOf(article);
      if (index === undefined || removed.has(index)) return false;
      removed.add(index);
      return true;
    },
    page(filter, offset, limit, scattered) {
      if (!filter.articles) return pageOfAll(filter, offset, limit, scattered);
      const found = [...new Set(filter.articles)].map(find).filter((row) => row !== undefined);
      return found.filter((row) => matchesRow(row, filter)).slice(offset, offset + limit);
    },
    articleAt: (index) => (index >= 0 && index < source.count ? source.article(index) : undefined),
  };
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
