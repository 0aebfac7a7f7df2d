import type { ReferenceLists } from "../mapping/mapping.ts";
import type { CrmPayment } from "../retailcrm/schema.ts";
import { fromAmount, sum, toAmount } from "./amount.ts";
import type { ChangeInput } from "./order-changes.ts";
import { paymentExternalId } from "./order-to-crm.ts";
import { printOf } from "./print.ts";

/** The order's one payment that we made; those of the CRM itself are nobody's to touch. */
export function ourPayment({ shop, crm, facts }: Pick<ChangeInput, "shop" | "crm" | "facts">): CrmPayment | undefined {
  return crm.payments.find((payment) => payment.externalId === paymentExternalId(facts.shortId, shop.order_id));
}

/** Our payment is received, or others of the CRM cover the whole order. */
export function isPaidInCrm(input: Pick<ChangeInput, "shop" | "crm" | "facts" | "lists">): boolean {
  const ours = ourPayment(input);
  if (ours ? isComplete(input.lists, ours) : input.crm.fullPaidAt !== undefined) return true;
  const others = input.crm.payments.filter((payment) => payment !== ours && isComplete(input.lists, payment));
  const total = toAmount(input.crm.totalSumm);
  return others.length > 0 && total > 0n && sum(others.map((payment) => toAmount(payment.amount))) >= total;
}

/** The CRM's own acquiring keeps the status of payments of this type. */
export function isIntegrated(lists: ReferenceLists, type: string | undefined): boolean {
  return lists.paymentTypes.crm.some((one) => one.code === type && one.integrated === true);
}

/** The money is received, by the account's own marks. */
export function isComplete(lists: ReferenceLists, payment: CrmPayment): boolean {
  return lists.paymentStatuses.crm.some((status) => status.code === payment.status && status.complete);
}

/** A payment of the CRM's acquiring begins without a status of ours, unless the money is there. */
export function paymentStatusFor(
  lists: ReferenceLists,
  type: string | undefined,
  isPaid: boolean,
  statuses: { paid: string | undefined; notPaid: string | undefined },
): string | undefined {
  if (isPaid) return statuses.paid;
  return isIntegrated(lists, type) ? undefined : statuses.notPaid;
}

export function crmAmount(payment: CrmPayment): string {
  return payment.amount === undefined ? "" : fromAmount(toAmount(payment.amount));
}

/** Kind and amount, comparable with the print of what we would send. */
export function paymentPrint(payment: CrmPayment): string {
  return printOf([payment.type, crmAmount(payment)]);
}
