import { hasScope } from "../connections/connection.ts";
import { askForRecheck } from "../connections/manage.flow.ts";
import type { ConnectionContext } from "../context.ts";
import { isApiError } from "../http/api-error.ts";
import { refreshDerivedProblems } from "../log/problems.sql.ts";
import { loadMapping, loadReferenceLists, type ReferenceRow, saveReferenceLists } from "./mapping.sql.ts";
import { isComplete, mappingGaps, type ReferenceLists } from "./mapping.ts";

/**
 * Reads the lists of both sides again and stores them. A side that fails throws its ApiError and leaves everything as
 * it was: nothing counts as removed after an incomplete read.
 */
export async function refreshReferenceLists(ctx: ConnectionContext): Promise<ReferenceLists> {
  const [crm, shop] = await Promise.all([
    readCrmLists(ctx),
    ctx.connection.shopUrl ? readShopLists(ctx) : Promise.resolve([]),
  ]);
  const before = await loadReferenceLists(ctx, ctx.connection.id);
  await saveReferenceLists(ctx, [...shop, ...crm], ctx.connection.shopUrl ? ["horoshop", "crm"] : ["crm"]);
  await reportGaps(ctx);
  const lists = await loadReferenceLists(ctx, ctx.connection.id);
  // What waits because the CRM had or allowed something no longer, or not yet, is looked at again.
  if (before.fetchedAt && rulesOf(before) !== rulesOf(lists)) await askForRecheck(ctx, true);
  return lists;
}

/** What the CRM allows: which statuses, delivery and payment types there are, and which go together. */
function rulesOf({ statuses, deliveryTypes, paymentTypes, paymentStatuses }: ReferenceLists): string {
  const rules = [statuses, deliveryTypes, paymentTypes, paymentStatuses].map((list) =>
    list.crm.map((one) => [one.code, one.active && !one.missing, [...(one.paymentTypes ?? [])].sort()]).sort(),
  );
  return JSON.stringify(rules);
}

/** Brings the problems list into line with lists, mapping and orders; after the gate only, before it the state says it. */
export async function reportGaps(ctx: ConnectionContext): Promise<void> {
  if (!ctx.connection.mappedAt) return refreshDerivedProblems(ctx, []);
  const [mapping, lists] = await Promise.all([
    loadMapping(ctx, ctx.connection.id),
    loadReferenceLists(ctx, ctx.connection.id),
  ]);
  await refreshDerivedProblems(ctx, mappingGaps(mapping, lists));
}

/** Passes the gate when a list that shrank (or a first read) leaves nothing unmapped. */
export async function isMappingComplete(ctx: ConnectionContext): Promise<boolean> {
  const [mapping, lists] = await Promise.all([
    loadMapping(ctx, ctx.connection.id),
    loadReferenceLists(ctx, ctx.connection.id),
  ]);
  return isComplete(mapping, lists);
}

/** The account's time zone: all its times are in it. Without the right to read it, it stays as it was known. */
async function refreshAccount(ctx: ConnectionContext): Promise<void> {
  const { connection } = ctx;
  try {
    const { timeZone } = await ctx.crm.fetchSettings();
    if (!timeZone || timeZone === connection.crmTimeZone) return;
    connection.crmTimeZone = timeZone;
    await ctx.db.updateTable("connections").set({ crm_time_zone: timeZone }).where("id", "=", connection.id).execute();
  } catch (error) {
    if (!isApiError(error, "rejected")) throw error;
  }
}

async function readShopLists(ctx: ConnectionContext): Promise<ReferenceRow[]> {
  const [statuses, deliveries, payments] = await Promise.all([
    ctx.horoshop.fetchStatuses(),
    ctx.horoshop.fetchDeliveryTypes(),
    ctx.horoshop.fetchPaymentTypes(),
  ]);
  const row = (
    kind: string,
    entry: { id: number; title: Record<string, string>; enabled?: boolean },
    details: Record<string, unknown>,
  ): ReferenceRow => ({
    kind,
    side: "horoshop",
    id: String(entry.id),
    title: titleIn(entry.title, ctx.connection.settings.language) || `№ ${entry.id}`,
    group: null,
    enabled: entry.enabled ?? true,
    details: { titles: Object.values(entry.title).filter(Boolean), ...details },
  });
  return [
    ...statuses.map((entry) => row("statuses", entry, { successful: entry.is_successful })),
    ...deliveries.map((entry) => row("deliveryTypes", entry, { payment: entry.payment })),
    ...payments.map((entry) => row("paymentTypes", entry, {})),
  ];
}

async function readCrmLists(ctx: ConnectionContext): Promise<ReferenceRow[]> {
  const site = ctx.connection.crmSite;
  const here = (sites: string[]) => site === null || sites.length === 0 || sites.includes(site);
  await refreshAccount(ctx);
  const [sites, statuses, groups, deliveries, payments, paymentStatuses] = await Promise.all([
    ctx.crm.fetchSites(),
    ctx.crm.fetchStatuses(),
    ctx.crm.fetchStatusGroups(),
    ctx.crm.fetchDeliveryTypes(),
    ctx.crm.fetchPaymentTypes(),
    ctx.crm.fetchPaymentStatuses(),
  ]);
  const groupOrder = (code: string | undefined) => groups.find((group) => group.code === code)?.ordering ?? 1_000_000;
  const sorted = [...statuses].sort((a, b) => groupOrder(a.group) - groupOrder(b.group) || a.ordering - b.ordering);
  const row = (
    kind: string,
    entry: { code: string; name: string; active: boolean },
    group: string | null,
    details: Record<string, unknown>,
  ): ReferenceRow => ({
    kind,
    side: "crm",
    id: entry.code,
    title: entry.name || entry.code,
    group,
    enabled: entry.active,
    details,
  });
  return [
    ...sites.map((entry) => row("sites", { ...entry, active: true }, null, { currency: entry.currency })),
    ...sorted.map((entry) =>
      row("statuses", entry, entry.group ?? null, {
        groupName: groups.find((group) => group.code === entry.group)?.name ?? entry.group,
      }),
    ),
    ...deliveries.map((entry) =>
      row("deliveryTypes", { ...entry, active: entry.active && here(entry.sites) }, null, {
        paymentTypes: entry.paymentTypes,
      }),
    ),
    ...payments.map((entry) =>
      row("paymentTypes", { ...entry, active: entry.active && here(entry.sites) }, null, {
        deliveryTypes: entry.deliveryTypes,
        integrated: entry.integrated,
      }),
    ),
    ...[...paymentStatuses]
      .sort((a, b) => a.ordering - b.ordering)
      .map((entry) => row("paymentStatuses", entry, null, { complete: entry.paymentComplete })),
  ];
}

/** The text in the wished language, else Ukrainian, Russian, English, else the first that is filled. */
export function titleIn(title: Record<string, string>, language: string): string {
  for (const key of [language, "ua", "uk", "ru", "en"]) if (title[key]) return title[key];
  return Object.values(title).find(Boolean) ?? "";
}

export function mayCreateEntries(ctx: ConnectionContext): boolean {
  return hasScope(ctx.connection, "reference_write");
}
