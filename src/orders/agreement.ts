import type { PartName } from "./order-parts.ts";

/**
 * What both sides last agreed on, per field: the value on each side at that time. From it follows who moved since:
 * nobody, the shop, the CRM, both. Parts are kept as prints, since nobody needs to read them back.
 */
export type Agreement = {
  status?: { shop: number; crm: string };
  paid?: { shop: boolean; crm: boolean };
  tracking?: { shop: string | null; crm: string | null };
  branch?: { shop: string };
  payment?: { shop: string; crm: string | null };
  /** The CRM's prints are kept per name, so that a name that joins later does not look like a move. */
  parts?: Partial<Record<PartName, { shop: string; crm: Record<string, string> | null }>>;
  /** Writes that are under way, or whose answer was lost: what will have been agreed if they happened. */
  sent?: { toCrm: Agreement; toShop: Agreement };
};

export type Moved = "nobody" | "shop" | "crm" | "both";

/** Without an agreement both count as moved: nothing is known of the past. */
export function whoMoved<S, C>(last: { shop: S; crm: C } | undefined, shop: S, crm: C): Moved {
  if (!last) return "both";
  const shopMoved = last.shop !== shop;
  const crmMoved = last.crm !== crm;
  if (shopMoved) return crmMoved ? "both" : "shop";
  return crmMoved ? "crm" : "nobody";
}

/** Later fields win; parts are laid over one another part by part. */
export function joinAgreements(...agreements: Agreement[]): Agreement {
  const joined: Agreement = Object.assign({}, ...agreements);
  const parts = Object.assign({}, ...agreements.map((agreement) => agreement.parts ?? {}));
  return Object.keys(parts).length > 0 ? { ...joined, parts } : joined;
}
