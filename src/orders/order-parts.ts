import type { CrmItem, CrmItemDraft, CrmOrder, CrmOrderDraft } from "../retailcrm/schema.ts";
import { fromAmount, sum, toAmount } from "./amount.ts";
import { lineIdCode } from "./order-to-crm.ts";
import { printsOf } from "./print.ts";

/**
 * The parts of an order that only the shop may change (its API cannot write them): contact, lines, delivery, comments,
 * branch. Each side's part is brought into one comparable form; only what the draft holds is compared, because the CRM
 * adds much of its own.
 */
export const partNames = ["customer", "items", "delivery", "comments"] as const;
export type PartName = (typeof partNames)[number];
export type PartView = Record<string, unknown>;

export function draftPart(draft: CrmOrderDraft, part: PartName): PartView {
  switch (part) {
    case "customer":
      return pick(draft, ["lastName", "firstName", "patronymic", "phone", "email"]);
    case "comments":
      return pick(draft, ["customerComment", "managerComment"]);
    case "delivery":
      return filled({
        code: draft.delivery?.code,
        cost: draft.delivery?.cost,
        city: draft.delivery?.address?.city,
        text: addressText(draft.delivery?.address),
      });
    case "items":
      return { lines: (draft.items ?? []).map(draftLine), discount: draft.discountManualAmount ?? "0" };
  }
}

/** The same part as the CRM holds it, cut to the names that the draft's part has. */
export function crmPart(order: CrmOrder, part: PartName, like: PartView): PartView {
  const whole: Record<PartName, PartView> = {
    customer: pick(order, ["lastName", "firstName", "patronymic", "phone", "email"]),
    comments: pick(order, ["customerComment", "managerComment"]),
    delivery: filled({
      code: order.delivery.code,
      cost: order.delivery.cost === undefined ? undefined : fromAmount(toAmount(order.delivery.cost)),
      city: order.delivery.address.city,
      text: addressText(order.delivery.address),
    }),
    items: { lines: order.items.map(crmLine), discount: fromAmount(toAmount(order.discountManualAmount)) },
  };
  return Object.fromEntries(Object.keys(like).map((name) => [name, whole[part][name] ?? null]));
}

/**
 * Prints of a view by name. A line is its goods (our line id, article or name), price, quantity and what a manager took
 * off it: each side names lines in its own way.
 */
export function partPrints(view: PartView): Record<string, string> {
  if (!Array.isArray(view.lines)) return printsOf(view);
  const lines = (view.lines as PartLine[]).map((line) => [
    line.id || line.article || line.name,
    line.price,
    line.quantity,
    ...(line.discount === "0" ? [] : [line.discount]),
  ]);
  return printsOf({ ...view, lines });
}

/** A CRM may put the city before the line of the address: both sides are compared without it. */
function addressText(
  address: { city?: string | undefined; text?: string | undefined } | undefined,
): string | undefined {
  const { city = "", text } = address ?? {};
  if (!text || !city || !text.toLowerCase().startsWith(city.toLowerCase())) return text;
  return text.slice(city.length).replace(/^[\s,.;]+/, "") || text;
}

const personNames = ["lastName", "firstName", "patronymic"];

/** Names that we once wrote and that the shop's name no longer has: they are emptied with the next write. */
export function outdatedNames(
  part: PartName,
  wanted: PartView,
  known: Record<string, string> | null | undefined,
): PartView {
  const hasName = personNames.some((name) => name in wanted);
  if (part !== "customer" || !hasName || !known) return {};
  return Object.fromEntries(
    personNames.filter((name) => name in known && !(name in wanted)).map((name) => [name, null]),
  );
}

/** Equal for people: a line is the same by our line id, its article or its name; price and quantity must agree. */
export function samePart(one: PartView, other: PartView): boolean {
  if (!Array.isArray(one.lines) || !Array.isArray(other.lines)) return JSON.stringify(one) === JSON.stringify(other);
  const left = one.lines as PartLine[];
  const right = other.lines as PartLine[];
  return (
    one.discount === other.discount &&
    left.length === right.length &&
    left.every((line, place) => sameLine(line, right[place]!))
  );
}

/** `discount`: money off the line itself, which only a manager gives. */
type PartLine = { id: string; article: string; name: string; price: string; quantity: string; discount: string };

function sameLine(one: PartLine, other: PartLine): boolean {
  const sameGoods =
    (one.id !== "" && one.id === other.id) ||
    (one.article !== "" && one.article === other.article) ||
    one.name === other.name;
  const sameMoney = one.price === other.price && one.discount === other.discount;
  return sameGoods && sameMoney && one.quantity === other.quantity;
}

/** One line of text for people. */
export function tellPart(view: PartView): string {
  if (Array.isArray(view.lines)) {
    const lines = (view.lines as PartLine[]).map(
      (line) =>
        `${line.article || line.name} × ${line.quantity} × ${line.price}${line.discount === "0" ? "" : ` − ${line.discount}`}`,
    );
    return [...lines, ...(view.discount !== "0" ? [`− ${String(view.discount)}`] : [])].join("; ");
  }
  return Object.values(view)
    .filter((text) => text !== null && text !== "")
    .join(", ");
}

function draftLine(item: CrmItemDraft): PartLine {
  const article =
    item.offer?.externalId ?? item.properties?.find((property) => property.code === "article")?.value ?? "";
  return partLine(item, article, "0");
}

function crmLine(item: CrmItem): PartLine {
  const article = item.offerExternalId ?? item.properties.find((property) => property.code === "article")?.value ?? "";
  const own = (item.discounts ?? []).filter((discount) => discount.type === "manual_product");
  return partLine(item, article, fromAmount(sum(own.map((discount) => toAmount(discount.amount)))));
}

function partLine(item: CrmItem | CrmItemDraft, article: string, discount: string): PartLine {
  const id = item.externalIds?.find((one) => one.code === lineIdCode)?.value ?? "";
  return {
    id,
    article,
    name: item.productName ?? "",
    price: fromAmount(toAmount(item.initialPrice)),
    quantity: fromAmount(toAmount(item.quantity), 3),
    discount,
  };
}

function pick(from: object, names: string[]): PartView {
  return filled(Object.fromEntries(names.map((name) => [name, (from as Record<string, unknown>)[name]])));
}

function filled(view: PartView): PartView {
  return Object.fromEntries(
    Object.entries(view).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  );
}
