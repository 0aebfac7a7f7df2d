import type {
  Aside,
  Conflict,
  CrmElement,
  Mapping,
  MappingKind,
  Pair,
  PaymentStatuses,
  ReferenceList,
  References,
  ShopElement,
} from "../../api-shapes.ts";

/** What a person has chosen so far. Pure: the page shows it, the server checks it again. */

export const kinds: MappingKind[] = ["statuses", "deliveryTypes", "paymentTypes"];

/** The choice of one row: an entry of the CRM, set aside, or nothing yet. */
export type Choice = { crm: string } | { aside: Aside } | undefined;
export type Draft = Record<MappingKind, Map<number, Choice>> & { paymentStatuses: PaymentStatuses };

export type Row = { element: ShopElement; choice: Choice; trouble: "shop" | "crm" | undefined };
export type RowConflict = { name: string; rows: string[] };

export function draftOf(mapping: Mapping): Draft {
  return {
    statuses: choicesOf(mapping.statuses),
    deliveryTypes: choicesOf(mapping.deliveryTypes),
    paymentTypes: choicesOf(mapping.paymentTypes),
    paymentStatuses: { paid: mapping.paymentStatuses?.paid ?? null, notPaid: mapping.paymentStatuses?.notPaid ?? null },
  };
}

/** The whole mapping for saving; rows without a choice are left out, and so are payment statuses left to the server. */
export function mappingOf(draft: Draft): Mapping {
  const { paid, notPaid } = draft.paymentStatuses;
  return {
    statuses: pairsOf(draft.statuses),
    deliveryTypes: pairsOf(draft.deliveryTypes),
    paymentTypes: pairsOf(draft.paymentTypes),
    ...(paid || notPaid ? { paymentStatuses: { paid, notPaid } } : {}),
  };
}

export function withChoice(draft: Draft, kind: MappingKind, shopId: number, choice: Choice): Draft {
  const choices = new Map(draft[kind]);
  if (choice) choices.set(shopId, choice);
  else choices.delete(shopId);
  return { ...draft, [kind]: choices };
}

/** Rows of a list: the shop's entries in its order, then chosen ones that the list no longer knows. */
export function rowsOf(draft: Draft, kind: MappingKind, list: ReferenceList): Row[] {
  const choices = draft[kind];
  const known = new Set(list.horoshop.map((element) => element.id));
  const shown = list.horoshop.filter((element) => (element.enabled && !element.missing) || choices.get(element.id));
  const lost = [...choices.keys()].filter((id) => !known.has(id));
  const elements = [...shown, ...lost.map((id) => ({ id, title: `№ ${id}`, enabled: false, missing: true }))];
  return elements.map((element) => {
    const choice = choices.get(element.id);
    return { element, choice, trouble: troubleOf(element, choice, list.crm) };
  });
}

/** Enabled entries of the shop that have neither a pair nor are set aside. */
export function unmatchedCount(draft: Draft, kind: MappingKind, list: ReferenceList): number {
  return list.horoshop.filter(({ id, enabled, missing }) => enabled && !missing && !draft[kind].get(id)).length;
}

export function isComplete(draft: Draft, references: References): boolean {
  return kinds.every((kind) => unmatchedCount(draft, kind, references[kind]) === 0);
}

/** CRM code → the shop's entry that has chosen it. With a doubled choice the first one counts. */
export function takenBy(draft: Draft, kind: MappingKind): Map<string, number> {
  const taken = new Map<string, number>();
  for (const [id, choice] of draft[kind]) {
    if (choice && "crm" in choice && !taken.has(choice.crm)) taken.set(choice.crm, id);
  }
  return taken;
}

/** Entries of the CRM that several rows have chosen, in the shape in which the server names them. */
export function conflictsOf(draft: Draft, references: References): Conflict[] {
  return kinds.flatMap((kind) => {
    const rows = new Map<string, number[]>();
    for (const [id, choice] of draft[kind]) {
      if (choice && "crm" in choice) rows.set(choice.crm, [...(rows.get(choice.crm) ?? []), id]);
    }
    const list = references[kind];
    return [...rows]
      .filter(([, ids]) => ids.length > 1)
      .map(
        ([code, ids]): Conflict => ({
          kind,
          element: { side: "crm", id: code, name: crmName(list, code) },
          with: ids.map((id) => ({ side: "horoshop" as const, id, name: shopTitle(list, id) })),
        }),
      );
  });
}

/** What to say at a row of a conflict: the entry, and the other rows that have it. */
export function conflictAt(conflicts: Conflict[], kind: MappingKind, shopId: number): RowConflict | undefined {
  const isRow = (part: { side: string; id: string | number }) => part.side === "horoshop" && Number(part.id) === shopId;
  const conflict = conflicts.find((one) => one.kind === kind && [one.element, ...one.with].some(isRow));
  if (!conflict) return undefined;
  if (isRow(conflict.element)) {
    return { name: conflict.element.name, rows: conflict.with.map((part) => part.name) };
  }
  return { name: conflict.element.name, rows: conflict.with.filter((part) => !isRow(part)).map((part) => part.name) };
}

/** Fills empty rows by the server's suggestions; never takes an entry that another row has, or one that is not active. */
export function withSuggestions(draft: Draft, references: References): { draft: Draft; filled: Map<string, string> } {
  let next = draft;
  const filled = new Map<string, string>();
  for (const kind of kinds) {
    const list = references[kind];
    for (const { horoshop, crm, reason } of list.suggestions) {
      const element = list.horoshop.find(({ id }) => id === horoshop);
      const usable = list.crm.some((entry) => entry.code === crm && entry.active && !entry.missing);
      if (!element?.enabled || element.missing || !usable) continue;
      if (next[kind].get(horoshop) || takenBy(next, kind).has(crm)) continue;
      next = withChoice(next, kind, horoshop, { crm });
      filled.set(rowKey(kind, horoshop), reason);
    }
  }
  return { draft: next, filled };
}

export const rowKey = (kind: MappingKind, shopId: number): string => `${kind}:${shopId}`;

/** Number of rows (and payment statuses) that differ from what is saved. */
export function changeCount(draft: Draft, saved: Draft): number {
  let count = 0;
  for (const kind of kinds) {
    for (const id of new Set([...draft[kind].keys(), ...saved[kind].keys()])) {
      if (choiceText(draft[kind].get(id)) !== choiceText(saved[kind].get(id))) count += 1;
    }
  }
  if (draft.paymentStatuses.paid !== saved.paymentStatuses.paid) count += 1;
  if (draft.paymentStatuses.notPaid !== saved.paymentStatuses.notPaid) count += 1;
  return count;
}

export type OptionGroup = { name: string; entries: CrmElement[] };

/** Entries that can be chosen, in the CRM's order, by group; lists without groups are one group without a name. */
export function groupsOf(list: ReferenceList): OptionGroup[] {
  const groups = new Map<string, CrmElement[]>();
  for (const entry of list.crm) {
    if (!entry.active || entry.missing) continue;
    const name = entry.groupName ?? entry.group ?? "";
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  return [...groups].map(([name, entries]) => ({ name, entries }));
}

/** The value of a row's select: `crm:code`, `aside:exclude`, or empty. */
export function choiceText(choice: Choice): string {
  if (!choice) return "";
  return "crm" in choice ? `crm:${choice.crm}` : `aside:${choice.aside}`;
}

export function readChoice(text: string): Choice {
  if (text.startsWith("crm:")) return { crm: text.slice(4) };
  if (text === "aside:exclude" || text === "aside:send-without") return { aside: text.slice(6) as Aside };
  return undefined;
}

export function crmName(list: ReferenceList, code: string): string {
  return list.crm.find((entry) => entry.code === code)?.name ?? code;
}

export function shopTitle(list: ReferenceList, id: number): string {
  return list.horoshop.find((element) => element.id === id)?.title ?? `№ ${id}`;
}

function choicesOf(pairs: Pair[]): Map<number, Choice> {
  return new Map(
    pairs.map(({ horoshop, crm, then }) => [horoshop, crm === null ? { aside: then ?? "exclude" } : { crm }]),
  );
}

function pairsOf(choices: Map<number, Choice>): Pair[] {
  const pairs: Pair[] = [];
  for (const [horoshop, choice] of choices) {
    if (!choice) continue;
    // biome-ignore lint/suspicious/noThenProperty: `then` is the contract's word for a shop element that is set aside.
    pairs.push("crm" in choice ? { horoshop, crm: choice.crm } : { horoshop, crm: null, then: choice.aside });
  }
  return pairs;
}

function troubleOf(element: ShopElement, choice: Choice, crm: CrmElement[]): Row["trouble"] {
  if (choice && (element.missing || !element.enabled)) return "shop";
  if (!choice || !("crm" in choice)) return undefined;
  const entry = crm.find(({ code }) => code === choice.crm);
  return entry?.active && !entry.missing ? undefined : "crm";
}
