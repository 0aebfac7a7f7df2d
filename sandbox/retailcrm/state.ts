/** A JSON object in the API's own names. */
export type Fields = Record<string, unknown>;

export type Payment = {
  id: number;
  type: string;
  status?: string;
  externalId?: string;
  amount: number;
  paidAt?: string;
  comment?: string;
  /** `paidAt` was filled by the CRM, not given */
  paidAtFilled: boolean;
};

export type Line = {
  id: number;
  externalIds: { code: string; value: string }[];
  offerId?: number;
  productName?: string;
  initialPrice: number;
  quantity: number;
  discountManualAmount: number;
  discountManualPercent: number;
  priceType?: string;
  vatRate?: string;
  purchasePrice: number;
  createdAt: string;
  status: string;
  comment?: string;
  ordering?: number;
  properties: Record<string, Fields>;
};

export type Order = {
  id: number;
  externalId?: string;
  number: string;
  site: string;
  status: string;
  createdAt: string;
  statusUpdatedAt: string;
  markDatetime: string;
  fromApi: boolean;
  /** the plain fields of reference 7.1, by name; empty ones are absent */
  plain: Fields;
  source: Fields;
  customFields: Fields;
  contragent: Fields;
  delivery: Fields & { cost: number; netCost: number; address: Fields };
  lines: Line[];
  payments: Payment[];
  customerId: number;
  contact?: number;
  company?: number;
  fullPaidAt?: string;
  links: Fields[];
};

export type Customer = {
  id: number;
  externalId?: string;
  site: string;
  createdAt: string;
  isContact: boolean;
  plain: Fields;
  phones: string[];
  address?: Fields;
  customFields: Fields;
  contragent: Fields;
  source: Fields;
  tags: string[];
};

export type CorporateCustomer = {
  id: number;
  externalId?: string;
  site: string;
  createdAt: string;
  plain: Fields;
  customFields: Fields;
  addresses: Fields[];
  companies: Fields[];
  contacts: { id: number; isMain: boolean; customerId: number; companies: number[] }[];
};

export type Offer = {
  id: number;
  externalId: string;
  xmlId?: string;
  name: string;
  article?: string;
  images: string[];
  price: number;
  /** by price type other than `base` */
  prices: Record<string, number>;
  purchasePrice: number;
  vatRate?: string;
  properties: Record<string, string>;
  weight?: number;
  barcode?: string;
  unit?: { code: string; name: string; sym: string };
  active: boolean;
  productId: number;
  /** by warehouse code */
  stock: Record<string, { quantity: number; purchasePrice: number }>;
};

export type Product = {
  id: number;
  externalId: string;
  site: string;
  type: "product" | "service";
  name: string;
  article?: string;
  url?: string;
  imageUrl?: string;
  description?: string;
  manufacturer?: string;
  groups: string[];
  active: boolean;
  updatedAt: string;
  offerIds: number[];
};

export type ProductGroup = {
  id: number;
  externalId: string;
  site: string;
  name: string;
  parent?: string;
  active: boolean;
};

export type ApiKey = { key: string; scopes: string[]; sites: string[] | "all"; module?: string };

export type Actor = { source: "api"; key: string } | { source: "user"; userId: number } | { source: "code" };

/** One line of a history; what it tells of the present (manager, external id, nested customer) is added when read. */
export type HistoryRecord = {
  id: number;
  createdAt: string;
  source: "api" | "user" | "code" | "rule" | "combine" | "split";
  userId?: number;
  key?: string;
  created?: true;
  deleted?: true;
  field: string;
  oldValue: unknown;
  newValue: unknown;
  /** the order, customer or corporate customer it is about */
  about: number;
  site: string;
  /** an order's status right after the change */
  status?: string;
  /** the whole entity as it was, on creation and deletion */
  snapshot?: Fields;
  extra?: Fields;
  combinedTo?: Fields;
};

export type CustomField = Fields & { code: string; name: string; type: string; entity: string };

export type State = {
  zone: string;
  currency: string;
  language: string;
  lastId: Record<string, number>;
  books: Record<string, Record<string, Fields>>;
  keys: Map<string, ApiKey>;
  users: Fields[];
  userGroups: Fields[];
  customFields: CustomField[];
  dictionaries: Fields[];
  modules: Map<string, Fields>;
  orders: Map<number, Order>;
  /** deleted and combined away */
  goneOrders: Map<number, Order>;
  orderByExternalId: Map<string, number>;
  ordersOfCustomer: Map<number, Set<number>>;
  paymentOrder: Map<number, number>;
  paymentByExternalId: Map<string, number>;
  customers: Map<number, Customer>;
  goneCustomers: Map<number, Customer>;
  combinedCustomers: Map<number, number>;
  customerByExternalId: Map<string, number>;
  corporate: Map<number, CorporateCustomer>;
  notes: Fields[];
  products: Map<number, Product>;
  offers: Map<number, Offer>;
  offerByExternalId: Map<string, number>;
  groups: ProductGroup[];
  orderHistory: HistoryRecord[];
  customerHistory: HistoryRecord[];
  corporateHistory: HistoryRecord[];
  notifications: Fields[];
  catalogErrors: { at: string; site: string; text: string }[];
  lastStatisticUpdate: number;
};

export function emptyState(zone: string, currency: string, language: string): State {
  return {
    zone,
    currency,
    language,
    lastId: {},
    books: {},
    keys: new Map(),
    users: [],
    userGroups: [],
    customFields: [],
    dictionaries: [],
    modules: new Map(),
    orders: new Map(),
    goneOrders: new Map(),
    orderByExternalId: new Map(),
    ordersOfCustomer: new Map(),
    paymentOrder: new Map(),
    paymentByExternalId: new Map(),
    customers: new Map(),
    goneCustomers: new Map(),
    combinedCustomers: new Map(),
    customerByExternalId: new Map(),
    corporate: new Map(),
    notes: [],
    products: new Map(),
    offers: new Map(),
    offerByExternalId: new Map(),
    groups: [],
    orderHistory: [],
    customerHistory: [],
    corporateHistory: [],
    notifications: [],
    catalogErrors: [],
    lastStatisticUpdate: Number.NEGATIVE_INFINITY,
  };
}

/** Ids rise per kind and never come again, like those of the service. */
export function nextId(state: State, kind: string, first: number): number {
  const id = (state.lastId[kind] ?? first - 1) + 1;
  state.lastId[kind] = id;
  return id;
}

/** External ids are unique within one site only. */
export function siteKey(site: string, externalId: string): string {
  return `${site}\n${externalId}`;
}
