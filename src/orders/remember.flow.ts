import { troubleOf } from "../connections/trouble.flow.ts";
import { pauseMs } from "../connections/work-lane.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import type { ApiError } from "../http/api-error.ts";
import type { Problem } from "../log/problem.ts";
import type { ReferenceLists } from "../mapping/mapping.ts";
import type { Agreement } from "./agreement.ts";
import { type OrderLink, type OrderState, saveLink } from "./order-links.sql.ts";
import { expectedTotal } from "./order-total.ts";
import type { Difference } from "./plan-status.ts";
import { orderPrint } from "./print.ts";
import { waitingArticles, withCustomerRemarks } from "./remarks.ts";

export type Outcome = {
  state: OrderState;
  problem: Problem | null;
  reason?: string;
  agreement: Agreement;
  differences: Difference[];
  crm: { id: number; number: string | null } | null;
  confirmed: string | null;
  /** Articles that wait for the CRM's catalogue, where the problem does not tell them. */
  freeArticles?: string[] | null;
  /** What the shop holds now, after our own writes to it. */
  shopNow?: Partial<Pick<HoroshopOrder, "stat_status" | "payed">>;
};

/** Remembers a settled order: nothing more happens to it until something changes. */
export async function rememberOutcome(
  ctx: ConnectionContext,
  order: HoroshopOrder,
  lists: ReferenceLists,
  outcome: Outcome,
): Promise<void> {
  const shop = { ...order, ...outcome.shopNow };
  await saveLink(ctx, {
    shopOrderId: String(order.order_id),
    state: outcome.state,
    problem: outcome.problem,
    reason: outcome.reason ?? null,
    attempts: outcome.state === "failed" ? 1 : 0,
    nextAttemptAt: null,
    agreement: outcome.agreement,
    differences: outcome.differences,
    crmOrderId: outcome.crm?.id ?? null,
    crmNumber: outcome.crm?.number ?? null,
    createPending: false,
    confirmed: outcome.confirmed,
    shopHash: orderPrint(shop),
    shopOpen: isOpen(ctx, shop.stat_status, lists),
    shopTotal: expectedTotal(order),
    freeArticles: outcome.freeArticles ?? waitingArticles(outcome.problem),
    settled: outcome.state === "synced",
  });
}

export const attemptsMax = 30;

export type KeptLink = Pick<
  OrderLink,
  "attempts" | "agreement" | "differences" | "crmOrderId" | "crmNumber" | "confirmed"
> & { problem?: Problem | null };

/** Trouble that passes: the order is tried again after a growing pause, and looked for before it is sent again. */
export async function rememberTrouble(
  ctx: ConnectionContext,
  order: HoroshopOrder,
  link: KeptLink | undefined,
  error: ApiError,
  createPending: boolean,
): Promise<void> {
  const { code, params } = troubleOf(error);
  await rememberFailure(ctx, order, link, { code, params }, { createPending, waitMs: error.retryAfterMs ?? 0 });
}

/** A fault of ours: the log says which. The order is tried again as after any other trouble. */
export async function rememberFault(
  ctx: ConnectionContext,
  order: HoroshopOrder,
  link: OrderLink | undefined,
): Promise<void> {
  const createPending = link?.createPending ?? false;
  await rememberFailure(ctx, order, link, { code: "internal", params: {} }, { createPending, waitMs: 0 });
}

async function rememberFailure(
  ctx: ConnectionContext,
  order: HoroshopOrder,
  link: KeptLink | undefined,
  problem: Problem,
  { createPending, waitMs }: { createPending: boolean; waitMs: number },
): Promise<void> {
  const attempts = (link?.attempts ?? 0) + 1;
  const wait = Math.max(waitMs, pauseMs(ctx, attempts));
  await saveLink(ctx, {
    shopOrderId: String(order.order_id),
    state: "failed",
    problem: withCustomerRemarks(problem, link?.problem ?? null),
    attempts,
    nextAttemptAt: attempts >= attemptsMax ? null : new Date(ctx.now().getTime() + wait),
    agreement: link?.agreement ?? {},
    differences: link?.differences ?? [],
    crmOrderId: link?.crmOrderId ?? null,
    crmNumber: link?.crmNumber ?? null,
    createPending,
    confirmed: link?.confirmed ?? null,
    // The next attempt comes when it is due, or when the shop's side changes; not with every look.
    shopHash: orderPrint(order),
    shopOpen: true,
    shopTotal: expectedTotal(order),
    settled: false,
  });
}

/** Closed orders are read again less often: a successful status, or one that locks the order. */
function isOpen(ctx: ConnectionContext, status: number, lists: ReferenceLists): boolean {
  if (ctx.connection.settings.finalStatuses.includes(status)) return false;
  return !lists.statuses.horoshop.find((element) => element.id === status)?.successful;
}
