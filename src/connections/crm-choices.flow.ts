import type { z } from "zod";
import { type ConnectionContext, makeRetailcrmClient } from "../context.ts";
import { isApiError } from "../http/api-error.ts";
import { SchemaFailure } from "../web/body.ts";
import { hasScope } from "./connection.ts";
import type { Settings } from "./settings.ts";

type Choice = { code: string; name: string };
/** null: the CRM does not tell (a permission is missing, or it does not answer now). */
type CrmChoices = { orderTypes: Choice[] | null; orderMethods: Choice[] | null; stores: Choice[] | null };

/** What the CRM has for the settings that take one of its codes; switched-off entries are left out. */
export async function fetchCrmChoices(ctx: ConnectionContext): Promise<CrmChoices> {
  const { connection } = ctx;
  // A CRM that refused the key is not asked until it is replaced.
  if (connection.loginRefused === "crm_key_rejected") return { orderTypes: null, orderMethods: null, stores: null };
  // Somebody waits for the answer: the first one counts.
  const crm = makeRetailcrmClient(ctx, { url: connection.crmUrl, apiKey: connection.crmKey });
  const [orderTypes, orderMethods, stores] = await Promise.all([
    choices(() => crm.fetchOrderTypes()),
    choices(() => crm.fetchOrderMethods()),
    hasScope(connection, "store_read") ? choices(() => crm.fetchStores()) : null,
  ]);
  return { orderTypes, orderMethods, stores };
}

type Entry = { code: string; name?: string | undefined; active?: boolean | undefined };

async function choices(fetchEntries: () => Promise<Entry[]>): Promise<Choice[] | null> {
  try {
    const entries = await fetchEntries();
    const active = entries.filter((entry) => entry.active !== false);
    return active.length === 0 ? null : active.map(({ code, name }) => ({ code, name: name || code }));
  } catch (error) {
    if (!isApiError(error)) throw error;
    return null;
  }
}

/**
 * Codes that the CRM does not have would make it refuse every order: they are refused where they are typed. Only what
 * changed is asked about; a CRM that does not tell now is believed.
 * @throws SchemaFailure 400 with the fields
 */
export async function requireKnownCodes(ctx: ConnectionContext, before: Settings, settings: Settings): Promise<void> {
  const given: { path: string[]; code: string | null; old: (string | null)[]; of: keyof CrmChoices }[] = [
    { path: ["orderType"], code: settings.orderType, old: [before.orderType], of: "orderTypes" },
    { path: ["orderMethod"], code: settings.orderMethod, old: [before.orderMethod], of: "orderMethods" },
    { path: ["stock", "crmStore"], code: settings.stock.crmStore, old: [before.stock.crmStore], of: "stores" },
    ...settings.stock.stores.map((code, place) => ({
      path: ["stock", "stores", String(place)],
      code,
      old: before.stock.stores,
      of: "stores" as const,
    })),
  ];
  const changed = given.filter(({ code, old }) => code !== null && code !== "" && !old.includes(code));
  if (changed.length === 0) return;
  const known = await fetchCrmChoices(ctx);
  const issues = changed.flatMap(({ path, code, of }): z.core.$ZodIssueCustom[] => {
    const entries = known[of];
    if (!entries || entries.some((entry) => entry.code === code)) return [];
    const codes = entries.map((entry) => entry.code).slice(0, codesShown);
    return [
      { code: "custom", path: ["settings", ...path], message: "field_crm_code", params: { codes: codes.join(", ") } },
    ];
  });
  if (issues.length > 0) throw new SchemaFailure(issues);
}

const codesShown = 20;
