import { isRecordTrouble } from "../connections/trouble.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import type { ApiError } from "../http/api-error.ts";
import type { CrmHistoryEntry, CrmOrder } from "../retailcrm/schema.ts";
import type { OrderLink } from "./order-links.sql.ts";

/** What the CRM has of each shop order, by the shop's number: an order, nothing, or the trouble in reading it. */
export type CrmSides = Map<number, CrmOrder | ApiError>;

/**
 * Linked orders are read by their CRM id, others looked for under our number: a create may have happened unseen. When
 * the answer for all cannot be used, each order is asked for alone, so that one that cannot be read stops no other.
 */
export async function readCrmOrders(
  ctx: ConnectionContext,
  orders: HoroshopOrder[],
  links: Map<string, OrderLink>,
): Promise<CrmSides> {
  try {
    return await readTogether(ctx, orders, links);
  } catch (error) {
    if (!concernsRecords(error)) throw error;
    return readAlone(ctx, orders, links);
  }
}

/** A refusal, or an answer in which a single order cannot be read; an answer that is unreadable as a whole is an outage. */
function concernsRecords(error: unknown): error is ApiError {
  return isRecordTrouble(error) && (error.kind === "rejected" || error.details.length > 0);
}

async function readTogether(
  ctx: ConnectionContext,
  orders: HoroshopOrder[],
  links: Map<string, OrderLink>,
): Promise<CrmSides> {
  const site = ctx.connection.crmSite!;
  const crmIdOf = (order: HoroshopOrder) => links.get(String(order.order_id))?.crmOrderId ?? undefined;
  const ids = orders.flatMap((order) => crmIdOf(order) ?? []);
  const externalIds = orders.filter((order) => crmIdOf(order) === undefined).map((order) => String(order.order_id));
  const linked = ids.length > 0 ? await ctx.crm.fetchOrders({ ids }) : [];
  const found = externalIds.length > 0 ? await ctx.crm.fetchOrders({ externalIds, sites: [site] }) : [];
  const byId = new Map(linked.map((order) => [order.id, order]));
  const byExternalId = new Map(found.filter((order) => order.site === site).map((order) => [order.externalId, order]));

  const sides: CrmSides = new Map();
  for (const order of orders) {
    const id = crmIdOf(order);
    const crm = id === undefined ? byExternalId.get(String(order.order_id)) : byId.get(id);
    if (crm) sides.set(order.order_id, crm);
  }
  return sides;
}

async function readAlone(
  ctx: ConnectionContext,
  orders: HoroshopOrder[],
  links: Map<string, OrderLink>,
): Promise<CrmSides> {
  const sides: CrmSides = new Map();
  for (const order of orders) {
    try {
      for (const [id, side] of await readTogether(ctx, [order], links)) sides.set(id, side);
    } catch (error) {
      if (!concernsRecords(error)) throw error;
      sides.set(order.order_id, error);
    }
  }
  return sides;
}

type GoneReason = "deleted_in_crm" | "combined_in_crm";

/** A merged order's record is marked as deleted, too: where it went says more. */
export function goneReasonOf(entry: CrmHistoryEntry): GoneReason | undefined {
  if (entry.combinedTo) return "combined_in_crm";
  return entry.deleted ? "deleted_in_crm" : undefined;
}

const historyPagesMax = 20;

/** Whether somebody did away with an order that the CRM no longer has; undefined when its history does not say so. */
export async function findGoneReason(ctx: ConnectionContext, crmOrderId: number): Promise<GoneReason | undefined> {
  let sinceId = 0;
  for (let page = 0; page < historyPagesMax; page += 1) {
    const { entries, unreadable, totalPages } = await ctx.crm.fetchHistory({ sinceId, orderId: crmOrderId });
    const gone = entries.find((entry) => entry.order.id === crmOrderId && goneReasonOf(entry) !== undefined);
    if (gone) return goneReasonOf(gone);
    const last = Math.max(sinceId, ...entries.map((entry) => entry.id), ...unreadable);
    if (last === sinceId || totalPages <= 1) return undefined;
    sinceId = last;
  }
  return undefined;
}
