import { one, type ShopTarget, toThousandths } from "./shop-stock.ts";

export type Figure = { article: string; figure: number };

/** The figure of the leading side that both sides last agreed on, and where in the following side it stands. */
export type AgreedFigure = { figure: number; target: string; refusedAt: Date | null };

export type StockQuestion = {
  /** what the leading side says now, as the following side should show it, by article */
  wanted: ReadonlyMap<string, number>;
  /** what the following side shows; undefined when it was not looked at */
  shown: (article: string) => number | undefined;
  agreed: ReadonlyMap<string, AgreedFigure>;
  target: string;
  /** the leading side has this figure from the following one */
  isEcho: (article: string) => boolean;
  /** a refusal older than this is tried again */
  refusedBefore: Date;
};

export type StockPlan = {
  writes: Figure[];
  /** in line already: to be remembered, not written */
  agreements: Figure[];
  /** agreed before, and nothing new */
  unchanged: number;
  /** refused lately, and nothing new */
  refused: string[];
};

/**
 * Only a new figure of the leading side moves anything: what the following side sold or corrected meanwhile is its own
 * affair until then, so that no change is ever undone. An article without an agreement (the first run, a new product,
 * another warehouse) is brought into line with what the leading side says. A figure that the leading side has from the
 * following one is agreed as it is, or two old figures would chase each other in a circle.
 */
export function planStock(question: StockQuestion): StockPlan {
  const plan: StockPlan = { writes: [], agreements: [], unchanged: 0, refused: [] };
  for (const [article, figure] of question.wanted) {
    const last = question.agreed.get(article);
    const isSame = last?.target === question.target && last.figure === figure;
    if (isSame && last.refusedAt === null) plan.unchanged += 1;
    else if (isSame && last.refusedAt! >= question.refusedBefore) plan.refused.push(article);
    else if (question.shown(article) === figure || question.isEcho(article)) plan.agreements.push({ article, figure });
    else plan.writes.push({ article, figure });
  }
  return plan;
}

export type CrmStock = { quantity: number; stores: { store: string; quantity: number }[] };

/** Sum over the chosen warehouses, all when none is chosen; without a list of warehouses the CRM's own total. */
export function crmQuantity(offer: CrmStock, chosen: ReadonlySet<string>): number {
  if (offer.stores.length === 0) return chosen.size === 0 ? toThousandths(offer.quantity) : 0;
  let sum = 0;
  for (const { store, quantity } of offer.stores) {
    if (chosen.size === 0 || chosen.has(store)) sum += toThousandths(quantity);
  }
  return sum;
}

/** What the shop should show: less the reserve (whole pieces), never below 0; availability is 1 or 0. */
export function wantedInShop(quantity: number, reserve: number, target: ShopTarget): number {
  const left = Math.max(0, quantity - reserve * one);
  if (target.kind === "warehouse") return left;
  return left > 0 ? one : 0;
}

/** A warehouse that only says yes or no takes 1 or 0. */
export function wantedInCrm(quantity: number, countsPieces: boolean): number {
  if (countsPieces) return quantity;
  return quantity > 0 ? one : 0;
}
