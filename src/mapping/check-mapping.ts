import { type Mapping, type MappingKind, mappingKinds, type ReferenceLists } from "./mapping.ts";

export type MappingElement = { side: "horoshop" | "crm"; id: number | string; name: string };
export type MappingConflict = { kind: MappingKind; element: MappingElement; with: MappingElement[] };
export type UnknownElement = { kind: MappingKind | "paymentStatuses"; side: "horoshop" | "crm"; id: number | string };

/** Every element that is used more than once, with the elements it is used for. Empty: one to one. */
export function findConflicts(mapping: Mapping, lists: ReferenceLists): MappingConflict[] {
  const conflicts: MappingConflict[] = [];
  for (const kind of mappingKinds) {
    const shopName = (id: number) => lists[kind].horoshop.find((element) => element.id === id)?.title ?? String(id);
    const crmName = (code: string) => lists[kind].crm.find((element) => element.code === code)?.name ?? code;
    const byCrm = new Map<string, number[]>();
    const byShop = new Map<number, string[]>();
    for (const pair of mapping[kind]) {
      byShop.set(pair.horoshop, [...(byShop.get(pair.horoshop) ?? []), pair.crm ?? ""]);
      if (pair.crm !== null) byCrm.set(pair.crm, [...(byCrm.get(pair.crm) ?? []), pair.horoshop]);
    }
    for (const [code, ids] of byCrm) {
      if (new Set(ids).size < 2) continue;
      const users = [...new Set(ids)].map((id): MappingElement => ({ side: "horoshop", id, name: shopName(id) }));
      conflicts.push({ kind, element: { side: "crm", id: code, name: crmName(code) }, with: users });
    }
    for (const [id, codes] of byShop) {
      if (codes.length < 2) continue;
      const users = [...new Set(codes)]
        .filter(Boolean)
        .map((code): MappingElement => ({ side: "crm", id: code, name: crmName(code) }));
      conflicts.push({ kind, element: { side: "horoshop", id, name: shopName(id) }, with: users });
    }
  }
  return conflicts;
}

/** Elements that neither side has (a removed one that is still listed counts as known). */
export function findUnknown(mapping: Mapping, lists: ReferenceLists): UnknownElement[] {
  const unknown: UnknownElement[] = [];
  for (const kind of mappingKinds) {
    for (const pair of mapping[kind]) {
      if (!lists[kind].horoshop.some((element) => element.id === pair.horoshop))
        unknown.push({ kind, side: "horoshop", id: pair.horoshop });
      if (pair.crm !== null && !lists[kind].crm.some((element) => element.code === pair.crm))
        unknown.push({ kind, side: "crm", id: pair.crm });
    }
  }
  for (const code of [mapping.paymentStatuses.paid, mapping.paymentStatuses.notPaid]) {
    if (code !== null && !lists.paymentStatuses.crm.some((element) => element.code === code)) {
      unknown.push({ kind: "paymentStatuses", side: "crm", id: code });
    }
  }
  return unknown;
}
