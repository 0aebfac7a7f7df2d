import type { CrmOrderDraft } from "../retailcrm/schema.ts";

/**
 * What a refusal of the CRM may be about, and the way round it that keeps the order. Each is tried once. Texts follow
 * the account's language; the paths and names of fields in them do not.
 */
export type Detour =
  | "without-amount"
  | "without-payment"
  | "free-lines"
  | "all-free-lines"
  | "without-company"
  | "other-customer"
  | "without-customer"
  | "without-fields";

export function detourFor(refusal: string, draft: CrmOrderDraft, taken: ReadonlySet<Detour>): Detour | undefined {
  const words = refusal.toLowerCase();
  const isAboutOffer = /offer/.test(words) && (draft.items ?? []).some((item) => item.offer !== undefined);
  const detours: [Detour, boolean][] = [
    ["without-amount", isAboutSum(words) && draft.payments?.[0]?.amount !== undefined],
    [
      "without-payment",
      /payment type|payments?\b.*(type|deliver|store|sum)|payments\[/.test(words) && draft.payments !== undefined,
    ],
    ["free-lines", isAboutOffer],
    ["all-free-lines", isAboutOffer],
    ["without-company", isCorporate(draft) && /customer|contact|compan|contragent/.test(words)],
    ["other-customer", /customer/.test(words) && draft.customer !== undefined],
    ["without-customer", /customer/.test(words) && draft.customer !== undefined],
    ["without-fields", /customfields|custom field/.test(words) && draft.customFields !== undefined],
  ];
  const found = detours.find(([detour, fits]) => fits && !taken.has(detour))?.[0];
  // Whatever else is said about an order of a company: rather the order with its person than no order.
  return found ?? (isCorporate(draft) && !taken.has("without-company") ? "without-company" : undefined);
}

function isCorporate({ customer }: CrmOrderDraft): boolean {
  return customer !== undefined && "type" in customer && customer.type === "customer_corporate";
}

/** "Cash payment sum must equal sum to pay": the CRM wants a payment's amount to be what it reckons itself. */
export function isAboutSum(refusal: string): boolean {
  return /\b(sum|amount)\b/i.test(refusal) && /payment/i.test(refusal);
}
