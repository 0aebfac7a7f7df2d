import { expect, test } from "vitest";
import { findConflicts, findUnknown } from "./check-mapping.ts";
import { isComplete, type Mapping, mappingGaps, paymentStatusesOf, type ReferenceLists } from "./mapping.ts";
import { suggestMapping } from "./suggest-mapping.ts";

const shop = (id: number, title: string, more = {}) => ({
  ...{ id, title, enabled: true, missing: false, titles: [title], successful: false },
  ...more,
});
const crm = (code: string, name: string, more = {}) => ({
  ...{ code, name, active: true, missing: false, complete: false, paymentTypes: null },
  ...more,
});
const lists: ReferenceLists = {
  statuses: {
    horoshop: [shop(1, "Нове"), shop(3, "Доставлено"), shop(4, "Не доставлено")],
    crm: [crm("new", "Новий"), crm("complete", "Виконано"), crm("cancel-other", "Скасовано")],
  },
  deliveryTypes: { horoshop: [shop(7, "Самовивіз")], crm: [crm("self-delivery", "Самовивіз")] },
  paymentTypes: {
    horoshop: [shop(9, "Оплата при отриманні"), shop(15, "Частинами", { enabled: false })],
    crm: [crm("cash", "Готівка"), crm("bank-card", "Картка")],
  },
  paymentStatuses: { crm: [crm("not-paid", "Ні"), crm("fail", "Помилка"), crm("paid", "Так", { complete: true })] },
  fetchedAt: new Date(0),
};
const none: Mapping = {
  statuses: [],
  deliveryTypes: [],
  paymentTypes: [],
  paymentStatuses: { paid: null, notPaid: null },
};
const whole: Mapping = {
  ...none,
  statuses: [
    { horoshop: 1, crm: "new" },
    { horoshop: 3, crm: "complete" },
    { horoshop: 4, crm: "cancel-other" },
  ],
  deliveryTypes: [{ horoshop: 7, crm: "self-delivery" }],
  paymentTypes: [{ horoshop: 9, crm: null, aside: "send-without" }],
};

test("complete means every enabled element of the shop has its pair or its place aside", () => {
  expect(isComplete(whole, lists)).toBe(true);
  expect(isComplete({ ...whole, paymentTypes: [] }, lists)).toBe(false);
  expect(isComplete(none, { ...lists, statuses: { horoshop: [], crm: [] } })).toBe(false);
});

test("an element used twice is a conflict, on either side, with all its users", () => {
  const twice: Mapping = {
    ...whole,
    statuses: [...whole.statuses.slice(0, 2), { horoshop: 4, crm: "new" }],
    paymentTypes: [
      { horoshop: 9, crm: "cash" },
      { horoshop: 9, crm: "bank-card" },
    ],
  };

  expect(findConflicts(whole, lists)).toEqual([]);
  expect(findConflicts(twice, lists)).toMatchObject([
    { kind: "statuses", element: { side: "crm", id: "new", name: "Новий" }, with: [{ id: 1 }, { id: 4 }] },
    { kind: "paymentTypes", element: { side: "horoshop", id: 9 }, with: [{ id: "cash" }, { id: "bank-card" }] },
  ]);
});

test("elements that no side has are named; one that vanished but is listed still counts", () => {
  const odd: Mapping = {
    ...whole,
    deliveryTypes: [{ horoshop: 70, crm: "drone" }],
    paymentStatuses: { paid: "gone", notPaid: null },
  };

  expect(findUnknown(odd, lists)).toEqual([
    { kind: "deliveryTypes", side: "horoshop", id: 70 },
    { kind: "deliveryTypes", side: "crm", id: "drone" },
    { kind: "paymentStatuses", side: "crm", id: "gone" },
  ]);
});

test("gaps and removed elements are told before any order meets them (F76)", () => {
  const gone = structuredClone(lists);
  gone.statuses.crm[1]!.missing = true;
  gone.statuses.horoshop.push(shop(30, "Пакується"));

  expect(mappingGaps(whole, gone).map((gap) => [gap.code, gap.params.id])).toEqual([
    ["status_unmapped", 30],
    ["element_removed", "complete"],
  ]);
});

test("the CRM's first complete payment status means paid, its first other one not paid, unless chosen", () => {
  expect(paymentStatusesOf(none, lists)).toEqual({ paid: "paid", notPaid: "not-paid" });
  expect(paymentStatusesOf({ ...none, paymentStatuses: { paid: "fail", notPaid: null } }, lists).paid).toBe("fail");
});

test("suggestions go by name and meaning, one to one: 'not delivered' is not 'delivered'", () => {
  const suggested = suggestMapping(lists, none);

  expect(suggested.statuses.map((one) => [one.horoshop, one.crm])).toEqual([
    [1, "new"],
    [3, "complete"],
    [4, "cancel-other"],
  ]);
  expect(suggested.deliveryTypes).toMatchObject([{ horoshop: 7, crm: "self-delivery", reason: "same-name" }]);
  expect(suggestMapping(lists, whole).statuses).toEqual([]);
});
