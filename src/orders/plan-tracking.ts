import { whoMoved } from "./agreement.ts";
import type { ChangeInput, OrderChanges } from "./order-changes.ts";
import { remarkOf } from "./remarks.ts";

/**
 * Waybill numbers in both directions. An empty side has nothing to say: it never wipes the other. The CRM's number is
 * that of its own delivery integration, else our custom field.
 */
export function planTracking(input: ChangeInput, changes: OrderChanges): void {
  const { shop, crm, link, facts } = input;
  const inCrm = trackingInCrm(input);
  const inShop = shop.tracking ?? null;
  const last = link.agreement.tracking;
  if (inShop === inCrm) {
    changes.agreed.tracking = { shop: inShop, crm: inCrm };
    return;
  }
  const difference = { field: "tracking", shop: inShop, crm: inCrm, writable: true };
  const moved = whoMoved(last, inShop ?? last?.shop ?? null, inCrm ?? last?.crm ?? null);
  const leads =
    inCrm === null ? "shop" : inShop === null ? "crm" : moved === "both" ? facts.settings.statusConflict : moved;
  const stands = last !== undefined && moved === "nobody";
  if (stands || leads === "nobody") {
    changes.differences.push(difference);
    return;
  }
  if (leads === "shop") {
    // The number of a delivery integration is that integration's own: our field beside it would not be read.
    if (!facts.hasOrderFields || !facts.settings.updateFromShop.delivery || crm.delivery.trackNumber) {
      changes.differences.push({ ...difference, writable: false });
      return;
    }
    changes.toCrm.customFields = { ...changes.toCrm.customFields, [facts.settings.trackingField]: inShop };
    changes.crmAgrees.tracking = { shop: inShop, crm: inShop };
    return;
  }
  const refusal = remarkOf(link.problem, "tracking_not_supported");
  const refused = refusal?.params.value === inCrm && !input.again;
  if (refusal && refused) changes.remarks.push(refusal);
  if (refused || !facts.settings.sendTracking) {
    changes.differences.push({ ...difference, writable: false });
    return;
  }
  // The shop may show the number elsewhere than it reads it from: what it reports now counts as its agreed value.
  changes.toShop.push({
    field: "tracking",
    row: { order_id: shop.order_id, own_tracking_code: inCrm! },
    agrees: { tracking: { shop: inShop, crm: inCrm } },
  });
}

export function trackingInCrm({ crm, facts }: ChangeInput): string | null {
  const field = crm.customFields[facts.settings.trackingField];
  const text = typeof field === "string" || typeof field === "number" ? String(field).trim() : "";
  return crm.delivery.trackNumber || text || null;
}

/** The carrier's branch goes one way, shop to CRM, into its custom field. */
export function planBranch({ shop, crm, link, facts }: ChangeInput, changes: OrderChanges): void {
  const branch = shop.branch ?? "";
  if (!branch || !facts.hasOrderFields || !facts.settings.updateFromShop.delivery) return;
  if (crm.customFields[facts.settings.branchField] === branch) {
    changes.agreed.branch = { shop: branch };
    return;
  }
  if (link.agreement.branch?.shop === branch) return;
  changes.toCrm.customFields = { ...changes.toCrm.customFields, [facts.settings.branchField]: branch };
  changes.crmAgrees.branch = { shop: branch };
}
