import type { Currency, DeliveryType, PaymentType, Presence, ShopStatus } from "./records.ts";
import type { Shop } from "./shop.ts";

export function demoStatuses(): ShopStatus[] {
  return [
    { id: 1, title: { ua: "Нове", ru: "Новый" }, is_successful: 0 },
    { id: 2, title: { ua: "В роботі", ru: "В работе" }, is_successful: 0 },
    { id: 3, title: { ua: "Доставлено", ru: "Доставлен" }, is_successful: 1 },
    { id: 4, title: { ua: "Не доставлено", ru: "Не доставлен" }, is_successful: 0 },
    { id: 6, title: { ua: "Надіслане", ru: "Доставляется" }, is_successful: 0 },
    { id: 21, title: { ua: "Очікує оплати", ru: "" }, is_successful: 0 },
  ];
}

export function demoDeliveryTypes(): DeliveryType[] {
  const option = (
    id: number,
    title: [ua: string, ru: string],
    type: number,
    carrier: DeliveryType["carrier"],
    more: Partial<DeliveryType> = {},
  ): DeliveryType => ({
    id,
    title: { ua: title[0], ru: title[1] },
    type,
    by_carrier: false,
    enabled: true,
    payment: [9, 12, 14],
    price_options: [],
    carrier,
    ...more,
  });
  return [
    option(4, ["Нова Пошта: відділення", "Новая Почта: отделение"], 2, "branch", {
      by_carrier: true,
      price_options: [
        { min: 0, price: 80, by_carrier: true },
        { min: 1500, price: 0, by_carrier: false },
      ],
    }),
    option(5, ["Нова Пошта: кур'єр", "Новая Почта: курьер"], 1, "courier", {
      payment: ["9", "12"],
      price_options: [{ min: 0, price: 120, by_carrier: false }],
    }),
    option(7, ["Самовивіз", "Самовывоз"], 3, "pickup"),
    option(8, ["Укрпошта", "Укрпочта"], 2, "ukrposhta", { price_options: [{ min: 0, price: 45, by_carrier: false }] }),
    option(10, ["Justin", ""], 2, "branch", { enabled: false, payment: [] }),
  ];
}

export function demoPaymentTypes(): PaymentType[] {
  return [
    {
      id: 9,
      title: { ua: "Оплата при отриманні", ru: "Оплата при получении" },
      payment_method: 1,
      enabled: true,
      online: false,
    },
    {
      id: 12,
      title: { ua: "Картка онлайн (LiqPay)", ru: "Карта онлайн (LiqPay)" },
      payment_method: 6,
      enabled: true,
      online: true,
    },
    {
      id: 14,
      title: { ua: "Рахунок для юридичних осіб", ru: "Счёт для юридических лиц" },
      payment_method: 2,
      enabled: true,
      online: false,
    },
    {
      id: 15,
      title: { ua: "Оплата частинами", ru: "Оплата частями" },
      payment_method: 6,
      enabled: false,
      online: true,
    },
  ];
}

export function demoCurrencies(): Currency[] {
  return [
    { id: 1, iso: "UAH", title: "Гривня", enabled: true, hryvnias: 1 },
    { id: 3, iso: "EUR", title: "Євро", enabled: true, hryvnias: 45 },
    { id: 4, iso: "USD", title: "Долар", enabled: false, hryvnias: 41.5 },
  ];
}

export function demoPresences(): Presence[] {
  return [
    { id: 1, value: { ua: "В наявності", ru: "В наличии" } },
    { id: 2, value: { ua: "Немає в наявності", ru: "Нет в наличии" } },
    { id: 3, value: { ua: "Під замовлення", ru: "Под заказ" } },
  ];
}

type Dictionaries = Pick<
  Shop,
  | "statuses"
  | "deliveryKinds"
  | "deliveryTypes"
  | "paymentMethods"
  | "paymentTypes"
  | "currencies"
  | "icons"
  | "presences"
  | "warehouses"
>;

export function demoDictionaries(): Dictionaries {
  return {
    statuses: demoStatuses(),
    deliveryKinds: [
      { id: 1, title: { ua: "Кур'єр", ru: "Курьер" } },
      { id: 2, title: { ua: "Відділення", ru: "Отделение" } },
      { id: 3, title: { ua: "Самовивіз", ru: "Самовывоз" } },
    ],
    deliveryTypes: demoDeliveryTypes(),
    paymentMethods: [
      { id: 1, title: "Cash", is_simple: true },
      { id: 2, title: "Bank transfer", is_simple: true },
      { id: 6, title: "LiqPay", is_simple: false },
    ],
    paymentTypes: demoPaymentTypes(),
    currencies: demoCurrencies(),
    icons: [
      { id: 1, title: "Новинка", enabled: 1 },
      { id: 2, title: "Хіт", enabled: 1 },
    ],
    presences: demoPresences(),
    warehouses: ["office"],
  };
}
