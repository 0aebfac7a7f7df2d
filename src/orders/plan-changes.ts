import { removedPairOf } from "../mapping/mapping.ts";
import type { CrmOrder, CrmOrderDraft } from "../retailcrm/schema.ts";
import { type ChangeInput, noChanges, type OrderChanges } from "./order-changes.ts";
import {
  crmPart,
  draftPart,
  outdatedNames,
  type PartName,
  partNames,
  partPrints,
  samePart,
  tellPart,
} from "./order-parts.ts";
import { orderToCrm } from "./order-to-crm.ts";
import { addLineRemarks, planRelink } from "./plan-lines.ts";
import { elementFor } from "./plan-order.ts";
import { planPayment } from "./plan-payment.ts";
import { type Difference, planStatus } from "./plan-status.ts";
import { planBranch, planTracking } from "./plan-tracking.ts";
import { printOf } from "./print.ts";
import { remarkOf } from "./remarks.ts";

/** Plans what brings both sides of a linked order together, field by field. */
export function planChanges(input: ChangeInput): OrderChanges {
  const changes = noChanges();
  addStatus(input, changes);
  const delivery = elementFor(input, "deliveryTypes", input.shop.delivery_type);
  if ("problem" in delivery) changes.problem ??= delivery.problem;
  const deliveryCode = "problem" in delivery ? undefined : delivery.code;
  addParts(input, changes, deliveryCode, "problem" in delivery);
  planPayment(input, changes, deliveryCode ?? input.crm.delivery.code);
  planTracking(input, changes);
  planBranch(input, changes);
  spareClosedOrder(input, changes);
  planRelink(input, changes);
  keepCustomerRemarks(input, changes);
  addLineRemarks(input, changes);
  return changes;
}

/** What was said about the customer when the order was made stays until it is mended. */
function keepCustomerRemarks({ link, crm, facts }: ChangeInput, changes: OrderChanges): void {
  const ambiguous = remarkOf(link.problem, "customer_ambiguous");
  if (ambiguous) changes.remarks.push(ambiguous);
  const notSent = remarkOf(link.problem, "company_not_sent");
  const isMended = crm.customer?.type === "customer_corporate" || !facts.settings.customers.companies;
  if (notSent && !isMended) changes.remarks.push(notSent);
}

function addStatus(input: ChangeInput, changes: OrderChanges): void {
  const { shop, crm, link } = input;
  const sides = { shop: shop.stat_status, crm: crm.status, last: link.agreement.status, confirmed: link.confirmed };
  const plan = planStatus(sides, input.mapping, input.lists, input.facts.settings);
  if (plan.do === "agree") {
    changes.agreed.status = plan.agreement;
    return;
  }
  if (plan.do === "differ" || plan.do === "hold") {
    changes.differences.push(plan.difference);
    if (plan.do === "hold") changes.problem = plan.problem;
    return;
  }
  if (plan.do === "set-crm") {
    const removed = removedPairOf(input.mapping, input.lists, "statuses", shop.stat_status);
    if (removed) {
      changes.problem = { code: "element_removed", params: removed };
      return;
    }
    changes.toCrm.status = plan.status;
    changes.crmAgrees.status = plan.agreement;
    return;
  }
  // The shop refused this very status before: it is tried again only when something changed.
  const refused = link.problem && ["shop_refused_status", "order_closed_in_shop"].includes(link.problem.code);
  if (refused && link.problem!.params.crm === crm.status && !input.again) {
    changes.problem = link.problem!;
    changes.differences.push({ field: "status", shop: shop.stat_status, crm: crm.status, writable: false });
    return;
  }
  changes.toShop.push({
    field: "status",
    row: { order_id: shop.order_id, status: plan.status },
    agrees: { status: plan.agreement },
  });
}

/** An order that the shop has locked refuses every field: what one refusal told is not asked again for the others. */
function spareClosedOrder({ shop, link, facts, again }: ChangeInput, changes: OrderChanges): void {
  const isClosed =
    link.problem?.code === "order_closed_in_shop" && facts.settings.finalStatuses.includes(shop.stat_status);
  if (!isClosed || again) return;
  for (const write of changes.toShop.filter((one) => one.field !== "status")) {
    const values =
      write.field === "paid"
        ? { shop: shop.payed, crm: write.row.payed === 1 }
        : { shop: shop.tracking ?? null, crm: write.row.own_tracking_code ?? null };
    changes.differences.push({ field: write.field, ...values, writable: false });
    changes.problem ??= link.problem!;
  }
  changes.toShop = changes.toShop.filter((write) => write.field === "status");
}

const partSwitch: Record<PartName, "customer" | "items" | "delivery"> = {
  customer: "customer",
  comments: "customer",
  items: "items",
  delivery: "delivery",
};

function addParts(
  input: ChangeInput,
  changes: OrderChanges,
  deliveryCode: string | undefined,
  deliveryHeld: boolean,
): void {
  const { shop, crm, link, facts } = input;
  const codes = { status: crm.status, deliveryType: deliveryCode, paymentType: undefined, paymentStatus: undefined };
  const draft = orderToCrm(shop, codes, facts);
  for (const part of partNames) {
    const last = link.agreement.parts?.[part];
    const filled = draftPart(draft, part);
    const outdated = outdatedNames(part, filled, last?.crm);
    const wanted = { ...filled, ...outdated };
    const present = crmPart(crm, part, wanted);
    const prints = { shop: printOf(filled), crm: partPrints(present) };
    if (samePart(wanted, present)) {
      changes.agreed.parts = {
        ...changes.agreed.parts,
        [part]: { ...prints, crm: partPrints(crmPart(crm, part, filled)) },
      };
      continue;
    }
    const difference: Difference = { field: part, shop: tellPart(wanted), crm: tellPart(present), writable: false };
    const crmMoved = last?.crm
      ? Object.entries(last.crm).some(([name, print]) => name in prints.crm && prints.crm[name] !== print)
      : false;
    if (!last || last.crm === null) {
      // Nothing is known of the past: both stand as they are, later moves are told from here.
      changes.agreed.parts = { ...changes.agreed.parts, [part]: { shop: last?.shop ?? prints.shop, crm: prints.crm } };
    }
    const shopMoved = last !== undefined && last.shop !== prints.shop;
    const held = part === "delivery" && deliveryHeld;
    if (!shopMoved || crmMoved || held || !facts.settings.updateFromShop[partSwitch[part]]) {
      changes.differences.push(difference);
      continue;
    }
    const emptied = Object.fromEntries(Object.keys(outdated).map((name) => [name, ""]));
    Object.assign(changes.toCrm, partToWrite(draft, part, crm), emptied);
    changes.partsWritten.push(part);
    changes.partsSent[part] = { shop: prints.shop, crm: partPrints(filled) };
    changes.crmAgrees.parts = { ...changes.crmAgrees.parts, [part]: { shop: prints.shop, crm: null } };
  }
}

function partToWrite(draft: CrmOrderDraft, part: PartName, crm: CrmOrder): Partial<CrmOrderDraft> {
  if (part === "items") {
    const discount = draft.discountManualAmount ?? (crm.discountManualAmount === undefined ? undefined : "0");
    return { items: draft.items ?? [], ...(discount === undefined ? {} : { discountManualAmount: discount }) };
  }
  if (part === "delivery") return draft.delivery ? { delivery: draft.delivery } : {};
  return draftPart(draft, part) as Partial<CrmOrderDraft>;
}
