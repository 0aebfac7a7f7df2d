export type Coverage = "supported" | "partial" | "not-yet";

/** Every function of reference 8, and how far the sandbox answers it; a test compares this with the routes. */
export const coverage: Record<string, { state: Coverage; note?: string }> = {
  auth: { state: "supported" },
  "orders/get": { state: "supported", note: "B2B blocks only when an order is placed with them" },
  "orders/update": { state: "supported" },
  "orders/get_available_statuses": { state: "supported" },
  "delivery/export": { state: "supported" },
  "delivery/exportTypes": { state: "supported" },
  "payment/export": { state: "supported" },
  "payment/exportMethods": { state: "supported" },
  "currency/export": { state: "supported" },
  "catalog/export": { state: "supported" },
  "catalog/import": {
    state: "partial",
    note: "fields, section, stock, presence, images as addresses; no links between products, no price levels, nothing is downloaded",
  },
  "catalog/importResidues": { state: "supported" },
  "pages/export": { state: "supported" },
  "icons/export": { state: "supported" },
  "productSet/import": { state: "not-yet" },
  "productSet/remove": { state: "not-yet" },
  "users/export": {
    state: "partial",
    note: "B2B fields only when a buyer is registered with them; no consent and note (key names unconfirmed)",
  },
  "users/import": { state: "not-yet" },
  "customer-groups/export": {
    state: "partial",
    note: "one fixed group; FORBIDDEN unless the B2B module is switched on",
  },
  "price-levels/export": { state: "not-yet", note: "its list key is unconfirmed" },
  "hooks/subscribe": { state: "supported" },
  "hooks/unSubscribe": { state: "supported" },
};
