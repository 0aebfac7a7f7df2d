import { reachSafePlace } from "../connections/work-lane.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { Run } from "../log/run.ts";
import { loadMapping, loadReferenceLists } from "../mapping/mapping.sql.ts";
import { counterpartOf, type MappingKind, mappingKinds } from "../mapping/mapping.ts";
import { type Amount, fromAmount, toAmount } from "./amount.ts";
import { expectedTotal } from "./order-total.ts";
import type { ArchivePage } from "./read-archive.flow.ts";

type Unmapped = Record<MappingKind, Map<number, { id: number; title: string; orders: number }>>;

/** What an upload would do: counts, sums per currency, orders that are there already, elements without a pair. Writes nothing. */
export async function previewArchive(
  ctx: ConnectionContext,
  run: Run,
  pages: AsyncGenerator<ArchivePage>,
): Promise<void> {
  const mapping = await loadMapping(ctx, ctx.connection.id);
  const lists = await loadReferenceLists(ctx, ctx.connection.id);
  const statusTitle = (id: number) => lists.statuses.horoshop.find((status) => status.id === id)?.title ?? "";
  const totals = new Map<string, Amount>();
  const unmapped: Unmapped = { statuses: new Map(), deliveryTypes: new Map(), paymentTypes: new Map() };
  let orders = 0;
  let existing = 0;
  for await (const { orders: part, next, done } of pages) {
    orders += part.length;
    run.counts.read += part.length;
    for (const order of part) {
      const currency = order.currency ?? ctx.connection.crmCurrency ?? "";
      totals.set(currency, (totals.get(currency) ?? 0n) + toAmount(expectedTotal(order)));
      noteElement(unmapped, "statuses", order.stat_status, statusTitle(order.stat_status), mapping);
      if (order.delivery_type)
        noteElement(unmapped, "deliveryTypes", order.delivery_type.id, order.delivery_type.title, mapping);
      if (order.payment_type)
        noteElement(unmapped, "paymentTypes", order.payment_type.id, order.payment_type.title, mapping);
    }
    if (part.length > 0 && ctx.connection.crmSite) {
      const there = await ctx.crm.fetchOrders({
        externalIds: part.map((order) => String(order.order_id)),
        sites: [ctx.connection.crmSite],
      });
      existing += there.length;
    }
    run.preview = previewOf(orders, existing, totals, unmapped);
    run.progress = { ...run.progress, place: next, done };
    await reachSafePlace(ctx, run);
  }
  run.preview = previewOf(orders, existing, totals, unmapped);
}

function noteElement(
  unmapped: Unmapped,
  kind: MappingKind,
  id: number,
  title: string,
  mapping: Parameters<typeof counterpartOf>[0],
): void {
  if (counterpartOf(mapping, kind, id).is !== "none") return;
  const known = unmapped[kind].get(id);
  unmapped[kind].set(id, { id, title: title || `№ ${id}`, orders: (known?.orders ?? 0) + 1 });
}

function previewOf(
  orders: number,
  existing: number,
  totals: Map<string, Amount>,
  unmapped: Unmapped,
): Record<string, unknown> {
  return {
    orders,
    existing,
    total: Object.fromEntries([...totals].map(([currency, amount]) => [currency, fromAmount(amount)])),
    unmapped: Object.fromEntries(
      mappingKinds.map((kind) => [kind, [...unmapped[kind].values()].sort((a, b) => a.id - b.id)]),
    ),
  };
}
