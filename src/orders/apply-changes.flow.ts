import { isRecordTrouble } from "../connections/trouble.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import { ApiError } from "../http/api-error.ts";
import type { Problem } from "../log/problem.ts";
import { addToTimeline, type TimelineEntry } from "../log/timeline.sql.ts";
import type { CrmOrder } from "../retailcrm/schema.ts";
import { type Agreement, joinAgreements } from "./agreement.ts";
import type { Batch } from "./batch.ts";
import type { ChangeInput, OrderChanges, ShopWrite } from "./order-changes.ts";
import { type OrderLink, saveAgreement } from "./order-links.sql.ts";
import { planChanges } from "./plan-changes.ts";
import { chooseRemark } from "./remarks.ts";
import { type KeptLink, type Outcome, rememberOutcome, rememberTrouble } from "./remember.flow.ts";

export type ChangeCase = {
  order: HoroshopOrder;
  link: OrderLink | undefined;
  crm: CrmOrder;
  input: ChangeInput;
  changes: OrderChanges;
  isAdopted: boolean;
};

/** What came of the writes of one order so far. */
type Progress = ChangeCase & {
  agreement: Agreement;
  sent: NonNullable<Agreement["sent"]> | undefined;
  differences: OrderChanges["differences"];
  remarks: Problem[];
  refusal: Problem | undefined;
  wrote: boolean;
  shopNow: NonNullable<Outcome["shopNow"]>;
  timeline: TimelineEntry[];
  isOver: boolean;
};

/** Brings linked orders together: the CRM's side order by order, the shop's side in one call for all. */
export async function applyChanges(ctx: ConnectionContext, cases: ChangeCase[], batch: Batch): Promise<void> {
  const inHand: Progress[] = [];
  for (const one of cases) {
    const progress = begin(one);
    // Should an answer be lost, or this process die: the next look knows what was on its way.
    if (progress.sent) await saveAgreement(ctx, String(one.order.order_id), keptLink(progress).agreement);
    await guarded(ctx, progress, batch, () => writeToCrm(ctx, progress));
    inHand.push(progress);
  }
  await writeToShop(ctx, inHand, batch);
  for (const progress of inHand) if (!progress.isOver) await rememberChanges(ctx, progress, batch);
}

function begin(one: ChangeCase): Progress {
  return {
    ...one,
    agreement: joinAgreements(one.input.link.agreement, one.changes.agreed),
    sent: sentBy(one.changes),
    differences: one.changes.differences,
    remarks: one.changes.remarks,
    refusal: undefined,
    wrote: false,
    shopNow: {},
    timeline: [],
    isOver: false,
  };
}

function sentBy(changes: OrderChanges): Progress["sent"] {
  if (!changes.toPayment && changes.toShop.length === 0 && Object.keys(changes.toCrm).length === 0) return undefined;
  const toCrm = joinAgreements(changes.crmAgrees, changes.paymentAgrees, { parts: changes.partsSent });
  return { toCrm, toShop: joinAgreements(...changes.toShop.map((write) => write.agrees)) };
}

/** Trouble of a side leaves the order to be tried again and stops the batch; an unreadable answer concerns one order. */
async function guarded(
  ctx: ConnectionContext,
  progress: Progress,
  batch: Batch,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    progress.isOver = true;
    await rememberTrouble(ctx, progress.order, keptLink(progress), error, false);
    if (!isRecordTrouble(error)) throw error;
    batch.counts.failed += 1;
  }
}

/** What stays known of an order whose work broke off: it is linked, and some writes may have been accepted. */
function keptLink(progress: Progress): KeptLink {
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

async function writeToCrm(ctx: ConnectionContext, progress: Progress): Promise<void> {
  const { changes, crm } = progress;
  const site = ctx.connection.crmSite!;
  if (changes.toPayment) await writePayment(ctx, progress, site);
  if (Object.keys(changes.toCrm).length === 0) return;
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
    if (write.do === "create") await ctx.crm.createPayment(site, { ...write.payment, order: { id: progress.crm.id } });
    else await ctx.crm.editPayment(write.id, site, write.changes);
    progress.wrote = true;
    progress.agreement = joinAgreements(progress.agreement, progress.changes.paymentAgrees);
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
  progress.differences = after.differences;
  progress.remarks = [...progress.remarks.filter((remark) => remark.code === "payment_not_allowed"), ...after.remarks];
}

const rowsMax = 50;

async function writeToShop(ctx: ConnectionContext, inHand: Progress[], batch: Batch): Promise<void> {
  const writes = inHand
    .filter((progress) => !progress.isOver)
    .flatMap((progress) => progress.changes.toShop.map((write) => ({ progress, write })));
  for (let start = 0; start < writes.length; start += rowsMax) {
    const part = writes.slice(start, start + rowsMax);
    try {
      const results = await ctx.horoshop.updateOrders(
        part.map(({ write }) => write.row),
        batch.signal,
      );
      for (const [place, { progress, write }] of part.entries()) {
        const result = results[place] ?? { ok: false, message: "" };
        if (result.ok) accept(progress, write);
        else await refuseRow(ctx, progress, write, result.message);
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // The write may have happened: the next attempt reads both sides and finds out.
      for (const { progress } of writes.slice(start)) {
        if (progress.isOver) continue;
        await guarded(ctx, progress, batch, () => Promise.reject(error)).catch((again) => {
          if (again !== error) throw again;
        });
      }
      for (const progress of inHand) if (!progress.isOver) await rememberChanges(ctx, progress, batch);
      for (const progress of inHand) progress.isOver = true;
      if (!isRecordTrouble(error)) throw error;
      return;
    }
  }
}

function accept(progress: Progress, write: ShopWrite): void {
  progress.wrote = true;
  progress.agreement = joinAgreements(progress.agreement, write.agrees);
  if (write.row.status !== undefined) progress.shopNow.stat_status = write.row.status;
  if (write.row.payed !== undefined) progress.shopNow.payed = write.row.payed === 1;
  note(progress, "crm-to-shop", `set-${write.field}`, "done", { crm: progress.crm.status }, write.row);
}

async function refuseRow(ctx: ConnectionContext, progress: Progress, write: ShopWrite, message: string): Promise<void> {
  if (write.field === "tracking") return refuseTracking(ctx, progress, write, message);
  const locked = progress.input.facts.settings.finalStatuses.includes(progress.order.stat_status);
  const code = locked ? "order_closed_in_shop" : "shop_refused_status";
  progress.refusal = { code, params: { reason: message, status: write.row.status ?? null, crm: progress.crm.status } };
  progress.differences = [
    ...progress.differences,
    write.field === "status"
      ? { field: "status", shop: progress.order.stat_status, crm: progress.crm.status, writable: false }
      : { field: "paid", shop: progress.order.payed, crm: !progress.order.payed, writable: false },
  ];
  note(progress, "crm-to-shop", `set-${write.field}`, "refused", { reason: message }, write.row);
}

/** Older shops take the number under its older name; a shop that takes neither keeps the difference and a remark. */
async function refuseTracking(
  ctx: ConnectionContext,
  progress: Progress,
  write: ShopWrite,
  message: string,
): Promise<void> {
  const value = write.row.own_tracking_code ?? "";
  const [result] = await ctx.horoshop.updateOrders([{ order_id: write.row.order_id, tracking_code: value }]);
  if (result?.ok) {
    accept(progress, { ...write, row: { order_id: write.row.order_id, tracking_code: value } });
    return;
  }
  progress.remarks = [
    ...progress.remarks,
    { code: "tracking_not_supported", params: { value, reason: result?.message || message } },
  ];
  progress.differences = [
    ...progress.differences,
    { field: "tracking", shop: progress.order.tracking ?? null, crm: value, writable: false },
  ];
  note(progress, "crm-to-shop", "set-tracking", "refused", { reason: message }, write.row);
}

function refuse(progress: Progress, error: ApiError, action: string, request: unknown): void {
  const reason = refusalText(error);
  progress.refusal = { code: "crm_refused_order", params: { reason } };
  note(progress, "shop-to-crm", action, "refused", { reason }, request);
}

function refusalText(error: ApiError): string {
  return [error.remoteCode ?? error.message, ...error.details].join("; ").slice(0, 1000);
}

function note(
  progress: Progress,
  direction: TimelineEntry["direction"],
  action: string,
  result: TimelineEntry["result"],
  detail: Record<string, unknown>,
  request: unknown,
): void {
  progress.timeline.push({ direction, action, result, detail, request });
}

async function rememberChanges(ctx: ConnectionContext, progress: Progress, batch: Batch): Promise<void> {
  progress.isOver = true;
  const { changes, order, isAdopted, link } = progress;
  const problem = progress.refusal ?? changes.problem ?? chooseRemark(progress.remarks);
  const state =
    progress.refusal ||
    changes.problem?.code === "shop_refused_status" ||
    changes.problem?.code === "order_closed_in_shop"
      ? "failed"
      : changes.problem
        ? "held"
        : "synced";
  if (state === "failed") batch.counts.failed += 1;
  else if (state === "held") batch.counts.held += 1;
  else if (isAdopted) batch.counts.linked += 1;
  else batch.counts[progress.wrote ? "updated" : "unchanged"] += 1;
  const newlyHeld = state === "held" && link?.problem?.code !== problem?.code;
  if (newlyHeld)
    note(
      progress,
      problem!.code === "final_status_waiting" ? "crm-to-shop" : "shop-to-crm",
      "hold",
      "waiting",
      { problem: problem!.code, ...problem!.params },
      undefined,
    );
  if (isAdopted)
    note(
      progress,
      "shop-to-crm",
      "link",
      "done",
      { crmOrderId: progress.crm.id, crmNumber: progress.crm.number ?? null },
      undefined,
    );
  if (progress.timeline.length > 0)
    await addToTimeline(
      ctx,
      progress.timeline.map((entry) => ({ ...entry, shopOrderId: String(order.order_id) })),
    );
  const statusAgrees = progress.agreement.status?.crm === progress.crm.status;
  await rememberOutcome(ctx, order, batch.lists, {
    state,
    problem,
    agreement: progress.agreement,
    differences: progress.differences,
    crm: { id: progress.crm.id, number: progress.crm.number ?? null },
    confirmed: statusAgrees ? null : (link?.confirmed ?? null),
    shopNow: progress.shopNow,
  });
}
