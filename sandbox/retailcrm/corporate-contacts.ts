import { isFields } from "./fields.ts";
import type { Fields } from "./state.ts";
import { siteKey } from "./state.ts";
import type { Writing } from "./writing.ts";

/** `customerContacts` of a new company: persons who exist (reference 13.2). */
export function contactsIn(writing: Writing, raw: Fields): { id: number; entry: Fields }[] {
  const { state } = writing.crm;
  const entries = Array.isArray(raw.customerContacts) ? raw.customerContacts.filter(isFields) : [];
  return entries.flatMap((entry, index) => {
    const named = isFields(entry.customer) ? entry.customer : {};
    const site = typeof named.site === "string" ? named.site : writing.site;
    const id = named.id ?? state.customerByExternalId.get(siteKey(site, String(named.externalId)));
    const person = state.customers.get(Number(id));
    if (person !== undefined) return [{ id: person.id, entry }];
    writing.load[`customerContacts[${index}].customer`] = "Customer not found.";
    return [];
  });
}
