import type { IcmlFile, IcmlOffer } from "./icml.ts";
import { allScopes } from "./scopes.ts";
import { byCode, deliveryRecord, fillVendorBooks, paymentRecord, siteRecord, storeRecord } from "./seed-vendor.ts";
import type { State } from "./state.ts";

/** The invented account of reference 18.1. */
export function fillNorth(state: State): void {
  state.books.sites = byCode([
    siteRecord(1, "north-shop", "North shop", state.currency, "ES"),
    siteRecord(2, "south-shop", "South shop", state.currency, "ES"),
  ]);
  fillVendorBooks(state, {});
  state.books.stores = byCode([storeRecord("main", "Main warehouse"), storeRecord("outlet", "Outlet")]);
  state.books.deliveryTypes = byCode([
    deliveryRecord("courier", "Courier", 0, { cash: true, "bank-card": false, "bank-transfer": false }),
    deliveryRecord("self-delivery", "Self-delivery", 0, { cash: false, "bank-card": false }, ["north-shop"]),
  ]);
  state.books.paymentTypes = byCode([
    paymentRecord("cash", "Cash"),
    paymentRecord("bank-card", "Bank card"),
    paymentRecord("bank-transfer", "Bank transfer"),
  ]);
  const field = {
    required: false,
    inFilter: true,
    inList: true,
    inGroupActions: false,
    ordering: 50,
    viewMode: "editable",
  };
  state.customFields.push(
    { ...field, name: "City reference", code: "city_ref", type: "string", entity: "order" },
    { ...field, name: "Gift", code: "gift", type: "boolean", entity: "order", defaultTyped: false },
    { ...field, name: "Loyalty number", code: "loyalty_no", type: "string", entity: "customer" },
  );
  const scopes = [...allScopes];
  state.keys.set("key-north", { key: "key-north", scopes, sites: ["north-shop"] });
  state.keys.set("key-all", { key: "key-all", scopes, sites: "all" });
  state.keys.set("key-read", { key: "key-read", scopes: ["order_read", "reference_read"], sites: ["north-shop"] });
}

/** Its catalogue: product 501 with one offer, product 502 with two. */
export function northCatalog(): IcmlFile {
  const offer = (id: string, productId: string, name: string, price: number, quantity: number): IcmlOffer => ({
    id,
    productId,
    quantity,
    type: "product",
    active: true,
    productActive: true,
    url: `https://north-shop.example.org/${productId}`,
    price,
    purchasePrice: price / 2,
    categoryIds: ["1"],
    pictures: [`https://north-shop.example.org/${productId}.jpg`],
    name,
    productName: name.split(",")[0]!,
    xmlId: id,
    vendor: "North",
    params: [{ name: "Article", code: "article", value: `A-${id}` }],
    vatRate: "21.00",
  });
  return {
    date: "",
    categories: [{ id: "1", name: "Kitchen" }],
    offers: [
      offer("501", "501", "Blue kettle", 40, 12),
      offer("502#S", "502", "Apron, S", 15, 4),
      offer("502#M", "502", "Apron, M", 15, 0),
    ],
  };
}
