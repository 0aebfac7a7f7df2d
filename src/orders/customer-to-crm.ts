import type { Settings } from "../connections/settings.ts";
import type { HoroshopOrder, HoroshopUser } from "../horoshop/schema.ts";
import type { CrmCustomer, CrmCustomerDraft } from "../retailcrm/schema.ts";
import { normalEmail, normalPhone, splitName } from "./contact.ts";
import { contactToCrm, customerExternalId } from "./order-to-crm.ts";
import { cardHas, type PersonKeys, personKeys } from "./person.ts";
import { changeZone } from "./shop-time.ts";

/** The person who ordered → customer to create; the shop's `user` of a guest is no identity. */
export function customerToCrm(
  order: HoroshopOrder,
  settings: Settings,
  shortId: string,
  crmTimeZone: string | null,
): CrmCustomerDraft {
  const { phone, ...contact } = contactToCrm(order, settings);
  const address = {
    ...(order.delivery_city ? { city: order.delivery_city } : {}),
    ...(order.delivery_address ? { text: order.delivery_address } : {}),
  };
  return {
    externalId: customerExternalId(shortId, order.order_id),
    createdAt: changeZone(order.stat_created, settings.timeZone, crmTimeZone),
    ...contact,
    ...(phone ? { phones: [{ number: phone }] } : {}),
    ...(Object.keys(address).length > 0 ? { address } : {}),
  };
}

/** What a buyer is known by: phone first, then e-mail. Empty for a buyer without both. */
export function buyerKeys(order: HoroshopOrder, settings: Settings): PersonKeys {
  return personKeys({ phone: order.delivery_phone, email: order.delivery_email }, settings.country);
}

export function userExternalId(shortId: string, userId: number): string {
  return `${shortId}-u${userId}`;
}

/** A registered buyer → customer to create. What is empty is left out. */
export function userToCrm(
  user: HoroshopUser,
  settings: Settings,
  shortId: string,
  crmTimeZone: string | null,
): CrmCustomerDraft {
  const phone = normalPhone(user.phone, settings.country) ?? user.phone.trim().slice(0, 255);
  const email = normalEmail(user.email);
  const address = { ...(user.city ? { city: user.city } : {}), ...(user.address ? { text: user.address } : {}) };
  return {
    externalId: userExternalId(shortId, user.id),
    ...(user.registered ? { createdAt: changeZone(user.registered, settings.timeZone, crmTimeZone) } : {}),
    ...splitName(user.title, settings.nameOrder),
    ...(email ? { email } : {}),
    ...(phone ? { phones: [{ number: phone }] } : {}),
    ...(Object.keys(address).length > 0 ? { address } : {}),
  };
}

export type CustomerMatch =
  | { is: "one"; customer: CrmCustomer }
  | { is: "none" }
  | { is: "several"; customers: CrmCustomer[] };

/**
 * Of what a search brought, those who really have this phone (or, without one, this e-mail). Several are narrowed by
 * the other mark and by the site; if they still differ nobody is guessed.
 */
export function matchCustomer(found: CrmCustomer[], keys: PersonKeys, country: string, site: string): CustomerMatch {
  const hasPhone = (customer: CrmCustomer) => cardHas(customer, keys, country).phone;
  const hasEmail = (customer: CrmCustomer) => cardHas(customer, keys, country).email;
  const persons = found.filter((customer) => customer.type !== "customer_corporate");
  let matching = persons.filter(hasPhone);
  if (matching.length === 0) matching = persons.filter(hasEmail);
  for (const narrower of [
    (one: CrmCustomer) => hasPhone(one) && hasEmail(one),
    (one: CrmCustomer) => one.site === site,
  ]) {
    if (matching.length > 1 && matching.some(narrower)) matching = matching.filter(narrower);
  }
  const different = [...new Map(matching.map((customer) => [customer.id, customer])).values()];
  const [only] = different;
  if (!only) return { is: "none" };
  return different.length === 1 ? { is: "one", customer: only } : { is: "several", customers: different };
}
