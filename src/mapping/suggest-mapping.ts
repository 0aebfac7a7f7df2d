import {
  type CrmElement,
  type Mapping,
  type MappingKind,
  mappingKinds,
  type ReferenceLists,
  type ShopElement,
} from "./mapping.ts";

export type Suggestion = { horoshop: number; crm: string; reason: "same-name" | "same-meaning" | "similar-name" };

/** Words of one meaning in Ukrainian, Russian and English; the CRM's own codes count as English. */
const meanings: Record<MappingKind, Record<string, string[]>> = {
  statuses: {
    new: ["нов", "new"],
    paymentWait: ["очіку оплат", "ожида оплат", "await pay", "pending pay", "wait pay", "invoice"],
    prepaid: ["передоплачен", "предоплачен", "оплачен", "prepay", "paid"],
    confirmed: ["погодж", "підтвердж", "согласов", "подтвержд", "confirm", "approv"],
    working: ["в робот", "обробк", "опрацьов", "в работ", "обработ", "process", "in progress", "assembling"],
    packed: ["скомплектован", "укомплектован", "зібран", "собран", "packed", "assembling complete"],
    shipping: [
      "доставля",
      "надісл",
      "відправ",
      "в дороз",
      "отправл",
      "в пути",
      "deliver ing",
      "delivering",
      "shipping",
      "shipped",
      "sent",
    ],
    done: [
      "доставлен",
      "викона",
      "завершен",
      "отриман",
      "выполнен",
      "получен",
      "delivered",
      "complete",
      "done",
      "success",
    ],
    returned: ["поверн", "возврат", "return", "refund"],
    cancelled: ["не доставлен", "скасован", "відмін", "відмов", "отмен", "отказ", "not delivered", "cancel", "reject"],
  },
  deliveryTypes: {
    carrierCourier: ["пошта кур", "почта кур", "post courier", "poshta courier"],
    novaPoshta: ["нова пошт", "новая почт", "nova posht", "nova post", "відділення перевізник", "відділен", "отделен"],
    locker: ["поштомат", "почтомат", "postomat", "locker"],
    ukrposhta: ["укрпошт", "укрпочт", "ukrposht"],
    meest: ["meest", "міст експрес"],
    pickup: ["самовив", "самовыв", "pickup", "self delivery", "самостійно"],
    courier: ["кур єр", "курєр", "курьер", "courier"],
  },
  paymentTypes: {
    onDelivery: ["при отриман", "при получен", "післяплат", "наложен", "накладен", "готівк", "наличн", "cash", "cod"],
    online: ["liqpay", "карт", "online", "онлайн", "wayforpay", "monobank", "bank card", "credit card"],
    invoice: ["рахун", "счет", "безготівк", "безналичн", "invoice", "bank transfer", "transfer", "iban", "реквізит"],
    parts: ["частин", "частям", "розстроч", "рассроч", "installment", "credit"],
  },
};

/** Pairs worth offering: equal names first, then equal meanings, then look-alikes; each element is used once. */
export function suggestMapping(lists: ReferenceLists, mapping: Mapping): Record<MappingKind, Suggestion[]> {
  const result = {} as Record<MappingKind, Suggestion[]>;
  for (const kind of mappingKinds) result[kind] = suggestKind(kind, lists, mapping);
  return result;
}

function suggestKind(kind: MappingKind, lists: ReferenceLists, mapping: Mapping): Suggestion[] {
  const mapped = mapping[kind];
  const shop = lists[kind].horoshop.filter(
    (element) => element.enabled && !element.missing && !mapped.some((pair) => pair.horoshop === element.id),
  );
  const crm = lists[kind].crm.filter(
    (element) => element.active && !element.missing && !mapped.some((pair) => pair.crm === element.code),
  );
  const rated = shop
    .flatMap((left) => crm.map((right) => ({ left, right, ...rate(kind, left, right) })))
    .filter((one) => one.score >= 0.55);
  rated.sort((a, b) => b.score - a.score || a.left.id - b.left.id);
  const suggestions: Suggestion[] = [];
  for (const { left, right, reason } of rated) {
    if (suggestions.some((one) => one.horoshop === left.id || one.crm === right.code)) continue;
    suggestions.push({ horoshop: left.id, crm: right.code, reason });
  }
  return suggestions.sort((a, b) => a.horoshop - b.horoshop);
}

function rate(
  kind: MappingKind,
  left: ShopElement,
  right: CrmElement,
): { score: number; reason: Suggestion["reason"] } {
  const leftNames = [left.title, ...left.titles].map(plain).filter(Boolean);
  const rightNames = [right.name, right.code].map(plain).filter(Boolean);
  if (leftNames.some((one) => rightNames.includes(one))) return { score: 2, reason: "same-name" };
  const closeness = Math.max(0, ...leftNames.flatMap((one) => rightNames.map((other) => likeness(one, other))));
  const leftMeaning = firstMeaning(kind, leftNames);
  if (leftMeaning && leftMeaning === firstMeaning(kind, rightNames)) {
    // A vendor's plain code ("complete", "cash") is the usual choice among several of one meaning.
    return { score: 1 + closeness / 2 + (right.code.includes("-") ? 0 : 0.1), reason: "same-meaning" };
  }
  return { score: leftMeaning && firstMeaning(kind, rightNames) ? closeness / 2 : closeness, reason: "similar-name" };
}

/** The meaning whose words are met; of several the one with the longest word ("не доставлено" is not "доставлено"). */
function firstMeaning(kind: MappingKind, names: string[]): string | undefined {
  let best: { meaning: string; length: number } | undefined;
  for (const [meaning, words] of Object.entries(meanings[kind])) {
    for (const word of words) {
      const parts = word.split(" ");
      const met = names.some((name) =>
        parts.every((part) =>
          name.split(" ").some((token) => token.startsWith(part) || (part.length > 4 && token.includes(part))),
        ),
      );
      if (met && (!best || word.length > best.length)) best = { meaning, length: word.length };
    }
  }
  return best?.meaning;
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("ё", "е")
    .replaceAll(/[ʼ’'`"«»()[\],.:;/\\_-]+/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** Share of common letter pairs, 0 to 1. */
function likeness(one: string, other: string): number {
  const left = letterPairs(one);
  const right = letterPairs(other);
  if (left.length === 0 || right.length === 0) return 0;
  const rest = [...right];
  let common = 0;
  for (const pair of left) {
    const place = rest.indexOf(pair);
    if (place < 0) continue;
    rest.splice(place, 1);
    common += 1;
  }
  return (2 * common) / (left.length + right.length);
}

function letterPairs(text: string): string[] {
  const letters = text.replaceAll(" ", "");
  return Array.from({ length: Math.max(0, letters.length - 1) }, (_, place) => letters.slice(place, place + 2));
}
