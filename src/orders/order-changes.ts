import type { Problem } from "../log/problem.ts";
import type { CrmOrder, CrmOrderDraft, CrmPaymentDraft } from "../retailcrm/schema.ts";
import type { Agreement } from "./agreement.ts";
import type { PartName } from "./order-parts.ts";
import type { LinkView, PlanInput } from "./plan-input.ts";
import type { Difference } from "./plan-status.ts";

/** One row of the shop's `orders/update`. */
export type ShopRow = {
  order_id: number;
  status?: number;
  payed?: 0 | 1;
  own_tracking_code?: string;
  tracking_code?: string;
};

/** One write to the shop, a field each, so that each has its own answer. */
export type ShopWrite = { field: "status" | "paid" | "tracking"; row: ShopRow; agrees: Agreement };
export type PaymentWrite =
  | { do: "create"; payment: CrmPaymentDraft }
  | { do: "edit"; id: number; changes: Partial<CrmPaymentDraft> };

/** What brings both sides of one linked order together. Nothing in it: they stand as agreed. */
export type OrderChanges = {
  toCrm: Partial<CrmOrderDraft>;
  /** Parts in `toCrm`: their CRM prints are taken from the CRM's answer. */
  partsWritten: PartName[];
  /** The same parts as they will look in the CRM if it takes them as they are. */
  partsSent: NonNullable<Agreement["parts"]>;
  crmAgrees: Agreement;
  toPayment: PaymentWrite | undefined;
  paymentAgrees: Agreement;
  toShop: ShopWrite[];
  /** Holds already, whatever becomes of the writes; remembering it keeps later changes from being undone. */
  agreed: Agreement;
  differences: Difference[];
  /** Holds a field back until a person or the mapping decides. */
  problem: Problem | undefined;
  /** The order is in step and carries these remarks. */
  remarks: Problem[];
  /** The lines in `toCrm` are the CRM's own, tied to the offers of these articles. */
  relinked?: string[];
};

export type ChangeInput = Omit<PlanInput, "crm" | "link"> & {
  crm: CrmOrder;
  link: LinkView;
  /** A person asked, or mapping or settings changed: what was refused before is tried again. */
  again: boolean;
  /** The CRM's catalogue was loaded since: lines without an offer are tied to theirs. */
  relink?: boolean;
  /** The present moment on the CRM's clock. */
  crmNow: string;
};

export function noChanges(): OrderChanges {
  return {
    toCrm: {},
    partsWritten: [],
    partsSent: {},
    crmAgrees: {},
    toPayment: undefined,
    paymentAgrees: {},
    toShop: [],
    agreed: {},
    differences: [],
    problem: undefined,
    remarks: [],
  };
}
