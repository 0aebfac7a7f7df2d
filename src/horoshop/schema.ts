/**
 * Replies of a Horoshop shop, read leniently, as plain values. Names are the shop's own.
 * Decimal amounts are text ("1299.5"), never floats. What a reply promises and breaks is told in README.md.
 */
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
  readableListOf,
  requiredText,
  text,
  toDecimal,
  toList,
  toText,
} from "../http/lenient.ts";

/** `{ua: …, ru: …}` in dictionaries and products; a plain text means the same in every language. */
export type Localised = Record<string, string> | string;

export type HoroshopLine = {
  title: string;
  article: string;
  price: string;
  quantity: string;
  total_price: string | undefined;
  /** "product" when missing; gift, gift_parent, set_main, set_item */
  type: string;
  storage_id: number | undefined;
  parent_storage_id: number | undefined;
  discount_marker: string;
};

export type HoroshopOrder = {
  order_id: number;
  stat_status: number;
  /** `YYYY-MM-DD HH:mm:ss` without a zone */
  stat_created: string;
  payed: boolean;
  delivery_name: string;
  delivery_phone: string;
  delivery_email: string;
  delivery_city: string;
  delivery_address: string;
  delivery_country: string | undefined;
  /** no identity: guests get a new one per order */
  user: number | undefined;
  delivery_type: { id: number; title: string } | undefined;
  /** "-1" = not calculated */
  delivery_price: string | undefined;
  payment_type: { id: number; title: string } | undefined;
  payment_price: string | undefined;
  comment: string;
  manager_comment: string;
  currency: string | undefined;
  total_default: string | undefined;
  /** after order discounts, without delivery */
  total_sum: string;
  coupon_code: string;
  discount_percent: string | undefined;
  order_without_callback: boolean | undefined;
  products: HoroshopLine[];
  analytics: {
    utm_source: string;
    utm_medium: string;
    utm_campaign: string;
    utm_term: string;
    utm_content: string;
    google_client_id: string;
  };
  /** delivery_data.tnNumber, else np_number */
  tracking: string | undefined;
  /** delivery_data.destination.address.geoObject.id, else additional_data.recipient_warehouse_ref */
  branch: string | undefined;
  dropshipping: boolean;
};

export type HoroshopStatus = { id: number; title: Record<string, string>; is_successful: boolean };
export type HoroshopDeliveryType = { id: number; title: Record<string, string>; enabled: boolean; payment: number[] };
export type HoroshopPaymentType = { id: number; title: Record<string, string>; enabled: boolean };
export type HoroshopPage = { id: number; parent: number; title: Record<string, string> };

/** One modification. Fields that were not asked for, or that the shop's template lacks, are empty or undefined. */
export type HoroshopProduct = {
  article: string;
  /** the article itself when the shop gives none */
  parent_article: string;
  parent: { id: number; value: string } | undefined;
  alt_parent: { id: number; value: string }[];
  article_for_display: string;
  title: Localised;
  mod_title: Localised;
  display_in_showcase: boolean | undefined;
  price: string | undefined;
  price_old: string | undefined;
  currency: string;
  /** 1 in stock, 2 out of stock; other ids are the shop's own */
  presence: { id: number | undefined; value: Localised } | undefined;
  /** not a reliable stock figure */
  quantity: string | undefined;
  /** empty without stock accounting */
  residues: { warehouse: string; quantity: string }[];
  slug: string;
  link: string;
  images: string[];
  gallery_common: string[];
  short_description: Localised;
  description: Localised;
  brand: Localised;
  color: Localised;
  gtin: string;
  mpn: string;
  unit_of_measurement: Localised;
  /** five shapes per value, see horoshop README */
  characteristics: Record<string, unknown>;
};

const zeroDate = /^0000-00-00/;
const dateTime = z.preprocess(
  (value) => {
    const written = toText(value).trim();
    return written === "" || zeroDate.test(written) ? undefined : written.replace("T", " ");
  },
  z.string({ error: "no date" }).regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?/, "not a date"),
);

const localised: z.ZodType<Localised> = z.preprocess(
  toLocalised,
  z.union([z.string(), z.record(z.string(), z.string())]),
);

/** Titles of dictionaries; a plain text is filed under `""`, the language that stands for all. */
const titles = z.preprocess(
  (value) => {
    const found = toLocalised(value);
    if (typeof found !== "string") return found;
    return found === "" ? {} : { "": found };
  },
  z.record(z.string(), z.string()),
);

/** `{id, title}`; undefined when the option was deleted (`[]`, null). */
const typeWithTitle = z.preprocess(
  (value) => (isObject(value) && optionalInteger.parse(value.id) !== undefined ? value : undefined),
  z.object({ id: integer, title: z.preprocess((value) => anyTitle(toLocalised(value)), z.string()) }).optional(),
);

const lineSchema: z.ZodType<HoroshopLine> = z.object({
  title: text,
  article: text,
  price: decimal,
  quantity: decimal,
  total_price: optionalDecimal,
  type: z.preprocess((value) => toText(value) || "product", z.string()),
  storage_id: optionalInteger,
  parent_storage_id: optionalInteger,
  discount_marker: text,
});

const analyticsSchema = objectOrEmpty(
  z.object({
    utm_source: text,
    utm_medium: text,
    utm_campaign: text,
    utm_term: text,
    utm_content: text,
    google_client_id: text,
  }),
);

const orderSchema = z.object({
  order_id: integer,
  stat_status: integer,
  stat_created: dateTime,
  payed: flag,
  delivery_name: text,
  delivery_phone: text,
  delivery_email: text,
  delivery_city: text,
  delivery_address: text,
  delivery_country: optionalText,
  user: optionalInteger,
  delivery_type: typeWithTitle,
  delivery_price: optionalDecimal,
  payment_type: typeWithTitle,
  payment_price: optionalDecimal,
  comment: text,
  manager_comment: text,
  currency: optionalText,
  total_default: optionalDecimal,
  total_sum: decimal,
  coupon_code: text,
  discount_percent: optionalDecimal,
  order_without_callback: optionalFlag,
  // A missing list is not an empty one: an order without lines must not wipe those of the other side.
  products: z.preprocess((value) => (typeof value === "object" && value ? toList(value) : value), z.array(lineSchema)),
  analytics: analyticsSchema,
  additional_data: mapOfAnything,
  delivery_data: mapOfAnything,
  np_number: optionalText,
  dropshipping_details: optionalObject(z.record(z.string(), z.unknown())),
});

/** One element of `orders/get`. Throws ZodError when a field that decides anything cannot be read. */
export function parseOrder(raw: unknown): HoroshopOrder {
  const { additional_data, delivery_data, np_number, dropshipping_details, ...order } = orderSchema.parse(raw);
  return {
    ...order,
    tracking: toText(delivery_data.tnNumber).trim() || np_number?.trim() || undefined,
    branch:
      toText(at(delivery_data, ["destination", "address", "geoObject", "id"])) ||
      toText(additional_data.recipient_warehouse_ref) ||
      undefined,
    dropshipping: dropshipping_details !== undefined,
  };
}

/** `orders/get_available_statuses`: a map by id, or a list. */
export const statusesReply = z.object({
  statuses: readableListOf(z.object({ id: integer, title: titles, is_successful: flag })),
});
export const deliveryReply = z.object({
  delivery: readableListOf(
    z.object({ id: integer, title: titles, enabled: flagUnlessNo, payment: readableListOf(integer) }),
  ),
});
export const paymentReply = z.object({
  payment: readableListOf(z.object({ id: integer, title: titles, enabled: flagUnlessNo })),
});
export const currencyReply = z.object({ currency: readableListOf(z.object({ iso: requiredText })) });
export const pagesReply = z.object({
  pages: readableListOf(
    z.object({
      id: integer,
      parent: z.preprocess((value) => optionalInteger.parse(value) ?? 0, z.int()),
      title: titles,
    }),
  ),
});

const section = z.object({ id: integer, value: z.preprocess((value) => anyTitle(toLocalised(value)), z.string()) });
const texts = z.preprocess((value) => toList(value).map(toText).filter(Boolean), z.array(z.string()));
/** `{id, value}`, a bare `{lang}` or text; `[]` when unset. */
const choice: z.ZodType<Localised> = z.preprocess(
  (value) => toLocalised(isObject(value) && "value" in value ? value.value : value),
  z.union([z.string(), z.record(z.string(), z.string())]),
);

const productSchema = z.object({
  article: requiredText,
  parent_article: text,
  parent: z.preprocess((value) => (section.safeParse(value).success ? value : undefined), section.optional()),
  alt_parent: readableListOf(section),
  article_for_display: text,
  title: localised,
  mod_title: localised,
  display_in_showcase: optionalFlag,
  price: optionalDecimal,
  price_old: optionalDecimal,
  currency: text,
  presence: z.preprocess(
    (value) => (typeof value === "string" ? { value } : value),
    optionalObject(z.object({ id: optionalInteger, value: localised })),
  ),
  quantity: optionalDecimal,
  residues: z.preprocess(toResidues, z.array(z.object({ warehouse: z.string(), quantity: z.string() }))),
  slug: text,
  link: text,
  images: texts,
  gallery_common: texts,
  short_description: localised,
  description: localised,
  brand: choice,
  color: choice,
  gtin: text,
  mpn: text,
  unit_of_measurement: choice,
  characteristics: mapOfAnything,
});

/** One row of `catalog/export`. Throws ZodError for a row without article. */
export function parseProduct(raw: unknown): HoroshopProduct {
  const product = productSchema.parse(raw);
  return { ...product, parent_article: product.parent_article || product.article };
}

/** A dictionary by language as it is, any scalar as text, everything else as `""`. */
export function toLocalised(value: unknown): Localised {
  if (!isObject(value)) return toText(value);
  const entries = Object.entries(value).map(([language, words]) => [language, toText(words)] as const);
  return Object.fromEntries(entries);
}

function anyTitle(value: Localised): string {
  if (typeof value === "string") return value;
  return Object.values(value).find((words) => words !== "") ?? "";
}

/** The export's entry shape is nowhere confirmed: `{warehouse, quantity}`, a map by warehouse, or bare numbers. */
function toResidues(value: unknown): { warehouse: string; quantity: string }[] {
  const byName = isObject(value) && Object.values(value).every((one) => !isObject(one));
  const entries: [string, unknown][] = byName ? Object.entries(value) : toList(value).map((one) => ["", one]);
  return entries.flatMap(([name, one]) => {
    const quantity = toDecimal(isObject(one) ? one.quantity : one);
    if (quantity === undefined) return [];
    const warehouse = isObject(one) ? one.warehouse : name;
    return [{ warehouse: isObject(warehouse) ? anyTitle(choice.parse(warehouse)) : toText(warehouse), quantity }];
  });
}

function at(value: unknown, path: string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}
