/** Customers, single and corporate. */
import { z } from "zod";
import { isObject, optionalInteger, toList } from "../http/lenient.ts";
import type { Ask, Query, ReadReply } from "./ask.ts";
import { readAnswer, unreadable } from "./errors.ts";
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

function readCustomer(raw: unknown, operation = "GET customers"): CrmCustomer {
  try {
    return parseCustomer(raw);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw unreadable({ operation, writes: false, secrets: [] }, "a customer without id");
  }
}

export type CustomerById = { is: "there"; customer: CrmCustomer } | { is: "merged"; into: number } | { is: "gone" };

/** By the CRM's own number, of any shop that the key sees. The 404 of a merged customer names who took it in (2.1). */
export async function fetchCustomer(crm: Ask, id: number): Promise<CustomerById> {
  const pattern = "customers/{id}";
  const body = await orUndefined(crm.get(`customers/${id}`, { by: "id" }, pattern, readOrSurvivor));
  if (!body) return { is: "gone" };
  const into = isObject(body.combinedTo) ? optionalInteger.parse(body.combinedTo.id) : undefined;
  if (into !== undefined) return { is: "merged", into };
  return { is: "there", customer: readCustomer(body.customer, `GET ${pattern}`) };
}

const readOrSurvivor: ReadReply = (reply, asked, now) => {
  if (reply.status === 404) {
    const body = jsonIn(reply.body);
    if (isObject(body) && isObject(body.combinedTo) && optionalInteger.parse(body.combinedTo.id)) return body;
  }
  return readAnswer(reply, asked, now);
};

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
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

/** The first page of what the CRM finds by name; whether the filter is exact is nowhere said, so the caller checks. */
export async function findCorporateCustomers(
  crm: Ask,
  filter: { nickName: string; site: string },
): Promise<CrmCorporateCustomer[]> {
  if (filter.nickName.trim() === "") return [];
  const query: Query = { "filter[nickName]": filter.nickName, "filter[sites]": [filter.site], limit: pageLimit };
  const body = await crm.get("customers-corporate", query);
  return toList(body.customersCorporate).flatMap((raw) => corporateCustomer.safeParse(raw).data ?? []);
}

/** Makes a person one of the contacts of a company. */
export async function createCorporateContact(
  crm: Ask,
  corporateId: number,
  site: string,
  customerId: number,
): Promise<void> {
  const form = { by: "id", site, contact: { customer: { id: customerId } } };
  await crm.post(`customers-corporate/${corporateId}/contacts/create`, form, {
    pattern: "customers-corporate/{id}/contacts/create",
  });
}

export async function createCorporateCustomer(
  crm: Ask,
  site: string,
  draft: CrmCorporateDraft,
): Promise<{ id: number }> {
  const path = "customers-corporate/create";
  return { id: newId(await crm.post(path, { site, customerCorporate: draft }), path) };
}
