import { asText, type Parameters } from "./parameters.ts";
import { missing, refuse, refuseInput, texts } from "./refusal.ts";
import type { Actor, ApiKey, Fields, State } from "./state.ts";
import type { Switches } from "./switches.ts";

/** The account behind the API: its records, its time and how it is reached. */
export type Crm = {
  state: State;
  switches: Switches;
  now: () => Date;
  /** the present time as the account writes it */
  time: () => string;
  random: () => number;
  /** address of this CRM, without a slash at the end */
  baseUrl: string;
  fetchCatalog: (url: string) => Promise<string>;
  /** catalogue loads under way */
  loads: Set<Promise<void>>;
};

/** One call that passed the checks of key and permission. */
export type Call = {
  crm: Crm;
  path: Record<string, string>;
  query: Parameters;
  form: Parameters;
  rawBody: string;
  key: ApiKey;
  actor: Actor;
  /** the present time as the account writes it */
  time: string;
};

export type Reply = { status: number; body: Fields } | { status: number; text: string };

export type Route = {
  method: "GET" | "POST";
  /** as in the reference's index, without the host: `/api/v5/orders/{id}/edit` */
  path: string;
  /** the key's permission; none: any valid key */
  scope?: string;
  run: (call: Call) => Reply;
};

export function ok(body: Fields = {}, status = 200): Reply {
  return { status, body: { success: true, ...body } };
}

export function created(body: Fields = {}): Reply {
  return ok(body, 201);
}

/** A plain parameter: form field first, query else. */
export function plain(call: Call, name: string): string | undefined {
  return asText(call.form[name]) ?? asText(call.query[name]);
}

export function reachableSites(crm: Crm, key: ApiKey): string[] {
  const all = Object.keys(crm.state.books.sites ?? {});
  return key.sites === "all" ? all : all.filter((site) => key.sites.includes(site));
}

/** The site a call is about (reference 1.5): the parameter, or the only one the key reaches. */
export function chosenSite(call: Call): string | undefined {
  const reachable = reachableSites(call.crm, call.key);
  const given = plain(call, "site");
  if (given !== undefined && given !== "") {
    if (!reachable.includes(given)) refuseInput("site");
    return given;
  }
  return reachable.length === 1 ? reachable[0] : undefined;
}

export function neededSite(call: Call): string {
  return chosenSite(call) ?? missing("site");
}

/** How the identifier in the path is read, and in which site. */
export function identifierKind(call: Call, name = "by"): "id" | "externalId" {
  const by = plain(call, name) ?? "externalId";
  if (by !== "id" && by !== "externalId") refuseInput(name, "The value you selected is not a valid choice.");
  return by;
}

/** One form field that holds JSON: an object (reference 1.3). An empty one counts as missing. */
export function jsonObject(call: Call, name: string): Fields {
  const value = json(call, name);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    if (Array.isArray(value) && value.length === 0) missing(name);
    refuse(400, `Expected array, but got ${describe(value)}`);
  }
  if (Object.keys(value).length === 0) missing(name);
  return value as Fields;
}

/** One form field that holds a JSON list of objects, at most `most` of them. */
export function jsonList(call: Call, name: string, most: number): Fields[] {
  const value = json(call, name);
  if (!Array.isArray(value)) refuse(400, `Expected array, but got ${describe(value)}`);
  if (value.length === 0) missing(name);
  if (value.length > most) {
    refuse(400, texts.entityErrors, { [name]: `This collection should contain ${most} elements or less.` });
  }
  if (value.some((entry) => typeof entry !== "object" || entry === null || Array.isArray(entry))) {
    refuse(400, texts.entityErrors, { [name]: texts.notValid });
  }
  return value as Fields[];
}

function json(call: Call, name: string): unknown {
  const tree = call.form[name];
  if (tree === undefined || tree === "") return missing(name);
  // Some methods of the service also take bracketed scalars in place of the JSON text.
  if (typeof tree !== "string") return tree;
  try {
    return JSON.parse(tree) as unknown;
  } catch {
    return null;
  }
}

function describe(value: unknown): string {
  if (value === null) return "NULL: null";
  return `${typeof value}: ${JSON.stringify(value)}`;
}
