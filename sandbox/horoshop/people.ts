import { presenceByWord, stockFields, withResidue } from "./catalog-import.ts";
import { queueHook, removeSubscriptionByHand } from "./hooks.ts";
import { completeLine, deliveryPriceOf, makeOrder, type OrderWish, totalsOf } from "./order-making.ts";
import { createdOrderOnWire, orderOnWire } from "./orders-get.ts";
import { changePaid, changeStatus, changeTracking } from "./orders-update.ts";
import type { ProductRow } from "./product-table.ts";
import type { DeliveryType, PaymentType, ShopLine, ShopOrder, ShopStatus, ShopUser } from "./records.ts";
import type { Shop } from "./shop.ts";

/** What buyers and the merchant do in the shop: everything that does not come by the API. */
export type People = ReturnType<typeof makePeople>;

export type AddressChange = { city?: string; address?: string; branchRef?: string | null };
export type ContactChange = {
  name?: string;
  phone?: string;
  email?: string;
  comment?: string;
  managerComment?: string;
};

export function makePeople(shop: () => Shop) {
  function edit(orderId: number, change: (order: ShopOrder) => void): ShopOrder {
    const order = shop().orders.change(orderId, change);
    if (!order) throw new Error(`the shop has no order ${orderId}`);
    return order;
  }

  return {
    ...buyersAndClerks(shop, edit),
    ...orderEditors(shop, edit),
    ...onlookers(shop),
    ...dictionaryPeople(shop),
    ...productPeople(shop),
    changePassword(password: string): void {
      shop().password = password;
      shop().tokens.clear();
    },
    /** false when there is no such subscription */
    removeHookByHand: (subscriptionId: number): boolean => removeSubscriptionByHand(shop(), subscriptionId),
  };
}

type Edit = (orderId: number, change: (order: ShopOrder) => void) => ShopOrder;

function buyersAndClerks(shop: () => Shop, edit: Edit) {
  return {
    /** Somebody buys. Fields that are not wished for are drawn and fit together. */
    placeOrder(wish: OrderWish = {}): ShopOrder {
      const here = shop();
      const identity = {
        orderId: wish.order_id ?? here.orders.nextId(),
        user: here.nextUserId,
        firstStorageId: here.nextStorageId,
        createdAt: wish.createdAt ?? here.now().getTime(),
      };
      here.nextUserId += 1;
      here.nextStorageId += 100;
      const order = makeOrder(here, identity, wish, here.chance);
      here.orders.add(order);
      queueHook(here, "order_created", createdOrderOnWire(here, order));
      if (order.payed === 1) setPaidHook(here, order);
      return order;
    },
    /** Somebody registers; `extra` holds keys of the B2B module such as `company`. Returns the number of the buyer. */
    registerUser(wish: Partial<ShopUser> = {}): number {
      const here = shop();
      const id = wish.id ?? here.nextUserId;
      here.nextUserId = Math.max(here.nextUserId, id + 1);
      here.users.push({
        ...{ id, title: "", email: "", phone: "", country: "", city: "", address: "" },
        registeredAt: here.now().getTime(),
        ...wish,
      });
      return id;
    },
    /** A clerk sets a status; in the panel a cancelled order can be taken up again. */
    setStatus(orderId: number, status: number): void {
      edit(orderId, () => {});
      changeStatus(shop(), orderId, status, false);
    },
    setPaid(orderId: number, paid = true): void {
      edit(orderId, () => {});
      changePaid(shop(), orderId, paid ? 1 : 0);
    },
    setTracking(orderId: number, number: string): void {
      edit(orderId, () => {});
      changeTracking(shop(), orderId, number);
    },
  };
}

function orderEditors(shop: () => Shop, edit: Edit) {
  return {
    changeAddress(orderId: number, change: AddressChange): void {
      edit(orderId, (order) => {
        order.delivery_city = change.city ?? order.delivery_city;
        order.delivery_address = change.address ?? order.delivery_address;
        if (change.branchRef === undefined) return;
        order.recipient_warehouse_ref = change.branchRef;
        if (!order.delivery_data) return;
        order.delivery_data.destination =
          change.branchRef === null ? null : { address: { geoObject: { id: change.branchRef } } };
      });
    },
    changeContact(orderId: number, change: ContactChange): void {
      edit(orderId, (order) => {
        order.delivery_name = change.name ?? order.delivery_name;
        order.delivery_phone = change.phone ?? order.delivery_phone;
        order.delivery_email = change.email ?? order.delivery_email;
        order.comment = change.comment ?? order.comment;
        order.manager_comment = change.managerComment ?? order.manager_comment;
      });
    },
    changeDelivery(orderId: number, deliveryTypeId: number): void {
      const type = shop().deliveryTypes.find((one) => one.id === deliveryTypeId);
      if (!type) throw new Error(`the shop has no delivery option ${deliveryTypeId}`);
      edit(orderId, (order) => {
        order.delivery_type = { id: type.id, title: type.title.ua ?? "" };
        order.delivery_price = deliveryPriceOf(type, order.total_sum);
      });
    },
    changePayment(orderId: number, paymentTypeId: number): void {
      const type = shop().paymentTypes.find((one) => one.id === paymentTypeId);
      if (!type) throw new Error(`the shop has no payment option ${paymentTypeId}`);
      edit(orderId, (order) => {
        order.payment_type = { id: type.id, title: type.title.ua ?? "" };
      });
    },
    /** Replaces the lines; totals follow, a coupon's percentage stays. */
    editLines(orderId: number, lines: Partial<ShopLine>[]): void {
      edit(orderId, (order) => {
        const coupon = { code: order.coupon_code, percent: order.coupon_percent };
        order.products = lines.map((line) => {
          const storageId = shop().nextStorageId++;
          return completeLine(shop(), line, storageId, "ua", shop().chance);
        });
        Object.assign(order, totalsOf(order.products, { ...order, ...(coupon.code === "" ? {} : { coupon }) }));
      });
    },
    /** any field, as it stands in the shop */
    changeOrder: (orderId: number, fields: Partial<ShopOrder>): void =>
      void edit(orderId, (order) => Object.assign(order, fields)),
    deleteOrder(orderId: number): void {
      if (!shop().orders.remove(orderId)) throw new Error(`the shop has no order ${orderId}`);
    },
  };
}

function onlookers(shop: () => Shop) {
  return {
    /** The order as the shop keeps it. */
    order: (orderId: number): ShopOrder | undefined => shop().orders.find(orderId),
    /** The order as `orders/get` would send it. */
    orderOnWire(orderId: number): Record<string, unknown> | undefined {
      const order = shop().orders.find(orderId);
      return order && orderOnWire(shop(), order, true);
    },
    /** Newest first. */
    latestOrders(count: number): ShopOrder[] {
      const latest = shop().orders.list({ newestFirst: true }).slice(0, count);
      return latest.map((one) => shop().orders.find(one.order_id)!);
    },
  };
}

function setPaidHook(shop: Shop, order: ShopOrder): void {
  const { order_id, user, delivery_name, delivery_email, delivery_phone } = order;
  queueHook(shop, "order_paid", { order_id, user, delivery_name, delivery_email, delivery_phone, payed: 1 });
}

function dictionaryPeople(shop: () => Shop) {
  return {
    addStatus(status: Partial<ShopStatus> & { id: number; title: ShopStatus["title"] }): void {
      shop().statuses.push({ is_successful: 0, ...status });
    },
    removeStatus(id: number): void {
      shop().statuses = shop().statuses.filter((status) => status.id !== id);
    },
    addDeliveryType(type: Partial<DeliveryType> & { id: number; title: DeliveryType["title"] }): void {
      shop().deliveryTypes.push({
        ...{ type: 1, by_carrier: false, enabled: true, payment: [], price_options: [], carrier: "courier" },
        ...type,
      });
    },
    changeDeliveryType(id: number, fields: Partial<DeliveryType>): void {
      shop().deliveryTypes = shop().deliveryTypes.map((type) => (type.id === id ? { ...type, ...fields } : type));
    },
    removeDeliveryType(id: number): void {
      shop().deliveryTypes = shop().deliveryTypes.filter((type) => type.id !== id);
    },
    addPaymentType(type: Partial<PaymentType> & { id: number; title: PaymentType["title"] }): void {
      shop().paymentTypes.push({ payment_method: 1, enabled: true, online: false, ...type });
    },
    changePaymentType(id: number, fields: Partial<PaymentType>): void {
      shop().paymentTypes = shop().paymentTypes.map((type) => (type.id === id ? { ...type, ...fields } : type));
    },
    removePaymentType(id: number): void {
      shop().paymentTypes = shop().paymentTypes.filter((type) => type.id !== id);
    },
    setCurrencyEnabled(iso: string, enabled: boolean): void {
      shop().currencies = shop().currencies.map((one) => (one.iso === iso ? { ...one, enabled } : one));
    },
  };
}

function productPeople(shop: () => Shop) {
  function mend(article: string, fields: Partial<ProductRow>): void {
    if (!shop().products.change(article, fields)) throw new Error(`the shop has no product ${article}`);
  }

  return {
    product: (article: string): ProductRow | undefined => shop().products.find(article),
    changeProduct: mend,
    hideProduct: (article: string, hidden = true): void => mend(article, { display_in_showcase: hidden ? 0 : 1 }),
    /** With stock accounting a number in a warehouse; without it a word about presence. */
    setStock(article: string, stock: { quantity?: number; warehouse?: string; presence?: string }): void {
      const row = shop().products.find(article);
      if (!row) throw new Error(`the shop has no product ${article}`);
      if (stock.quantity !== undefined) {
        const residue = { warehouse: stock.warehouse ?? shop().warehouses[0]!, quantity: stock.quantity };
        mend(article, stockFields(shop(), withResidue(row.residues, residue)));
      }
      if (stock.presence !== undefined) mend(article, { presence: presenceByWord(shop(), stock.presence) });
    },
    /** by article, or the first `which` generated rows */
    removeProducts(which: string[] | number): number {
      const articles = typeof which === "number" ? firstArticles(shop(), which) : which;
      return articles.filter((article) => shop().products.remove(article)).length;
    },
    addProduct: (row: ProductRow): void => shop().products.add(row),
  };
}

function firstArticles(shop: Shop, count: number): string[] {
  const articles: string[] = [];
  for (let index = 0; articles.length < count; index += 1) {
    const article = shop.products.articleAt(index);
    if (article === undefined) break;
    if (shop.products.find(article)) articles.push(article);
  }
  return articles;
}
