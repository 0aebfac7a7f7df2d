/** Orders, their payments and the list of their changes. */
import { ZodError } from "zod";
import { isApiError } from "../http/api-error.ts";
import { isObject, optionalInteger, toList } from "../http/lenient.ts";
import { type Ask, askedByPost, type Query, type ReadReply } from "./ask.ts";
import { type Body, errorLines, readUpload, unreadable } from "./errors.ts";
import { allPages, inParts, rowsIn } from "./pages.ts";
import { failedRecords, paginationOf, parseHistoryEntry, parseOrder, uploadedRecords } from "./read.ts";
import type { CrmHistoryEntry, CrmOrder, CrmOrderDraft, CrmPaymentDraft } from "./schema.ts";

const pageLimit = 100;
export const uploadMax = 50;

export type OrdersFilter = { ids?: number[]; externalIds?: string[]; sites?: string[] };

export async function fetchOrders(crm: Ask, filter: OrdersFilter): Promise<CrmOrder[]> {
  const found = new Map<number, CrmOrder>();
  for (const part of partsOf(filter)) {
    const pages = allPages(crm, "orders", { ...part, "filter[sites]": filter.sites, limit: pageLimit }, "orders");
    for await (const rows of pages) {
      for (const raw of rows) {
        const order = readOrder(raw, "GET orders");
        found.set(order.id, order);
      }
    }
  }
  return [...found.values()];
}

/** Without ids one question; an empty list of ids asks for nothing (to the CRM it would be no filter at all). */
function partsOf(filter: OrdersFilter): Query[] {
  const byId = filter.ids && inParts(filter.ids).map((ids) => ({ "filter[ids]": ids }));
  const byExternalId = filter.externalIds && inParts(filter.externalIds).map((ids) => ({ "filter[externalIds]": ids }));
  if (byId && byExternalId) return byId.flatMap((first) => byExternalId.map((second) => ({ ...first, ...second })));
  return byId ?? byExternalId ?? [{}];
}

function readOrder(raw: unknown, operation: string): CrmOrder {
  try {
    return parseOrder(raw);
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    const id = isObject(raw) ? optionalInteger.parse(raw.id) : undefined;
    const reasons = error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    const said = `order ${id ?? "without id"} cannot be read: ${reasons[0]}`;
    throw unreadable({ operation, writes: false, secrets: [] }, said, reasons);
  }
}

/** The write was done and its answer says so: an order that cannot be read is then no failure. */
function orderIfReadable(raw: unknown): CrmOrder | undefined {
  try {
    return parseOrder(raw);
  } catch (error) {
    if (error instanceof ZodError) return undefined;
    throw error;
  }
}

export async function fetchOrder(
  crm: Ask,
  id: string,
  by: "id" | "externalId",
  site: string,
): Promise<CrmOrder | undefined> {
  if (id.trim() === "") return undefined;
  const body = await orUndefined(crm.get(`orders/${encodeURIComponent(id)}`, { by, site }, "orders/{id}"));
  return body && readOrder(body.order, "GET orders/{id}");
}

/** Undefined for a record that is not there; a method or an account that is not there stays an error. */
export async function orUndefined(answer: Promise<Body>): Promise<Body | undefined> {
  try {
    return await answer;
  } catch (error) {
    const missing = isApiError(error, "rejected") && error.httpStatus === 404;
    if (missing && !/method not found/i.test(error.remoteCode ?? "")) return undefined;
    throw error;
  }
}

export async function createOrder(
  crm: Ask,
  site: string,
  draft: CrmOrderDraft,
): Promise<{ id: number; order: CrmOrder | undefined }> {
  const body = await crm.post("orders/create", { site, order: draft });
  return { id: newId(body, "orders/create"), order: orderIfReadable(body.order) };
}

/** The id of a record just made. @throws ApiError unreadable (mayHaveHappened) when the answer does not tell it */
export function newId(body: Body, pattern: string): number {
  const id = optionalInteger.parse(body.id);
  if (id === undefined) throw unreadable(askedByPost(pattern), "the answer has no id");
  return id;
}

export async function editOrder(
  crm: Ask,
  id: number,
  site: string,
  changes: Partial<CrmOrderDraft>,
): Promise<CrmOrder | undefined> {
  const form = { by: "id", site, order: changes };
  const body = await crm.post(`orders/${id}/edit`, form, { pattern: "orders/{id}/edit" });
  return orderIfReadable(body.order);
}

export type Uploaded = {
  uploaded: { id: number; externalId: string }[];
  failedExternalIds: string[];
  errors: string[];
};

export async function uploadOrders(
  crm: Ask,
  site: string,
  drafts: CrmOrderDraft[],
): Promise<Uploaded & { orders: CrmOrder[] }> {
  if (drafts.length === 0) return { uploaded: [], failedExternalIds: [], errors: [], orders: [] };
  const body = await crm.post("orders/upload", { site, orders: drafts }, { read: uploadReader("Orders") });
  const orders = toList(body.orders).flatMap((raw) => orderIfReadable(raw) ?? []);
  return { ...readUploaded(body, "Orders"), orders };
}

/** `Orders` or `Customers`: the second half of the keys that name what became of the records. */
export function uploadReader(kind: "Orders" | "Customers"): ReadReply {
  return (reply, asked, now) => readUpload(reply, asked, now, [`uploaded${kind}`, `failed${kind}`]);
}

export function readUploaded(body: Body, kind: "Orders" | "Customers"): Uploaded {
  return {
    uploaded: uploadedRecords.parse(body[`uploaded${kind}`]),
    failedExternalIds: failedRecords.parse(body[`failed${kind}`]).map(({ externalId }) => externalId),
    errors: errorLines(body),
  };
}

export async function createPayment(
  crm: Ask,
  site: string,
  payment: CrmPaymentDraft & { order: { id: number } },
): Promise<{ id: number }> {
  return { id: newId(await crm.post("orders/payments/create", { site, payment }), "orders/payments/create") };
}

export async function editPayment(
  crm: Ask,
  id: number,
  site: string,
  changes: Partial<CrmPaymentDraft>,
): Promise<void> {
  const form = { by: "id", site, payment: changes };
  await crm.post(`orders/payments/${id}/edit`, form, { pattern: "orders/payments/{id}/edit" });
}

export type HistoryPage = {
  entries: CrmHistoryEntry[];
  totalPages: number;
  currentPage: number;
  total: number;
  unreadable: number[];
};

/** After an entry, or from a time of the account's clock on; with `orderId` of one order only. */
export type HistoryStart = { sinceId: number; orderId?: number } | { startDate: string };

/** One question, no pages: the CRM refuses `page` beside `sinceId`, and the walk by id needs none. */
export async function fetchHistory(crm: Ask, from: HistoryStart): Promise<HistoryPage> {
  const query: Query = { limit: pageLimit };
  if ("startDate" in from) query["filter[startDate]"] = from.startDate;
  else {
    query["filter[sinceId]"] = from.sinceId;
    query["filter[orderId]"] = from.orderId;
  }
  const body = await crm.get("orders/history", query);
  const rows = rowsIn(body, "history", "GET orders/history");

  const entries: CrmHistoryEntry[] = [];
  const unreadableIds: number[] = [];
  for (const raw of rows) {
    const read = entryIfReadable(raw);
    if (read) entries.push(read);
    else unreadableIds.push((isObject(raw) ? optionalInteger.parse(raw.id) : undefined) ?? 0);
  }
  return { entries, unreadable: unreadableIds, ...paginationOf(body, rows.length, pageLimit) };
}

function entryIfReadable(raw: unknown): CrmHistoryEntry | undefined {
  try {
    return parseHistoryEntry(raw);
  } catch (error) {
    if (error instanceof ZodError) return undefined;
    throw error;
  }
}
