import { isRecordTrouble } from "../connections/trouble.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { Problem } from "../log/problem.ts";
import type { ReferenceLists } from "../mapping/mapping.ts";
import { refreshReferenceLists } from "../mapping/reference-lists.flow.ts";
import type { CrmOrderDraft } from "../retailcrm/schema.ts";
import type { Batch, SyncOptions } from "./batch.ts";

/**
 * Reads the lists of both sides again for elements that they may lack; the same element costs one reading a run. A side
 * that refuses its lists, or gives them unreadably, stops no order: those known stay. Trouble of a side is thrown.
 */
export async function readListsFor(
  ctx: ConnectionContext,
  elements: string[],
  lists: ReferenceLists,
  options: Pick<SyncOptions, "askedElements">,
): Promise<ReferenceLists> {
  const news = elements.filter((element) => !options.askedElements.has(element));
  if (news.length === 0) return lists;
  for (const element of news) options.askedElements.add(element);
  try {
    return await refreshReferenceLists(ctx);
  } catch (error) {
    if (!isRecordTrouble(error)) throw error;
    return lists;
  }
}

/**
 * A refusal may mean that a mapped entry was deleted in the CRM since the lists were read: they are read again, and
 * `plan` tells what they make of the order. The refusal's words follow the account's language, the names of fields in
 * them do not (retailcrm-api.md, 3).
 */
export async function removedElement(
  ctx: ConnectionContext,
  refusal: string,
  draft: Pick<CrmOrderDraft, "status" | "delivery" | "payments">,
  batch: Batch,
  plan: () => Problem | undefined,
): Promise<Problem | undefined> {
  if (!/status|deliver|payment/i.test(refusal)) return undefined;
  const payment = draft.payments?.[0];
  const codes = [draft.status, draft.delivery?.code, payment?.type, payment?.status];
  batch.lists = await readListsFor(ctx, [`refused:${codes.join("/")}`], batch.lists, batch);
  const problem = plan();
  return problem?.code === "element_removed" ? problem : undefined;
}
