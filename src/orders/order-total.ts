import type { HoroshopOrder } from "../horoshop/schema.ts";
import type { CrmOrder } from "../retailcrm/schema.ts";
import { fromAmount, sameAmount, toAmount, toCents } from "./amount.ts";
import { linesTotal } from "./line-prices.ts";

/** A delivery price of -1 (or none) is the carrier's tariff: nobody knows it yet. */
export function deliveryIsKnown(order: HoroshopOrder): boolean {
  return order.delivery_price !== undefined && toAmount(order.delivery_price) >= 0n;
}

/** What the buyer is to pay: goods after discounts, delivery where it is known, surcharge of the payment type. */
export function expectedTotal(order: HoroshopOrder): string {
  const delivery = deliveryIsKnown(order) ? toAmount(order.delivery_price) : 0n;
  return fromAmount(toAmount(order.total_sum) + delivery + toAmount(order.payment_price));
}

/**
 * What separates the lines from the shop's sum, as one discount; undefined when there is none to give. A payment type
 * that makes the order cheaper is part of it. It never exceeds the lines: what is left over shows in the totals.
 */
export function orderDiscount(order: HoroshopOrder): string | undefined {
  const lines = linesTotal(order);
  const surcharge = toAmount(order.payment_price);
  const discount = lines - toCents(toAmount(order.total_sum)) - (surcharge < 0n ? toCents(surcharge) : 0n);
  if (discount <= 0n) return undefined;
  return lines === 0n ? undefined : fromAmount(discount > lines ? lines : discount);
}

/** Both totals when they differ. */
export function totalDifference(order: HoroshopOrder, crm: CrmOrder): { shop: string; crm: string } | undefined {
  const shop = expectedTotal(order);
  const inCrm = comparableTotal(order, crm);
  return sameAmount(shop, inCrm) ? undefined : { shop, crm: inCrm };
}

/** The CRM's total as far as it can be compared: an unknown delivery cost leaves the CRM's own out. */
export function comparableTotal(order: HoroshopOrder, crm: CrmOrder): string {
  const delivery = deliveryIsKnown(order) ? 0n : toAmount(crm.delivery.cost);
  return fromAmount(toAmount(crm.totalSumm) - delivery);
}
