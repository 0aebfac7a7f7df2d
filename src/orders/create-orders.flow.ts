import { isRecordTrouble, reasonOf } from "../connections/trouble.flow.ts";
import type { ConnectionContext } from "../context.ts";
import { ApiError } from "../http/api-error.ts";
import type { Problem } from "../log/problem.ts";
import { addToTimeline } from "../log/timeline.sql.ts";
import type { CrmOrder } from "../retailcrm/schema.ts";
import type { Agreement } from "./agreement.ts";
import type { Batch } from "./batch.ts";
import { removedElement } from "./fresh-lists.flow.ts";
import { type CreateCase, leaveCompany, linkCustomers, replaceCustomer } from "./link-customers.flow.ts";
import { markCreatePending } from "./order-links.sql.ts";
import { planChanges } from "./plan-changes.ts";
import { withoutOffers } from "./plan-lines.ts";
import { firstAgreement, paymentNotAllowed, planNewOrder } from "./plan-order.ts";
import { type Detour, detourFor } from "./refusals.ts";
import { chooseRemark } from "./remarks.ts";
import { type KeptLink, rememberOutcome, rememberTrouble } from "./remember.flow.ts";
import { countOutcome } from "./tally.ts";

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
      const removed = await removedElement(ctx, wordsOf(error), one.draft, batch, () => problemOfNew(one, batch));
      if (removed) return rememberHeld(ctx, one, removed, batch);
      const detour = detourFor(wordsOf(error), one.draft, taken);
      if (!detour) return rememberRefused(ctx, one, error, batch);
      const before = offersOf(one);
      await takeDetour(ctx, one, detour, wordsOf(error), batch);
      // A CRM may name one unknown offer at a time: as long as each refusal frees a line, the next may free another.
      if (detour !== "free-lines" || offersOf(one) === before) taken.add(detour);
    }
  }
}

/** The order may be there already, from an attempt whose answer was lost, or from somebody else. */
async function findAfterRefusal(ctx: ConnectionContext, one: CreateCase, batch: Batch): Promise<boolean> {
  const crm = await ctx.crm.fetchOrder(one.draft.externalId!, "externalId", ctx.connection.crmSite!);
  if (!crm) return false;
  const plan = planNew(one, crm, batch);
  if (plan.do === "adopt") {
    await rememberCreated(ctx, one, { id: crm.id, order: crm }, batch);
    return true;
  }
  const problem =
    plan.do === "hold"
      ? plan.problem
      : { code: "external_id_taken", params: { crmNumber: crm.number ?? String(crm.id) } };
  await rememberHeld(ctx, one, problem, batch);
  return true;
}

function planNew(one: CreateCase, crm: CrmOrder | undefined, batch: Batch): ReturnType<typeof planNewOrder> {
  const link = { crmOrderId: null, agreement: {}, confirmed: one.link?.confirmed ?? null, problem: null };
  const { mapping, lists, facts } = batch;
  return planNewOrder({ shop: one.order, crm, link, mapping, lists, facts });
}

function problemOfNew(one: CreateCase, batch: Batch): Problem | undefined {
  const plan = planNew(one, undefined, batch);
  return plan.do === "hold" ? plan.problem : undefined;
}

async function rememberHeld(ctx: ConnectionContext, one: CreateCase, problem: Problem, batch: Batch): Promise<void> {
  countOutcome(batch, one.order.order_id, "held");
  await rememberOutcome(ctx, one.order, batch.lists, {
    state: "held",
    problem,
    agreement: {},
    differences: [],
    crm: null,
    confirmed: null,
  });
}

function offersOf({ draft }: CreateCase): number {
  return (draft.items ?? []).filter((item) => item.offer !== undefined).length;
}

function wordsOf(error: ApiError): string {
  return [error.message, error.remoteCode ?? "", ...error.details].join("\n");
}

async function takeDetour(
  ctx: ConnectionContext,
  one: CreateCase,
  detour: Detour,
  refusal: string,
  batch: Batch,
): Promise<void> {
  const { draft } = one;
  // The CRM then takes the sum that it reckons itself; if that is not the shop's, the order says so.
  if (detour === "without-amount") draft.payments = (draft.payments ?? []).map(({ amount: _, ...rest }) => rest);
  if (detour === "without-payment") {
    const problem = paymentNotAllowed(batch, draft.delivery?.code, draft.payments?.[0]?.type);
    one.remarks.push({ ...problem, params: { ...problem.params, refused: true } });
    delete draft.payments;
  }
  if (detour === "free-lines") draft.items = withoutOffers(draft.items ?? [], refusal);
  if (detour === "all-free-lines") draft.items = withoutOffers(draft.items ?? [], "");
  if (detour === "without-company")
    await leaveCompany(ctx, one, refusal.split("\n").slice(1).filter(Boolean).join("; "));
  if (detour === "other-customer") await replaceCustomer(ctx, one);
  if (detour === "without-customer") delete draft.customer;
  if (detour === "without-fields") delete draft.customFields;
}

async function rememberRefused(ctx: ConnectionContext, one: CreateCase, error: ApiError, batch: Batch): Promise<void> {
  countOutcome(batch, one.order.order_id, "failed");
  const params = { reason: [reasonOf(error), ...error.details].join("; ").slice(0, 1000) };
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
  // Whom the CRM chose itself is on record, so that a person's choice is told from it.
  const remarks = one.remarks.map((remark) =>
    remark.code === "customer_ambiguous"
      ? { ...remark, params: { ...remark.params, customer: created.order?.customer?.id ?? null } }
      : remark,
  );
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
      detail: {
        crmOrderId: created.id,
        crmNumber: created.order?.number ?? null,
        ...(one.company ? { company: one.company } : {}),
      },
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
