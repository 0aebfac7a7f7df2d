import type { Transport } from "../http/call.ts";
import type { Slots } from "../http/pacer.ts";
import type { RetryOptions } from "../http/retry.ts";
import type {
  HoroshopDeliveryType,
  HoroshopOrder,
  HoroshopPage,
  HoroshopPaymentType,
  HoroshopProduct,
  HoroshopStatus,
} from "./schema.ts";
import type { TokenStore } from "./token.ts";

export type { TokenStore } from "./token.ts";

/** `from` and `to` compare the creation time, both ends included, in the shop's zone: `YYYY-MM-DD[ HH:mm:ss]`. */
export type OrderFilter = { from?: string; to?: string; ids?: number[]; limit?: number; offset?: number };
export type OrderRow = {
  order_id: number;
  status?: number;
  payed?: 0 | 1;
  own_tracking_code?: string;
  tracking_code?: string;
};
export type OrderRowResult = { ok: boolean; message: string };
export type UnreadableOrder = { orderId: number | undefined; reason: string };
export type StockRow = { article: string; residues?: { warehouse: string; quantity: number }[]; presence?: string };
export type StockRowResult = { article: string; codes: number[]; messages: string[] };

/** Every call may reject with ApiError; nothing else is thrown. */
export type HoroshopClient = {
  /** a fresh auth; ApiError unauthorized when refused */
  login(signal?: AbortSignal): Promise<void>;
  /** one page; with `limit` at most that many, an unreadable order does not sink its page */
  fetchOrders(
    filter: OrderFilter,
    signal?: AbortSignal,
  ): Promise<{ orders: HoroshopOrder[]; unreadable: UnreadableOrder[]; rows: number }>;
  /** all pages of 100, each order once, bounded; robust against shifting offsets */
  fetchAllOrders(
    filter: Omit<OrderFilter, "limit" | "offset">,
    signal?: AbortSignal,
  ): AsyncGenerator<{ orders: HoroshopOrder[]; unreadable: UnreadableOrder[]; rows: number }>;
  /** positional, one result per row; a refused row is a result, not an error */
  updateOrders(rows: OrderRow[], signal?: AbortSignal): Promise<OrderRowResult[]>;
  /** built-in ids 1 2 3 4 6 when the shop is too old to tell */
  fetchStatuses(signal?: AbortSignal): Promise<HoroshopStatus[]>;
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
