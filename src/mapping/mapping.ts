/** The three one-to-one mappings of a connection, and the lists they are made from. Pure look-ups. */

export const mappingKinds = ["statuses", "deliveryTypes", "paymentTypes"] as const;
export type MappingKind = (typeof mappingKinds)[number];

/** A shop element with its pair, or set aside: its orders are not handed over, or handed over without it. */
export type Pair =
  | { horoshop: number; crm: string }
  | { horoshop: number; crm: null; aside: "exclude" | "send-without" };

export type Mapping = Record<MappingKind, Pair[]> & {
  paymentStatuses: { paid: string | null; notPaid: string | null };
};

export type ShopElement = {
  id: number;
  title: string;
  enabled: boolean;
  missing: boolean;
  titles: string[];
  successful: boolean;
};
export type CrmElement = {
  code: string;
  name: string;
  group?: string;
  groupName?: string;
  active: boolean;
  missing: boolean;
  /** Payment statuses: the money is received. */
  complete: boolean;
  /** Delivery types: codes of the payment types that fit; null when the CRM names no limit. */
  paymentTypes: string[] | null;
  /** Payment types: the CRM's own acquiring keeps the status of such payments. */
  integrated?: boolean;
};

export type ReferenceLists = Record<MappingKind, { horoshop: ShopElement[]; crm: CrmElement[] }> & {
  paymentStatuses: { crm: CrmElement[] };
  fetchedAt: Date | null;
};

export type Counterpart =
  | { is: "pair"; crm: string }
  | { is: "aside"; aside: "exclude" | "send-without" }
  | { is: "none" };

export function counterpartOf(mapping: Mapping, kind: MappingKind, shopId: number): Counterpart {
  const pair = mapping[kind].find((one) => one.horoshop === shopId);
  if (!pair) return { is: "none" };
  return pair.crm === null ? { is: "aside", aside: pair.aside } : { is: "pair", crm: pair.crm };
}

export function crmStatusFor(mapping: Mapping, shopStatus: number): string | undefined {
  const found = counterpartOf(mapping, "statuses", shopStatus);
  return found.is === "pair" ? found.crm : undefined;
}

export function horoshopStatusFor(mapping: Mapping, crmStatus: string): number | undefined {
  return mapping.statuses.find((pair) => pair.crm === crmStatus)?.horoshop;
}

/** The CRM's payment statuses for "paid" and "not paid": chosen ones, else its first that is and is not complete. */
export function paymentStatusesOf(
  mapping: Mapping,
  lists: ReferenceLists,
): { paid: string | undefined; notPaid: string | undefined } {
  const active = lists.paymentStatuses.crm.filter((status) => status.active && !status.missing);
  return {
    paid: mapping.paymentStatuses.paid ?? active.find((status) => status.complete)?.code,
    notPaid: mapping.paymentStatuses.notPaid ?? active.find((status) => !status.complete)?.code,
  };
}

/** Enabled shop elements that have neither a pair nor a place aside. */
export function unmappedElements(mapping: Mapping, lists: ReferenceLists): Record<MappingKind, ShopElement[]> {
  const lacking = (kind: MappingKind) =>
    lists[kind].horoshop.filter(
      (element) => element.enabled && !element.missing && counterpartOf(mapping, kind, element.id).is === "none",
    );
  return {
    statuses: lacking("statuses"),
    deliveryTypes: lacking("deliveryTypes"),
    paymentTypes: lacking("paymentTypes"),
  };
}

export function isComplete(mapping: Mapping, lists: ReferenceLists): boolean {
  if (lists.statuses.horoshop.length === 0) return false;
  const lacking = unmappedElements(mapping, lists);
  return mappingKinds.every((kind) => lacking[kind].length === 0);
}

export const unmappedCode: Record<MappingKind, string> = {
  statuses: "status_unmapped",
  deliveryTypes: "delivery_unmapped",
  paymentTypes: "payment_unmapped",
};

/** The chosen payment status that the CRM no longer has; without a choice another one is taken by itself. */
export function removedPaymentStatusOf(
  mapping: Mapping,
  lists: ReferenceLists,
  isPaid: boolean,
): Record<string, unknown> | undefined {
  const code = isPaid ? mapping.paymentStatuses.paid : mapping.paymentStatuses.notPaid;
  const status = lists.paymentStatuses.crm.find((one) => one.code === code);
  if (code === null || lists.paymentStatuses.crm.length === 0 || (status?.active && !status.missing)) return undefined;
  const kind = "paymentStatuses";
  return { kind, side: "crm", id: code, name: status?.name ?? code, cause: `${kind}:crm:${code}` };
}

/** The conditions that the lists themselves show, before any order meets them. */
export function mappingGaps(
  mapping: Mapping,
  lists: ReferenceLists,
): { code: string; params: Record<string, unknown> }[] {
  const lacking = unmappedElements(mapping, lists);
  const gaps: { code: string; params: Record<string, unknown> }[] = [];
  for (const kind of mappingKinds) {
    for (const element of lacking[kind])
      gaps.push({ code: unmappedCode[kind], params: { kind, id: element.id, name: element.title } });
    for (const removed of removedPairs(mapping, lists, kind)) gaps.push({ code: "element_removed", params: removed });
  }
  for (const isPaid of [true, false]) {
    const removed = removedPaymentStatusOf(mapping, lists, isPaid);
    if (removed) gaps.push({ code: "element_removed", params: removed });
  }
  return gaps;
}

/** Pairs of which one end was deleted or switched off. */
export function removedPairs(mapping: Mapping, lists: ReferenceLists, kind: MappingKind): Record<string, unknown>[] {
  const removed: Record<string, unknown>[] = [];
  for (const pair of mapping[kind]) {
    const shop = lists[kind].horoshop.find((element) => element.id === pair.horoshop);
    if (shop?.missing)
      removed.push({
        kind,
        side: "horoshop",
        id: pair.horoshop,
        name: shop.title,
        cause: `${kind}:horoshop:${pair.horoshop}`,
      });
    if (pair.crm === null) continue;
    const crm = lists[kind].crm.find((element) => element.code === pair.crm);
    if (crm && (crm.missing || !crm.active))
      removed.push({ kind, side: "crm", id: pair.crm, name: crm.name, cause: `${kind}:crm:${pair.crm}` });
  }
  return removed;
}

/** May orders still be sent with this pair? Undefined when yes, else what was removed. */
export function removedPairOf(
  mapping: Mapping,
  lists: ReferenceLists,
  kind: MappingKind,
  shopId: number,
): Record<string, unknown> | undefined {
  const pair = mapping[kind].find((one) => one.horoshop === shopId);
  if (!pair?.crm) return undefined;
  return removedPairs({ ...mapping, [kind]: [pair] }, lists, kind).find((removed) => removed.side === "crm");
}
