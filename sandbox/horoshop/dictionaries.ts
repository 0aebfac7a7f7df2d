import { type FunctionAnswer, listOrEmpty, ok, phpMap } from "./envelope.ts";
import { pageOf } from "./orders-get.ts";
import { asFlag, asInteger, asIntegers, asNames, type Parameters } from "./parameters.ts";
import type { Currency, Localised } from "./records.ts";
import type { Shop } from "./shop.ts";
import { parseBound } from "./shop-time.ts";

/** `orders/get_available_statuses`: a map keyed by the id as text (reference 11). */
export function getStatuses(shop: Shop): FunctionAnswer {
  const entries = [...shop.statuses]
    .sort((a, b) => a.id - b.id)
    .map((status): [string, unknown] => [String(status.id), { ...status }]);
  return ok({ statuses: phpMap(entries) });
}

export function exportDelivery(shop: Shop): FunctionAnswer {
  const delivery = shop.deliveryTypes.map((type, index) => ({
    id: type.id,
    title: type.title,
    type: type.type,
    by_carrier: type.by_carrier,
    enabled: flag(shop, type.enabled, index),
    payment: type.payment,
    price_options: type.price_options,
  }));
  return listOrEmpty(shop.switches, "delivery", delivery);
}

export function exportDeliveryKinds(shop: Shop): FunctionAnswer {
  return listOrEmpty(shop.switches, "deliveryTypes", shop.deliveryKinds);
}

export function exportPayment(shop: Shop): FunctionAnswer {
  const blank = (title: Localised) => Object.fromEntries(Object.keys(title).map((language) => [language, ""]));
  const payment = shop.paymentTypes.map((type, index) => ({
    id: type.id,
    title: type.title,
    desc: type.online ? { ua: "<p>Visa, Mastercard</p>", ru: "<p>Visa, Mastercard</p>" } : blank(type.title),
    payment_method: type.payment_method,
    enabled: flag(shop, type.enabled, index),
    icon: type.online ? `${shop.baseUrl}/content/images/0/card.svg` : "",
    link: "",
    icon_title: blank(type.title),
    payment_instruction: blank(type.title),
  }));
  return listOrEmpty(shop.switches, "payment", payment);
}

// Booleans and 0/1 stand side by side on the wire (reference 23.8).
function flag(shop: Shop, value: boolean, index: number): boolean | number {
  const asNumber = shop.switches.enabledForm === "number" || (shop.switches.enabledForm === "mixed" && index % 2 === 1);
  return asNumber ? Number(value) : value;
}

export function exportPaymentMethods(shop: Shop): FunctionAnswer {
  return listOrEmpty(shop.switches, "paymentMethods", shop.paymentMethods);
}

/** `currency/export`: `enabledOnly` is on unless switched off, and while it is on `iso` is ignored (reference 14). */
export function exportCurrencies(shop: Shop, parameters: Parameters): FunctionAnswer {
  const enabledOnly = asFlag(parameters.enabledOnly) ?? true;
  const isos = asNames(parameters.iso).map((iso) => iso.toUpperCase());
  const ids = asIntegers(parameters.id);
  const chosen = shop.currencies
    .filter((one) => !enabledOnly || one.enabled)
    .filter((one) => enabledOnly || isos.length === 0 || isos.includes(one.iso))
    .filter((one) => ids.length === 0 || ids.includes(one.id));
  const currency = chosen.map((one) => ({
    id: one.id,
    iso: one.iso,
    title: one.title,
    exchangeRates: shop.currencies.filter((other) => other.id !== one.id).map((other) => rateBetween(one, other)),
  }));
  return listOrEmpty(shop.switches, "currency", currency);
}

/** `currentExchangeAmount` of one are worth `relatedExchangeAmount` of the other. */
function rateBetween(one: Currency, other: Currency): Record<string, unknown> {
  const cheaper = one.hryvnias <= other.hryvnias;
  const amount =
    Math.round((cheaper ? other.hryvnias / one.hryvnias : one.hryvnias / other.hryvnias) * 10_000) / 10_000;
  return {
    relatedId: other.id,
    relatedIso: other.iso,
    currentExchangeAmount: cheaper ? amount : 1,
    relatedExchangeAmount: cheaper ? 1 : amount,
    exchangeCourse: Math.round((other.hryvnias / one.hryvnias) * 10_000) / 10_000,
  };
}

/** `pages/export`: direct children only, content pages among them, `discount` on some rows (reference 15). */
export function exportPages(shop: Shop, parameters: Parameters): FunctionAnswer {
  const parent = asInteger(parameters.parent) ?? 0;
  const pages = shop.pages
    .filter((page) => page.parent === parent)
    .map(({ content: _content, image, ...page }) => (image ? { ...page, image: `${shop.baseUrl}${image}` } : page));
  return listOrEmpty(shop.switches, "pages", pages);
}

export function exportIcons(shop: Shop): FunctionAnswer {
  return listOrEmpty(shop.switches, "icons", shop.icons);
}

/** `users/export`: registered customers only; `from`, `to` compare the registration (reference 18). */
export function exportUsers(shop: Shop, parameters: Parameters): FunctionAnswer {
  const from = typeof parameters.from === "string" ? parseBound(parameters.from, "from") : undefined;
  const to = typeof parameters.to === "string" ? parseBound(parameters.to, "to") : undefined;
  const page = pageOf(shop, shop.switches.usersOffsetIgnored ? { limit: parameters.limit } : parameters);
  const limit = Math.min(page.limit, shop.switches.usersLimitMax ?? Number.POSITIVE_INFINITY);
  const users = shop.users
    .map(({ registeredAt, extra, ...user }) => ({ ...user, registered: shop.clock.toWall(registeredAt), ...extra }))
    .filter((user) => (from === undefined || user.registered >= from) && (to === undefined || user.registered <= to))
    .slice(page.offset, page.offset + limit);
  return listOrEmpty(shop.switches, "users", users);
}

/** Only when the B2B module is switched on; otherwise FORBIDDEN comes first (reference 19). */
export function exportCustomerGroups(shop: Shop): FunctionAnswer {
  const group = {
    id: 5,
    title: "Партнери",
    visible_price_level: { id: 4, title: "Партнерська ціна" },
    product_visibility: { id: 1, title: "Усі товари" },
    show_residues_near_status: true,
    show_price_list: false,
    dropshipping: true,
    available_payment_methods: shop.paymentTypes.map((type) => String(type.id)),
    available_delivery_methods: shop.deliveryTypes.map((type) => String(type.id)),
  };
  return ok({ customer_groups: [group] });
}
