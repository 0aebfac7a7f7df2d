import type { Settings } from "../connections/settings.ts";
import type { Problem } from "../log/problem.ts";
import { crmStatusFor, horoshopStatusFor, type Mapping, type ReferenceLists } from "../mapping/mapping.ts";
import { type Agreement, whoMoved } from "./agreement.ts";

export type Difference = { field: string; shop: unknown; crm: unknown; writable: boolean; unpaired?: boolean };

/** What to do about the status of one linked order. `hold` concerns the status alone; other fields go on. */
export type StatusPlan =
  | { do: "agree"; agreement: NonNullable<Agreement["status"]> }
  | { do: "set-crm"; status: string; agreement: NonNullable<Agreement["status"]> }
  | { do: "set-shop"; status: number; agreement: NonNullable<Agreement["status"]> }
  | { do: "differ"; difference: Difference }
  | { do: "hold"; problem: Problem; difference: Difference };

export type StatusSides = {
  shop: number;
  crm: string;
  last: Agreement["status"];
  /** CRM status that a person confirmed for a shop status that locks the order. */
  confirmed: string | null;
};

export function planStatus(
  sides: StatusSides,
  mapping: Mapping,
  lists: ReferenceLists,
  settings: Settings,
): StatusPlan {
  const { shop, crm, last } = sides;
  const crmWanted = crmStatusFor(mapping, shop);
  const shopWanted = horoshopStatusFor(mapping, crm);
  if (crmWanted === crm || shopWanted === shop) return { do: "agree", agreement: { shop, crm } };

  const difference: Difference = { field: "status", shop, crm, writable: true };
  const moved = whoMoved(last, shop, crm);
  if (moved === "nobody")
    return { do: "differ", difference: shopWanted === undefined ? { ...difference, unpaired: true } : difference };

  const crmLeads = moved === "crm" || (moved === "both" && settings.statusConflict === "crm");
  if (!crmLeads) {
    if (!settings.updateFromShop.status) return { do: "differ", difference };
    if (crmWanted === undefined) return { do: "hold", problem: unmappedStatus(shop, lists), difference };
    return { do: "set-crm", status: crmWanted, agreement: { shop, crm: crmWanted } };
  }
  // A CRM has many statuses without a pair: the shop keeps its own, the difference is shown, nothing is held.
  if (shopWanted === undefined) return { do: "differ", difference: { ...difference, unpaired: true } };
  if (!settings.sendStatus) return { do: "differ", difference: { ...difference, writable: false } };
  if (settings.finalStatuses.includes(shopWanted) && settings.guardFinalStatus && sides.confirmed !== crm) {
    return {
      do: "hold",
      problem: {
        code: "final_status_waiting",
        params: { status: shopWanted, name: shopTitle(shopWanted, lists), crm },
      },
      difference,
    };
  }
  return { do: "set-shop", status: shopWanted, agreement: { shop: shopWanted, crm } };
}

export function unmappedStatus(shopStatus: number, lists: ReferenceLists): Problem {
  return { code: "status_unmapped", params: { kind: "statuses", id: shopStatus, name: shopTitle(shopStatus, lists) } };
}

function shopTitle(id: number, lists: ReferenceLists): string {
  return lists.statuses.horoshop.find((element) => element.id === id)?.title ?? `№ ${id}`;
}
