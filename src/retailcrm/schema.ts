/**
 * What we read from and send to retailCRM / Simla.com (API v5), under the CRM's own names.
 * Decimal amounts are text ("1299.5"), never floats; times are the account's, `Y-m-d H:i:s` without a zone.
 * How replies are read is in read.ts; what surprises is told in README.md.
 */

export type CrmSite = {
  code: string;
  name: string;
  url: string | undefined;
  currency: string | undefined;
  ymlUrl: string | undefined;
  loadFromYml: boolean | undefined;
  /** last successful load of the catalogue file */
  catalogUpdatedAt: string | undefined;
  catalogLoadingAt: string | undefined;
  catalogId: string | undefined;
};
export type CrmStatus = { code: string; name: string; active: boolean; ordering: number; group: string | undefined };
export type CrmStatusGroup = { code: string; name: string; ordering: number };
export type CrmDeliveryType = {
  code: string;
  name: string;
  active: boolean;
  /** empty = all sites */
  sites: string[];
  /** codes of the payment types allowed with it; empty when the CRM names none */
  paymentTypes: string[];
  integrationCode: string | undefined;
};
export type CrmPaymentType = {
  code: string;
  name: string;
  active: boolean;
  /** empty = all sites */
  sites: string[];
  deliveryTypes: string[];
  paymentStatuses: string[];
  /** the CRM's own acquiring keeps the status of such payments */
  integrated: boolean;
};
export type CrmPaymentStatus = {
  code: string;
  name: string;
  active: boolean;
  ordering: number;
  /** the money is received */
  paymentComplete: boolean;
};
export type CrmEntry = { code: string; name: string; active: boolean; ordering: number; default: boolean };
export type CrmStore = {
  code: string;
  name: string;
  active: boolean;
  /** "integer" counts, "available" says yes or no */
  inventoryType: string | undefined;
};

export type CrmItem = {
  id: number;
  externalIds: { code: string; value: string }[];
  offerId?: number | undefined;
  offerExternalId?: string | undefined;
  productName?: string | undefined;
  initialPrice: string;
  quantity: string;
  /** money off one unit from all discounts */
  discountTotal?: string | undefined;
  /** by whom: `manual_product` is the line's own, `manual_order` its share of the order's */
  discounts?: { type: string; amount: string }[];
  status?: string | undefined;
  comment?: string | undefined;
  vatRate?: string | undefined;
  priceType?: string | undefined;
  properties: { code: string; name: string; value: string }[];
};
export type CrmPayment = {
  id: number;
  externalId?: string | undefined;
  type?: string | undefined;
  status?: string | undefined;
  amount?: string | undefined;
  paidAt?: string | undefined;
};
export type CrmOrder = {
  id: number;
  externalId?: string | undefined;
  number?: string | undefined;
  site: string;
  status: string;
  createdAt: string;
  orderType?: string | undefined;
  orderMethod?: string | undefined;
  managerId?: number | undefined;
  currency?: string | undefined;
  firstName?: string | undefined;
  lastName?: string | undefined;
  patronymic?: string | undefined;
  phone?: string | undefined;
  additionalPhone?: string | undefined;
  email?: string | undefined;
  customerComment?: string | undefined;
  managerComment?: string | undefined;
  totalSumm: string;
  summ: string;
  items: CrmItem[];
  discountManualAmount?: string | undefined;
  discountManualPercent?: string | undefined;
  delivery: {
    code?: string | undefined;
    cost: string | undefined;
    address: { city?: string | undefined; text?: string | undefined };
    trackNumber?: string | undefined;
  };
  payments: CrmPayment[];
  customFields: Record<string, unknown>;
  customer: { id: number; externalId?: string | undefined; type?: string | undefined } | undefined;
  source?: CrmSource | undefined;
  fullPaidAt?: string | undefined;
};
export type CrmSource = {
  source?: string | undefined;
  medium?: string | undefined;
  campaign?: string | undefined;
  keyword?: string | undefined;
  content?: string | undefined;
};

export type CrmHistoryEntry = {
  id: number;
  createdAt: string;
  created: boolean;
  deleted: boolean;
  /** api, user, code, rule, combine, split */
  source: string;
  /** made with the key that asks (`apiKey.current`) */
  own: boolean;
  field: string;
  oldValue: unknown;
  newValue: unknown;
  order: { id: number; externalId?: string | undefined; site?: string | undefined; status?: string | undefined };
  combinedTo?: { id: number; externalId?: string | undefined } | undefined;
};

export type CrmCustomer = {
  id: number;
  externalId?: string | undefined;
  site?: string | undefined;
  type?: string | undefined;
  createdAt?: string | undefined;
  firstName?: string | undefined;
  lastName?: string | undefined;
  patronymic?: string | undefined;
  email?: string | undefined;
  phones: string[];
};

// ── drafts: what will be sent. Amounts are decimal text here and JSON numbers on the wire.

export type CrmItemDraft = {
  id?: number;
  externalIds?: { code: string; value: string }[];
  offer?: { id?: number; externalId?: string; xmlId?: string };
  productName?: string;
  initialPrice: string;
  quantity: string;
  discountManualAmount?: string;
  discountManualPercent?: string;
  purchasePrice?: string;
  vatRate?: string;
  priceType?: { code: string };
  status?: string;
  comment?: string;
  properties?: { code: string; name: string; value: string }[];
};
export type CrmPaymentDraft = {
  externalId?: string;
  type: string;
  status?: string;
  amount?: string;
  paidAt?: string;
  comment?: string;
};
export type CrmAddressDraft = { countryIso?: string; index?: string; region?: string; city?: string; text?: string };
export type CrmOrderDraft = {
  externalId?: string;
  number?: string;
  createdAt?: string;
  countryIso?: string;
  status?: string;
  statusComment?: string;
  orderType?: string;
  orderMethod?: string;
  managerId?: number;
  lastName?: string;
  firstName?: string;
  patronymic?: string;
  phone?: string;
  email?: string;
  call?: boolean;
  customerComment?: string;
  managerComment?: string;
  discountManualAmount?: string;
  discountManualPercent?: string;
  customer?: { id: number; type?: "customer_corporate" } | { externalId: string; site?: string };
  contact?: { id: number } | { externalId: string; site?: string };
  company?: { id: number };
  contragent?: CrmContragentDraft;
  items?: CrmItemDraft[];
  delivery?: { code?: string; cost?: string; netCost?: string; date?: string; address?: CrmAddressDraft };
  payments?: CrmPaymentDraft[];
  source?: { source?: string; medium?: string; campaign?: string; keyword?: string; content?: string };
  customFields?: Record<string, string | number | boolean | null>;
};
/** Requisites (retailcrm-api.md, 7.3). */
export type CrmContragentDraft = { contragentType: "individual" | "legal-entity" | "enterpreneur"; legalName?: string };
export type CrmCustomerDraft = {
  externalId?: string;
  createdAt?: string;
  firstName?: string;
  lastName?: string;
  patronymic?: string;
  email?: string;
  phones?: { number: string }[];
  address?: CrmAddressDraft;
  customFields?: Record<string, string | number | boolean | null>;
};
export type CrmCorporateDraft = {
  externalId?: string;
  nickName: string;
  createdAt?: string;
  companies?: { name: string; isMain?: boolean; contragent?: CrmContragentDraft }[];
  customerContacts?: { isMain?: boolean; customer: { id: number } }[];
  customFields?: Record<string, string | number | boolean | null>;
};
export type CrmCorporateCustomer = {
  id: number;
  externalId?: string | undefined;
  nickName: string;
  site?: string | undefined;
  /** the legal person of the company; older answers may lack it */
  mainCompany?: { id: number; name: string } | undefined;
};
