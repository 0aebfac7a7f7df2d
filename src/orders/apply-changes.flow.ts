import { isRecordTrouble } from "../connections/trouble.flow.ts";
import type { ConnectionContext } from "../context.ts";
import { ApiError } from "../http/api-error.ts";
import { addToTimeline } from "../log/timeline.sql.ts";
import { joinAgreements } from "./agreement.ts";
import type { Batch } from "./batch.ts";
import { removedElement } from "./fresh-lists.flow.ts";
import type { ShopWrite } from "./order-changes.ts";
import { saveAgreement } from "./order-links.sql.ts";
import { planChanges } from "./plan-changes.ts";
import { chooseRemark, waitingArticles, withCustomerRemarks } from "./remarks.ts";
import { rememberOutcome, rememberTrouble } from "./remember.flow.ts";
import { countOutcome } from "./tally.ts";
import { type ChangeCase, keptLink, note, type Progress, sentBy, writeToCrm } from "./write-to-crm.flow.ts";

/** Brings linked orders together: the CRM's side order by order, the shop's side in one call for all. */
export async function applyChanges(ctx: ConnectionContext, cases: ChangeCase[], batch: Batch): Promise<void> {
  const inHand: Progress[] = [];
  for (const one of cases) {
    const progress = begin(one);
    // Should an answer be lost, or this process die: the next look knows what was on its way.
    if (progress.sent) await saveAgreement(ctx, String(one.order.order_id), keptLink(progress).agreement);
    await guarded(ctx, progress, batch, async () => {
      await writeToCrm(ctx, progress);
      await explainRefusal(ctx, progress, batch);
    });
    inHand.push(progress);
  }
  await writeToShop(ctx, inHand, batch);
  for (const progress of inHand) if (!progress.isOver) await rememberChanges(ctx, progress, batch);
}

/** What the CRM refused for an entry that it no longer has waits for the mapping, and says so. */
async function explainRefusal(ctx: ConnectionContext, progress: Progress, batch: Batch): Promise<void> {
  const { refusal, changes, input } = progress;
  if (refusal?.code !== "crm_refused_order") return;
  const reason = String(refusal.params.reason);
  const problem = await removedElement(ctx, reason, changes.toCrm, batch, () => {
    return planChanges({ ...input, lists: batch.lists }).problem;
  });
  if (!problem) return;
  progress.refusal = undefined;
  progress.changes = { ...changes, problem };
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
    rest: undefined,
    shopNow: {},
    timeline: [],
    isOver: false,
  };
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
    countOutcome(batch, progress.order.order_id, "failed");
  }
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
  const status = write.row.status ?? null;
  const name = progress.input.lists.statuses.horoshop.find((element) => element.id === status)?.title ?? null;
  progress.refusal = { code, params: { reason: message, status, name, crm: progress.crm.status } };
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

async function rememberChanges(ctx: ConnectionContext, progress: Progress, batch: Batch): Promise<void> {
  progress.isOver = true;
  const { changes, order, isAdopted, link } = progress;
  const stops = progress.refusal ?? changes.problem;
  const problem = stops ? withCustomerRemarks(stops, link?.problem ?? null) : chooseRemark(progress.remarks);
  const state =
    progress.refusal ||
    changes.problem?.code === "shop_refused_status" ||
    changes.problem?.code === "order_closed_in_shop"
      ? "failed"
      : changes.problem
        ? "held"
        : "synced";
  const inStep = isAdopted ? "linked" : progress.wrote ? "updated" : "unchanged";
  countOutcome(batch, order.order_id, state === "synced" ? inStep : state);
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
    freeArticles: waitingArticles(chooseRemark(progress.remarks)),
    shopNow: progress.shopNow,
  });
}
