import { hasScope } from "../connections/connection.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import { ApiError } from "../http/api-error.ts";
import { loadMapping, loadReferenceLists } from "../mapping/mapping.sql.ts";
import type { ReferenceLists } from "../mapping/mapping.ts";
import { refreshReferenceLists } from "../mapping/reference-lists.flow.ts";
import type { CrmOrder } from "../retailcrm/schema.ts";
import type { Batch, SyncOptions } from "./batch.ts";
import { loadKnownOffers, saveKnownOffers } from "./customer-links.sql.ts";
import { readListsFor } from "./fresh-lists.flow.ts";
import type { CrmSides } from "./read-crm-orders.flow.ts";
import { toLocalTime } from "./shop-time.ts";

/** What all orders of a batch are planned with: mapping, lists, settings, and which articles the CRM lacks. */
export async function prepareBatch(
  ctx: ConnectionContext,
  orders: HoroshopOrder[],
  sides: CrmSides,
  options: SyncOptions & { wantsLists: boolean },
): Promise<Batch> {
  const { connection } = ctx;
  const mapping = await loadMapping(ctx, connection.id);
  let lists = await loadReferenceLists(ctx, connection.id);
  const unknown = orders.flatMap((order) => unknownElements(order, sides.get(order.order_id), lists));
  if (options.wantsLists && isStale(lists, ctx.now())) lists = await refreshReferenceLists(ctx);
  else lists = await readListsFor(ctx, unknown, lists, options);
  const unknownOffers = await findUnknownOffers(ctx, orders, options.missingOffers);
  const facts = {
    shortId: connection.id,
    crmTimeZone: connection.crmTimeZone,
    crmCurrency: connection.crmCurrency,
    settings: connection.settings,
    unknownOffers,
    hasOrderFields: connection.shopFeatures.orderFields === true,
  };
  const crmNow = toLocalTime(ctx.now(), connection.crmTimeZone ?? connection.settings.timeZone);
  return { ...options, mapping, lists, facts, crmNow };
}

function unknownElements(order: HoroshopOrder, crm: CrmOrder | ApiError | undefined, lists: ReferenceLists): string[] {
  const lacks = (kind: "statuses" | "deliveryTypes" | "paymentTypes", id: number | undefined) =>
    id !== undefined && !lists[kind].horoshop.some((element) => element.id === id) ? [`${kind}:${id}`] : [];
  const unknown = [
    ...lacks("statuses", order.stat_status),
    ...lacks("deliveryTypes", order.delivery_type?.id),
    ...lacks("paymentTypes", order.payment_type?.id),
  ];
  if (crm && "status" in crm && !lists.statuses.crm.some((element) => element.code === crm.status))
    unknown.push(`crm:${crm.status}`);
  return unknown;
}

/** Lists are not read again for the sake of an order's remark more often than once a minute. */
function isStale(lists: ReferenceLists, now: Date): boolean {
  return !lists.fetchedAt || now.getTime() - lists.fetchedAt.getTime() > 60_000;
}

/** Articles that the CRM's catalogue lacks; known ones are remembered and never asked for again. */
async function findUnknownOffers(
  ctx: ConnectionContext,
  orders: HoroshopOrder[],
  missing: Set<string>,
): Promise<Set<string>> {
  const articles = [...new Set(orders.flatMap((order) => order.products.map((line) => line.article)))].filter(Boolean);
  if (articles.length === 0 || !hasScope(ctx.connection, "store_read")) return new Set();
  const known = await loadKnownOffers(ctx, articles);
  const unsure = articles.filter((article) => !known.has(article) && !missing.has(article));
  if (unsure.length > 0) {
    try {
      const found = await ctx.crm.fetchOfferArticles(unsure, ctx.connection.crmSite!);
      await saveKnownOffers(ctx, found);
      for (const article of unsure) if (!found.includes(article)) missing.add(article);
    } catch (error) {
      // An account that refuses this question tells at the order itself.
      if (!(error instanceof ApiError) || error.kind !== "rejected") throw error;
    }
  }
  return new Set(articles.filter((article) => missing.has(article)));
}
