import { expect, test } from "vitest";
import type { Mapping, ReferenceList, References } from "../../api-shapes.ts";
import {
  changeCount,
  choiceText,
  conflictAt,
  conflictsOf,
  draftOf,
  groupsOf,
  isComplete,
  mappingOf,
  readChoice,
  rowsOf,
  takenBy,
  unmatchedCount,
  withChoice,
  withSuggestions,
} from "./mapping-draft.ts";

const noList: ReferenceList = { horoshop: [], crm: [], suggestions: [] };

function someReferences(statuses: Partial<ReferenceList> = {}): References {
  return {
    statuses: {
      horoshop: [shop(1, "Новий"), shop(2, "В роботі"), shop(3, "Вимкнений", { enabled: false })],
      crm: [crm("new", "Новый", "new"), crm("assembling", "Комплектация", "work"), crm("old", "Старый", "work", false)],
      suggestions: [],
      ...statuses,
    },
    deliveryTypes: noList,
    paymentTypes: noList,
    paymentStatuses: { crm: [] },
    fetchedAt: "2026-11-23T10:00:00Z",
  };
}

const shop = (id: number, title: string, more = {}) => ({ id, title, enabled: true, missing: false, ...more });
const crm = (code: string, name: string, group?: string, active = true) => ({
  code,
  name,
  group,
  active,
  missing: false,
});
const mapping = (more: Partial<Mapping> = {}): Mapping => ({
  statuses: [],
  deliveryTypes: [],
  paymentTypes: [],
  ...more,
});

test("a mapping comes back from the draft as it went in", () => {
  const saved = mapping({
    statuses: [{ horoshop: 1, crm: "new" }],
    // biome-ignore lint/suspicious/noThenProperty: the word of the contract
    deliveryTypes: [{ horoshop: 4, crm: null, then: "send-without" }],
    paymentStatuses: { paid: "paid", notPaid: "not-paid" },
  });

  expect(mappingOf(draftOf(saved))).toEqual(saved);
});

test("setting aside without a word means exclude, and open rows are not sent", () => {
  const draft = draftOf(mapping({ statuses: [{ horoshop: 1, crm: null }] }));

  expect(mappingOf(withChoice(draft, "statuses", 2, undefined)).statuses).toEqual([
    // biome-ignore lint/suspicious/noThenProperty: the word of the contract
    { horoshop: 1, crm: null, then: "exclude" },
  ]);
});

test("a changed draft leaves the one before untouched", () => {
  const before = draftOf(mapping());

  withChoice(before, "statuses", 1, { crm: "new" });

  expect(before.statuses.size).toBe(0);
});

test("an entry chosen twice is a conflict named at both rows", () => {
  const draft = draftOf(
    mapping({
      statuses: [
        { horoshop: 1, crm: "new" },
        { horoshop: 2, crm: "new" },
      ],
    }),
  );

  const conflicts = conflictsOf(draft, someReferences());

  expect(conflicts).toHaveLength(1);
  expect(conflictAt(conflicts, "statuses", 1)).toEqual({ name: "Новый", rows: ["В роботі"] });
  expect(conflictAt(conflicts, "statuses", 2)).toEqual({ name: "Новый", rows: ["Новий"] });
  expect(conflictAt(conflicts, "deliveryTypes", 1)).toBeUndefined();
});

test("the same code in another list, or set aside twice, is no conflict", () => {
  const draft = draftOf(
    mapping({
      statuses: [
        { horoshop: 1, crm: "new" },
        { horoshop: 2, crm: null },
        { horoshop: 3, crm: null },
      ],
      deliveryTypes: [{ horoshop: 1, crm: "new" }],
    }),
  );

  expect(conflictsOf(draft, someReferences())).toEqual([]);
});

test("the server's conflict about an entry of the shop is named at its row", () => {
  const conflict = {
    kind: "statuses" as const,
    element: { side: "horoshop" as const, id: 1, name: "Новий" },
    with: [{ side: "crm" as const, id: "new", name: "Новый" }],
  };

  expect(conflictAt([conflict], "statuses", 1)).toEqual({ name: "Новий", rows: ["Новый"] });
});

test("suggestions fill empty rows only, and no entry twice", () => {
  const references = someReferences({
    suggestions: [
      { horoshop: 1, crm: "assembling", reason: "a" },
      { horoshop: 2, crm: "new", reason: "b" },
      { horoshop: 2, crm: "assembling", reason: "c" },
      { horoshop: 3, crm: "old", reason: "d" },
    ],
  });
  const draft = draftOf(mapping({ statuses: [{ horoshop: 1, crm: "new" }] }));

  const { draft: next, filled } = withSuggestions(draft, references);

  expect(mappingOf(next).statuses).toEqual([
    { horoshop: 1, crm: "new" },
    { horoshop: 2, crm: "assembling" },
  ]);
  expect([...filled]).toEqual([["statuses:2", "c"]]);
});

test("suggesting twice changes nothing more", () => {
  const references = someReferences({ suggestions: [{ horoshop: 1, crm: "new", reason: "equal" }] });

  const once = withSuggestions(draftOf(mapping()), references).draft;
  const twice = withSuggestions(once, references);

  expect(twice.filled.size).toBe(0);
  expect(changeCount(twice.draft, once)).toBe(0);
});

test("complete means that every enabled entry of the shop is matched or set aside", () => {
  const references = someReferences();
  const one = draftOf(mapping({ statuses: [{ horoshop: 1, crm: "new" }] }));

  expect(unmatchedCount(one, "statuses", references.statuses)).toBe(1);
  expect(isComplete(one, references)).toBe(false);
  expect(isComplete(withChoice(one, "statuses", 2, { aside: "exclude" }), references)).toBe(true);
});

test("rows of removed entries stay while they have a choice, and are marked", () => {
  const list = someReferences().statuses;
  const draft = draftOf(
    mapping({
      statuses: [
        { horoshop: 2, crm: "old" },
        { horoshop: 3, crm: "new" },
        { horoshop: 9, crm: "assembling" },
      ],
    }),
  );

  const rows = rowsOf(draft, "statuses", list).map(({ element, trouble }) => [element.id, trouble]);

  expect(rows).toEqual([
    [1, undefined],
    [2, "crm"],
    [3, "shop"],
    [9, "shop"],
  ]);
});

test("an entry of the shop that is switched off and unused is not shown", () => {
  expect(rowsOf(draftOf(mapping()), "statuses", someReferences().statuses).map(({ element }) => element.id)).toEqual([
    1, 2,
  ]);
});

test("changes are counted by row and by payment status", () => {
  const saved = draftOf(mapping({ statuses: [{ horoshop: 1, crm: "new" }] }));
  const moved = withChoice(withChoice(saved, "statuses", 1, undefined), "statuses", 2, { crm: "new" });

  expect(changeCount(saved, saved)).toBe(0);
  expect(changeCount(moved, saved)).toBe(2);
  expect(changeCount({ ...moved, paymentStatuses: { paid: "paid", notPaid: null } }, saved)).toBe(3);
});

test("only active entries are offered, in the CRM's order by group", () => {
  expect(
    groupsOf(someReferences().statuses).map(({ name, entries }) => [name, entries.map(({ code }) => code)]),
  ).toEqual([
    ["new", ["new"]],
    ["work", ["assembling"]],
  ]);
});

test.each([
  undefined,
  { crm: "new" },
  { crm: "aside:exclude" },
  { aside: "exclude" as const },
  { aside: "send-without" as const },
])("the choice %o survives the select", (choice) => {
  expect(readChoice(choiceText(choice))).toEqual(choice);
});

test("the row that holds an entry is known", () => {
  const draft = draftOf(
    mapping({
      statuses: [
        { horoshop: 2, crm: "new" },
        { horoshop: 1, crm: null },
      ],
    }),
  );

  expect([...takenBy(draft, "statuses")]).toEqual([["new", 2]]);
});
