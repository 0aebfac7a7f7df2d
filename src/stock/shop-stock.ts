import type { HoroshopProduct, Localised } from "../horoshop/schema.ts";

/**
 * What one row of the shop's catalogue says about stock. Quantities are whole thousandths: goods by weight have three
 * decimals, and sums must be exact.
 */
export type ShopStock = {
  /** exactly as the shop spells it */
  article: string;
  /** empty without stock accounting */
  residues: { warehouse: string; quantity: number }[];
  /** `other`: a word of the shop's own, such as "made to order" */
  presence: "in" | "out" | "other";
};

export const one = 1000;

type PresenceWords = { in: string; out: string };

/**
 * Reads one row of `catalog/export` (reference of the shop's API, 16.4). Its `quantity` is left alone: it is 0 without
 * stock accounting and no reliable figure with it.
 */
export function toShopStock(
  product: Pick<HoroshopProduct, "article" | "residues" | "presence">,
  words: PresenceWords,
): ShopStock {
  const residues = product.residues.map((residue) => ({
    warehouse: residue.warehouse.trim(),
    quantity: toThousandths(residue.quantity),
  }));
  return { article: product.article, residues, presence: presenceOf(product.presence, words) };
}

/** Ids 1 and 2 are the same in all shops; what others mean is told by their words. */
function presenceOf(presence: HoroshopProduct["presence"], words: PresenceWords): ShopStock["presence"] {
  if (presence?.id === 1) return "in";
  if (presence?.id === 2) return "out";
  const said = wordsIn(presence?.value ?? "").map(plainWord);
  if (said.includes(plainWord(words.in))) return "in";
  return said.includes(plainWord(words.out)) ? "out" : "other";
}

function wordsIn(value: Localised): string[] {
  return typeof value === "string" ? [value] : Object.values(value);
}

function plainWord(word: string): string {
  return word.trim().toLowerCase();
}

/** The CRM knows offers by the article as the catalogue file has it: without spaces around, inner ones single. */
export function articleInCrm(article: string): string {
  return article.replace(/\s+/g, " ").trim();
}

export function toThousandths(quantity: number | string): number {
  const thousandths = Math.round(Number(quantity) * one);
  return Number.isSafeInteger(thousandths) ? thousandths : 0;
}

/** Where the shop is written to: a warehouse, or the availability when it keeps no stock. */
export type ShopTarget = { kind: "warehouse"; warehouse: string } | { kind: "presence" };
export type TargetChoice = ShopTarget | { kind: "unclear"; warehouses: string[] };

/**
 * @param chosen the warehouse of the settings
 * @param saidNoStock the shop said lately that it keeps no stock (code 16)
 */
export function chooseShopTarget(rows: ShopStock[], chosen: string | null, saidNoStock: boolean): TargetChoice {
  const keepsStock = rows.some((row) => row.residues.length > 0);
  const warehouse = chosen?.trim() ?? "";
  if (warehouse !== "") return keepsStock || !saidNoStock ? { kind: "warehouse", warehouse } : { kind: "presence" };
  if (!keepsStock) return { kind: "presence" };
  const names = new Set(rows.flatMap((row) => row.residues.map((residue) => residue.warehouse)).filter(Boolean));
  const [only] = names;
  return names.size === 1 ? { kind: "warehouse", warehouse: only! } : { kind: "unclear", warehouses: [...names] };
}

/** Ours for a target in the database: what was agreed for another one does not count. */
export function targetName(target: ShopTarget): string {
  return target.kind === "presence" ? "presence" : `warehouse ${target.warehouse}`;
}

/** What a target shows now; availability is 1 or 0, and a word of the shop's own is not "in stock". */
export function shownInShop(row: ShopStock, target: ShopTarget): number {
  if (target.kind === "presence") return row.presence === "in" ? one : 0;
  return sumIn(row, target.warehouse);
}

/** What the shop has to sell: in one warehouse or in all; without accounting, "in stock" counts as `inStock`. */
export function shopQuantity(row: ShopStock, warehouse: string | null, inStock: number): number {
  if (row.residues.length === 0) return row.presence === "in" ? inStock : 0;
  return Math.max(0, sumIn(row, warehouse?.trim() || null));
}

/** Warehouses without a name (their shape in the export is not confirmed) belong to whatever is asked for. */
function sumIn(row: ShopStock, warehouse: string | null): number {
  let sum = 0;
  for (const residue of row.residues) {
    if (warehouse === null || residue.warehouse === "" || residue.warehouse === warehouse) sum += residue.quantity;
  }
  return sum;
}

/** A warehouse of the settings that no row has: a slip of the pen must not become "nothing is left". */
export function lacksWarehouse(rows: ShopStock[], warehouse: string | null): boolean {
  const name = warehouse?.trim() ?? "";
  if (name === "") return false;
  const residues = rows.flatMap((row) => row.residues);
  return residues.length > 0 && !residues.some((residue) => residue.warehouse === "" || residue.warehouse === name);
}
