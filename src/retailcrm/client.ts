import type { Transport } from "../http/call.ts";
import type { Pacer } from "../http/pacer.ts";
import type { RetryOptions } from "../http/retry.ts";
import { createAsk } from "./ask.ts";
import * as customers from "./customers.ts";
import * as orders from "./orders.ts";
import * as shapes from "./read.ts";
import * as references from "./references.ts";
import type {
  CrmCorporateCustomer,
  CrmCorporateDraft,
  CrmCustomer,
  CrmCustomerDraft,
  CrmDeliveryType,
  CrmEntry,
  CrmHistoryEntry,
  CrmOrder,
  CrmOrderDraft,
  CrmPaymentDraft,
  CrmPaymentStatus,
  CrmPaymentType,
  CrmSite,
  CrmStatus,
  CrmStatusGroup,
  CrmStore,
} from "./schema.ts";
import * as stock from "./stock.ts";

export type UploadedRecord = { id: number; externalId: string };
export type EntryDraft = { code: string; name: string; active: boolean; sites?: string[] };

/** Every call may reject with ApiError; nothing else is thrown. */
export type RetailcrmClient = {
  /** `scopes` is undefined on accounts that are too old to tell; `sitesAvailable` undefined = all sites */
  fetchCredentials(): Promise<{
    scopes: string[] | undefined;
    credentials: string[];
    siteAccess: string | undefined;
    sitesAvailable: string[] | undefined;
  }>;
  fetchSystemInfo(): Promise<{ publicUrl: string | undefined; technicalUrl: string | undefined }>;
  fetchSettings(): Promise<{
    timeZone: string | undefined;
    currency: string | undefined;
    language: string | undefined;
  }>;
  fetchSites(): Promise<CrmSite[]>;
  fetchStatuses(): Promise<CrmStatus[]>;
  fetchStatusGroups(): Promise<CrmStatusGroup[]>;
  fetchDeliveryTypes(): Promise<CrmDeliveryType[]>;
  fetchPaymentTypes(): Promise<CrmPaymentType[]>;
  fetchPaymentStatuses(): Promise<CrmPaymentStatus[]>;
  fetchOrderTypes(): Promise<CrmEntry[]>;
  fetchOrderMethods(): Promise<CrmEntry[]>;
  fetchStores(): Promise<CrmStore[]>;
  saveDeliveryType(entry: EntryDraft): Promise<void>;
  savePaymentType(entry: EntryDraft): Promise<void>;
  saveSite(site: { code: string; ymlUrl: string; loadFromYml: boolean }): Promise<void>;
  /** all pages; ids and external ids are asked for 100 at a time */
  fetchOrders(filter: { ids?: number[]; externalIds?: string[]; sites?: string[] }): Promise<CrmOrder[]>;
  /** undefined on 404 */
  fetchOrder(id: string, by: "id" | "externalId", site: string): Promise<CrmOrder | undefined>;
  createOrder(site: string, draft: CrmOrderDraft): Promise<{ id: number; order: CrmOrder | undefined }>;
  editOrder(id: number, site: string, changes: Partial<CrmOrderDraft>): Promise<CrmOrder | undefined>;
  /** at most 50; a partial failure (HTTP 460) is a value, not an error */
  uploadOrders(
    site: string,
    drafts: CrmOrderDraft[],
  ): Promise<{ uploaded: UploadedRecord[]; failedExternalIds: string[]; orders: CrmOrder[]; errors: string[] }>;
  createPayment(site: string, payment: CrmPaymentDraft & { order: { id: number } }): Promise<{ id: number }>;
  editPayment(id: number, site: string, changes: Partial<CrmPaymentDraft>): Promise<void>;
  /** the first 100; `total` counts all; `unreadable` holds the ids of entries that could not be read (0: not even that) */
  fetchHistory(from: orders.HistoryStart): Promise<{
    entries: CrmHistoryEntry[];
    totalPages: number;
    currentPage: number;
    total: number;
    unreadable: number[];
  }>;
  /** one page of 100 */
  fetchCustomers(
    filter: { name?: string; email?: string; externalIds?: string[]; ids?: number[]; sites?: string[] },
    page?: number,
  ): Promise<{ customers: CrmCustomer[]; totalPages: number }>;
  /** by the CRM's own number: there, merged into another one, or gone */
  fetchCustomer(id: number): Promise<customers.CustomerById>;
  createCustomer(site: string, draft: CrmCustomerDraft): Promise<{ id: number }>;
  editCustomer(id: number, site: string, changes: Partial<CrmCustomerDraft>): Promise<void>;
  /** at most 50; a customer in neither list was not stored */
  uploadCustomers(
    site: string,
    drafts: CrmCustomerDraft[],
  ): Promise<{ uploaded: UploadedRecord[]; failedExternalIds: string[]; errors: string[] }>;
  fetchCorporateCustomer(id: string, by: "id" | "externalId", site: string): Promise<CrmCorporateCustomer | undefined>;
  /** one page of what the CRM finds by name: to be checked exactly */
  findCorporateCustomers(filter: { nickName: string; site: string }): Promise<CrmCorporateCustomer[]>;
  createCorporateCustomer(site: string, draft: CrmCorporateDraft): Promise<{ id: number }>;
  createCorporateContact(corporateId: number, site: string, customerId: number): Promise<void>;
  /** those of the external ids that the CRM's catalogue knows */
  fetchOfferArticles(externalIds: string[], site: string): Promise<string[]>;
  fetchCustomFields(entity: "order"): Promise<{ code: string }[]>;
  createCustomField(
    entity: "order",
    field: { code: string; name: string; type: "string"; displayArea?: string },
  ): Promise<void>;
  /** asks the CRM to load the catalogue file now; its "once a minute" refusal is no error */
  askCatalogLoad(): Promise<void>;
  saveModule(code: string, module: Record<string, unknown>): Promise<void>;
  /** one page of 100, per warehouse */
  fetchInventories(
    filter: { sites: string[] },
    page: number,
  ): Promise<{
    offers: { externalId: string | undefined; quantity: number; stores: { store: string; quantity: number }[] }[];
    totalPages: number;
  }>;
  /** in parts of 200 */
  uploadInventories(
    site: string,
    offers: { externalId: string; stores: { code: string; available: number }[] }[],
  ): Promise<{ notFound: string[] }>;
};

export type RetailcrmClientOptions = {
  url: string;
  apiKey: string;
  transport: Transport;
  pacer: Pacer;
  now: () => Date;
  signal?: AbortSignal;
  /** without it nothing is repeated */
  retry?: RetryOptions;
};

/** The CRM behind one key. Every request takes its turn with the pacer; the key travels in a header only. */
export function createRetailcrmClient(options: RetailcrmClientOptions): RetailcrmClient {
  const crm = createAsk(options);
  return {
    fetchCredentials: () => references.fetchCredentials(crm),
    fetchSystemInfo: () => references.fetchSystemInfo(crm),
    fetchSettings: () => references.fetchSettings(crm),
    fetchSites: () => references.fetchBook(crm, "sites", "sites", shapes.site),
    fetchStatuses: () => references.fetchBook(crm, "statuses", "statuses", shapes.status),
    fetchStatusGroups: () => references.fetchBook(crm, "status-groups", "statusGroups", shapes.statusGroup),
    fetchDeliveryTypes: () => references.fetchBook(crm, "delivery-types", "deliveryTypes", shapes.deliveryType),
    fetchPaymentTypes: () => references.fetchBook(crm, "payment-types", "paymentTypes", shapes.paymentType),
    fetchPaymentStatuses: () => references.fetchBook(crm, "payment-statuses", "paymentStatuses", shapes.paymentStatus),
    fetchOrderTypes: () => references.fetchBook(crm, "order-types", "orderTypes", shapes.entry),
    fetchOrderMethods: () => references.fetchBook(crm, "order-methods", "orderMethods", shapes.entry),
    fetchStores: () => references.fetchBook(crm, "stores", "stores", shapes.store),
    saveDeliveryType: (entry) => references.saveEntry(crm, "delivery-types", "deliveryType", entry),
    savePaymentType: (entry) => references.saveEntry(crm, "payment-types", "paymentType", entry),
    saveSite: (site) => references.saveEntry(crm, "sites", "site", site),
    fetchOrders: (filter) => orders.fetchOrders(crm, filter),
    fetchOrder: (id, by, site) => orders.fetchOrder(crm, id, by, site),
    createOrder: (site, draft) => orders.createOrder(crm, site, draft),
    editOrder: (id, site, changes) => orders.editOrder(crm, id, site, changes),
    uploadOrders: (site, drafts) => orders.uploadOrders(crm, site, drafts),
    createPayment: (site, payment) => orders.createPayment(crm, site, payment),
    editPayment: (id, site, changes) => orders.editPayment(crm, id, site, changes),
    fetchHistory: (from) => orders.fetchHistory(crm, from),
    fetchCustomers: (filter, page) => customers.fetchCustomers(crm, filter, page),
    fetchCustomer: (id) => customers.fetchCustomer(crm, id),
    createCustomer: (site, draft) => customers.createCustomer(crm, site, draft),
    editCustomer: (id, site, changes) => customers.editCustomer(crm, id, site, changes),
    uploadCustomers: (site, drafts) => customers.uploadCustomers(crm, site, drafts),
    fetchCorporateCustomer: (id, by, site) => customers.fetchCorporateCustomer(crm, id, by, site),
    findCorporateCustomers: (filter) => customers.findCorporateCustomers(crm, filter),
    createCorporateContact: (corporateId, site, customerId) =>
      customers.createCorporateContact(crm, corporateId, site, customerId),
    createCorporateCustomer: (site, draft) => customers.createCorporateCustomer(crm, site, draft),
    fetchOfferArticles: (externalIds, site) => stock.fetchOfferArticles(crm, externalIds, site),
    fetchCustomFields: (entity) => references.fetchCustomFields(crm, entity),
    createCustomField: (entity, field) => references.createCustomField(crm, entity, field),
    askCatalogLoad: () => references.askCatalogLoad(crm),
    saveModule: (code, module) => references.saveModule(crm, code, module),
    fetchInventories: (filter, page) => stock.fetchInventories(crm, filter, page),
    uploadInventories: (site, offers) => stock.uploadInventories(crm, site, offers),
  };
}
