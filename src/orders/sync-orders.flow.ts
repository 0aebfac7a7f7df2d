import { randomUUID } from "node:crypto";
import { isRecordTrouble, troubleOf } from "../connections/trouble.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import { ApiError } from "../http/api-error.ts";
import { addToTimeline, type TimelineEntry } from "../log/timeline.sql.ts";
import type { CrmOrder } from "../retailcrm/schema.ts";
import { applyChanges } from "./apply-changes.flow.ts";
import type { Batch, SyncOptions } from "./batch.ts";
import { claimOrders, listInHand, noteWaitingFor, releaseClaims } from "./claims.sql.ts";
import { createOrders } from "./create-orders.flow.ts";
import { lookAtDoubles } from "./find-customers.flow.ts";
import type { CreateCase } from "./link-customers.flow.ts";
import { asideReasons, loadLinks, type OrderLink } from "./order-links.sql.ts";
import { setAside } from "./order-trouble.flow.ts";
import { planChanges } from "./plan-changes.ts";
import { planNewOrder } from "./plan-order.ts";
import { prepareBatch } from "./prepare-batch.flow.ts";
import { orderPrint } from "./print.ts";
import { findGoneReason, readCrmOrders } from "./read-crm-orders.flow.ts";
import { remarkOf } from "./remarks.ts";
import { rememberFault, rememberOutcome, rememberTrouble } from "./remember.flow.ts";
import { noteWorked } from "./run-orders.sql.ts";
import { withSentWrites } from "./sent-writes.ts";
import { countOutcome, countRead, countUntouched } from "./tally.ts";
import type { ChangeCase } from "./write-to-crm.flow.ts";

type BatchCase = { order: HoroshopOrder; link: OrderLink | undefined; crm: CrmOrder | ApiError | undefined };

const batchMax = 50;
/** Where new orders are looked for between two batches: a slow CRM takes half a minute over as many buyers. */
const batchOfLongWalkMax = 25;

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
  const size = options.breathe ? batchOfLongWalkMax : batchMax;
  for (let start = 0; start < unique.length; start += size) {
    options.signal.throwIfAborted();
    await syncBatch(ctx, unique.slice(start, start + size), options);
    await options.breathe?.();
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
    await settle(ctx, mine, await linksInHand(ctx, mine, links), options);
  } catch (error) {
    if (options.signal.aborted) throw error;
    if (error instanceof ApiError) {
      const { code, params } = troubleOf(error);
      await noteWaitingFor(ctx, worker, { code, params });
      throw error;
    }
    await settleAlone(ctx, mine, worker, options);
  } finally {
    await releaseClaims(
      ctx,
      mine.map((order) => String(order.order_id)),
      worker,
    );
  }
}

/** As they stand now that nobody else has the orders: another lane may have finished one of them a moment ago. */
async function linksInHand(
  ctx: ConnectionContext,
  orders: HoroshopOrder[],
  before: Map<string, OrderLink>,
): Promise<Map<string, OrderLink>> {
  const now = await loadLinks(
    ctx,
    orders.map((order) => String(order.order_id)),
  );
  // The row of an order that is read for the first time tells nothing yet.
  return new Map([...now].filter(([id, link]) => before.has(id) || link.crmOrderId !== null));
}

/** Orders that somebody set aside stay so; others are worked on when asked to, when new, or when the shop changed them. */
function needsWork(order: HoroshopOrder, link: OrderLink | undefined, options: SyncOptions): boolean {
  if (!link) return true;
  const aside = link.state === "excluded" && asideReasons.includes(link.reason ?? "");
  if (aside) return options.again;
  if (options.force || options.again) return true;
  return link.shopHash !== orderPrint(order);
}

/** Whoever meets an order that is due carries out what was asked for: afterwards it is not due any more. */
function isAgain(ctx: ConnectionContext, link: OrderLink | undefined, batch: SyncOptions): boolean {
  const isDue = link !== undefined && link.nextAttemptAt !== null && link.nextAttemptAt <= ctx.now();
  return batch.again || isDue;
}

/**
 * A fault of ours over one order must not stop the others for ever: those that are still in hand are taken one by one,
 * and the one with the fault waits for its next attempt, in the list and in the log.
 */
async function settleAlone(
  ctx: ConnectionContext,
  orders: HoroshopOrder[],
  worker: string,
  options: SyncOptions,
): Promise<void> {
  const inHand = await listInHand(ctx, worker);
  const ids = orders.map((order) => order.order_id).filter((id) => inHand.has(String(id)));
  for (const id of ids) options.unsettled.add(id);
  // Read again: some of it may have been written before the fault.
  const answer = await ctx.horoshop.fetchOrders({ ids, limit: batchMax, offset: 0 }, options.signal);
  for (const order of answer.orders.filter((one) => inHand.has(String(one.order_id)))) {
    options.signal.throwIfAborted();
    const id = String(order.order_id);
    try {
      await settle(ctx, [order], await loadLinks(ctx, [id]), options);
    } catch (error) {
      if (error instanceof ApiError || options.signal.aborted) throw error;
      ctx.log.error(
        { err: error, connection: ctx.connection.id, order: order.order_id },
        "an order met a fault of ours",
      );
      // As it stands now: what may have been sent is on record.
      await rememberFault(ctx, order, (await loadLinks(ctx, [id])).get(id));
      countOutcome(options, order.order_id, "failed");
    }
    options.unsettled.delete(order.order_id);
  }
}

async function settle(
  ctx: ConnectionContext,
  orders: HoroshopOrder[],
  links: Map<string, OrderLink>,
  options: SyncOptions,
): Promise<void> {
  const sides = await readCrmOrders(ctx, orders, links);
  const cases = orders.map((order): BatchCase => {
    return { order, link: links.get(String(order.order_id)), crm: sides.get(order.order_id) };
  });
  // Asked to try again: the CRM may allow by now what it did not when its lists were read.
  const wantsLists = [...links.values()].some(
    (link) => remarkOf(link.problem, "payment_not_allowed") !== undefined && isAgain(ctx, link, options),
  );
  const batch = await prepareBatch(ctx, orders, sides, { ...options, wantsLists });
  const creates: CreateCase[] = [];
  const changes: ChangeCase[] = [];
  for (const one of cases) await sortCase(ctx, one, batch, creates, changes);
  await createOrders(ctx, creates, batch);
  await applyChanges(ctx, changes, batch);
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
  const site = ctx.connection.crmSite!;
  try {
    if (one.crm instanceof ApiError) throw one.crm;
    let crm = one.crm;
    if (link?.crmOrderId) {
      crm ??= await ctx.crm.fetchOrder(String(link.crmOrderId), "id", site);
      if (crm && crm.site !== "" && crm.site !== site)
        return await setAside(ctx, order.order_id, "moved_in_crm", batch);
      if (crm) {
        const known = await lookAtDoubles(ctx, order, link, crm, batch);
        changes.push(changeCase(order, known, crm, batch, { again: isAgain(ctx, link, batch) }));
        return;
      }
      const reason = await findGoneReason(ctx, link.crmOrderId);
      if (reason) return await setAside(ctx, order.order_id, reason, batch);
      // Nobody did away with it, and yet it is not there: it is made anew, and the page says why.
      await addToTimeline(ctx, [{ ...lostInCrm, shopOrderId: link.shopOrderId }]);
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
    else if (plan.do === "adopt") changes.push(changeCase(order, link, crm!, batch, { isAdopted: true }));
    else await rememberAside(ctx, order, link, batch, plan);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    await rememberTrouble(ctx, order, link, error, link?.createPending ?? false);
    if (!isRecordTrouble(error)) throw error;
    countOutcome(batch, order.order_id, "failed");
  }
}

const lostInCrm: TimelineEntry = { direction: "crm-to-shop", action: "lost_in_crm", result: "done" };

function changeCase(
  order: HoroshopOrder,
  link: OrderLink | undefined,
  crm: CrmOrder,
  batch: Batch,
  { isAdopted = false, again = batch.again }: { isAdopted?: boolean; again?: boolean },
): ChangeCase {
  const view = {
    crmOrderId: crm.id,
    // An order of ours whose create was never answered begins where that create left it; a stranger knows no past.
    agreement: isAdopted && !link?.createPending ? {} : (link?.agreement ?? {}),
    confirmed: isAdopted ? null : (link?.confirmed ?? null),
    problem: link?.problem ?? null,
  };
  const { mapping, lists, facts, crmNow } = batch;
  const { relink = again } = batch;
  const input = withSentWrites({ shop: order, crm, link: view, mapping, lists, facts, again, relink, crmNow });
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
