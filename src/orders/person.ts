import type { CrmCustomer, CrmCustomerDraft } from "../retailcrm/schema.ts";
import { normalEmail, phoneKey } from "./contact.ts";

/** What a person is known by: phone first, then e-mail. */
export type PersonKeys = { phone: string | undefined; email: string | undefined };

/** Somebody who needs a customer card: what he is known by, and the card to make when there is none. */
export type Person = { keys: PersonKeys; draft: CrmCustomerDraft };

export function phoneLink({ phone }: PersonKeys): string | undefined {
  return phone && `phone:${phone}`;
}

export function emailLink({ email }: PersonKeys): string | undefined {
  return email && `email:${email}`;
}

/** A phone and an e-mail that were met together, though the card holds only one of them. */
export function pairLink({ phone, email }: PersonKeys): string | undefined {
  return phone && email && `pair:${phone} ${email}`;
}

/** Every key under which a card may be remembered for this person. */
export function linkKeys(keys: PersonKeys): string[] {
  return [phoneLink(keys), emailLink(keys), pairLink(keys)].filter((key): key is string => Boolean(key));
}

/**
 * The keys that a card answers for. A phone that the card lacks may be the recipient's: alone it must not lead to the
 * buyer's card, or the recipient's own orders would land there.
 */
export function keysOfCard(keys: PersonKeys, has: { phone: boolean; email: boolean }): string[] {
  const own = [has.phone && phoneLink(keys), has.email && emailLink(keys)].filter((key): key is string => Boolean(key));
  const together = pairLink(keys);
  return together && own.length < 2 ? [...own, together] : own;
}

export function cardHas(card: CrmCustomer, keys: PersonKeys, country: string): { phone: boolean; email: boolean } {
  return {
    phone: keys.phone !== undefined && card.phones.some((phone) => phoneKey(phone, country) === keys.phone),
    email: keys.email !== undefined && card.email?.trim().toLowerCase() === keys.email,
  };
}

/** One person in several orders is made once: by phone, else by e-mail, as one after another would find each other. */
export function groupPersons<T extends Person>(persons: T[]): T[][] {
  const groups: T[][] = [];
  for (const person of persons) {
    const { phone, email } = person.keys;
    const group =
      groups.find(([first]) => phone !== undefined && first!.keys.phone === phone) ??
      groups.find(([first]) => email !== undefined && first!.keys.email === email);
    if (group) group.push(person);
    else groups.push([person]);
  }
  return groups;
}

/**
 * The phone to write on a card that was found by e-mail and has none: it would otherwise stand in the order alone. Not
 * when the names contradict each other: then it is the recipient's.
 */
export function phoneForCard(card: CrmCustomer, person: Person): string | undefined {
  const [phone] = person.draft.phones ?? [];
  if (card.phones.length > 0 || !phone) return undefined;
  const words = (one: { lastName?: string | undefined; firstName?: string | undefined }) =>
    [one.lastName, one.firstName].flatMap((text) => (text ?? "").toLowerCase().split(/\s+/)).filter(Boolean);
  const [onCard, here] = [words(card), words(person.draft)];
  const [shorter, longer] = onCard.length <= here.length ? [onCard, here] : [here, onCard];
  return shorter.every((word) => longer.includes(word)) ? phone.number : undefined;
}

export function personKeys(contact: { phone: string; email: string }, country: string): PersonKeys {
  return { phone: phoneKey(contact.phone, country), email: normalEmail(contact.email) };
}
