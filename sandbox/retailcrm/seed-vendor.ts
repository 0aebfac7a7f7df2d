import { emptyWeek, newDeliveryType } from "./references.ts";
import type { Fields, State } from "./state.ts";

type Names = Record<string, string>;

const groups: [code: string, ordering: number, inProgress: boolean, statuses: [string, number][]][] = [
  ["new", 10, false, [["new", 10]]],
  [
    "approval",
    20,
    true,
    [
      ["availability-confirmed", 10],
      ["offer-analog", 20],
      ["client-confirmed", 30],
      ["prepayed", 40],
    ],
  ],
  [
    "assembling",
    30,
    true,
    [
      ["send-to-assembling", 10],
      ["assembling", 20],
      ["assembling-complete", 30],
    ],
  ],
  [
    "delivery",
    40,
    true,
    [
      ["send-to-delivery", 10],
      ["delivering", 20],
      ["redirect", 30],
      ["delivered", 40],
    ],
  ],
  ["complete", 50, false, [["complete", 10]]],
  [
    "cancel",
    60,
    false,
    [
      ["no-call", 10],
      ["no-product", 20],
      ["already-buyed", 30],
      ["delyvery-did-not-suit", 40],
      ["prices-did-not-suit", 50],
      ["cancel-other", 60],
    ],
  ],
];

const methods = "phone shopping-cart one-click price-decrease-request landing-page offline app live-chat terminal";
const productStatuses =
  "new confirming in-reserve ready-for-assembly assembly-delivery assembly-not-delivery completed";
const cancelled = "saled out-of-stock failure product-is-damaged lost returned";
const paymentStatuses: [string, number][] = [
  ["not-paid", 10],
  ["invoice", 20],
  ["payment-start", 30],
  ["credit-check", 40],
  ["credit-approved", 50],
  ["fail", 55],
  ["paid", 60],
];

/** The books every account starts with (reference 5.3); `names` gives them the account's language. */
export function fillVendorBooks(state: State, names: Names): void {
  const name = (code: string): string => names[code] ?? titled(code);
  fillStatuses(state, name);
  fillOrderBooks(state, name);
  const { books } = state;
  books.units = byCode([
    { code: "pc", name: name("pc"), sym: name("pc-sign"), default: true, active: true },
    { code: "kg", name: name("kg"), sym: name("kg-sign"), default: false, active: true },
  ]);
  books.deliveryServices = {};
  books.couriers = {};
  books.legalEntities = {};
  books.mgChannels = {};
  books.costGroups = {};
  books.costItems = {};
  books.countriesIso = Object.fromEntries(["UA", "PL", "ES", "DE", "CZ", "MD", "RO", "LT"].map((code) => [code, {}]));
  books.currencies = { "1": { id: 1, code: state.currency, isBase: true, isAutoConvert: false } };
  books.priceTypes = byCode([
    { id: 1, code: "base", name: name("base"), active: true, default: true, geo: [], groups: [], ordering: 991 },
    {
      id: 2,
      code: "wholesale",
      name: name("wholesale"),
      active: true,
      default: false,
      geo: [],
      groups: [],
      ordering: 992,
    },
  ]);
  fillUsers(state);
}

function fillStatuses({ books }: State, name: (code: string) => string): void {
  books.statusGroups = {};
  books.statuses = {};
  for (const [code, ordering, inProgress, statuses] of groups) {
    books.statusGroups[code] = { name: name(`${code}-group`), code, active: true, ordering, process: inProgress };
    for (const [status, place] of statuses) {
      books.statuses[status] = { name: name(status), code: status, active: true, ordering: place, group: code };
    }
  }
  books.paymentStatuses = byCode(
    paymentStatuses.map(([code, ordering]) => ({
      name: name(code),
      code,
      active: true,
      defaultForCrm: code === "not-paid",
      defaultForApi: code === "not-paid",
      paymentComplete: code === "paid",
      ordering,
      paymentTypes: [],
    })),
  );
}

function fillOrderBooks({ books }: State, name: (code: string) => string): void {
  books.orderTypes = byCode(
    ["eshop-individual", "eshop-legal"].map((code, at) => ({
      name: name(code),
      code,
      active: true,
      defaultForCrm: at === 0,
      defaultForApi: false,
      ordering: (at + 1) * 10,
    })),
  );
  books.orderMethods = byCode(
    `${methods} missed-call messenger`.split(" ").map((code) => ({
      name: name(code),
      code,
      active: true,
      defaultForCrm: code === "phone",
      defaultForApi: code === "shopping-cart",
      isFromPos: false,
    })),
  );
  books.productStatuses = byCode(
    `${productStatuses} ${cancelled}`.split(" ").map((code, at) => ({
      code,
      ordering: (at + 1) * 10,
      active: true,
      createdAt: "2024-01-10 09:00:00",
      cancelStatus: "out-of-stock failure product-is-damaged lost returned".split(" ").includes(code),
      name: name(code),
    })),
  );
}

function fillUsers(state: State): void {
  const group = { id: 1, name: "Managers", code: "manager" };
  const owner = { id: 2, name: "Superadmins", code: "superadmins" };
  const user = (id: number, email: string, firstName: string, lastName: string, isAdmin: boolean): Fields => ({
    id,
    createdAt: "2024-01-10 09:00:00",
    active: true,
    email,
    firstName,
    lastName,
    status: "free",
    online: false,
    isAdmin,
    isManager: !isAdmin,
    groups: [isAdmin ? owner : group],
  });
  state.users = [
    user(4, "olena.manager@example.org", "Олена", "Бондар", false),
    user(5, "owner@example.org", "Андрій", "Шевчук", true),
  ];
  state.userGroups = [group, owner].map((entry) => ({
    ...entry,
    isManager: entry === group,
    isPosManager: false,
    isDeliveryMen: false,
    deliveryTypes: [],
    breakdownOrderTypes: [],
    breakdownSites: [],
    breakdownOrderMethods: [],
    grantedOrderTypes: ["eshop-individual", "eshop-legal"],
    grantedSites: Object.keys(state.books.sites ?? {}),
  }));
}

export function byCode(records: Fields[]): Record<string, Fields> {
  return Object.fromEntries(records.map((record) => [String(record.code), record]));
}

export function siteRecord(id: number, code: string, name: string, currency: string, countryIso: string): Fields {
  return {
    id,
    name,
    url: `https://${code}.example.org`,
    code,
    defaultForCrm: id === 1,
    loadFromYml: false,
    contragent: { contragentType: "legal-entity", legalName: name, code: `${code}-entity`, countryIso },
    countryIso,
    currency,
    catalogId: String(100 + id),
    isCatalogMainSite: true,
    ordering: id * 10,
    isDemo: false,
  };
}

export function storeRecord(code: string, name: string): Fields {
  return {
    type: "store-type-warehouse",
    inventoryType: "integer",
    active: true,
    phone: {},
    code,
    workTime: emptyWeek(),
    name,
  };
}

export function deliveryRecord(
  code: string,
  name: string,
  cost: number,
  payments: Record<string, boolean>,
  sites: string[] = [],
): Fields {
  return {
    ...newDeliveryType(code),
    name,
    defaultCost: cost,
    deliveryPaymentTypes: Object.entries(payments).map(([payment, cod]) => ({ code: payment, cod })),
    sites,
  };
}

export function paymentRecord(code: string, name: string, sites: string[] = []): Fields {
  return { name, code, active: true, defaultForCrm: code === "cash", defaultForApi: false, paymentStatuses: [], sites };
}

function titled(code: string): string {
  const words = code.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
