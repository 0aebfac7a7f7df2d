import { type Call, type Crm, type Reply, reachableSites } from "./call.ts";
import { phpMap, withoutEmpty } from "./fields.ts";
import { type Filter, includesText, paged, readFilter, withinNumbers } from "./lists.ts";
import type { Fields, Offer, Product } from "./state.ts";

export function listProducts(call: Call): Reply {
  const flags = ["active", "popular", "stock", "novelty", "recommended", "markable"];
  const texts = ["name", "externalId", "xmlId", "groupExternalId", "offerExternalId", "offerXmlId", "manufacturer"];
  const filter = readFilter(call, {
    ids: "ids",
    groups: "ids",
    offerIds: "ids",
    sites: "list",
    catalogs: "list",
    ...Object.fromEntries([...texts, "url", "urlLike", "classSegment", "priceType"].map((name) => [name, "text"])),
    ...Object.fromEntries(flags.map((name) => [name, "flag"])),
    properties: "any",
    ...ranges(["Price", "PurchasePrice", "Quantity"]),
    sinceId: "integer",
    sinceUpdatedAt: "dateTime",
  });
  const { crm } = call;
  const sites = reachableSites(crm, call.key);
  const products = [...crm.state.products.values()].filter(
    (product) => sites.includes(product.site) && productMatches(crm, product, filter),
  );
  return paged(call, "products", products, (product) => productView(crm, product, true));
}

function productMatches(crm: Crm, product: Product, filter: Filter): boolean {
  const offers = product.offerIds.map((id) => crm.state.offers.get(id)!);
  const among = (value: unknown, name: string): boolean => filter.list(name)?.includes(String(value)) ?? true;
  const anyOffer = (name: string, test: (offer: Offer, wanted: string) => boolean): boolean => {
    const wanted = filter.text(name);
    return wanted === undefined || offers.some((offer) => test(offer, wanted));
  };
  const wanted = filter.text("name");
  const named = [product.name, product.article, ...offers.flatMap((offer) => [offer.article, offer.barcode])];
  return (
    among(product.id, "ids") &&
    among(product.site, "sites") &&
    among(catalogId(crm, product.site), "catalogs") &&
    (filter.list("offerIds")?.some((id) => product.offerIds.includes(Number(id))) ?? true) &&
    (wanted === undefined || named.some((text) => includesText(text, wanted))) &&
    (filter.text("externalId") === undefined || product.externalId === filter.text("externalId")) &&
    (filter.text("groupExternalId") === undefined || product.groups.includes(filter.text("groupExternalId")!)) &&
    anyOffer("offerExternalId", (offer, id) => offer.externalId === id) &&
    anyOffer("offerXmlId", (offer, id) => offer.xmlId === id) &&
    includesText(product.manufacturer, filter.text("manufacturer")) &&
    (filter.flag("active") === undefined || product.active === filter.flag("active")) &&
    product.id > (filter.number("sinceId") ?? 0) &&
    (filter.text("sinceUpdatedAt") === undefined || product.updatedAt > filter.text("sinceUpdatedAt")!)
  );
}

export function listOffers(call: Call): Reply {
  const filter = readFilter(call, {
    ids: "ids",
    externalIds: "list",
    xmlIds: "list",
    name: "text",
    sites: "list",
    catalogs: "list",
    groups: "ids",
    priceType: "text",
    active: "flag",
    properties: "any",
    sinceId: "integer",
    ...ranges(["Price", "Quantity"]),
  });
  const { crm } = call;
  const among = (value: unknown, name: string): boolean => filter.list(name)?.includes(String(value)) ?? true;
  const offers = reachableOffers(call).filter(({ offer, product }) => {
    const texts = [offer.name, offer.article, offer.barcode];
    return (
      among(offer.id, "ids") &&
      among(offer.externalId, "externalIds") &&
      among(offer.xmlId, "xmlIds") &&
      among(product.site, "sites") &&
      among(catalogId(crm, product.site), "catalogs") &&
      (filter.text("name") === undefined || texts.some((text) => includesText(text, filter.text("name")))) &&
      (filter.flag("active") === undefined || offer.active === filter.flag("active")) &&
      withinNumbers(offer.price, filter.number("minPrice"), filter.number("maxPrice")) &&
      withinNumbers(totalStock(offer), filter.number("minQuantity"), filter.number("maxQuantity")) &&
      offer.id > (filter.number("sinceId") ?? 0)
    );
  });
  return paged(call, "offers", offers, ({ offer, product }) => ({
    ...offerView(crm, offer),
    product: productView(crm, product, false),
  }));
}

export function reachableOffers(call: Call): { offer: Offer; product: Product }[] {
  const { state } = call.crm;
  const sites = reachableSites(call.crm, call.key);
  return [...state.offers.values()]
    .map((offer) => ({ offer, product: state.products.get(offer.productId)! }))
    .filter(({ product }) => sites.includes(product.site));
}

/** The answer's key is in the singular, as the service writes it. */
export function listGroups(call: Call): Reply {
  const filter = readFilter(call, {
    ids: "ids",
    sites: "list",
    catalogs: "list",
    active: "flag",
    parentGroupId: "integer",
    loadFromYml: "flag",
    minLevel: "integer",
    maxLevel: "integer",
  });
  const sites = reachableSites(call.crm, call.key);
  const all = call.crm.state.groups;
  const groups = all.filter(
    (group) =>
      sites.includes(group.site) &&
      (filter.list("ids")?.includes(String(group.id)) ?? true) &&
      (filter.list("sites")?.includes(group.site) ?? true) &&
      (filter.flag("active") === undefined || group.active === filter.flag("active")),
  );
  return paged(call, "productGroup", groups, ({ site, id, parent, name, externalId, active }) =>
    withoutEmpty({
      site,
      id,
      parentId: all.find((group) => group.site === site && group.externalId === parent)?.id,
      name,
      externalId,
      active,
    }),
  );
}

export function listProperties(call: Call): Reply {
  const properties = new Map<string, Fields>();
  for (const { offer, product } of reachableOffers(call)) {
    for (const code of Object.keys(offer.properties)) {
      const property = properties.get(code) ?? {
        sites: [],
        groups: [],
        code,
        name: code,
        isNumeric: false,
        visible: true,
        variative: true,
      };
      const sites = property.sites as string[];
      if (!sites.includes(product.site)) sites.push(product.site);
      properties.set(code, property);
    }
  }
  readFilter(call, {
    name: "text",
    code: "text",
    visible: "flag",
    variative: "flag",
    sites: "list",
    catalogs: "list",
    groups: "ids",
    ids: "ids",
  });
  return paged(call, "properties", [...properties.values()], (property) => property);
}

function ranges(names: string[]): Record<string, "integer"> {
  return Object.fromEntries(
    names.flatMap((name) => [
      [`min${name}`, "integer" as const],
      [`max${name}`, "integer" as const],
    ]),
  );
}

export function totalStock(offer: Offer): number {
  return Object.values(offer.stock).reduce((total, store) => total + store.quantity, 0);
}

function catalogId(crm: Crm, site: string): unknown {
  return crm.state.books.sites?.[site]?.catalogId;
}

function productView(crm: Crm, product: Product, withOffers: boolean): Fields {
  const offers = product.offerIds.map((id) => crm.state.offers.get(id)!);
  const prices = offers.map((offer) => offer.price);
  return withoutEmpty({
    minPrice: prices.length === 0 ? 0 : Math.min(...prices),
    maxPrice: prices.length === 0 ? 0 : Math.max(...prices),
    id: product.id,
    catalogId: catalogId(crm, product.site),
    article: product.article,
    type: product.type,
    name: product.name,
    url: product.url,
    imageUrl: product.imageUrl,
    description: product.description,
    groups: crm.state.groups
      .filter((group) => group.site === product.site && product.groups.includes(group.externalId))
      .map(({ id, externalId }) => ({ id, externalId })),
    externalId: product.externalId,
    manufacturer: product.manufacturer,
    updatedAt: product.updatedAt,
    offers: withOffers ? offers.map((offer) => offerView(crm, offer)) : undefined,
    active: product.active,
    quantity: offers.reduce((total, offer) => total + totalStock(offer), 0),
    markable: false,
  });
}

function offerView(crm: Crm, offer: Offer): Fields {
  const types = crm.state.books.priceTypes ?? {};
  const prices = Object.entries({ base: offer.price, ...offer.prices }).map(([priceType, price]) =>
    withoutEmpty({ priceType, price, ordering: types[priceType]?.ordering ?? 991, currency: crm.state.currency }),
  );
  return withoutEmpty({
    name: offer.name,
    price: offer.price,
    images: offer.images,
    id: offer.id,
    externalId: offer.externalId,
    xmlId: offer.xmlId,
    article: offer.article,
    prices,
    purchasePrice: offer.purchasePrice,
    vatRate: offer.vatRate ?? "none",
    properties: phpMap(offer.properties),
    quantity: totalStock(offer),
    weight: offer.weight,
    active: offer.active,
    unit: offer.unit ?? { code: "pc", name: "Штука", sym: "шт." },
    barcode: offer.barcode,
  });
}
