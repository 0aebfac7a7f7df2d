import type { Transport } from "../http/call.ts";
import type { Pacer } from "../http/pacer.ts";
import type { RetryOptions } from "../http/retry.ts";
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
  /** `unreadable` holds the ids of entries that could not be read (0 when not even that) */
  fetchHistory(from: { sinceId: number } | { page: number } | { startDate: string }): Promise<{
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
  createCustomer(site: string, draft: CrmCustomerDraft): Promise<{ id: number }>;
  editCustomer(id: number, site: string, changes: Partial<CrmCustomerDraft>): Promise<void>;
  /** at most 50; a customer in neither list was not stored */
  uploadCustomers(
    site: string,
    drafts: CrmCustomerDraft[],
  ): Promise<{ uploaded: UploadedRecord[]; failedExternalIds: string[]; errors: string[] }>;
  fetchCorporateCustomer(id: string, by: "id" | "externalId", site: string): Promise<CrmCorporateCustomer | undefined>;
  createCorporateCustomer(site: string, draft: CrmCorporateDraft): Promise<{ id: number }>;
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
  /** one page of 250, per warehouse */
  fetchInventories(
    filter: { sites: string[] },
    page: number,
  ): Promise<{
    offers: { externalId: string | undefined; quantity: number; stores: { store: string; quantity: number }[] }[];
    totalPages: number;
  }>;
  /** at most 250 */
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
