/**
 * Replies of a Horoshop shop as plain values, under the shop's own names. Decimal amounts are text ("1299.5"),
 * never floats. How replies are read is in read.ts; what they promise and break is told in README.md.
 */
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
  /** the order carries the block of the B2B module, `customer_details` */
  business: boolean;
  /** a company's name, should that block hold one: its inner keys are nowhere confirmed */
  company: string | undefined;
};

/** A registered buyer, `users/export`. */
export type HoroshopUser = {
  id: number;
  /** the full name */
  title: string;
  email: string;
  phone: string;
  city: string;
  address: string;
  /** `YYYY-MM-DD HH:mm:ss` without a zone */
  registered: string | undefined;
  /** only with the B2B module */
  company: string;
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
