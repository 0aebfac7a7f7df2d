import type { CrmItem, CrmItemDraft, CrmOrder } from "../retailcrm/schema.ts";
import { fromAmount, sameAmount, toAmount } from "./amount.ts";
import type { ChangeInput, OrderChanges } from "./order-changes.ts";
import { itemsToCrm, lineIdCode } from "./order-to-crm.ts";
import { deliveryIsKnown, totalDifference } from "./order-total.ts";

/** A line of ours that stands in the CRM without an offer, and the article that it should be tied to. */
type FreeLine = { crm: CrmItem; article: string };

/** Lines whose article the CRM did not know when they were written, in the order of the CRM's lines. */
export function freeLines({ shop, crm, facts }: Pick<ChangeInput, "shop" | "crm" | "facts">): FreeLine[] {
  const { items } = itemsToCrm(shop, facts);
  const hasOurIds = crm.items.some((item) => lineIdOf(item) !== undefined);
  return crm.items.flatMap((item, place) => {
    if (item.offerId !== undefined || item.offerExternalId !== undefined) return [];
    // A CRM that does not give our line ids back: a line of ours is known by its place, and by its article or name.
    const ours = hasOurIds
      ? items.find((one) => lineIdOf(one) === lineIdOf(item) && lineIdOf(item) !== undefined)
      : items[items.length === crm.items.length ? place : -1];
    const article = ours && articleOf(ours);
    if (!hasOurIds && articleProperty(item) !== article && item.productName !== shop.products[place]?.title) return [];
    return article ? [{ crm: item, article }] : [];
  });
}

/**
 * Ties lines to the offers that the CRM's catalogue has by now. The list is the CRM's own, line by line, so that nothing
 * but the offer changes (`items` replaces the whole list, retailcrm-api.md 7.4). Lines that a manager edited stay as
 * they are; lines that the shop changed go the way of every change, with their offers.
 */
export function planRelink(input: ChangeInput, changes: OrderChanges): void {
  if (!input.relink || linesDiffer(changes)) return;
  const ready = freeLines(input).filter(({ article }) => !input.facts.unknownOffers.has(article));
  if (ready.length === 0) return;
  const articles = new Map(ready.map(({ crm, article }) => [crm.id, article]));
  changes.toCrm.items = input.crm.items.map((item) => sameLine(item, articles.get(item.id)));
  changes.relinked = [...new Set(articles.values())];
}

/** The line as it stands, with another offer if one is named. */
function sameLine(item: CrmItem, article: string | undefined): CrmItemDraft {
  const offer =
    article === undefined
      ? item.offerId === undefined
        ? item.offerExternalId && { externalId: item.offerExternalId }
        : { id: item.offerId }
      : { externalId: article };
  return {
    id: item.id,
    ...(item.externalIds.length > 0 ? { externalIds: item.externalIds } : {}),
    ...(offer ? { offer } : {}),
    ...(item.productName ? { productName: item.productName } : {}),
    initialPrice: item.initialPrice,
    quantity: item.quantity,
    ...(item.priceType ? { priceType: { code: item.priceType } } : {}),
    ...(item.vatRate ? { vatRate: item.vatRate } : {}),
    ...(item.status ? { status: item.status } : {}),
    ...(item.comment ? { comment: item.comment } : {}),
    ...(item.properties.length > 0 ? { properties: item.properties } : {}),
  };
}

/** What is to be said of lines and sums: articles that the CRM does not know, totals that differ. */
export function addLineRemarks(input: ChangeInput, changes: OrderChanges): void {
  const { shop, crm } = input;
  if (changes.partsWritten.includes("items")) return;
  const articles = [...new Set(freeLines(input).map(({ article }) => article))];
  if (articles.length > 0) {
    const edited = linesDiffer(changes) ? { edited: true } : {};
    changes.remarks.push({ code: "offer_unknown", params: { articles: articles.slice(0, articlesMax), ...edited } });
  }
  // What a manager edited is shown as that; lines of an adopted order were never ours, and only the sums compare.
  const isForeign = crm.items.every((item) => lineIdOf(item) === undefined);
  const isSettled = changes.partsWritten.length === 0 && !linesDiffer(changes) && !costDiffers(input);
  const totals = isForeign || isSettled ? totalDifference(shop, crm) : undefined;
  if (totals) changes.remarks.push({ code: "total_differs", params: totals });
}

const articlesMax = 20;

/** The lines stand differently on both sides, and nobody writes them now. */
function linesDiffer(changes: OrderChanges): boolean {
  return changes.partsWritten.includes("items") || changes.differences.some(({ field }) => field === "items");
}

/** Another cost of delivery is shown as that, not as another total. */
function costDiffers({ shop, crm }: Pick<ChangeInput, "shop" | "crm">): boolean {
  return deliveryIsKnown(shop) && !sameAmount(crm.delivery.cost, fromAmount(toAmount(shop.delivery_price)));
}

function lineIdOf(item: CrmItem | CrmItemDraft): string | undefined {
  return item.externalIds?.find((one) => one.code === lineIdCode)?.value;
}

function articleOf(item: CrmItemDraft): string | undefined {
  return item.offer?.externalId ?? articleProperty(item);
}

function articleProperty(item: CrmItem | CrmItemDraft): string | undefined {
  return item.properties?.find((property) => property.code === "article")?.value;
}

/**
 * The same lines without the offers that a refusal names; where it names none, without all that are not tied already.
 * Their article stands in a property, as with every line that the CRM's catalogue lacks.
 */
export function withoutOffers(items: CrmItemDraft[], refusal: string, crm?: CrmOrder): CrmItemDraft[] {
  const tied = new Set(crm?.items.map((item) => item.offerExternalId));
  const named = new Set([...refusal.matchAll(/items\[(\d+)\]\.offer/g)].map((match) => Number(match[1])));
  return items.map((item, place) => {
    const { offer, ...free } = item;
    const stays = named.size > 0 ? !named.has(place) : tied.has(offer?.externalId);
    if (!offer?.externalId || stays) return item;
    const article = { code: "article", name: "Артикул", value: offer.externalId.slice(0, 255) };
    const others = (item.properties ?? []).filter((property) => property.code !== "article");
    return { ...free, properties: [...others, article] };
  });
}
