import { type Call, jsonList, neededSite, ok, type Reply } from "./call.ts";
import { withoutEmpty } from "./fields.ts";
import { buildOrder, isDuplicate, storeNewOrder } from "./order-create.ts";
import { orderView } from "./order-view.ts";
import { writingIn } from "./orders.ts";
import { Refusal } from "./refusal.ts";
import type { Fields, Order } from "./state.ts";
import { troubleLines } from "./writing.ts";

export const uploadMost = 50;

type Failed = { index: number; externalId: string | undefined; lines: string[]; duplicate: boolean };

/** New orders, at most 50; the good part of a batch is stored even when others fail (reference 9.5). */
export function uploadOrders(call: Call): Reply {
  const site = neededSite(call);
  const stored: Order[] = [];
  const failed: Failed[] = [];
  for (const [index, raw] of jsonList(call, "orders", uploadMost).entries()) {
    const writing = writingIn(call, site);
    const order = buildOrder(writing, raw);
    const duplicate = isDuplicate(call.crm, order);
    const lines = duplicate ? [`Order with externalId=${order.externalId} already exists.`] : troubleLines(writing);
    if (lines.length > 0) {
      failed.push({ index, externalId: order.externalId, lines, duplicate });
      continue;
    }
    storeNewOrder(writing, order);
    stored.push(order);
  }
  const uploadedOrders = stored.map((order) => withoutEmpty({ id: order.id, externalId: order.externalId }));
  const orders = call.crm.switches.ordersInUpload
    ? { orders: stored.map((order) => orderView(call.crm, order, "list")) }
    : {};
  if (failed.length === 0) return ok({ uploadedOrders, ...orders, failedOrders: [] }, call.crm.switches.uploadStatus);
  return batchFailure(call, "Orders are loaded with errors", failed, { uploadedOrders, ...orders }, "failedOrders");
}

/** HTTP 460: which failed, and why, without telling which reason belongs to which (reference 9.5). */
export function batchFailure(call: Call, errorMsg: string, failed: Failed[], rest: Fields, failedKey: string): Reply {
  const onlyDuplicates = failed.every((entry) => entry.duplicate);
  const status = onlyDuplicates ? call.crm.switches.duplicateUploadStatus : 460;
  throw new Refusal(status, errorMsg, failureTexts(call, failed), {
    ...rest,
    [failedKey]: failed.map((entry) => withoutEmpty({ externalId: entry.externalId })),
  });
}

function failureTexts(call: Call, failed: Failed[]): string[] | Record<string, string> {
  switch (call.crm.switches.uploadErrors) {
    case "list":
      return failed.flatMap((entry) => entry.lines);
    case "by-index":
      return Object.fromEntries(failed.map((entry) => [String(entry.index), entry.lines.join(" ")]));
    case "by-external-id":
      return Object.fromEntries(
        failed.map((entry) => [entry.externalId ?? String(entry.index), entry.lines.join(" ")]),
      );
  }
}
