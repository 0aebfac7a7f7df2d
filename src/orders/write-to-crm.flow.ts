import { isRecordTrouble, reasonOf } from "../connections/trouble.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import type { ApiError } from "../http/api-error.ts";
import type { Problem } from "../log/problem.ts";
import type { TimelineEntry } from "../log/timeline.sql.ts";
import type { CrmOrder, CrmPaymentDraft } from "../retailcrm/schema.ts";
import { type Agreement, joinAgreements } from "./agreement.ts";
import type { ChangeInput, OrderChanges } from "./order-changes.ts";
import { type OrderLink, saveAgreement } from "./order-links.sql.ts";
import { planChanges } from "./plan-changes.ts";
import { freeLines, withoutOffers } from "./plan-lines.ts";
import { isAboutSum } from "./refusals.ts";
import type { KeptLink, Outcome } from "./remember.flow.ts";

export type ChangeCase = {
  order: HoroshopOrder;
  link: OrderLink | undefined;
  crm: CrmOrder;
  input: ChangeInput;
  changes: OrderChanges;
  isAdopted: boolean;
};

/** What came of the writes of one order so far. */
export type Progress = ChangeCase & {
  agreement: Agreement;
  sent: NonNullable<Agreement["sent"]> | undefined;
  differences: OrderChanges["differences"];
  remarks: Problem[];
  refusal: Problem | undefined;
  wrote: boolean;
  /** What is left to do by the CRM's own answer. */
  rest: OrderChanges | undefined;
  shopNow: NonNullable<Outcome["shopNow"]>;
  timeline: TimelineEntry[];
  isOver: boolean;
};

/**
 * Writes one order's side of the CRM. One write may open the way for another (a payment that is no longer paid may take
 * its new amount), so what the CRM then holds is planned once more.
 */
export async function writeToCrm(ctx: ConnectionContext, progress: Progress): Promise<void> {
  await writeOnce(ctx, progress);
  const { rest } = progress;
  if (!rest || progress.refusal) return;
  const isRefused = progress.remarks.some((remark) => remark.code === "payment_not_allowed");
  const toPayment = isRefused ? undefined : rest.toPayment;
  if (!toPayment && Object.keys(rest.toCrm).length === 0) return;
  progress.changes = { ...rest, toPayment, toShop: progress.changes.toShop };
  progress.sent = sentBy(progress.changes);
  await saveAgreement(ctx, String(progress.order.order_id), keptLink(progress).agreement);
  await writeOnce(ctx, progress);
}

async function writeOnce(ctx: ConnectionContext, progress: Progress): Promise<void> {
  const { changes } = progress;
  const site = ctx.connection.crmSite!;
  progress.rest = undefined;
  if (Object.keys(changes.toCrm).length > 0) await writeOrder(ctx, progress, site);
  // After the order: the CRM judges a payment by the delivery and the sum that the order then has.
  if (changes.toPayment) await writePayment(ctx, progress, site);
}

async function writeOrder(ctx: ConnectionContext, progress: Progress, site: string): Promise<void> {
  const { changes } = progress;
  try {
    const answer = await editOrder(ctx, progress, site);
    const isRelink = actionOf(changes) === "relink";
    const tied = tiedNow(progress, answer);
    progress.wrote = !isRelink || tied.length > 0 || progress.wrote;
    progress.agreement = joinAgreements(progress.agreement, changes.crmAgrees);
    const detail = isRelink ? { articles: tied } : { fields: Object.keys(changes.toCrm) };
    if (!isRelink || tied.length > 0) note(progress, "shop-to-crm", actionOf(changes), "done", detail, changes.toCrm);
    if (answer) lookAgain(progress, answer);
  } catch (error) {
    if (!isRecordTrouble(error) || error.kind !== "rejected") throw error;
    // Lines that the CRM does not take with their offers stay as they were; their remark stays too.
    if (actionOf(changes) === "relink")
      note(progress, "shop-to-crm", "relink", "refused", { reason: refusalText(error) }, changes.toCrm);
    else refuse(progress, error, "edit", changes.toCrm);
  }
}

/** An account that refuses lines with an offer it does not know takes them by name and article. */
async function editOrder(ctx: ConnectionContext, progress: Progress, site: string): Promise<CrmOrder | undefined> {
  const { changes, crm } = progress;
  try {
    return await ctx.crm.editOrder(crm.id, site, changes.toCrm);
  } catch (error) {
    const { items } = changes.toCrm;
    if (!isRecordTrouble(error) || error.kind !== "rejected" || !items) throw error;
    const refusal = refusalText(error);
    const free = /offer/i.test(refusal) ? withoutOffers(items, refusal, crm) : items;
    if (JSON.stringify(free) === JSON.stringify(items)) throw error;
    changes.toCrm = { ...changes.toCrm, items: free };
    return await ctx.crm.editOrder(crm.id, site, changes.toCrm);
  }
}

/** Which of the articles that were to be tied have their offer now. */
function tiedNow({ changes, input }: Progress, answer: CrmOrder | undefined): string[] {
  if (!changes.relinked || !answer) return changes.relinked ?? [];
  const free = new Set(freeLines({ ...input, crm: answer }).map(({ article }) => article));
  return changes.relinked.filter((article) => !free.has(article));
}

function actionOf(changes: OrderChanges): string {
  const names = Object.keys(changes.toCrm);
  if (names.length !== 1) return "edit";
  if (changes.relinked) return "relink";
  return names[0] === "status" ? "set-status" : "edit";
}

async function writePayment(ctx: ConnectionContext, progress: Progress, site: string): Promise<void> {
  const write = progress.changes.toPayment!;
  try {
    let { payments } = progress.crm;
    if (write.do === "create") {
      const id = await createPayment(ctx, progress.crm.id, write.payment, site);
      payments = [...payments, { id, ...write.payment }];
    } else {
      await ctx.crm.editPayment(write.id, site, write.changes);
      payments = payments.map((payment) => (payment.id === write.id ? { ...payment, ...write.changes } : payment));
    }
    progress.wrote = true;
    progress.agreement = joinAgreements(progress.agreement, progress.changes.paymentAgrees);
    lookAgain(progress, { ...progress.crm, payments });
    note(
      progress,
      "shop-to-crm",
      `payment-${write.do}`,
      "done",
      {},
      write.do === "create" ? write.payment : write.changes,
    );
  } catch (error) {
    if (!isRecordTrouble(error) || error.kind !== "rejected") throw error;
    const text = refusalText(error);
    if (/payment type/i.test(text)) {
      const { shop } = progress.input;
      const cause = `${progress.crm.delivery.code}:${write.do === "create" ? write.payment.type : (write.changes.type ?? "")}`;
      const params = {
        delivery: progress.crm.delivery.code ?? shop.delivery_type?.title,
        payment: shop.payment_type?.title,
        cause,
        refused: true,
        reason: text,
      };
      progress.remarks = [...progress.remarks, { code: "payment_not_allowed", params }];
      note(progress, "shop-to-crm", `payment-${write.do}`, "refused", { reason: text }, write);
      return;
    }
    refuse(progress, error, `payment-${write.do}`, write);
  }
}

/** An account may want the sum of a payment to be exactly what it reckons itself: without one it takes its own. */
async function createPayment(
  ctx: ConnectionContext,
  orderId: number,
  payment: CrmPaymentDraft,
  site: string,
): Promise<number> {
  const order = { id: orderId };
  try {
    return (await ctx.crm.createPayment(site, { ...payment, order })).id;
  } catch (error) {
    if (!isRecordTrouble(error) || error.kind !== "rejected" || !isAboutSum(refusalText(error))) throw error;
    const { amount: _, ...rest } = payment;
    return (await ctx.crm.createPayment(site, { ...rest, order })).id;
  }
}

/** What the CRM made of the edit is what both sides now agree on. */
function lookAgain(progress: Progress, answer: CrmOrder): void {
  const after = planChanges({
    ...progress.input,
    relink: false,
    crm: answer,
    link: { ...progress.input.link, agreement: progress.agreement },
  });
  progress.agreement = joinAgreements(progress.agreement, after.agreed);
  progress.crm = answer;
  progress.rest = after;
  progress.differences = after.differences;
  progress.remarks = [...progress.remarks.filter((remark) => remark.code === "payment_not_allowed"), ...after.remarks];
}

export function sentBy(changes: OrderChanges): Progress["sent"] {
  if (!changes.toPayment && changes.toShop.length === 0 && Object.keys(changes.toCrm).length === 0) return undefined;
  const toCrm = joinAgreements(changes.crmAgrees, changes.paymentAgrees, { parts: changes.partsSent });
  return { toCrm, toShop: joinAgreements(...changes.toShop.map((write) => write.agrees)) };
}

/** What stays known of an order whose work broke off: it is linked, and some writes may have been accepted. */
export function keptLink(progress: Progress): KeptLink {
  const { link, crm, sent } = progress;
  const agreement = sent ? { ...progress.agreement, sent } : progress.agreement;
  return {
    attempts: link?.attempts ?? 0,
    differences: link?.differences ?? [],
    problem: link?.problem ?? null,
    confirmed: link?.confirmed ?? null,
    crmOrderId: crm.id,
    crmNumber: crm.number ?? null,
    agreement,
  };
}

function refuse(progress: Progress, error: ApiError, action: string, request: unknown): void {
  const reason = refusalText(error);
  progress.refusal = { code: "crm_refused_order", params: { reason } };
  note(progress, "shop-to-crm", action, "refused", { reason }, request);
}

function refusalText(error: ApiError): string {
  return [reasonOf(error), ...error.details].join("; ").slice(0, 1000);
}

export function note(
  progress: Progress,
  direction: TimelineEntry["direction"],
  action: string,
  result: TimelineEntry["result"],
  detail: Record<string, unknown>,
  request: unknown,
): void {
  progress.timeline.push({ direction, action, result, detail, request });
}
