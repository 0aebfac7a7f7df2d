import type { HoroshopOrder } from "../horoshop/schema.ts";
import type { Problem } from "../log/problem.ts";
import {
  counterpartOf,
  type MappingKind,
  paymentStatusesOf,
  type ReferenceLists,
  removedPairOf,
  removedPaymentStatusOf,
  unmappedCode,
} from "../mapping/mapping.ts";
import type { CrmOrder, CrmOrderDraft } from "../retailcrm/schema.ts";
import type { Agreement } from "./agreement.ts";
import { phoneKey } from "./contact.ts";
import { crmPart, draftPart, partNames, partPrints } from "./order-parts.ts";
import { paymentPrint, paymentStatusFor } from "./order-payment.ts";
import { type OrderCodes, type OrderFacts, orderToCrm, paymentExternalId } from "./order-to-crm.ts";
import { expectedTotal } from "./order-total.ts";
import type { PlanInput } from "./plan-input.ts";
import { unmappedStatus } from "./plan-status.ts";
import { printOf } from "./print.ts";

/** What to do with an order that has no link yet. A linked one is planned by plan-changes.ts. */
export type NewOrderPlan =
  | { do: "hold"; problem: Problem }
  | { do: "exclude"; reason: string }
  | { do: "create"; draft: CrmOrderDraft; remarks: Problem[] }
  | { do: "adopt"; crmOrderId: number };

export function planNewOrder(input: PlanInput): NewOrderPlan {
  const { shop, crm, facts } = input;
  if (crm) {
    if (isSameOrder(input, crm) || input.link?.confirmed === "adopt") return { do: "adopt", crmOrderId: crm.id };
    const params = { crmNumber: crm.number ?? String(crm.id), crmOrderId: crm.id };
    return { do: "hold", problem: { code: "external_id_taken", params } };
  }
  if (facts.crmCurrency && shop.currency && shop.currency !== facts.crmCurrency) {
    return {
      do: "hold",
      problem: {
        code: "currency_mismatch",
        params: { shop: shop.currency, crm: facts.crmCurrency, id: shop.currency },
      },
    };
  }
  const status = counterpartOf(input.mapping, "statuses", shop.stat_status);
  if (status.is === "aside") return { do: "exclude", reason: "status" };
  if (status.is === "none") return { do: "hold", problem: unmappedStatus(shop.stat_status, input.lists) };
  const removed = removedPairOf(input.mapping, input.lists, "statuses", shop.stat_status);
  if (removed) return { do: "hold", problem: { code: "element_removed", params: removed } };

  const delivery = elementFor(input, "deliveryTypes", shop.delivery_type);
  if ("problem" in delivery) return { do: "hold", problem: delivery.problem };
  if (delivery.aside === "exclude") return { do: "exclude", reason: "delivery" };
  const payment = elementFor(input, "paymentTypes", shop.payment_type);
  if ("problem" in payment) return { do: "hold", problem: payment.problem };
  if (payment.aside === "exclude") return { do: "exclude", reason: "payment" };

  const removedPayment = payment.code && removedPaymentStatusOf(input.mapping, input.lists, shop.payed);
  if (removedPayment) return { do: "hold", problem: { code: "element_removed", params: removedPayment } };

  const statuses = paymentStatusesOf(input.mapping, input.lists);
  const fits = paymentFits(input.lists, delivery.code, payment.code);
  const codes: OrderCodes = {
    status: status.crm,
    deliveryType: delivery.code,
    paymentType: fits ? payment.code : undefined,
    paymentStatus: paymentStatusFor(input.lists, payment.code, shop.payed, statuses),
  };
  const remarks = fits ? [] : [paymentNotAllowed(input, delivery.code, payment.code)];
  return { do: "create", draft: orderToCrm(shop, codes, facts), remarks };
}

/** A CRM order under our number without a link of ours is the same one if it was made at the same time or has the same phone. */
function isSameOrder({ shop, facts, link }: PlanInput, crm: CrmOrder): boolean {
  if (link?.crmOrderId === crm.id) return true;
  const draft = orderToCrm(
    shop,
    { status: "", deliveryType: undefined, paymentType: undefined, paymentStatus: undefined },
    facts,
  );
  if (draft.createdAt === crm.createdAt) return true;
  const phone = phoneKey(shop.delivery_phone, facts.settings.country);
  return phone !== undefined && phone === phoneKey(crm.phone, facts.settings.country);
}

export type ElementChoice = { code: string | undefined; aside?: "exclude" | "send-without" } | { problem: Problem };

/** The CRM's code for a delivery or payment type of an order, or why there is none. */
export function elementFor(
  { mapping, lists, facts }: Pick<PlanInput, "mapping" | "lists" | "facts">,
  kind: Exclude<MappingKind, "statuses">,
  element: { id: number; title: string } | undefined,
): ElementChoice {
  if (!element) return { code: undefined };
  const found = counterpartOf(mapping, kind, element.id);
  const sendWithout = facts.settings.unmappedOrder === "send-without";
  if (found.is === "aside") return { code: undefined, aside: found.aside };
  if (found.is === "none") {
    if (sendWithout) return { code: undefined };
    const name = element.title || lists[kind].horoshop.find((one) => one.id === element.id)?.title || `№ ${element.id}`;
    return { problem: { code: unmappedCode[kind], params: { kind, id: element.id, name } } };
  }
  const removed = removedPairOf(mapping, lists, kind, element.id);
  if (removed) return sendWithout ? { code: undefined } : { problem: { code: "element_removed", params: removed } };
  return { code: found.crm };
}

/** The CRM names the payment types that fit a delivery type; without a list every one does. */
export function paymentFits(
  lists: ReferenceLists,
  deliveryType: string | undefined,
  paymentType: string | undefined,
): boolean {
  if (deliveryType === undefined || paymentType === undefined) return true;
  const allowed = lists.deliveryTypes.crm.find((element) => element.code === deliveryType)?.paymentTypes;
  return !allowed || allowed.length === 0 || allowed.includes(paymentType);
}

export function paymentNotAllowed(
  input: Pick<PlanInput, "lists">,
  deliveryType: string | undefined,
  paymentType: string | undefined,
): Problem {
  const nameOf = (kind: Exclude<MappingKind, "statuses">, code: string | undefined) =>
    input.lists[kind].crm.find((one) => one.code === code)?.name ?? code;
  const params = {
    delivery: nameOf("deliveryTypes", deliveryType),
    payment: nameOf("paymentTypes", paymentType),
    deliveryType,
    paymentType,
    cause: `${deliveryType}:${paymentType}`,
  };
  return { code: "payment_not_allowed", params };
}

/** The agreement after a create or an adoption: what we sent, and what the CRM made of it. */
export function firstAgreement(
  shop: HoroshopOrder,
  draft: CrmOrderDraft,
  crm: CrmOrder | undefined,
  facts: Pick<OrderFacts, "shortId">,
): Agreement {
  const payment = draft.payments?.[0];
  const parts: NonNullable<Agreement["parts"]> = {};
  for (const part of partNames) {
    const view = draftPart(draft, part);
    parts[part] = { shop: printOf(view), crm: crm ? partPrints(crmPart(crm, part, view)) : null };
  }
  const ours = crm?.payments.find((one) => one.externalId === paymentExternalId(facts.shortId, shop.order_id));
  return {
    status: { shop: shop.stat_status, crm: draft.status ?? crm?.status ?? "" },
    paid: { shop: shop.payed, crm: shop.payed && payment !== undefined },
    tracking: { shop: shop.tracking ?? null, crm: shop.tracking ?? null },
    branch: { shop: shop.branch ?? "" },
    parts,
    ...(payment
      ? {
          payment: {
            shop: printOf([payment.type, expectedTotal(shop)]),
            crm: ours ? paymentPrint(ours) : null,
          },
        }
      : {}),
  };
}
