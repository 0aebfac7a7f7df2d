import { isRecordTrouble } from "../connections/trouble.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import { ApiError } from "../http/api-error.ts";
import type { Problem } from "../log/problem.ts";
import { addToTimeline } from "../log/timeline.sql.ts";
import type { CrmOrder, CrmOrderDraft } from "../retailcrm/schema.ts";
import type { Agreement } from "./agreement.ts";
import type { Batch } from "./batch.ts";
import { forgetCustomer } from "./customer-links.sql.ts";
import { type FoundCustomer, findCustomers } from "./find-customers.flow.ts";
import { markCreatePending, type OrderLink } from "./order-links.sql.ts";
import { planChanges } from "./plan-changes.ts";
import { firstAgreement, paymentNotAllowed, planNewOrder } from "./plan-order.ts";
import { chooseRemark } from "./remarks.ts";
import { type KeptLink, rememberOutcome, rememberTrouble } from "./remember.flow.ts";
import { countOutcome } from "./tally.ts";

export type CreateCase = {
  order: HoroshopOrder;
  link: OrderLink | undefined;
  draft: CrmOrderDraft;
  remarks: Problem[];
};

/** Few orders go one by one, more as a batch; what a batch refuses goes again alone, so that each has its own reason. */
const singlyMax = 2;

export async function createOrders(ctx: ConnectionContext, given: CreateCase[], batch: Batch): Promise<void> {
  if (given.length === 0) return;
  const cases = await linkCustomers(ctx, given, batch);
  await markCreatePending(
    ctx,
    cases.map((one) => ({ shopOrderId: String(one.order.order_id), agreement: pendingAgreement(one, batch) })),
  );
  const rest = cases.length > singlyMax ? await uploadTogether(ctx, cases, batch) : cases;
  for (const one of rest) await createAlone(ctx, one, batch);
}

/** Tries of an order that wait for a readable answer about its customer; after them it goes without the link. */
const customerTriesMax = 6;

/** Finds or creates the customers; returns the orders that may be sent now. */
async function linkCustomers(ctx: ConnectionContext, cases: CreateCase[], batch: Batch): Promise<CreateCase[]> {
  try {
    const customers = await findCustomers(
      ctx,
      cases.map((one) => one.order),
      batch.customersIndexed,
    );
    for (const one of cases) linkCustomer(one, customers.get(one.order.order_id));
    return cases;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const isOver = !isRecordTrouble(error);
    // A search that the CRM refuses costs the link to a customer card, not the order. After an answer that could not
    // be read the customer may exist: sent without the link, the CRM would make the same person a second time.
    const waits = (one: CreateCase) =>
      isOver || (error.kind === "unreadable" && (one.link?.attempts ?? 0) < customerTriesMax);
    const waiting = cases.filter(waits);
    for (const one of waiting) await rememberTrouble(ctx, one.order, one.link, error, one.link?.createPending ?? false);
    if (isOver) throw error;
    for (const one of waiting) countOutcome(batch, one.order.order_id, "failed");
    return cases.filter((one) => !waiting.includes(one));
  }
}

function linkCustomer(one: CreateCase, found: FoundCustomer | undefined): void {
  if (found?.is === "one") one.draft.customer = { id: found.id };
  if (found?.is === "ambiguous") one.remarks.push({ code: "customer_ambiguous", params: { customers: found.names } });
}

function pendingAgreement(one: CreateCase, batch: Batch): Agreement {
  return firstAgreement(one.order, one.draft, undefined, batch.facts);
}

/** What stays known of an order whose create may have happened. */
function pendingLink(one: CreateCase, batch: Batch): KeptLink {
  return {
    attempts: one.link?.attempts ?? 0,
    agreement: pendingAgreement(one, batch),
    differences: [],
    crmOrderId: null,
    crmNumber: null,
    confirmed: one.link?.confirmed ?? null,
  };
}

/** Sends a batch; returns the orders that are not in the CRM afterwards. */
async function uploadTogether(ctx: ConnectionContext, cases: CreateCase[], batch: Batch): Promise<CreateCase[]> {
  const site = ctx.connection.crmSite!;
  let crmOrders: CrmOrder[];
  try {
    const answer = await ctx.crm.uploadOrders(
      site,
      cases.map((one) => one.draft),
    );
    crmOrders = answer.orders;
    const told = new Set(crmOrders.map((order) => order.externalId));
    const untold = cases.map((one) => one.draft.externalId!).filter((id) => !told.has(id));
    // Older accounts answer with ids only, and a refused batch names no reasons per order: look what is there.
    if (untold.length > 0)
      crmOrders = [...crmOrders, ...(await ctx.crm.fetchOrders({ externalIds: untold, sites: [site] }))];
  } catch (error) {
    // Refused as a whole: each order is asked for alone and then tells its own reason.
    if (isRecordTrouble(error) && error.kind === "rejected") return cases;
    if (error instanceof ApiError)
      for (const one of cases) await rememberTrouble(ctx, one.order, pendingLink(one, batch), error, true);
    throw error;
  }
  const found = new Map(crmOrders.filter((order) => order.site === site).map((order) => [order.externalId, order]));
  const rest: CreateCase[] = [];
  for (const one of cases) {
    const crm = found.get(one.draft.externalId);
    if (crm) await rememberCreated(ctx, one, { id: crm.id, order: crm }, batch);
    else rest.push(one);
  }
  return rest;
}

/** What a refusal of the CRM may be about, and the way round it that keeps the order. Each is tried once. */
type Detour = "without-payment" | "free-lines" | "without-customer" | "without-fields";

async function createAlone(ctx: ConnectionContext, one: CreateCase, batch: Batch): Promise<void> {
  const taken = new Set<Detour>();
  for (;;) {
    try {
      const answer = await ctx.crm.createOrder(ctx.connection.crmSite!, one.draft);
      let crm = answer.order;
      crm ??= await ctx.crm.fetchOrder(String(answer.id), "id", ctx.connection.crmSite!);
      await rememberCreated(ctx, one, { id: answer.id, order: crm }, batch);
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!isRecordTrouble(error)) {
        await rememberTrouble(ctx, one.order, pendingLink(one, batch), error, true);
        throw error;
      }
      if (error.kind === "unreadable") {
        countOutcome(batch, one.order.order_id, "failed");
        await rememberTrouble(ctx, one.order, pendingLink(one, batch), error, true);
        return;
      }
      if (await findAfterRefusal(ctx, one, batch)) return;
      const detour = detourFor(error, one, taken);
      if (!detour) return rememberRefused(ctx, one, error, batch);
      taken.add(detour);
      await takeDetour(ctx, one, detour, batch);
    }
  }
}

/** The order may be there already, from an attempt whose answer was lost, or from somebody else. */
async function findAfterRefusal(ctx: ConnectionContext, one: CreateCase, batch: Batch): Promise<boolean> {
  const crm = await ctx.crm.fetchOrder(one.draft.externalId!, "externalId", ctx.connection.crmSite!);
  if (!crm) return false;
  const view = { crmOrderId: null, agreement: {}, confirmed: one.link?.confirmed ?? null, problem: null };
  const plan = planNewOrder({
    shop: one.order,
    crm,
    link: view,
    mapping: batch.mapping,
    lists: batch.lists,
    facts: batch.facts,
  });
  if (plan.do === "adopt") {
    await rememberCreated(ctx, one, { id: crm.id, order: crm }, batch);
    return true;
  }
  const problem =
    plan.do === "hold"
      ? plan.problem
      : { code: "external_id_taken", params: { crmNumber: crm.number ?? String(crm.id) } };
  countOutcome(batch, one.order.order_id, "held");
  await rememberOutcome(ctx, one.order, batch.lists, {
    state: "held",
    problem,
    agreement: {},
    differences: [],
    crm: null,
    confirmed: null,
  });
  return true;
}

function detourFor(error: ApiError, one: CreateCase, taken: Set<Detour>): Detour | undefined {
  const words = [error.message, error.remoteCode ?? "", ...error.details].join("\n").toLowerCase();
  const detours: [Detour, boolean][] = [
    [
      "without-payment",
      /payment type|payments?\b.*(type|deliver|store|sum)|payments\[/.test(words) && one.draft.payments !== undefined,
    ],
    ["free-lines", /offer/.test(words) && (one.draft.items ?? []).some((item) => item.offer !== undefined)],
    ["without-customer", /customer/.test(words) && one.draft.customer !== undefined],
    ["without-fields", /customfields|custom field/.test(words) && one.draft.customFields !== undefined],
  ];
  return detours.find(([detour, fits]) => fits && !taken.has(detour))?.[0];
}

async function takeDetour(ctx: ConnectionContext, one: CreateCase, detour: Detour, batch: Batch): Promise<void> {
  const { draft } = one;
  if (detour === "without-payment") {
    const problem = paymentNotAllowed(batch, draft.delivery?.code, draft.payments?.[0]?.type);
    one.remarks.push({ ...problem, params: { ...problem.params, refused: true } });
    delete draft.payments;
  }
  if (detour === "free-lines") {
    draft.items = (draft.items ?? []).map(({ offer, ...item }) => {
      if (!offer?.externalId) return item;
      return { ...item, properties: [{ code: "article", name: "Артикул", value: offer.externalId.slice(0, 255) }] };
    });
  }
  if (detour === "without-customer") {
    if (draft.customer && "id" in draft.customer) await forgetCustomer(ctx, draft.customer.id);
    delete draft.customer;
    const again = await findCustomers(ctx, [one.order], false);
    linkCustomer(one, again.get(one.order.order_id));
  }
  if (detour === "without-fields") delete draft.customFields;
}

async function rememberRefused(ctx: ConnectionContext, one: CreateCase, error: ApiError, batch: Batch): Promise<void> {
  countOutcome(batch, one.order.order_id, "failed");
  const params = { reason: [error.remoteCode ?? error.message, ...error.details].join("; ").slice(0, 1000) };
  await addToTimeline(ctx, [
    {
      shopOrderId: String(one.order.order_id),
      direction: "shop-to-crm",
      action: "create",
      result: "refused",
      detail: params,
      request: one.draft,
      response: error.details,
    },
  ]);
  await rememberOutcome(ctx, one.order, batch.lists, {
    state: "failed",
    problem: { code: "crm_refused_order", params },
    agreement: {},
    differences: [],
    crm: null,
    confirmed: null,
  });
}

/** The order is in the CRM: its agreement begins, and what the CRM made of it is compared with what the shop says. */
async function rememberCreated(
  ctx: ConnectionContext,
  one: CreateCase,
  created: { id: number; order: CrmOrder | undefined },
  batch: Batch,
): Promise<void> {
  countOutcome(batch, one.order.order_id, "created");
  const agreement = firstAgreement(one.order, one.draft, created.order, batch.facts);
  const remarks = [...one.remarks];
  let { differences } = { differences: [] as ReturnType<typeof planChanges>["differences"] };
  if (created.order) {
    const { mapping, lists, facts, crmNow } = batch;
    const link = { crmOrderId: created.id, agreement, confirmed: null, problem: null };
    const after = planChanges({
      shop: one.order,
      crm: created.order,
      link,
      mapping,
      lists,
      facts,
      again: false,
      crmNow,
    });
    remarks.push(...after.remarks);
    differences = after.differences;
  }
  await addToTimeline(ctx, [
    {
      shopOrderId: String(one.order.order_id),
      direction: "shop-to-crm",
      action: "create",
      result: "done",
      detail: { crmOrderId: created.id, crmNumber: created.order?.number ?? null },
      ...(batch.brief ? {} : { request: one.draft }),
    },
  ]);
  await rememberOutcome(ctx, one.order, batch.lists, {
    state: "synced",
    problem: chooseRemark(remarks),
    agreement,
    differences,
    crm: { id: created.id, number: created.order?.number ?? null },
    confirmed: null,
  });
}
