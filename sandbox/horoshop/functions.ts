import { exportCatalog } from "./catalog-export.ts";
import { importCatalog, importResidues } from "./catalog-import.ts";
import {
  exportCurrencies,
  exportCustomerGroups,
  exportDelivery,
  exportDeliveryKinds,
  exportIcons,
  exportPages,
  exportPayment,
  exportPaymentMethods,
  exportUsers,
  getStatuses,
} from "./dictionaries.ts";
import { type FunctionAnswer, worded } from "./envelope.ts";
import { subscribe, unsubscribe } from "./hooks.ts";
import { getOrders } from "./orders-get.ts";
import { updateOrders } from "./orders-update.ts";
import type { Parameters } from "./parameters.ts";
import type { Shop } from "./shop.ts";
import { checkToken, signIn } from "./sign-in.ts";

type ShopFunction = (shop: Shop, parameters: Parameters) => FunctionAnswer;

/** Every function that the sandbox answers, by the name in its address. */
export const shopFunctions: Record<string, ShopFunction> = {
  auth: signIn,
  "orders/get": getOrders,
  "orders/update": updateOrders,
  "orders/get_available_statuses": getStatuses,
  "delivery/export": exportDelivery,
  "delivery/exportTypes": exportDeliveryKinds,
  "payment/export": exportPayment,
  "payment/exportMethods": exportPaymentMethods,
  "currency/export": exportCurrencies,
  "catalog/export": exportCatalog,
  "catalog/import": importCatalog,
  "catalog/importResidues": importResidues,
  "pages/export": exportPages,
  "icons/export": exportIcons,
  "users/export": exportUsers,
  "customer-groups/export": exportCustomerGroups,
  "hooks/subscribe": subscribe,
  "hooks/unSubscribe": unsubscribe,
};

/** Looks the function up, checks the token, calls it. HTTP is 200 for every refusal (reference 4). */
export function callFunction(shop: Shop, name: string, parameters: Parameters): FunctionAnswer {
  const known = Object.hasOwn(shopFunctions, name) && !shop.switches.missingFunctions.includes(name);
  const tokenRefused = name === "auth" ? undefined : checkToken(shop, parameters);
  if (tokenRefused && shop.switches.tokenCheckedFirst) return tokenRefused;
  if (!known) return worded("UNDEFINED_FUNCTION", []);
  if (tokenRefused) return tokenRefused;
  if (shop.switches.forbiddenFunctions.includes(name)) {
    return worded("FORBIDDEN", { message: "Use of the method is not allowed" });
  }
  return shopFunctions[name]!(shop, parameters);
}
