import type { Chance } from "./chance.ts";
import type { OrderTable } from "./order-table.ts";
import type { ProductTable } from "./product-table.ts";
import type {
  Currency,
  DeliveryType,
  Localised,
  Page,
  PaymentType,
  Presence,
  QueuedHook,
  ShopStatus,
  ShopUser,
  Subscription,
} from "./records.ts";
import type { ShopClock } from "./shop-time.ts";
import type { Switches } from "./switches.ts";

/** Everything one shop holds. */
export type Shop = {
  now: () => Date;
  chance: Chance;
  clock: ShopClock;
  switches: Switches;
  baseUrl: string;
  login: string;
  password: string;
  tokens: Map<string, number>;
  statuses: ShopStatus[];
  deliveryKinds: { id: number; title: Localised }[];
  deliveryTypes: DeliveryType[];
  paymentMethods: { id: number; title: string; is_simple: boolean }[];
  paymentTypes: PaymentType[];
  currencies: Currency[];
  pages: Page[];
  icons: { id: number; title: string; enabled: 0 | 1 }[];
  users: ShopUser[];
  warehouses: string[];
  presences: Presence[];
  orders: OrderTable;
  products: ProductTable;
  subscriptions: Subscription[];
  hookQueue: QueuedHook[];
  nextSubscriptionId: number;
  nextUserId: number;
  nextStorageId: number;
};
