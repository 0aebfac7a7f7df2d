import type { HoroshopOrder } from "../horoshop/schema.ts";
import type { CrmOrder } from "../retailcrm/schema.ts";
import { fromAmount, sameAmount, sum, times, toAmount } from "./amount.ts";

/** A delivery price of -1 (or none) is the carrier's tariff: nobody knows it yet. */
export function deliveryIsKnown(order: HoroshopOrder): boolean {
  return order.delivery_price !== undefined && toAmount(order.delivery_price) >= 0n;
}

/** What the buyer is to pay: goods after discounts, delivery where it is known, surcharge of the payment type. */
export function expectedTotal(order: HoroshopOrder): string {
  const delivery = deliveryIsKnown(order) ? toAmount(order.delivery_price) : 0n;
  return fromAmount(toAmount(order.total_sum) + delivery + toAmount(order.payment_price));
}

export function linesTotal(order: HoroshopOrder): string {
  return fromAmount(sum(order.products.map((line) => times(toAmount(line.price), toAmount(line.quantity)))));
}

/** What separates the lines from the shop's sum, as one discount; undefined when there is none to give. */
export function orderDiscount(order: HoroshopOrder): string | undefined {
  const discount = toAmount(linesTotal(order)) - toAmount(order.total_sum);
  return discount > 0n ? fromAmount(discount) : undefined;
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
