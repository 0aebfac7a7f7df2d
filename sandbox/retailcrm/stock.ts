import { type Call, chosenSite, jsonList, ok, type Reply, reachableSites } from "./call.ts";
import { reachableOffers, totalStock } from "./catalog.ts";
import { isFields, readNumber, withoutEmpty } from "./fields.ts";
import { paged, readFilter } from "./lists.ts";
import { missing, refuse, texts } from "./refusal.ts";
import type { Fields, Offer } from "./state.ts";
import { siteKey } from "./state.ts";

const uploadMost = 250;

export function listInventories(call: Call): Reply {
  const filter = readFilter(call, {
    ids: "ids",
    productExternalId: "text",
    productArticle: "list",
    productActive: "flag",
    offerExternalId: "list",
    offerXmlId: "list",
    offerArticle: "list",
    offerActive: "flag",
    sites: "list",
    catalogs: "list",
    details: "flag",
  });
  const among = (value: unknown, name: string): boolean => filter.list(name)?.includes(String(value)) ?? true;
  const offers = reachableOffers(call).filter(
    ({ offer, product }) =>
      among(offer.id, "ids") &&
      among(offer.externalId, "offerExternalId") &&
      among(offer.xmlId, "offerXmlId") &&
      among(offer.article, "offerArticle") &&
      among(product.article, "productArticle") &&
      among(product.site, "sites") &&
      (filter.text("productExternalId") === undefined || product.externalId === filter.text("productExternalId")) &&
      (filter.flag("productActive") === undefined || product.active === filter.flag("productActive")) &&
      (filter.flag("offerActive") === undefined || offer.active === filter.flag("offerActive")),
  );
  const details = filter.flag("details") === true;
  return paged(
    call,
    "offers",
    offers,
    ({ offer, product }) =>
      withoutEmpty({
        id: offer.id,
        externalId: offer.externalId,
        xmlId: offer.xmlId,
        site: product.site,
        purchasePrice: offer.purchasePrice,
        quantity: totalStock(offer),
        stores: details ? storesOf(offer) : undefined,
      }),
    [20, 50, 100, 250],
  );
}

function storesOf(offer: Offer): Fields[] {
  return Object.entries(offer.stock).map(([store, { quantity, purchasePrice }]) => ({
    quantity,
    purchasePrice,
    store,
  }));
}

/** Stock per warehouse; unknown offers are named in the answer, a wrong shape or warehouse is refused (14.3). */
export function uploadInventories(call: Call): Reply {
  const site = chosenSite(call);
  const entries = jsonList(call, "offers", uploadMost);
  const notFoundOffers: Fields[] = [];
  const writes: { offer: Offer; code: string; quantity: number; purchasePrice: number }[] = [];
  for (const [index, raw] of entries.entries()) {
    if (!Array.isArray(raw.stores))
      refuse(400, texts.entityErrors, { [`offers[${index}].stores`]: "This value should not be blank." });
    const offer = namedOffer(call, raw, site);
    if (offer === undefined) {
      notFoundOffers.push(withoutEmpty({ id: raw.id, externalId: raw.externalId, xmlId: raw.xmlId }));
      continue;
    }
    for (const [place, entry] of raw.stores.filter(isFields).entries()) {
      const at = `offers[${index}].stores[${place}]`;
      const store = call.crm.state.books.stores?.[String(entry.code)];
      if (store === undefined)
        refuse(400, texts.entityErrors, { [`${at}.code`]: `Store "${String(entry.code)}" does not exist.` });
      const available = readNumber(entry.available);
      if (available === undefined || (store.inventoryType === "available" && available !== 0 && available !== 1)) {
        refuse(400, texts.entityErrors, { [`${at}.available`]: texts.notValid });
      }
      const purchasePrice = readNumber(entry.purchasePrice) ?? offer.purchasePrice;
      writes.push({ offer, code: String(entry.code), quantity: available, purchasePrice });
    }
  }
  for (const { offer, code, quantity, purchasePrice } of writes) offer.stock[code] = { quantity, purchasePrice };
  return ok({ processedOffersCount: entries.length - notFoundOffers.length, notFoundOffers });
}

/** Prices by type; unknown offers do not make it fail. */
export function uploadPrices(call: Call): Reply {
  const entries = jsonList(call, "prices", uploadMost);
  const notFoundOffers: Fields[] = [];
  for (const [index, raw] of entries.entries()) {
    const list = Array.isArray(raw.prices) ? raw.prices.filter(isFields) : [];
    if (list.length === 0)
      refuse(400, texts.entityErrors, { [`prices[${index}].prices`]: "This value should not be blank." });
    const given = typeof raw.site === "string" ? raw.site : chosenSite(call);
    const site = given !== undefined && reachableSites(call.crm, call.key).includes(given) ? given : undefined;
    const offer = namedOffer(call, raw, site);
    if (offer === undefined)
      notFoundOffers.push(withoutEmpty({ id: raw.id, externalId: raw.externalId, xmlId: raw.xmlId }));
    else
      for (const [place, entry] of list.entries()) writePrice(call, offer, entry, `prices[${index}].prices[${place}]`);
  }
  return ok({ processedOffersCount: entries.length - notFoundOffers.length, notFoundOffers });
}

function writePrice(call: Call, offer: Offer, raw: Fields, at: string): void {
  const code = String(raw.code);
  if (call.crm.state.books.priceTypes?.[code] === undefined) {
    refuse(400, texts.entityErrors, { [`${at}.code`]: `Price type "${code}" does not exist.` });
  }
  const price = readNumber(raw.price);
  if (raw.remove === true) delete offer.prices[code];
  else if (price === undefined || price < 0) refuse(400, texts.entityErrors, { [`${at}.price`]: texts.notValid });
  else if (code === "base") offer.price = price;
  else offer.prices[code] = price;
}

function namedOffer(call: Call, raw: Fields, site: string | undefined): Offer | undefined {
  const { state } = call.crm;
  const reachable = reachableSites(call.crm, call.key);
  const within = (offer: Offer | undefined): Offer | undefined =>
    offer !== undefined && reachable.includes(state.products.get(offer.productId)!.site) ? offer : undefined;
  if (raw.id !== undefined) return within(state.offers.get(Number(raw.id)));
  if (raw.externalId !== undefined) {
    const id = state.offerByExternalId.get(siteKey(site ?? missing("site"), String(raw.externalId)));
    return id === undefined ? undefined : state.offers.get(id);
  }
  if (raw.xmlId === undefined)
    refuse(400, texts.entityErrors, { offers: "Set one of the following fields: id, externalId, xmlId" });
  return within([...state.offers.values()].find((offer) => offer.xmlId === String(raw.xmlId)));
}
