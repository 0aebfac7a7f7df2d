import type { ReferenceLists } from "../mapping/mapping.ts";
import type { CrmPayment } from "../retailcrm/schema.ts";
import { fromAmount, toAmount } from "./amount.ts";
import type { ChangeInput } from "./order-changes.ts";
import { paymentExternalId } from "./order-to-crm.ts";
import { printOf } from "./print.ts";

/** The order's one payment that we made; those of the CRM itself are nobody's to touch. */
export function ourPayment({ shop, crm, facts }: Pick<ChangeInput, "shop" | "crm" | "facts">): CrmPayment | undefined {
  return crm.payments.find((payment) => payment.externalId === paymentExternalId(facts.shortId, shop.order_id));
}

export function isPaidInCrm(input: Pick<ChangeInput, "shop" | "crm" | "facts" | "lists">): boolean {
  const ours = ourPayment(input);
  return ours ? isComplete(input.lists, ours) : input.crm.fullPaidAt !== undefined;
}

/** The money is received, by the account's own marks. */
export function isComplete(lists: ReferenceLists, payment: CrmPayment): boolean {
  return lists.paymentStatuses.crm.some((status) => status.code === payment.status && status.complete);
}

export function crmAmount(payment: CrmPayment): string {
  return payment.amount === undefined ? "" : fromAmount(toAmount(payment.amount));
}

/** Kind and amount, comparable with the print of what we would send. */
export function paymentPrint(payment: CrmPayment): string {
  return printOf([payment.type, crmAmount(payment)]);
}
