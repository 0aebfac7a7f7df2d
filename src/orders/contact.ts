import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/max";

export type PersonName = { lastName?: string; firstName?: string; patronymic?: string };

/**
 * One line of text into name fields: one word is a first name; two are last and first name; from three on the rest is
 * the patronymic. `first-last` shops write the first name first.
 */
export function splitName(text: string, order: "last-first" | "first-last"): PersonName {
  const words = text
    .trim()
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => word.slice(0, 255));
  const [one, two, ...rest] = words;
  if (one === undefined) return {};
  if (two === undefined) return { firstName: one };
  if (order === "last-first") {
    return rest.length === 0
      ? { lastName: one, firstName: two }
      : { lastName: one, firstName: two, patronymic: rest.join(" ").slice(0, 255) };
  }
  if (rest.length === 0) return { firstName: one, lastName: two };
  return { firstName: one, patronymic: two, lastName: rest.join(" ").slice(0, 255) };
}

/** E.164 when the number is valid for the country, else undefined. Spellings such as 8 (067)… are understood. */
export function normalPhone(typed: string, country: string): string | undefined {
  const text = typed.trim();
  if (!text) return undefined;
  const digits = text.replace(/\D/g, "");
  const spellings = country === "UA" && /^80\d{9}$/.test(digits) ? [`+3${digits}`, text] : [text, `+${digits}`];
  for (const spelling of spellings) {
    const parsed = isSupportedCountry(country)
      ? parsePhoneNumberFromString(spelling, country as CountryCode)
      : parsePhoneNumberFromString(spelling);
    if (parsed?.isValid()) return parsed.number;
  }
  return undefined;
}

/** Digits of the number without country code: what most spellings of it contain. */
export function nationalDigits(e164: string): string {
  return parsePhoneNumberFromString(e164)?.nationalNumber ?? e164.replace(/\D/g, "");
}

/** For comparing any two spellings: E.164 where valid, else the bare digits. */
export function phoneKey(typed: string | undefined, country: string): string | undefined {
  if (!typed) return undefined;
  const normal = normalPhone(typed, country);
  if (normal) return normal;
  const digits = typed.replace(/\D/g, "");
  return digits.length >= 5 ? digits : undefined;
}

/** Lower case, or undefined when it is no address or too long for the CRM. */
export function normalEmail(typed: string): string | undefined {
  const text = typed.trim().toLowerCase();
  if (text.length > 255) return undefined;
  return /^[^\s@<>()",;:]+@[^\s@<>()",;:]+\.[^\s@<>()",;:.]{2,}$/.test(text) && !text.includes("..") ? text : undefined;
}
