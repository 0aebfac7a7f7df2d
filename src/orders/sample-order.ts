import { defaultSettings, type Settings } from "../connections/settings.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import type { Mapping, ReferenceLists } from "../mapping/mapping.ts";
import type { CrmOrder, CrmOrderDraft } from "../retailcrm/schema.ts";
import type { ChangeInput, OrderChanges } from "./order-changes.ts";
import { firstAgreement } from "./plan-order.ts";

/** An order of two cups for 100 each, delivery 45, as the tests of this folder begin with. */
export function sampleOrder(changes: Partial<HoroshopOrder> = {}): HoroshopOrder {
  return {
    order_id: 101,
    stat_status: 1,
    stat_created: "2026-03-10 10:00:00",
    payed: false,
    delivery_name: "Бондар Ігор",
    delivery_phone: "0671234567",
    delivery_email: "ihor@example.com",
    delivery_city: "Львів",
    delivery_address: "Відділення №3",
    delivery_country: undefined,
    user: 1,
    delivery_type: { id: 8, title: "Укрпошта" },
    delivery_price: "45",
    payment_type: { id: 9, title: "Оплата при отриманні" },
    payment_price: "0",
    comment: "",
    manager_comment: "",
    currency: "UAH",
    total_default: "200",
    total_sum: "200",
    coupon_code: "",
    discount_percent: "0",
    order_without_callback: false,
    products: [sampleLine({ quantity: "2" })],
    analytics: {
      utm_source: "",
      utm_medium: "",
      utm_campaign: "",
      utm_term: "",
      utm_content: "",
      google_client_id: "",
    },
    tracking: undefined,
    branch: undefined,
    dropshipping: false,
    business: false,
    company: undefined,
    ...changes,
  };
}

export function sampleLine(
  changes: Partial<HoroshopOrder["products"][number]> = {},
): HoroshopOrder["products"][number] {
  return {
    title: "Cup",
    article: "CUP-1",
    price: "100",
    quantity: "1",
    total_price: undefined,
    type: "product",
    storage_id: 9001,
    parent_storage_id: undefined,
    discount_marker: "NONE",
    ...changes,
  };
}

export const sampleMapping: Mapping = {
  statuses: [
    { horoshop: 1, crm: "new" },
    { horoshop: 2, crm: "assembling" },
    { horoshop: 4, crm: "cancel-other" },
  ],
  deliveryTypes: [{ horoshop: 8, crm: "ukrposhta" }],
  paymentTypes: [{ horoshop: 9, crm: "cash" }],
  paymentStatuses: { paid: "paid", notPaid: "not-paid" },
};

const crmElement = { active: true, missing: false, complete: false, paymentTypes: null };

export const sampleLists: ReferenceLists = {
  statuses: {
    horoshop: [],
    crm: ["new", "assembling", "cancel-other"].map((code) => ({
      ...crmElement,
      code,
      name: code,
      group: code === "cancel-other" ? "cancel" : "open",
    })),
  },
  deliveryTypes: { horoshop: [], crm: [{ ...crmElement, code: "ukrposhta", name: "Укрпошта" }] },
  paymentTypes: { horoshop: [], crm: [{ ...crmElement, code: "cash", name: "Готівка" }] },
  paymentStatuses: {
    crm: [
      { ...crmElement, code: "not-paid", name: "Не оплачено" },
      { ...crmElement, code: "paid", name: "Оплачено", complete: true },
    ],
  },
  fetchedAt: null,
};

export function sampleFacts(settings: Partial<Settings> = {}) {
  return {
    shortId: "short",
    crmTimeZone: "Europe/Kyiv",
    crmCurrency: "UAH",
    settings: { ...defaultSettings, ...settings },
    unknownOffers: new Set<string>(),
    hasOrderFields: true,
  };
}

/** The order as a CRM that takes everything as it is would answer. */
export function crmOrderOf(draft: CrmOrderDraft, changes: Partial<CrmOrder> = {}): CrmOrder {
  const items = (draft.items ?? []).map((item, place) => ({
    id: place + 1,
    externalIds: item.externalIds ?? [],
    offerExternalId: item.offer && "externalId" in item.offer ? item.offer.externalId : undefined,
    productName: item.productName,
    initialPrice: item.initialPrice ?? "0",
    quantity: item.quantity ?? "1",
    properties: (item.properties ?? []).map(({ code, value }) => ({ code, value })),
  }));
  const lines = items.reduce((total, item) => total + Number(item.initialPrice) * Number(item.quantity), 0);
  const goods = lines - Number(draft.discountManualAmount ?? 0);
  const { delivery, payments, customer: _, source: _source, items: _items, ...plain } = draft;
  return {
    id: 1042,
    site: "demo-site",
    totalSumm: String(goods + Number(delivery?.cost ?? 0)),
    summ: String(goods),
    ...plain,
    items,
    delivery: { code: delivery?.code, cost: delivery?.cost, address: { ...delivery?.address } },
    payments: (payments ?? []).map((payment, place) => ({ id: place + 1, ...payment })),
    customFields: draft.customFields ?? {},
    customer: undefined,
    ...changes,
  } as CrmOrder;
}

/** Both sides in step after a create; `shop` and `crm` are what moved since. */
export function inStep(
  draft: CrmOrderDraft,
  moved: { shop?: Partial<HoroshopOrder>; crm?: Partial<CrmOrder>; settings?: Partial<Settings> } = {},
): ChangeInput {
  const facts = sampleFacts(moved.settings);
  const order = sampleOrder();
  const crm = crmOrderOf(draft);
  return {
    shop: sampleOrder(moved.shop),
    crm: { ...crm, ...moved.crm },
    link: { crmOrderId: crm.id, agreement: firstAgreement(order, draft, crm, facts), confirmed: null, problem: null },
    mapping: sampleMapping,
    lists: sampleLists,
    facts,
    again: false,
    crmNow: "2026-03-10 12:00:00",
  };
}

export function writesNothing(changes: OrderChanges): boolean {
  return Object.keys(changes.toCrm).length === 0 && changes.toShop.length === 0 && changes.toPayment === undefined;
}
