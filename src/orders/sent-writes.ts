import { type Agreement, joinAgreements } from "./agreement.ts";
import type { ChangeInput } from "./order-changes.ts";
import { crmPart, type PartName, partPrints } from "./order-parts.ts";
import { isPaidInCrm, ourPayment, paymentPrint } from "./order-payment.ts";
import { trackingInCrm } from "./plan-tracking.ts";

/**
 * A write may have happened though its answer was lost. Where a side holds what was sent to it, that counts as agreed:
 * else our own write would look like a move of that side, and would win over what the other side did since.
 */
export function withSentWrites(input: ChangeInput): ChangeInput {
  const { sent, ...agreement } = input.link.agreement;
  if (!sent) return input;
  const happened = joinAgreements(happenedInCrm(input, sent.toCrm), happenedInShop(input, sent.toShop));
  return { ...input, link: { ...input.link, agreement: joinAgreements(agreement, happened) } };
}

function happenedInCrm(input: ChangeInput, sent: Agreement): Agreement {
  const { crm } = input;
  const happened: Agreement = {};
  if (sent.status && sent.status.crm === crm.status) happened.status = sent.status;
  if (sent.paid && sent.paid.crm === isPaidInCrm(input)) happened.paid = sent.paid;
  if (sent.tracking && sent.tracking.crm === trackingInCrm(input)) happened.tracking = sent.tracking;
  const payment = ourPayment(input);
  if (sent.payment && payment && sent.payment.crm === paymentPrint(payment)) happened.payment = sent.payment;
  for (const [name, part] of Object.entries(sent.parts ?? {})) {
    const names = Object.fromEntries(Object.keys(part.crm ?? {}).map((one) => [one, ""]));
    const present = partPrints(crmPart(crm, name as PartName, names));
    const isThere = part.crm !== null && Object.entries(part.crm).every(([one, print]) => present[one] === print);
    if (isThere) happened.parts = { ...happened.parts, [name]: part };
  }
  return happened;
}

function happenedInShop({ shop }: ChangeInput, sent: Agreement): Agreement {
  const happened: Agreement = {};
  if (sent.status && sent.status.shop === shop.stat_status) happened.status = sent.status;
  if (sent.paid && sent.paid.shop === shop.payed) happened.paid = sent.paid;
  return happened;
}
