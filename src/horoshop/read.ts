/** Reads the shop's replies: lenient about everything that decides nothing, strict about the rest. */
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
  toDecimal,
  toList,
  toText,
} from "../http/lenient.ts";
import type { HoroshopLine, HoroshopOrder, HoroshopProduct, HoroshopUser, Localised } from "./schema.ts";

const zeroDate = /^0000-00-00/;
const dateTime = z.preprocess(
  (value) => {
    const written = toText(value).trim();
    return written === "" || zeroDate.test(written) ? undefined : written.replace("T", " ");
  },
  z.string({ error: "no date" }).regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?/, "not a date"),
);

const oneTitle = read((value) => anyTitle(toLocalised(value)));
const localised = read(toLocalised);

/** Titles of dictionaries; a plain text is filed under `""`, the language that stands for all. */
const titles = read((value): Record<string, string> => {
  const found = toLocalised(value);
  if (typeof found !== "string") return found;
  return found === "" ? {} : { "": found };
});

/** `{id, title}`; undefined when the option was deleted (`[]`, null). */
const typeWithTitle = optionalObject(z.object({ id: integer, title: oneTitle }));

const lineSchema: z.ZodType<HoroshopLine> = z.object({
  title: text,
  article: text,
  price: decimal,
  quantity: decimal,
  total_price: optionalDecimal,
  type: read((value) => toText(value) || "product"),
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
  dropshipping_details: mapOfAnything,
  customer_details: mapOfAnything,
});

/** One element of `orders/get`. Throws ZodError when a field that decides anything cannot be read. */
export function parseOrder(raw: unknown): HoroshopOrder {
  const { additional_data, delivery_data, np_number, dropshipping_details, customer_details, ...order } =
    orderSchema.parse(raw);
  return {
    ...order,
    tracking: toText(delivery_data.tnNumber).trim() || np_number?.trim() || undefined,
    branch:
      toText(at(delivery_data, ["destination", "address", "geoObject", "id"])) ||
      toText(additional_data.recipient_warehouse_ref) ||
      undefined,
    dropshipping: Object.keys(dropshipping_details).length > 0,
    business: Object.keys(customer_details).length > 0,
    company: companyIn(customer_details) || undefined,
  };
}

const companyKeys = ["company", "company_name", "companyName", "legal_name"];

/** The block's keys are not confirmed: a name is taken from whichever of the likely ones has it. */
function companyIn(details: Record<string, unknown>): string {
  return companyKeys.map((key) => companyName.parse(details[key])).find((name) => name !== "") ?? "";
}

/** A text, or an element with its name in `title`, `name` or `value`. */
const companyName = read((value): string => {
  if (!isObject(value)) return toText(value).trim();
  return anyTitle(toLocalised(value.title ?? value.name ?? value.value)).trim();
});

const userSchema: z.ZodType<HoroshopUser> = z.object({
  id: integer,
  title: text,
  email: text,
  phone: text,
  city: text,
  address: text,
  registered: read((value) => {
    const written = toText(value).trim().replace("T", " ");
    return /^\d{4}-\d{2}-\d{2}/.test(written) && !zeroDate.test(written) ? written : undefined;
  }),
  company: companyName,
});

/** One element of `users/export`. Throws ZodError for one without a number. */
export function parseUser(raw: unknown): HoroshopUser {
  return userSchema.parse(raw);
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
      parent: read((value) => optionalInteger.parse(value) ?? 0),
      title: titles,
    }),
  ),
});

const section = z.object({ id: integer, value: oneTitle });
const texts = read((value) => toList(value).map(toText).filter(Boolean));
/** `{id, value}`, a bare `{lang}` or text; `[]` when unset. */
const choice = read((value) => toLocalised(isObject(value) && "value" in value ? value.value : value));

const presenceShape = optionalObject(z.object({ id: optionalInteger, value: localised }));

const productSchema = z.object({
  article: text,
  parent_article: text,
  parent: optionalObject(section),
  alt_parent: readableListOf(section),
  article_for_display: text,
  title: localised,
  mod_title: localised,
  display_in_showcase: optionalFlag,
  price: optionalDecimal,
  price_old: optionalDecimal,
  currency: text,
  presence: read((value) => presenceShape.parse(typeof value === "string" ? { value } : value)),
  quantity: optionalDecimal,
  residues: read(toResidues),
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

/** One row of `catalog/export`; a row without article has `""`. Throws ZodError for what is no row at all. */
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
