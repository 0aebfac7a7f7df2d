import { chanceFrom } from "./chance.ts";
import { demoDictionaries } from "./demo-dictionaries.ts";
import { demoOrders, demoUsers, firstStorageId } from "./demo-orders.ts";
import { demoProducts } from "./demo-products.ts";
import { demoPages } from "./demo-sections.ts";
import { makeOrderTable } from "./order-table.ts";
import { makeProductTable } from "./product-table.ts";
import type { Shop } from "./shop.ts";
import { makeShopClock } from "./shop-time.ts";
import { defaultSwitches, type Switches } from "./switches.ts";

export type Seed = "demo" | "empty";

export type ShopOptions = {
  now: () => Date;
  random: () => number;
  /** the same salt makes the same demo records */
  salt: number;
  seed: Seed;
  /** how many orders and product rows; the seed's own number unless told */
  orders?: number;
  products?: number;
  baseUrl: string;
  zone: string;
  login: string;
  password: string;
  switches: Partial<Switches>;
};

const seedSizes = { demo: { orders: 300, products: 1_200 }, empty: { orders: 0, products: 12 } };

/** A shop as it stands after its seed; orders reach back a year from `now()`. */
export function openShop(options: ShopOptions): Shop {
  const openedAt = options.now().getTime();
  const clock = makeShopClock(options.zone);
  const orderCount = options.orders ?? seedSizes[options.seed].orders;
  const dictionaries = demoDictionaries();
  const productSource = demoProducts({
    count: options.products ?? seedSizes[options.seed].products,
    salt: options.salt,
    baseUrl: () => shop.baseUrl,
    presences: dictionaries.presences,
    createdBefore: openedAt,
    toWall: clock.toWall,
  });
  const orders = demoOrders({ count: orderCount, salt: options.salt, before: openedAt, shop: () => untouched });
  const shop: Shop = {
    now: options.now,
    chance: chanceFrom(options.random),
    clock,
    switches: { ...defaultSwitches(), ...options.switches },
    baseUrl: options.baseUrl,
    login: options.login,
    password: options.password,
    tokens: new Map(),
    ...dictionaries,
    pages: demoPages(),
    users: demoUsers(orderCount, options.salt, openedAt),
    orders: makeOrderTable(orders),
    products: makeProductTable(productSource),
    subscriptions: [],
    hookQueue: [],
    nextSubscriptionId: 17,
    nextUserId: 5_000_000,
    nextStorageId: firstStorageId + (orderCount + 1) * 10,
  };
  // Orders of the seed are made when asked for: what people change in the shop since must not change them.
  const untouched: Shop = { ...shop, ...demoDictionaries(), products: makeProductTable(productSource) };
  return shop;
}
