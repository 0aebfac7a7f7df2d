import type { ApiError } from "./api.ts";
import type { Site } from "./api-shapes.ts";

/** Which field of the connection forms a refusal belongs to (contract, codes of POST /connections). */
const places: Record<string, string> = {
  crm_address_refused: "crm.url",
  crm_unreachable: "crm.url",
  crm_key_rejected: "crm.apiKey",
  crm_scopes_missing: "crm.apiKey",
  site_required: "crm.site",
  site_unknown: "crm.site",
  site_taken: "crm.site",
  site_in_use: "crm.site",
  horoshop_address_refused: "horoshop.url",
  horoshop_unreachable: "horoshop.url",
  horoshop_not_a_shop: "horoshop.url",
  shop_changed: "horoshop.url",
  connection_exists: "horoshop.url",
  horoshop_login_rejected: "horoshop.login",
  horoshop_api_unavailable: "horoshop.login",
};

export type Refusal = {
  /** Field of the form → text. */
  fields: Record<string, string>;
  /** What belongs to no field; shown above the form. */
  general: string | undefined;
  /** Names of permissions that the API key lacks, as far as the texts do not name them already. */
  missing: string[];
};

/**
 * Spreads a refusal over the fields of a form: the server's own field texts, then its message at the field of the code,
 * then further refusals (`details.also`) in our words. `shown` are the fields that the form has.
 */
export function readRefusal(failure: ApiError, shown: string[], words: (code: string) => string): Refusal {
  const fields: Record<string, string> = {};
  const others: string[] = [];
  const put = (field: string | undefined, text: string) => {
    if (field === undefined || !shown.includes(field)) others.push(text);
    else if (fields[field] === undefined) fields[field] = text;
  };
  for (const [field, text] of Object.entries(failure.fields)) {
    if (shown.includes(field)) fields[field] = text;
    else others.push(`${field}: ${text}`);
  }
  if (Object.keys(failure.fields).length === 0) put(places[failure.code], failure.message || words(failure.code));
  for (const code of textsOf(failure.details.also)) put(places[code], words(code));
  return {
    fields,
    general: others.length > 0 ? others.join(" ") : undefined,
    missing: textsOf(failure.details.missing).filter((scope) => !failure.message.includes(scope)),
  };
}

/** The shops of the CRM among which a person must choose; empty when the refusal names none. */
export function sitesOf(failure: ApiError): Site[] {
  const sites = failure.details.sites;
  if (!Array.isArray(sites)) return [];
  return sites
    .filter((site): site is Site => typeof site?.code === "string")
    .map(({ code, name }) => ({ code, name: name ?? code }));
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}
