import { ZodError } from "zod";
import { isApiError } from "../http/api-error.ts";
import type { Transport } from "../http/call.ts";
import type { RetryOptions } from "../http/retry.ts";
import type { Slots } from "../http/slots.ts";
import { type Ask, createAsk } from "./ask.ts";
import { rowsOf } from "./envelope.ts";
import { fetchAllOrders, fetchOrders, type OrderFilter, type OrdersPage } from "./orders.ts";
import { currencyReply, deliveryReply, pagesReply, parseProduct, paymentReply, statusesReply } from "./read.ts";
import type {
  HoroshopDeliveryType,
  HoroshopPage,
  HoroshopPaymentType,
  HoroshopProduct,
  HoroshopStatus,
  HoroshopUser,
} from "./schema.ts";
import type { TokenStore } from "./token.ts";
import { fetchUsers } from "./users.ts";
import {
  importResidues,
  type OrderRow,
  type OrderRowResult,
  type StockRow,
  type StockRowResult,
  subscribe,
  unsubscribe,
  updateOrders,
} from "./writes.ts";

export type { OrderFilter, OrdersPage, UnreadableOrder } from "./orders.ts";
export type { TokenStore } from "./token.ts";
export type { OrderRow, OrderRowResult, StockRow, StockRowResult } from "./writes.ts";

/** Every call may reject with ApiError; nothing else is thrown. */
export type HoroshopClient = {
  /** a fresh auth; ApiError unauthorized when refused */
  login(signal?: AbortSignal): Promise<void>;
  /** one page; with `limit` at most that many, an unreadable order does not sink its page */
  fetchOrders(filter: OrderFilter, signal?: AbortSignal): Promise<OrdersPage>;
  /** all pages of 100, each order once, bounded; robust against shifting offsets */
  fetchAllOrders(filter: Omit<OrderFilter, "limit" | "offset">, signal?: AbortSignal): AsyncGenerator<OrdersPage>;
  /** positional, one result per row; a refused row is a result, not an error */
  updateOrders(rows: OrderRow[], signal?: AbortSignal): Promise<OrderRowResult[]>;
  /** built-in ids 1 2 3 4 6 when the shop is too old to tell */
  fetchStatuses(signal?: AbortSignal): Promise<HoroshopStatus[]>;
  /** undefined when the shop is too old to tell */
  fetchOwnStatuses(signal?: AbortSignal): Promise<HoroshopStatus[] | undefined>;
  fetchDeliveryTypes(signal?: AbortSignal): Promise<HoroshopDeliveryType[]>;
  fetchPaymentTypes(signal?: AbortSignal): Promise<HoroshopPaymentType[]>;
  /** the enabled ones */
  fetchCurrencies(signal?: AbortSignal): Promise<{ iso: string }[]>;
  /** direct children of `parent` (0 = root) */
  fetchPages(parent: number, signal?: AbortSignal): Promise<HoroshopPage[]>;
  /** `rows` counts what the shop sent, readable or not: advance `offset` by it */
  fetchProducts(
    page: { offset: number; limit: number; includedParams?: string[] },
    signal?: AbortSignal,
  ): Promise<{ products: HoroshopProduct[]; rows: number }>;
  /** one page of the registered buyers; rejected with UNDEFINED_FUNCTION or FORBIDDEN where there is no such list */
  fetchUsers(
    page: { from?: string; offset: number; limit: number },
    signal?: AbortSignal,
  ): Promise<{ users: HoroshopUser[]; rows: number }>;
  /** stock or availability by `catalog/import`; codes as in the shop's log (0, 15 = done) */
  importResidues(products: StockRow[], signal?: AbortSignal): Promise<StockRowResult[]>;
  subscribe(event: string, targetUrl: string, signal?: AbortSignal): Promise<{ id: string }>;
  unsubscribe(id: string, targetUrl: string, signal?: AbortSignal): Promise<void>;
};

export type HoroshopClientOptions = {
  url: string;
  login: string;
  password: string;
  transport: Transport;
  slots: Slots;
  tokens: TokenStore;
  now: () => Date;
  /** without it nothing is repeated */
  retry?: RetryOptions;
};

/** The built-in statuses of every shop; id 5 is not among them. Titles as the vendor's own pages call them. */
const builtInStatuses: HoroshopStatus[] = [
  { id: 1, title: { ua: "Нове", ru: "Новый", en: "New" }, is_successful: false },
  { id: 2, title: { ua: "В роботі", ru: "В работе", en: "In process" }, is_successful: false },
  { id: 3, title: { ua: "Доставлено", ru: "Доставлен", en: "Delivered" }, is_successful: true },
  { id: 4, title: { ua: "Не доставлено", ru: "Не доставлен", en: "Not delivered" }, is_successful: false },
  { id: 6, title: { ua: "Доставляється", ru: "Доставляется", en: "Delivering" }, is_successful: false },
];

const readTimeoutMs = 60_000;
const catalogTimeoutMs = 180_000;
const dictionaryBytesMax = 8_000_000;
const catalogBytesMax = 96_000_000;
/** `catalog/export` lowers a larger limit silently and takes 0 for "nothing". */
const catalogLimitMax = 500;

export function createHoroshopClient(options: HoroshopClientOptions): HoroshopClient {
  const shop = createAsk(options);
  const fetchOwnStatuses = (signal?: AbortSignal) => statusesOf(shop, signal);
  return {
    login: shop.login,
    fetchOrders: (filter, signal) => fetchOrders(shop, filter, signal),
    fetchAllOrders: (filter, signal) => fetchAllOrders(shop, filter, signal),
    updateOrders: (rows, signal) => updateOrders(shop, rows, signal),
    fetchOwnStatuses,
    fetchStatuses: async (signal) => {
      const own = await fetchOwnStatuses(signal);
      return own && own.length > 0 ? own : structuredClone(builtInStatuses);
    },
    fetchDeliveryTypes: (signal) => dictionary(shop, "delivery/export", {}, deliveryReply, "delivery", signal),
    fetchPaymentTypes: (signal) => dictionary(shop, "payment/export", {}, paymentReply, "payment", signal),
    fetchCurrencies: (signal) => dictionary(shop, "currency/export", {}, currencyReply, "currency", signal),
    fetchPages: (parent, signal) => dictionary(shop, "pages/export", { parent }, pagesReply, "pages", signal),
    fetchProducts: (page, signal) => fetchProducts(shop, page, signal),
    fetchUsers: (page, signal) => fetchUsers(shop, page, signal),
    importResidues: (products, signal) => importResidues(shop, products, signal),
    subscribe: (event, targetUrl, signal) => subscribe(shop, options.now, event, targetUrl, signal),
    unsubscribe: (id, targetUrl, signal) => unsubscribe(shop, options.now, id, targetUrl, signal),
  };
}

async function statusesOf(shop: Ask, signal: AbortSignal | undefined): Promise<HoroshopStatus[] | undefined> {
  try {
    return await dictionary(shop, "orders/get_available_statuses", {}, statusesReply, "statuses", signal);
  } catch (error) {
    if (isApiError(error, "rejected") && error.remoteCode === "UNDEFINED_FUNCTION") return undefined;
    throw error;
  }
}

/** The readable elements of a dictionary; an empty answer in any shape is an empty list. */
async function dictionary<K extends string, T>(
  shop: Ask,
  operation: string,
  parameters: Record<string, unknown>,
  shape: { parse(value: unknown): Record<K, T[]> },
  key: K,
  signal: AbortSignal | undefined,
): Promise<T[]> {
  const question = {
    operation,
    parameters,
    writes: false,
    timeoutMs: readTimeoutMs,
    bytesMax: dictionaryBytesMax,
    signal,
  };
  const rows = rowsOf(await shop.ask(question), key, operation);
  return shape.parse({ [key]: rows })[key];
}

async function fetchProducts(
  shop: Ask,
  page: { offset: number; limit: number; includedParams?: string[] },
  signal: AbortSignal | undefined,
): Promise<{ products: HoroshopProduct[]; rows: number }> {
  const question = {
    operation: "catalog/export",
    parameters: { ...page, limit: Math.max(1, Math.min(page.limit, catalogLimitMax)) },
    writes: false,
    timeoutMs: catalogTimeoutMs,
    bytesMax: catalogBytesMax,
    signal,
  };
  const rows = rowsOf(await shop.ask(question), "products", question.operation);
  return { products: rows.flatMap((raw) => readableProduct(raw)), rows: rows.length };
}

function readableProduct(raw: unknown): HoroshopProduct[] {
  try {
    return [parseProduct(raw)];
  } catch (error) {
    if (error instanceof ZodError) return [];
    throw error;
  }
}
