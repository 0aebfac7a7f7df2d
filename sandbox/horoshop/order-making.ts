import type { Chance } from "./chance.ts";
import { type Buyer, makeBuyer, spellEmail, spellName, spellPhone } from "./demo-people.ts";
import { emptyDeliveryBlock } from "./orders-get.ts";
import { type DeliveryType, type ShopLine, type ShopOrder, sumOf, timesPrice } from "./records.ts";
import type { Shop } from "./shop.ts";

/** What is fixed about an order to be placed; the rest is drawn at random and fits together. */
export type OrderWish = Partial<Omit<ShopOrder, "products" | "delivery_type" | "payment_type">> & {
  products?: Partial<ShopLine>[];
  delivery_type?: number | { id: number; title: string };
  payment_type?: number | { id: number; title: string };
  /** order-level: line prices stay, `total_sum` falls by a whole number (reference 9.2) */
  coupon?: { code: string; percent: number };
  language?: "ua" | "ru";
  buyer?: Buyer;
};

export type OrderIdentity = { orderId: number; user: number; firstStorageId: number; createdAt: number };

type Choices = {
  deliveryType: DeliveryType | undefined;
  delivery: ShopOrder["delivery_type"];
  payment: ShopOrder["payment_type"];
  language: "ua" | "ru";
  buyer: Buyer;
};

/** A whole order out of a few wishes: what is not wished is drawn, sums are counted. */
export function makeOrder(shop: Shop, identity: OrderIdentity, wish: OrderWish, chance: Chance): ShopOrder {
  const { coupon: _coupon, language: _language, buyer: _buyer, products: _products, ...fixed } = wish;
  const choices = choose(shop, wish, chance);
  const lines = wish.products
    ? wish.products.map((line, index) =>
        completeLine(shop, line, identity.firstStorageId + index, choices.language, chance),
      )
    : drawLines(shop, identity.firstStorageId, choices.language, chance);
  const totals = totalsOf(lines, wish);
  const where = choices.deliveryType ? destinationOf(choices.deliveryType, choices.buyer, chance) : noDestination;
  const order: ShopOrder = {
    order_id: identity.orderId,
    user: identity.user,
    delivery_name: spellName(choices.buyer, chance),
    delivery_email: spellEmail(choices.buyer, chance),
    delivery_phone: spellPhone(choices.buyer.phone, chance),
    delivery_city: where.city,
    delivery_address: where.address,
    delivery_price: deliveryPriceOf(choices.deliveryType, totals.total_sum),
    comment: chance.oneIn(6) ? chance.pick(comments) : "",
    payment_price: 0,
    payed: 0,
    ...totals,
    discount_percent: 0,
    discount_value: 0,
    coupon_type: wish.coupon ? 1 : 0,
    stat_status: 1,
    currency: "UAH",
    order_without_callback: chance.oneIn(4),
    manager_id: null,
    manager_comment: "",
    manager_discount: 0,
    manager_discount_title: "",
    products: lines,
    recipient_warehouse_ref: where.branchRef,
    analytics: drawAnalytics(chance),
    delivery_data: where.operator === undefined ? null : blockFor(where.operator, where.branchRef),
    createdAt: identity.createdAt,
    cancelledByApi: false,
    omitted: [],
    textAmounts: chance.oneIn(15) ? ["total_sum", "delivery_price"] : [],
    extra: {},
    ...fixed,
    delivery_type: choices.delivery,
    payment_type: choices.payment,
  };
  return order;
}

function choose(shop: Shop, wish: OrderWish, chance: Chance): Choices {
  const buyer = wish.buyer ?? makeBuyer(chance);
  const language = wish.language ?? buyer.language;
  const enabled = shop.deliveryTypes.filter((type) => type.enabled);
  const popular = enabled.filter((type) => type.carrier === "branch");
  const wishedDelivery = idOf(wish.delivery_type);
  const deliveryType =
    wishedDelivery === undefined
      ? chance.pick(chance.oneIn(2) && popular.length > 0 ? popular : enabled)
      : shop.deliveryTypes.find((type) => type.id === wishedDelivery);
  const payments = shop.paymentTypes.filter((type) => type.enabled);
  const wishedPayment = idOf(wish.payment_type);
  const paymentType =
    wishedPayment === undefined
      ? drawPayment(payments, chance)
      : shop.paymentTypes.find((one) => one.id === wishedPayment);
  return {
    buyer,
    language,
    deliveryType,
    delivery: chosen(wish.delivery_type, deliveryType, language),
    payment: chosen(wish.payment_type, paymentType, language),
  };
}

function drawPayment<T>(payments: T[], chance: Chance): T {
  return chance.oneIn(2) ? payments[0]! : chance.pick(payments);
}

function idOf(option: number | { id: number } | undefined): number | undefined {
  return typeof option === "object" ? option.id : option;
}

/** Orders carry the title as a plain string, in the buyer's language (reference 7). */
function chosen(
  wished: number | { id: number; title: string } | undefined,
  known: { id: number; title: Record<string, string> } | undefined,
  language: string,
): { id: number; title: string } {
  if (typeof wished === "object" && wished.title !== undefined) return wished;
  return { id: known?.id ?? idOf(wished) ?? 0, title: known?.title[language] || known?.title.ua || "" };
}

export function completeLine(
  shop: Shop,
  line: Partial<ShopLine>,
  storageId: number,
  language: "ua" | "ru",
  chance: Chance,
): ShopLine {
  const article = line.article ?? drawArticle(shop, chance);
  const product = shop.products.find(article);
  const price = line.price ?? Number(product?.price ?? 100);
  const quantity = line.quantity ?? 1;
  const modTitle = (product?.mod_title ?? {}) as Record<string, string>;
  const title = modTitle[language] || product?.title[language] || modTitle.ua || product?.title.ua || article;
  const old = Number(product?.price_old ?? 0);
  return {
    title: title.replaceAll('"', '\\"'),
    article,
    price,
    quantity,
    total_price: timesPrice(price, quantity),
    discount_marker: old > price ? "PRICE_OLD" : "NONE",
    type: "product",
    storage_id: storageId,
    parent_storage_id: null,
    ...line,
  };
}

/** One to four lines; now and then the same article twice, a gift, or a set with its parts. */
function drawLines(shop: Shop, firstStorageId: number, language: "ua" | "ru", chance: Chance): ShopLine[] {
  const wishes: Partial<ShopLine>[] = [];
  const count = 1 + (chance.oneIn(3) ? chance.below(3) + 1 : 0);
  for (let n = 0; n < count; n += 1) {
    wishes.push({ article: drawArticle(shop, chance), quantity: chance.oneIn(5) ? 2 + chance.below(2) : 1 });
  }
  const first = wishes[0]!;
  const special = chance.below(40);
  if (special === 0) wishes.push({ ...first, quantity: 1, discount_marker: "PAGE_DISCOUNT" });
  if (special === 1) {
    first.type = "gift_parent";
    wishes.push({ article: drawArticle(shop, chance), price: 0, type: "gift", parent_storage_id: firstStorageId });
  }
  if (special === 2) {
    first.type = "set_main";
    first.quantity = 1;
    for (let n = 0; n < 2; n += 1) {
      const article = drawArticle(shop, chance);
      wishes.push({ article, price: 0, type: "set_item", parent_storage_id: firstStorageId });
    }
  }
  return wishes.map((wish, index) => completeLine(shop, wish, firstStorageId + index, language, chance));
}

function drawArticle(shop: Shop, chance: Chance): string {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const article = shop.products.articleAt(chance.below(Math.max(1, shop.products.count())));
    const row = article === undefined ? undefined : shop.products.find(article);
    if (row && Number(row.price) > 0 && row.display_in_showcase === 1) return row.article;
  }
  return "HB-00000";
}

type Totals = Pick<
  ShopOrder,
  "total_default" | "total_sum" | "total_quantity" | "coupon_code" | "coupon_percent" | "coupon_discount_value"
>;

/** Without an order-level discount both totals are the sum of the lines; with one `total_sum` is less. */
export function totalsOf(
  lines: ShopLine[],
  discounts: { coupon?: OrderWish["coupon"]; manager_discount?: number; discount_value?: number },
): Totals {
  const total = sumOf(lines.map((line) => line.total_price));
  const percent = discounts.coupon?.percent ?? 0;
  const couponDiscount = Math.round((total * percent) / 100);
  const sum = sumOf([total, -couponDiscount, -(discounts.manager_discount ?? 0), -(discounts.discount_value ?? 0)]);
  return {
    total_default: total,
    total_sum: Math.max(0, sum),
    total_quantity: lines.reduce((count, line) => count + line.quantity, 0),
    coupon_code: discounts.coupon?.code ?? "",
    coupon_percent: percent,
    coupon_discount_value: couponDiscount,
  };
}

/** -1 = the carrier's tariff, not calculated (reference 23.9). */
export function deliveryPriceOf(type: DeliveryType | undefined, total: number): number {
  if (!type) return 0;
  const option = type.price_options.filter((one) => one.min <= total).at(-1);
  if (!option) return type.by_carrier ? -1 : 0;
  return option.by_carrier ? -1 : option.price;
}

type Destination = { city: string; address: string; branchRef: string | null; operator: string | undefined };

const noDestination: Destination = { city: "", address: "", branchRef: null, operator: undefined };

function destinationOf(type: DeliveryType, buyer: Buyer, chance: Chance): Destination {
  const { city, region, postcode, streets } = buyer.place;
  const street = streets[buyer.branch % streets.length]!;
  const house = 1 + (buyer.branch % 90);
  switch (type.carrier) {
    case "branch": {
      const address = `Відділення №${buyer.branch}: ${street}, ${house}`;
      return { city, address, branchRef: chance.guid(), operator: "novaposhta" };
    }
    case "courier": {
      const address = `${street}, буд. ${house}, кв. ${1 + (buyer.branch % 60)}`;
      return { city, address, branchRef: null, operator: "novaposhta" };
    }
    case "ukrposhta": {
      const address = [postcode, `${region} обл.`, city, street, house].join("@");
      return { city, address, branchRef: null, operator: "ukrposhta" };
    }
    case "pickup":
      return { ...noDestination, city: chance.oneIn(2) ? city : "" };
  }
}

function blockFor(operator: string, branchRef: string | null): ShopOrder["delivery_data"] {
  const destination = branchRef === null ? null : { address: { geoObject: { id: branchRef } } };
  return { ...emptyDeliveryBlock(operator), destination };
}

function drawAnalytics(chance: Chance): ShopOrder["analytics"] {
  const client = `${100_000_000 + chance.below(900_000_000)}.${1_700_000_000 + chance.below(90_000_000)}`;
  switch (chance.below(7)) {
    case 0:
      return null;
    case 1:
      return { utm_source: "(direct)", utm_medium: "(none)", utm_campaign: "(none)", google_client_id: client };
    case 2:
      return {
        ...{ utm_source: "facebook", utm_medium: "paid", utm_campaign: "{{campaign.name}}" },
        ...{ utm_term: "", utm_content: "{{ad.name}}", google_client_id: client },
      };
    case 3: {
      const campaign = 20_000_000 + chance.below(1_000_000);
      const terms = { utm_campaign: campaign, utm_term: "термос купити", utm_content: 7 };
      return { utm_source: "google", utm_medium: "cpc", ...terms, google_client_id: client };
    }
    default:
      return {
        ...{ utm_source: "google", utm_medium: "organic", utm_campaign: "", utm_term: "", utm_content: "" },
        google_client_id: client,
      };
  }
}

const comments = [
  "Подзвоніть після 18:00, будь ласка",
  "Це подарунок: ціну не вкладайте",
  "Чи є в іншому кольорі?\nЯкщо ні, залиште чорний",
  "<b>Терміново</b> & обережно, крихке",
];
