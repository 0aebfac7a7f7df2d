/** Reads the CRM's replies: maps and lists in each other's place, `[]` and `{}` for nothing, empty keys left out. */
import { z } from "zod";
import {
  decimal,
  flag,
  flagUnlessNo,
  integer,
  isObject,
  mapOfAnything,
  objectOrEmpty,
  optionalDecimal,
  optionalFlag,
  optionalInteger,
  optionalObject,
  optionalText,
  read,
  readableListOf,
  requiredText,
  text,
  toList,
  toText,
} from "../http/lenient.ts";
import type { CrmCustomer, CrmHistoryEntry, CrmItem, CrmOrder } from "./schema.ts";

const codes = read((value) => toList(value).map(toText).filter(Boolean));
/** The CRM's own number for entries that were given none. */
const ordering = read((value) => optionalInteger.parse(value) ?? 990);
const named = { code: requiredText, name: text, active: flagUnlessNo };

export const site = z.object({
  code: requiredText,
  name: text,
  url: optionalText,
  currency: optionalText,
  ymlUrl: optionalText,
  loadFromYml: optionalFlag,
  catalogUpdatedAt: optionalText,
  catalogLoadingAt: optionalText,
  catalogId: optionalText,
});
export const status = z.object({ ...named, ordering, group: optionalText });
export const statusGroup = z.object({ code: requiredText, name: text, ordering });
export const deliveryType = z
  .object({
    ...named,
    sites: codes,
    paymentTypes: codes,
    deliveryPaymentTypes: readableListOf(z.object({ code: requiredText })),
    integrationCode: optionalText,
  })
  // The newer list replaces the deprecated one.
  .transform(({ deliveryPaymentTypes, ...type }) =>
    deliveryPaymentTypes.length === 0 ? type : { ...type, paymentTypes: deliveryPaymentTypes.map(({ code }) => code) },
  );
export const paymentType = z
  .object({ ...named, sites: codes, deliveryTypes: codes, paymentStatuses: codes, integrationModule: mapOfAnything })
  .transform(({ integrationModule, ...type }) => ({
    ...type,
    integrated: Object.keys(integrationModule).length > 0 && optionalFlag.parse(integrationModule.active) !== false,
  }));
export const paymentStatus = z.object({ ...named, ordering, paymentComplete: flag });
export const entry = z
  .object({ ...named, ordering, defaultForApi: flag, defaultForCrm: flag })
  .transform(({ defaultForApi, defaultForCrm, ...one }) => ({ ...one, default: defaultForApi || defaultForCrm }));
export const store = z.object({ ...named, inventoryType: optionalText });

const externalIds = readableListOf(z.object({ code: text, value: requiredText }));
const offerShape = objectOrEmpty(
  z.object({ id: optionalInteger, externalId: optionalText, displayName: optionalText, name: optionalText }),
);
/** A list, or a map keyed by the property's code. */
const properties = read((value) => {
  const named = isObject(value) ? Object.entries(value) : toList(value).map((one) => ["", one] as const);
  return named.flatMap(([key, one]) => {
    if (!isObject(one)) return [];
    return [{ code: toText(one.code) || key, name: toText(one.name), value: toText(one.value) }];
  });
});

const itemShape = z
  .object({
    id: integer,
    externalIds,
    externalId: optionalText,
    offer: offerShape,
    productName: optionalText,
    initialPrice: decimal,
    quantity: decimal,
    discountTotal: optionalDecimal,
    discounts: readableListOf(z.object({ type: text, amount: decimal })),
    status: optionalText,
    comment: optionalText,
    vatRate: optionalText,
    priceType: optionalObject(z.object({ code: optionalText })),
    properties,
  })
  .transform(({ offer, externalId, priceType, ...item }): CrmItem => {
    const ids =
      item.externalIds.length === 0 && externalId ? [{ code: "default", value: externalId }] : item.externalIds;
    return {
      ...item,
      externalIds: ids,
      priceType: priceType?.code,
      offerId: offer.id,
      offerExternalId: offer.externalId,
      productName: item.productName ?? offer.displayName ?? offer.name,
    };
  });

const payment = z.object({
  id: integer,
  externalId: optionalText,
  type: optionalText,
  status: optionalText,
  amount: optionalDecimal,
  paidAt: optionalText,
});

const deliveryShape = objectOrEmpty(
  z.object({
    code: optionalText,
    cost: optionalDecimal,
    address: objectOrEmpty(z.object({ city: optionalText, text: optionalText })),
    data: mapOfAnything,
  }),
).transform(({ data, ...delivery }) => ({ ...delivery, trackNumber: toText(data.trackNumber) || undefined }));

const orderShape = z.object({
  id: integer,
  externalId: optionalText,
  number: optionalText,
  site: text,
  status: requiredText,
  createdAt: text,
  orderType: optionalText,
  orderMethod: optionalText,
  managerId: optionalInteger,
  currency: optionalText,
  firstName: optionalText,
  lastName: optionalText,
  patronymic: optionalText,
  phone: optionalText,
  additionalPhone: optionalText,
  email: optionalText,
  customerComment: optionalText,
  managerComment: optionalText,
  totalSumm: decimal,
  summ: decimal,
  // Strict: a line that cannot be read must not look like a line that is gone.
  items: z.preprocess((value) => toList(value), z.array(itemShape)),
  discountManualAmount: optionalDecimal,
  discountManualPercent: optionalDecimal,
  delivery: deliveryShape,
  payments: readableListOf(payment),
  customFields: mapOfAnything,
  customer: optionalObject(z.object({ id: integer, externalId: optionalText, type: optionalText })),
  source: optionalObject(
    z.object({
      source: optionalText,
      medium: optionalText,
      campaign: optionalText,
      keyword: optionalText,
      content: optionalText,
    }),
  ),
  fullPaidAt: optionalText,
});

/** A full order. Throws ZodError when its id, status, sums or lines cannot be read. */
export function parseOrder(raw: unknown): CrmOrder {
  return orderShape.parse(raw);
}

const historyShape = z.object({
  id: integer,
  createdAt: text,
  created: flag,
  deleted: flag,
  source: text,
  apiKey: objectOrEmpty(z.object({ current: flag })),
  field: text,
  oldValue: z.unknown().optional(),
  newValue: z.unknown().optional(),
  order: z.object({ id: integer, externalId: optionalText, site: optionalText, status: optionalText }),
  combinedTo: optionalObject(z.object({ id: integer, externalId: optionalText })),
});

/** One record of the change list. Throws ZodError when it does not say which record or order it is. */
export function parseHistoryEntry(raw: unknown): CrmHistoryEntry {
  const { apiKey, oldValue = null, newValue = null, ...entry } = historyShape.parse(raw);
  return { ...entry, own: apiKey.current, oldValue, newValue };
}

const phones = read((value) =>
  toList(value)
    .map((one) => toText(isObject(one) ? one.number : one))
    .filter(Boolean),
);
const customerShape = z.object({
  id: integer,
  externalId: optionalText,
  site: optionalText,
  type: optionalText,
  createdAt: optionalText,
  firstName: optionalText,
  lastName: optionalText,
  patronymic: optionalText,
  email: optionalText,
  phones,
});

export function parseCustomer(raw: unknown): CrmCustomer {
  return customerShape.parse(raw);
}

export const corporateCustomer = z.object({
  id: integer,
  externalId: optionalText,
  nickName: text,
  site: optionalText,
  mainCompany: optionalObject(z.object({ id: integer, name: text })),
});

export const uploadedRecords = readableListOf(z.object({ id: integer, externalId: requiredText }));
export const failedRecords = readableListOf(z.object({ externalId: requiredText }));

/** Where a list stands; without the block a full page is taken for one of several. */
export function paginationOf(body: Record<string, unknown>, rows: number, limit: number) {
  const found = isObject(body.pagination) ? body.pagination : {};
  const currentPage = optionalInteger.parse(found.currentPage) ?? 1;
  return {
    currentPage,
    totalPages: optionalInteger.parse(found.totalPageCount) ?? (rows >= limit ? currentPage + 1 : currentPage),
    total: optionalInteger.parse(found.totalCount) ?? rows,
  };
}
