import type { Crm } from "./call.ts";
import { commitOrder, copyOrder, removeOrder } from "./order-commit.ts";
import { settleFullPayment } from "./order-totals.ts";
import type { Actor, Order } from "./state.ts";

export type CombineTechnique = "ours" | "summ" | "theirs";

/**
 * Merges one order into another: lines and payments go over, the first one disappears from lists and stays in the
 * history with `combinedTo` (reference 9.8, 10.2).
 */
export function combineInto(crm: Crm, from: Order, into: Order, technique: CombineTechnique, actor: Actor): void {
  const next = copyOrder(into);
  const gone = copyOrder(from);
  removeOrder(crm, from, actor, into);
  if (technique === "theirs") {
    Object.assign(next.plain, gone.plain);
    next.lines = gone.lines;
  } else {
    for (const line of gone.lines) {
      const same = next.lines.find((entry) => entry.offerId !== undefined && entry.offerId === line.offerId);
      if (same === undefined) next.lines.push(line);
      else if (technique === "summ") same.quantity += line.quantity;
    }
    next.plain = { ...gone.plain, ...next.plain };
  }
  next.payments.push(...gone.payments);
  settleFullPayment(crm, next, crm.time());
  commitOrder(crm, into, next, actor);
}
