import type { Order, References, TimelineEntry } from "./connector.ts";
import type { Words } from "./text/words.ts";

/** One entry of an order's timeline as a sentence; undefined when there is nothing to tell a person. */
export function tellEntry(words: Words, order: Order, entry: TimelineEntry, lists: References): string | undefined {
  const told = sentenceFor(words, order, entry, lists);
  return told === undefined ? undefined : words.aboutOrder(order.shopOrderId, told);
}

function sentenceFor(words: Words, order: Order, entry: TimelineEntry, lists: References): string | undefined {
  const { action, direction, result } = entry;
  const request = entry.request ?? {};
  if (result === "waiting") return words.waits(order.problem?.message ?? "");
  if (result !== "done") {
    const reason = String(entry.detail?.reason ?? "");
    return direction === "shop-to-crm" ? words.crmRefused(reason) : words.shopRefused(reason);
  }
  if (direction === "crm-to-shop") {
    if (action === "set-status") return words.statusCameBack(shopStatus(lists, request.status));
    if (action === "set-tracking")
      return words.trackingCameBack(String(request.own_tracking_code ?? request.tracking_code));
    if (action === "set-paid") return words.paidCameBack(request.payed === 1);
    if (action === "dismiss") return words.setAside;
    if (action === "keep-status") return words.shopKeepsStatus;
    return words.otherFromCrm(action);
  }
  if (action === "create") return words.created(order.crmNumber ?? "?");
  if (action === "link") return words.linked(order.crmNumber ?? "?");
  if (action === "set-status") return words.statusWent(crmStatus(lists, request.status));
  if (action.startsWith("payment-"))
    return request.status === undefined ? words.paymentWent : words.paymentIs(String(request.status));
  return words.fieldsWent(partsOf(words, Object.keys(request)));
}

function shopStatus(lists: References, id: unknown): string {
  return lists.statuses.horoshop.find((element) => element.id === id)?.title ?? String(id);
}

function crmStatus(lists: References, code: unknown): string {
  return lists.statuses.crm.find((element) => element.code === code)?.name ?? String(code);
}

/** The CRM's field names → the parts that people know, each once. */
const partOf: Record<string, string> = {
  ...{ lastName: "customer", firstName: "customer", patronymic: "customer", phone: "customer", email: "customer" },
  ...{ customerComment: "comments", managerComment: "comments", discountManualAmount: "items" },
};

function partsOf(words: Words, fields: string[]): string[] {
  return [...new Set(fields.map((field) => words.fields[partOf[field] ?? field] ?? field))];
}
