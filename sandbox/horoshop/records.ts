/** Texts by language: `ua`, not `uk` (reference 7). */
export type Localised = Record<string, string>;

export type ShopStatus = { id: number; title: Localised; is_successful: 0 | 1 };
export type DeliveryType = {
  id: number;
  title: Localised;
  type: number;
  by_carrier: boolean;
  enabled: boolean;
  payment: (number | string)[];
  price_options: { min: number; price: number; by_carrier: boolean }[];
  /** how addresses of this option look; not on the wire */
  carrier: "branch" | "courier" | "ukrposhta" | "pickup";
};
export type PaymentType = { id: number; title: Localised; payment_method: number; enabled: boolean; online: boolean };
export type Currency = { id: number; iso: string; title: string; enabled: boolean; hryvnias: number };
export type Page = { id: number; parent: number; title: Localised; discount?: number; image?: string; content?: true };
export type ShopUser = {
  id: number;
  title: string;
  email: string;
  phone: string;
  country: string;
  city: string;
  address: string;
  registeredAt: number;
  /** further keys, sent as they are: those of the B2B module (reference 18) */
  extra?: Record<string, unknown>;
};
export type Presence = { id: number; value: Localised };

export type ShopLine = {
  title: string;
  article: string;
  price: number;
  quantity: number;
  total_price: number;
  discount_marker: string;
  type: string;
  storage_id: number;
  parent_storage_id: number | null;
};

export type DeliveryBlock = {
  deliveryOperatorType: string;
  tnNumber: string | null;
  tnId: string | null;
  tnStatusName: string | null;
  tnTrackingUpdateDate: string | null;
  estimatedDeliveryDate: string | null;
  ownTTNPicked?: boolean;
  departure: unknown;
  destination: { address: { geoObject: { id: string } } } | null;
};

/** An order as the shop keeps it: names of the wire, and below the line what only the sandbox knows. */
export type ShopOrder = {
  order_id: number;
  user: number;
  delivery_name: string;
  delivery_email: string;
  delivery_phone: string;
  delivery_city: string;
  delivery_address: string;
  delivery_type: { id: number; title: string };
  delivery_price: number;
  comment: string;
  payment_type: { id: number; title: string };
  payment_price: number;
  payed: 0 | 1;
  total_default: number;
  total_sum: number;
  total_quantity: number;
  discount_percent: number;
  discount_value: number;
  coupon_code: string;
  coupon_percent: number;
  coupon_discount_value: number;
  coupon_type: number;
  stat_status: number;
  currency: string;
  order_without_callback: boolean;
  manager_id: number | null;
  manager_comment: string;
  manager_discount: number;
  manager_discount_title: string;
  products: ShopLine[];
  /** content of `additional_data`; null = `[]` */
  recipient_warehouse_ref: string | null;
  /** null = `[]` */
  analytics: Record<string, string | number> | null;
  /** null = `[]` */
  delivery_data: DeliveryBlock | null;
  // ── not on the wire ──
  /** epoch, ms; on the wire as `stat_created` */
  createdAt: number;
  /** status 4 came by the API: the order refuses further edits */
  cancelledByApi: boolean;
  /** keys that this order does not send (old orders) */
  omitted: string[];
  /** amounts that this order sends as text */
  textAmounts: string[];
  /** further keys, sent as they are (B2B blocks, np_number) */
  extra: Record<string, unknown>;
};

export type Subscription = { id: number; event: string; target_url: string };
export type QueuedHook = {
  event: string;
  verb: "PUT" | "POST" | "DELETE";
  url: string;
  body: unknown;
  attempts: number;
  dueAt: number;
};

/** Sum of money amounts, counted in kopecks. */
export function sumOf(amounts: number[]): number {
  return amounts.reduce((total, amount) => total + Math.round(amount * 100), 0) / 100;
}

export function timesPrice(price: number, quantity: number): number {
  return Math.round(Math.round(price * 100) * quantity) / 100;
}
