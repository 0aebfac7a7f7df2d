import { isRecordTrouble } from "../connections/trouble.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import type { ApiError } from "../http/api-error.ts";
import type { Problem } from "../log/problem.ts";
import type { TimelineEntry } from "../log/timeline.sql.ts";
import type { CrmOrder } from "../retailcrm/schema.ts";
import { type Agreement, joinAgreements } from "./agreement.ts";
import type { ChangeInput, OrderChanges } from "./order-changes.ts";
import { type OrderLink, saveAgreement } from "./order-links.sql.ts";
import { planChanges } from "./plan-changes.ts";
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
  const { changes, crm } = progress;
  const site = ctx.connection.crmSite!;
  if (changes.toPayment) await writePayment(ctx, progress, site);
  if (Object.keys(changes.toCrm).length === 0) return;
  progress.rest = undefined;
  try {
    const answer = await ctx.crm.editOrder(crm.id, site, changes.toCrm);
    progress.wrote = true;
    progress.agreement = joinAgreements(progress.agreement, changes.crmAgrees);
    note(progress, "shop-to-crm", actionOf(changes), "done", { fields: Object.keys(changes.toCrm) }, changes.toCrm);
    if (answer) lookAgain(progress, answer);
  } catch (error) {
    if (!isRecordTrouble(error) || error.kind !== "rejected") throw error;
    refuse(progress, error, "edit", changes.toCrm);
  }
}

function actionOf(changes: OrderChanges): string {
  const names = Object.keys(changes.toCrm);
  return names.length === 1 && names[0] === "status" ? "set-status" : "edit";
}

async function writePayment(ctx: ConnectionContext, progress: Progress, site: string): Promise<void> {
  const write = progress.changes.toPayment!;
  try {
    let { payments } = progress.crm;
    if (write.do === "create") {
      const { id } = await ctx.crm.createPayment(site, { ...write.payment, order: { id: progress.crm.id } });
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

/** What the CRM made of the edit is what both sides now agree on. */
function lookAgain(progress: Progress, answer: CrmOrder): void {
  const after = planChanges({
    ...progress.input,
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
  return [error.remoteCode ?? error.message, ...error.details].join("; ").slice(0, 1000);
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
