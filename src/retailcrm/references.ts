/** The key, the account, its reference books, custom fields and our module card. */
import { z } from "zod";
import { isApiError } from "../http/api-error.ts";
import { isObject, optionalText, readableListOf, requiredText, toList, toText } from "../http/lenient.ts";
import type { Ask } from "./ask.ts";
import { allPages, rowsIn } from "./pages.ts";

/** A reference book: a map by code or a list; entries that cannot be read are left out. */
export async function fetchBook<T extends z.ZodType>(
  crm: Ask,
  path: string,
  key: string,
  shape: T,
): Promise<z.output<T>[]> {
  const body = await crm.get(`reference/${path}`);
  return readableListOf(shape).parse(rowsIn(body, key, `GET reference/${path}`));
}

/** Makes the entry when its code is new, else changes it; fields left out stay. */
export async function saveEntry(
  crm: Ask,
  book: string,
  field: string,
  entry: { code: string } & Record<string, unknown>,
): Promise<void> {
  const path = `reference/${book}/${encodeURIComponent(entry.code)}/edit`;
  await crm.post(path, { [field]: entry }, { pattern: `reference/${book}/{code}/edit` });
}

export async function fetchCredentials(crm: Ask) {
  const body = await crm.getUnversioned("credentials");
  const texts = (value: unknown): string[] => toList(value).map(toText).filter(Boolean);
  return {
    scopes: "scopes" in body ? texts(body.scopes) : undefined,
    credentials: texts(body.credentials),
    siteAccess: optionalText.parse(body.siteAccess),
    sitesAvailable: sitesAvailable(body, texts),
  };
}

/** Absent for a key that reaches all sites, and `[]` there means the same. */
function sitesAvailable(body: Record<string, unknown>, texts: (value: unknown) => string[]): string[] | undefined {
  const found = texts(body.sitesAvailable);
  return found.length === 0 && body.siteAccess !== "access_selective" ? undefined : found;
}

export async function fetchSystemInfo(crm: Ask) {
  const body = await crm.getUnversioned("system-info");
  return { publicUrl: optionalText.parse(body.publicUrl), technicalUrl: optionalText.parse(body.technicalUrl) };
}

/** The only part of the API in snake_case. */
export async function fetchSettings(crm: Ask) {
  const { settings } = await crm.get("settings");
  const value = (key: string): string | undefined => {
    const setting = isObject(settings) ? settings[key] : undefined;
    return optionalText.parse(isObject(setting) ? setting.value : setting);
  };
  return { timeZone: value("timezone"), currency: value("default_currency"), language: value("system_language") };
}

const customField = z.object({ code: requiredText, entity: optionalText });

export async function fetchCustomFields(crm: Ask, entity: "order"): Promise<{ code: string }[]> {
  const found: { code: string }[] = [];
  for await (const rows of allPages(crm, "custom-fields", { "filter[entity]": entity, limit: 100 }, "customFields")) {
    const fields = readableListOf(customField).parse(rows);
    found.push(...fields.filter((field) => (field.entity ?? entity) === entity).map(({ code }) => ({ code })));
  }
  return found;
}

export async function createCustomField(
  crm: Ask,
  entity: "order",
  field: { code: string; name: string; type: "string"; displayArea?: string },
): Promise<void> {
  await crm.post(`custom-fields/${entity}/create`, { customField: field });
}

/** Asked more than once a minute it is refused with 400: the load that was asked for is then under way anyway. */
export async function askCatalogLoad(crm: Ask): Promise<void> {
  try {
    await crm.get("statistic/update");
  } catch (error) {
    if (!isApiError(error, "rejected") || error.httpStatus !== 400) throw error;
  }
}

export async function saveModule(crm: Ask, code: string, module: Record<string, unknown>): Promise<void> {
  const path = `integration-modules/${encodeURIComponent(code)}/edit`;
  await crm.post(path, { integrationModule: { code, ...module } }, { pattern: "integration-modules/{code}/edit" });
}
