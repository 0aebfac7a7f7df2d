import type { Problem } from "../log/problem.ts";
import { paymentStatusesOf } from "../mapping/mapping.ts";
import type { CrmPayment } from "../retailcrm/schema.ts";
import { whoMoved } from "./agreement.ts";
import type { ChangeInput, OrderChanges } from "./order-changes.ts";
import {
  crmAmount,
  isComplete,
  isIntegrated,
  isPaidInCrm,
  ourPayment,
  paymentPrint,
  paymentStatusFor,
} from "./order-payment.ts";
import { paymentToCrm } from "./order-to-crm.ts";
import { elementFor, paymentFits, paymentNotAllowed } from "./plan-order.ts";
import { printOf } from "./print.ts";
import { remarkOf } from "./remarks.ts";

/**
 * The order's payment of ours (its kind and amount from the shop) and the paid mark (both ways as the settings say).
 * Payments that the CRM made itself are nobody's to touch.
 */
export function planPayment(input: ChangeInput, changes: OrderChanges, deliveryCode: string | undefined): void {
  const { shop } = input;
  const ours = ourPayment(input);
  const type = elementFor(input, "paymentTypes", shop.payment_type);
  if ("problem" in type) changes.problem ??= type.problem;
  const code = "problem" in type ? undefined : type.code;
  if (ours) {
    if (code !== undefined) planKindAndAmount(input, changes, ours, deliveryCode, code);
  } else {
    planMissingPayment(input, changes, deliveryCode, code);
  }
  planPaidMark(input, changes, ours);
}

/** A payment that was left out follows when it is allowed; one that a manager deleted stays deleted. */
function planMissingPayment(
  input: ChangeInput,
  changes: OrderChanges,
  deliveryCode: string | undefined,
  code: string | undefined,
): void {
  const { shop, crm, link, facts } = input;
  if (code === undefined || crm.payments.length > 0 || link.agreement.payment || !facts.settings.updateFromShop.payment)
    return;
  const statuses = paymentStatusesOf(input.mapping, input.lists);
  const status = paymentStatusFor(input.lists, code, shop.payed, statuses);
  const payment = paymentToCrm(shop, code, status, facts);
  if (!payment) return;
  // Paid when it was first seen, or found paid since.
  if (payment.paidAt && link.agreement.paid?.shop !== true) payment.paidAt = input.crmNow;
  const refusal = refusalOf(input, deliveryCode, code);
  if (refusal) {
    changes.remarks.push(refusal);
    return;
  }
  changes.toPayment = { do: "create", payment };
  changes.paymentAgrees.payment = {
    shop: printOf([payment.type, payment.amount]),
    crm: printOf([payment.type, payment.amount]),
  };
  changes.paymentAgrees.paid = { shop: shop.payed, crm: shop.payed };
}

/** Why the pair is not even tried: the CRM's lists forbid it, or the CRM refused it and nothing changed since. */
function refusalOf(input: ChangeInput, deliveryCode: string | undefined, code: string): Problem | undefined {
  const problem = paymentNotAllowed(input, deliveryCode, code);
  const last = remarkOf(input.link.problem, "payment_not_allowed");
  if (!input.again && last?.params.refused === true && last.params.cause === problem.params.cause) return last;
  return paymentFits(input.lists, deliveryCode, code) ? undefined : problem;
}

function planKindAndAmount(
  input: ChangeInput,
  changes: OrderChanges,
  ours: CrmPayment,
  deliveryCode: string | undefined,
  code: string,
): void {
  const { shop, link, facts } = input;
  const wanted = paymentToCrm(shop, code, undefined, facts);
  if (!wanted) return;
  const prints = { shop: printOf([wanted.type, wanted.amount]), crm: paymentPrint(ours) };
  if (prints.shop === prints.crm) {
    changes.agreed.payment = prints;
    return;
  }
  const last = link.agreement.payment;
  if (!last || last.crm === null) changes.agreed.payment = { shop: last?.shop ?? prints.shop, crm: prints.crm };
  const shopMoved = last !== undefined && last.shop !== prints.shop;
  const crmMoved = last?.crm != null && last.crm !== prints.crm;
  const refusal = ours.type === wanted.type ? undefined : refusalOf(input, deliveryCode, code);
  const stays = crmMoved || isComplete(input.lists, ours) || !facts.settings.updateFromShop.payment;
  if (shopMoved && !stays && refusal) changes.remarks.push(refusal);
  if (!shopMoved || stays || refusal) {
    changes.differences.push({
      field: "payment",
      shop: `${wanted.type} ${wanted.amount}`,
      crm: `${ours.type ?? ""} ${crmAmount(ours)}`,
      writable: false,
    });
    return;
  }
  changes.toPayment = {
    do: "edit",
    id: ours.id,
    changes: { type: wanted.type, ...(wanted.amount === undefined ? {} : { amount: wanted.amount }) },
  };
  changes.paymentAgrees.payment = { shop: prints.shop, crm: prints.shop };
}

function planPaidMark(input: ChangeInput, changes: OrderChanges, ours: CrmPayment | undefined): void {
  const { shop, link, facts } = input;
  if (changes.toPayment?.do === "create") return;
  const paidInCrm = isPaidInCrm(input);
  if (shop.payed === paidInCrm) {
    changes.agreed.paid = { shop: shop.payed, crm: paidInCrm };
    return;
  }
  const difference = { field: "paid", shop: shop.payed, crm: paidInCrm, writable: true };
  const moved = whoMoved(link.agreement.paid, shop.payed, paidInCrm);
  const leads = moved === "both" ? facts.settings.statusConflict : moved;
  if (leads === "shop" && ours && facts.settings.updateFromShop.payment && mayMark(input, changes, ours)) {
    const statuses = paymentStatusesOf(input.mapping, input.lists);
    const status = shop.payed ? statuses.paid : statuses.notPaid;
    if (status !== undefined) {
      const present = changes.toPayment?.do === "edit" ? changes.toPayment.changes : {};
      changes.toPayment = {
        do: "edit",
        id: ours.id,
        changes: { ...present, status, ...(shop.payed ? { paidAt: input.crmNow } : {}) },
      };
      changes.paymentAgrees.paid = { shop: shop.payed, crm: shop.payed };
      return;
    }
  }
  // Payments that are gone from the CRM do not say that the money is.
  const isSaid = paidInCrm ? !isCancelled(input, changes) : input.crm.payments.length > 0;
  if (leads === "crm" && facts.settings.sendPaid && isSaid) {
    changes.toShop.push({
      field: "paid",
      row: { order_id: shop.order_id, payed: paidInCrm ? 1 : 0 },
      agrees: { paid: { shop: paidInCrm, crm: paidInCrm } },
    });
    return;
  }
  changes.differences.push({
    ...difference,
    writable: leads === "crm" ? facts.settings.sendPaid && isSaid : ours !== undefined,
  });
}

/**
 * What the shop says of the money may be written: never on a cancelled order, and a mark is taken back only where it is
 * ours to take: from our own payment, and not from one whose status the CRM's acquiring keeps.
 */
function mayMark(input: ChangeInput, changes: OrderChanges, ours: CrmPayment): boolean {
  if (input.shop.payed) return !isCancelled(input, changes);
  return isComplete(input.lists, ours) && !isIntegrated(input.lists, ours.type);
}

/** A cancelled order is never marked paid by the exchange, on either side's word. */
function isCancelled({ shop, crm, lists, facts }: ChangeInput, changes: OrderChanges): boolean {
  const status = changes.toCrm.status ?? crm.status;
  const group = lists.statuses.crm.find((one) => one.code === status)?.group;
  return group === "cancel" || facts.settings.finalStatuses.includes(shop.stat_status);
}
