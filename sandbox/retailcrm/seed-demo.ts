import { allScopes } from "./scopes.ts";
import { byCode, deliveryRecord, fillVendorBooks, paymentRecord, siteRecord, storeRecord } from "./seed-vendor.ts";
import type { State } from "./state.ts";

/** The vendor's books as a Ukrainian owner has them. */
const names: Record<string, string> = {
  "new-group": "Новий",
  new: "Новий",
  "approval-group": "Погодження",
  "availability-confirmed": "Наявність підтверджено",
  "offer-analog": "Запропонувати заміну",
  "client-confirmed": "Погоджено з клієнтом",
  prepayed: "Передплата надійшла",
  "assembling-group": "Комплектація",
  "send-to-assembling": "Передано в комплектацію",
  assembling: "Комплектується",
  "assembling-complete": "Укомплектовано",
  "delivery-group": "Доставка",
  "send-to-delivery": "Передано в доставку",
  delivering: "Доставляється",
  redirect: "Доставку перенесено",
  delivered: "Доставлено",
  "complete-group": "Виконано",
  complete: "Виконано",
  "cancel-group": "Скасовано",
  "no-call": "Недозвон",
  "no-product": "Немає в наявності",
  "already-buyed": "Куплено в іншому місці",
  "delyvery-did-not-suit": "Не влаштувала доставка",
  "prices-did-not-suit": "Не влаштувала ціна",
  "cancel-other": "Скасовано",
  "not-paid": "Не оплачено",
  invoice: "Виставлено рахунок",
  "payment-start": "Оплата розпочата",
  "credit-check": "Перевірка кредиту",
  "credit-approved": "Кредит схвалено",
  fail: "Помилка оплати",
  paid: "Оплачено",
  "eshop-individual": "Фізична особа",
  "eshop-legal": "Юридична особа",
  phone: "Телефоном",
  "shopping-cart": "Через кошик",
  "one-click": "В один клік",
  pc: "Штука",
  "pc-sign": "шт.",
  kg: "Кілограм",
  "kg-sign": "кг",
  base: "Базова",
  wholesale: "Гуртова",
};

export const requiredScopes = ["order_read", "order_write", "customer_read", "customer_write", "reference_read"];

/** A believable account of a Ukrainian shop owner, before anything was exchanged. */
export function fillDemo(state: State): void {
  state.books.sites = byCode([
    siteRecord(1, "demo-site", "Затишна оселя", state.currency, "UA"),
    siteRecord(2, "second-site", "Садиба", state.currency, "UA"),
  ]);
  fillVendorBooks(state, names);
  const custom: [string, string, string, number][] = [
    ["waiting-payment", "Очікує оплату", "approval", 50],
    ["np-arrived", "Прибуло у відділення", "delivery", 35],
    ["returned", "Повернення", "cancel", 70],
  ];
  for (const [code, name, group, ordering] of custom) {
    state.books.statuses![code] = { name, code, active: true, ordering, group };
  }
  state.books.stores = byCode([storeRecord("main", "Основний склад"), storeRecord("outlet", "Магазин на Подолі")]);
  const paid = { "bank-card": false, "bank-transfer": false, liqpay: false };
  state.books.deliveryTypes = byCode([
    deliveryRecord("nova-poshta", "Нова Пошта (відділення)", 0, { cash: true, ...paid, installments: false }),
    deliveryRecord("nova-poshta-courier", "Нова Пошта (кур’єр)", 0, { cash: true, ...paid }),
    deliveryRecord("ukrposhta", "Укрпошта", 0, { cash: true, ...paid }),
    deliveryRecord("self-delivery", "Самовивіз", 0, { cash: false, ...paid, installments: false }),
    deliveryRecord("courier", "Кур’єр по місту", 80, { cash: true, ...paid }),
  ]);
  state.books.paymentTypes = byCode([
    paymentRecord("cash", "Готівка / оплата при отриманні"),
    paymentRecord("bank-card", "Картка онлайн"),
    paymentRecord("bank-transfer", "Рахунок (безготівковий)"),
    paymentRecord("liqpay", "LiqPay"),
    paymentRecord("installments", "Оплата частинами"),
  ]);
  const scopes = [...allScopes];
  const keys = [
    { key: "key-demo", scopes, sites: ["demo-site"] },
    { key: "key-second", scopes, sites: ["second-site"] },
    { key: "key-all", scopes, sites: "all" as const },
    { key: "key-read", scopes: ["order_read", "reference_read"], sites: ["demo-site"] },
    { key: "key-minimal", scopes: requiredScopes, sites: ["demo-site"] },
  ];
  for (const key of keys) state.keys.set(key.key, key);
}
