/** Customers, single and corporate. */
import { z } from "zod";
import type { Ask, Query } from "./ask.ts";
import { unreadable } from "./errors.ts";
import { newId, orUndefined, readUploaded, type Uploaded, uploadReader } from "./orders.ts";
import { rowsIn } from "./pages.ts";
import { corporateCustomer, paginationOf, parseCustomer } from "./read.ts";
import type { CrmCorporateCustomer, CrmCorporateDraft, CrmCustomer, CrmCustomerDraft } from "./schema.ts";

export type CustomersFilter = {
  name?: string;
  email?: string;
  externalIds?: string[];
  ids?: number[];
  sites?: string[];
};

const pageLimit = 100;

/** A question that is present but empty has no answer: to the CRM it would be no filter, and the first customer a find. */
function asksNothing(filter: CustomersFilter): boolean {
  const { name, email, externalIds, ids } = filter;
  return name?.trim() === "" || email?.trim() === "" || externalIds?.length === 0 || ids?.length === 0;
}

export async function fetchCustomers(
  crm: Ask,
  filter: CustomersFilter,
  page = 1,
): Promise<{ customers: CrmCustomer[]; totalPages: number }> {
  if (asksNothing(filter)) return { customers: [], totalPages: 0 };
  const query: Query = {
    "filter[name]": filter.name,
    "filter[email]": filter.email,
    "filter[externalIds]": filter.externalIds,
    "filter[ids]": filter.ids,
    "filter[sites]": filter.sites,
    limit: pageLimit,
    page: page === 1 ? undefined : page,
  };
  const body = await crm.get("customers", query);
  const rows = rowsIn(body, "customers", "GET customers");
  const customers = rows.map((raw) => readCustomer(raw));
  return { customers, totalPages: paginationOf(body, rows.length, pageLimit).totalPages };
}

function readCustomer(raw: unknown): CrmCustomer {
  try {
    return parseCustomer(raw);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw unreadable({ operation: "GET customers", writes: false, secrets: [] }, "a customer without id");
  }
}

export async function createCustomer(crm: Ask, site: string, draft: CrmCustomerDraft): Promise<{ id: number }> {
  return { id: newId(await crm.post("customers/create", { site, customer: draft }), "customers/create") };
}

export async function editCustomer(
  crm: Ask,
  id: number,
  site: string,
  changes: Partial<CrmCustomerDraft>,
): Promise<void> {
  await crm.post(`customers/${id}/edit`, { by: "id", site, customer: changes }, { pattern: "customers/{id}/edit" });
}

export async function uploadCustomers(crm: Ask, site: string, drafts: CrmCustomerDraft[]): Promise<Uploaded> {
  if (drafts.length === 0) return { uploaded: [], failedExternalIds: [], errors: [] };
  const read = uploadReader("Customers");
  return readUploaded(await crm.post("customers/upload", { site, customers: drafts }, { read }), "Customers");
}

export async function fetchCorporateCustomer(
  crm: Ask,
  id: string,
  by: "id" | "externalId",
  site: string,
): Promise<CrmCorporateCustomer | undefined> {
  if (id.trim() === "") return undefined;
  const pattern = "customers-corporate/{id}";
  const body = await orUndefined(crm.get(`customers-corporate/${encodeURIComponent(id)}`, { by, site }, pattern));
  if (!body) return undefined;
  const parsed = corporateCustomer.safeParse(body.customerCorporate);
  if (parsed.success) return parsed.data;
  throw unreadable({ operation: `GET ${pattern}`, writes: false, secrets: [] }, "a corporate customer without id");
}

export async function createCorporateCustomer(
  crm: Ask,
  site: string,
  draft: CrmCorporateDraft,
): Promise<{ id: number }> {
  const path = "customers-corporate/create";
  return { id: newId(await crm.post(path, { site, customerCorporate: draft }), path) };
}
