import { type Call, type Crm, ok, type Reply } from "./call.ts";
import { type IcmlFile, type IcmlOffer, parseIcml } from "./icml.ts";
import { refuse } from "./refusal.ts";
import type { Offer, Product } from "./state.ts";
import { nextId, siteKey } from "./state.ts";

/** Asks for the catalogues now; once a minute (reference 14.3). The load itself goes on in the background. */
export function updateStatistic(call: Call): Reply {
  const { crm } = call;
  const now = crm.now().getTime();
  if (now - crm.state.lastStatisticUpdate < 60_000) {
    refuse(400, "Statistics can be updated no more than once a minute");
  }
  crm.state.lastStatisticUpdate = now;
  startLoads(crm);
  return ok();
}

/** Loads the catalogue of every site that has a file, as the CRM does every few hours. */
export function startLoads(crm: Crm): void {
  for (const [site, record] of Object.entries(crm.state.books.sites ?? {})) {
    if (typeof record.ymlUrl !== "string" || record.ymlUrl === "") continue;
    if (crm.switches.keepLoadFromYml && record.loadFromYml === false) continue;
    const load: Promise<void> = loadCatalog(crm, site, record.ymlUrl).finally(() => crm.loads.delete(load));
    crm.loads.add(load);
  }
}

/** One load: a file that cannot be read leaves the catalogue as it is, and an entry among the errors. */
export async function loadCatalog(crm: Crm, site: string, url: string): Promise<void> {
  const { state } = crm;
  const record = state.books.sites?.[site];
  if (record === undefined) return;
  record.catalogLoadingAt = crm.time();
  try {
    const file = parseIcml(await crm.fetchCatalog(url));
    fillCatalog(crm, site, file);
    record.catalogUpdatedAt = crm.time();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    state.catalogErrors.push({ at: crm.time(), site, text });
  }
}

/** Fills products and offers of a site; what the file no longer has becomes inactive (icml.md 6). */
export function fillCatalog(crm: Crm, site: string, file: IcmlFile): void {
  const { state } = crm;
  state.groups = state.groups.filter((group) => group.site !== site);
  for (const { id, name, parentId } of file.categories) {
    const group = { id: nextId(state, "group", 3), externalId: id, site, name, active: true };
    state.groups.push(parentId === undefined ? group : { ...group, parent: parentId });
  }
  const kept = new Set<number>();
  const products = new Map<string, Product>();
  for (const product of state.products.values()) {
    if (product.site === site) products.set(product.externalId, product);
  }
  const filled = new Set<Product>();
  for (const entry of file.offers) {
    const product = products.get(entry.productId || entry.id) ?? newProduct(crm, site, entry);
    products.set(product.externalId, product);
    if (!filled.has(product)) fillProduct(crm, product, entry);
    filled.add(product);
    kept.add(fillOffer(crm, site, product, entry).id);
  }
  for (const product of products.values()) deactivateMissing(crm, product, kept, filled.has(product));
}

function newProduct(crm: Crm, site: string, entry: IcmlOffer): Product {
  const product: Product = {
    id: nextId(crm.state, "product", 900),
    externalId: entry.productId || entry.id,
    site,
    type: entry.type,
    name: "",
    groups: [],
    active: true,
    updatedAt: "",
    offerIds: [],
  };
  crm.state.products.set(product.id, product);
  return product;
}

function fillProduct(crm: Crm, product: Product, entry: IcmlOffer): void {
  const param = (code: string): string | undefined => entry.params.find((one) => one.code === code)?.value;
  product.type = entry.type;
  product.name = entry.productName || entry.name;
  product.groups = entry.categoryIds;
  product.active = entry.productActive;
  product.updatedAt = crm.time();
  assign(product, "article", param("article"));
  assign(product, "description", param("description"));
  assign(product, "manufacturer", entry.vendor);
  assign(product, "url", entry.url);
  assign(product, "imageUrl", entry.pictures[0]);
}

function fillOffer(crm: Crm, site: string, product: Product, entry: IcmlOffer): Offer {
  const { state } = crm;
  const known = state.offers.get(state.offerByExternalId.get(siteKey(site, entry.id)) ?? -1);
  const offer: Offer = known ?? {
    id: nextId(state, "offer", 7001),
    externalId: entry.id,
    name: "",
    images: [],
    price: 0,
    prices: {},
    purchasePrice: 0,
    properties: {},
    active: true,
    productId: product.id,
    stock: {},
  };
  state.offers.set(offer.id, offer);
  state.offerByExternalId.set(siteKey(site, entry.id), offer.id);
  moveOffer(state.products.get(offer.productId), product, offer);
  offer.name = entry.name;
  offer.images = entry.pictures;
  offer.price = entry.price;
  offer.purchasePrice = entry.purchasePrice;
  offer.active = entry.active && entry.productActive;
  offer.properties = Object.fromEntries(
    entry.params.filter((param) => param.code !== "" && param.value !== "").map((param) => [param.code, param.value]),
  );
  assign(offer, "article", offer.properties.article);
  assign(offer, "xmlId", entry.xmlId);
  assign(offer, "vatRate", entry.vatRate);
  assign(offer, "barcode", entry.barcode);
  assign(offer, "unit", entry.unit);
  assign(offer, "weight", entry.weight === undefined ? undefined : entry.weight * 1000);
  const store = Object.keys(state.books.stores ?? {})[0];
  if (!crm.switches.stockEditing && store !== undefined && entry.type !== "service") {
    offer.stock = { [store]: { quantity: entry.quantity, purchasePrice: entry.purchasePrice } };
  }
  return offer;
}

function moveOffer(before: Product | undefined, product: Product, offer: Offer): void {
  if (before !== undefined && before !== product) {
    before.offerIds = before.offerIds.filter((id) => id !== offer.id);
  }
  offer.productId = product.id;
  if (!product.offerIds.includes(offer.id)) product.offerIds.push(offer.id);
}

function deactivateMissing(crm: Crm, product: Product, kept: Set<number>, inFile: boolean): void {
  if (!inFile) product.active = false;
  for (const id of product.offerIds) if (!kept.has(id)) crm.state.offers.get(id)!.active = false;
}

function assign<T, K extends keyof T>(target: T, name: K, value: T[K] | undefined): void {
  if (value === undefined || value === "") delete target[name];
  else target[name] = value;
}
