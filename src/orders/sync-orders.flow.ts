import { randomUUID } from "node:crypto";
import { hasScope } from "../connections/connection.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import { ApiError } from "../http/api-error.ts";
import { loadMapping, loadReferenceLists } from "../mapping/mapping.sql.ts";
import type { ReferenceLists } from "../mapping/mapping.ts";
import { refreshReferenceLists } from "../mapping/reference-lists.flow.ts";
import type { CrmOrder } from "../retailcrm/schema.ts";
import { applyChanges } from "./apply-changes.flow.ts";
import type { Batch, SyncOptions } from "./batch.ts";
import { type CreateCase, createOrders } from "./create-orders.flow.ts";
import { loadKnownOffers, saveKnownOffers } from "./customer-links.sql.ts";
import { claimOrders, loadLinks, type OrderLink, releaseClaims } from "./order-links.sql.ts";
import { planChanges } from "./plan-changes.ts";
import { planNewOrder } from "./plan-order.ts";
import { orderPrint } from "./print.ts";
import { rememberOutcome, rememberTrouble } from "./remember.flow.ts";
import { noteWorked } from "./run-orders.sql.ts";
import { withSentWrites } from "./sent-writes.ts";
import { toLocalTime } from "./shop-time.ts";
import { countOutcome, countRead, countUntouched } from "./tally.ts";
import type { ChangeCase } from "./write-to-crm.flow.ts";

type BatchCase = { order: HoroshopOrder; link: OrderLink | undefined; crm: CrmOrder | undefined };

const batchMax = 50;

/**
 * The one way of an order: read both sides → plan → apply → remember. Whoever found the orders hands them in as read
 * from the shop; the CRM's side is read here. Trouble of one record stays with that record; trouble of a side is thrown
 * (as ApiError) after what was done is remembered.
 */
export async function syncOrders(ctx: ConnectionContext, orders: HoroshopOrder[], options: SyncOptions): Promise<void> {
  const unique = [...new Map(orders.map((order) => [order.order_id, order])).values()];
  countRead(
    options,
    unique.map((order) => order.order_id),
  );
  for (let start = 0; start < unique.length; start += batchMax) {
    options.signal.throwIfAborted();
    await syncBatch(ctx, unique.slice(start, start + batchMax), options);
  }
}

async function syncBatch(ctx: ConnectionContext, orders: HoroshopOrder[], options: SyncOptions): Promise<void> {
  const links = await loadLinks(
    ctx,
    orders.map((order) => String(order.order_id)),
  );
  const moved = orders.filter((order) => needsWork(order, links.get(String(order.order_id)), options));
  countUntouched(
    options,
    orders.filter((order) => !moved.includes(order)).map((order) => order.order_id),
  );
  if (moved.length === 0) return;
  const worker = randomUUID();
  const claimed = await claimOrders(ctx, moved, worker);
  const mine = moved.filter((order) => claimed.has(String(order.order_id)));
  for (const order of moved) if (!mine.includes(order)) options.unsettled.add(order.order_id);
  await noteWorked(
    ctx,
    options,
    mine.map((order) => order.order_id),
  );
  try {
    await settle(ctx, mine, links, options);
  } finally {
    await releaseClaims(
      ctx,
      mine.map((order) => String(order.order_id)),
      worker,
    );
  }
}

/** Orders that somebody set aside stay so; others are worked on when asked to, when new, or when the shop changed them. */
function needsWork(order: HoroshopOrder, link: OrderLink | undefined, options: SyncOptions): boolean {
  if (!link) return true;
  const aside =
    link.state === "excluded" && ["dismissed", "deleted_in_crm", "combined_in_crm"].includes(link.reason ?? "");
  if (aside) return options.again;
  if (options.force || options.again) return true;
  return link.shopHash !== orderPrint(order);
}

async function settle(
  ctx: ConnectionContext,
  orders: HoroshopOrder[],
  links: Map<string, OrderLink>,
  options: SyncOptions,
): Promise<void> {
  const crmOrders = await readCrmOrders(ctx, orders, links);
  const cases = orders.map((order): BatchCase => {
    const link = links.get(String(order.order_id));
    return {
      order,
      link,
      crm: link?.crmOrderId ? crmOrders.byId.get(link.crmOrderId) : crmOrders.byExternalId.get(String(order.order_id)),
    };
  });
  const batch = await prepareBatch(ctx, cases, options);
  const creates: CreateCase[] = [];
  const changes: ChangeCase[] = [];
  for (const one of cases) await sortCase(ctx, one, batch, creates, changes);
  await createOrders(ctx, creates, batch);
  await applyChanges(ctx, changes, batch);
}

type CrmOrders = { byId: Map<number, CrmOrder>; byExternalId: Map<string, CrmOrder> };

/** Linked orders are read by their CRM id, others looked for under our number: a create may have happened unseen. */
async function readCrmOrders(
  ctx: ConnectionContext,
  orders: HoroshopOrder[],
  links: Map<string, OrderLink>,
): Promise<CrmOrders> {
  const site = ctx.connection.crmSite!;
  const linked = orders
    .map((order) => links.get(String(order.order_id))?.crmOrderId)
    .filter((id): id is number => typeof id === "number");
  const unlinked = orders.map((order) => String(order.order_id)).filter((id) => !links.get(id)?.crmOrderId);
  const byId = linked.length > 0 ? await ctx.crm.fetchOrders({ ids: linked }) : [];
  const byExternalId = unlinked.length > 0 ? await ctx.crm.fetchOrders({ externalIds: unlinked, sites: [site] }) : [];
  return {
    byId: new Map(byId.map((order) => [order.id, order])),
    byExternalId: new Map(
      byExternalId
        .filter((order) => order.site === site && order.externalId !== undefined)
        .map((order) => [order.externalId!, order]),
    ),
  };
}

async function prepareBatch(ctx: ConnectionContext, cases: BatchCase[], options: SyncOptions): Promise<Batch> {
  const { connection } = ctx;
  const mapping = await loadMapping(ctx, connection.id);
  let lists = await loadReferenceLists(ctx, connection.id);
  if (cases.some((one) => meetsUnknown(one, lists)) && isStale(lists, ctx.now()))
    lists = await refreshReferenceLists(ctx);
  const unknownOffers = await findUnknownOffers(
    ctx,
    cases.map((one) => one.order),
    options.missingOffers,
  );
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

function meetsUnknown({ order, crm }: BatchCase, lists: ReferenceLists): boolean {
  const lacks = (kind: "statuses" | "deliveryTypes" | "paymentTypes", id: number | undefined) =>
    id !== undefined && !lists[kind].horoshop.some((element) => element.id === id);
  if (
    lacks("statuses", order.stat_status) ||
    lacks("deliveryTypes", order.delivery_type?.id) ||
    lacks("paymentTypes", order.payment_type?.id)
  )
    return true;
  return crm !== undefined && !lists.statuses.crm.some((element) => element.code === crm.status);
}

/** Lists are not read again for the sake of one odd id more often than once a minute. */
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

/** Plans one order and puts it where it belongs; what needs no write is remembered at once. */
async function sortCase(
  ctx: ConnectionContext,
  one: BatchCase,
  batch: Batch,
  creates: CreateCase[],
  changes: ChangeCase[],
): Promise<void> {
  const { order, link } = one;
  try {
    let crm = one.crm;
    if (link?.crmOrderId && !crm)
      crm = await ctx.crm.fetchOrder(String(link.crmOrderId), "id", ctx.connection.crmSite!);
    if (link?.crmOrderId && crm) {
      changes.push(changeCase(order, link, crm, batch, false));
      return;
    }
    const view = link && { crmOrderId: null, agreement: {}, confirmed: link.confirmed, problem: link.problem };
    const plan = planNewOrder({
      shop: order,
      crm,
      link: view,
      mapping: batch.mapping,
      lists: batch.lists,
      facts: batch.facts,
    });
    if (plan.do === "create") creates.push({ order, link, draft: plan.draft, remarks: plan.remarks });
    else if (plan.do === "adopt") changes.push(changeCase(order, link, crm!, batch, true));
    else await rememberAside(ctx, order, link, batch, plan);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    await rememberTrouble(ctx, order, link, error, link?.createPending ?? false);
    throw error;
  }
}

function changeCase(
  order: HoroshopOrder,
  link: OrderLink | undefined,
  crm: CrmOrder,
  batch: Batch,
  isAdopted: boolean,
): ChangeCase {
  const view = {
    crmOrderId: crm.id,
    // An order of ours whose create was never answered begins where that create left it; a stranger knows no past.
    agreement: isAdopted && !link?.createPending ? {} : (link?.agreement ?? {}),
    confirmed: isAdopted ? null : (link?.confirmed ?? null),
    problem: link?.problem ?? null,
  };
  const { mapping, lists, facts, crmNow } = batch;
  const input = withSentWrites({ shop: order, crm, link: view, mapping, lists, facts, again: batch.again, crmNow });
  return { order, link, crm, input, changes: planChanges(input), isAdopted };
}

async function rememberAside(
  ctx: ConnectionContext,
  order: HoroshopOrder,
  link: OrderLink | undefined,
  batch: Batch,
  plan: { do: "hold"; problem: { code: string; params: Record<string, unknown> } } | { do: "exclude"; reason: string },
): Promise<void> {
  const held = plan.do === "hold";
  countOutcome(batch, order.order_id, held ? "held" : "excluded");
  await rememberOutcome(ctx, order, batch.lists, {
    state: held ? "held" : "excluded",
    problem: held ? plan.problem : null,
    ...(held ? {} : { reason: plan.reason }),
    agreement: {},
    differences: [],
    crm: null,
    confirmed: link?.confirmed ?? null,
  });
}
