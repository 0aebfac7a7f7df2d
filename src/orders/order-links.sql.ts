import { type Selectable, sql } from "kysely";
import type { ConnectionContext } from "../context.ts";
import { json } from "../db/json.ts";
import type { OrderLinksTable } from "../db/tables.ts";
import { type Problem, problemKey } from "../log/problem.ts";
import type { Agreement } from "./agreement.ts";
import { claimMs } from "./claims.sql.ts";
import type { Difference } from "./plan-status.ts";

export type OrderState = "synced" | "held" | "failed" | "excluded";

/** Why an excluded order stays so until a person asks, whatever happens to it. */
export const asideReasons = ["dismissed", "deleted_in_crm", "combined_in_crm", "moved_in_crm"];

/** All that is remembered of one shop order. */
export type OrderLink = {
  shopOrderId: string;
  crmOrderId: number | null;
  crmNumber: string | null;
  state: OrderState;
  problem: Problem | null;
  problemSince: Date | null;
  reason: string | null;
  attempts: number;
  nextAttemptAt: Date | null;
  createPending: boolean;
  confirmed: string | null;
  shopHash: string | null;
  shopOpen: boolean;
  shopCreatedAt: Date | null;
  agreement: Agreement;
  differences: Difference[];
  firstSeenAt: Date;
  lastSyncedAt: Date | null;
};

export async function loadLinks(ctx: ConnectionContext, shopOrderIds: string[]): Promise<Map<string, OrderLink>> {
  const links = new Map<string, OrderLink>();
  for (let start = 0; start < shopOrderIds.length; start += 500) {
    const rows = await ctx.db
      .selectFrom("order_links")
      .selectAll()
      .where("connection_id", "=", ctx.connection.id)
      .where("shop_order_id", "in", shopOrderIds.slice(start, start + 500))
      .execute();
    for (const row of rows) links.set(row.shop_order_id, toLink(row));
  }
  return links;
}

/**
 * What was asked for while the order was in hand (a person's retry, a saved mapping, a hint of the shop) came too late
 * for this work: the order stays due for it. The claim tells when the work began.
 */
function unlessAskedMeanwhile(ctx: ConnectionContext, { nextAttemptAt, confirmed }: LinkUpdate) {
  const begun = sql`claimed_until - ${claimMs}::integer * interval '1 millisecond'`;
  const wasAsked = sql`next_attempt_at > ${begun} and next_attempt_at <= ${ctx.now()}`;
  return {
    next_attempt_at: sql<Date | null>`case when ${wasAsked} then next_attempt_at else ${nextAttemptAt}::timestamptz end`,
    confirmed: sql<string | null>`case when ${wasAsked} then coalesce(confirmed, ${confirmed}) else ${confirmed} end`,
  };
}

/**
 * Before creates go out: should an answer be lost, the next attempt looks first, and knows what both sides will have
 * agreed on if the order is there.
 */
export async function markCreatePending(
  ctx: ConnectionContext,
  creates: { shopOrderId: string; agreement: Agreement }[],
): Promise<void> {
  if (creates.length === 0) return;
  await sql`
    update order_links set create_pending = true, agreement = pending.agreement
    from jsonb_to_recordset(${JSON.stringify(creates)}::jsonb) as pending ("shopOrderId" text, agreement jsonb)
    where connection_id = ${ctx.connection.id} and shop_order_id = pending."shopOrderId"`.execute(ctx.db);
}

export async function saveAgreement(ctx: ConnectionContext, shopOrderId: string, agreement: Agreement): Promise<void> {
  await ctx.db
    .updateTable("order_links")
    .set({ agreement: json(agreement) })
    .where("connection_id", "=", ctx.connection.id)
    .where("shop_order_id", "=", shopOrderId)
    .execute();
}

export type LinkUpdate = {
  shopOrderId: string;
  state: OrderState;
  problem: Problem | null;
  reason?: string | null;
  attempts: number;
  nextAttemptAt: Date | null;
  agreement: Agreement;
  differences: Difference[];
  crmOrderId: number | null;
  crmNumber: string | null;
  createPending: boolean;
  confirmed: string | null;
  /** The print of what was settled; null: the next look works on it even if nothing changed. */
  shopHash: string | null;
  shopOpen: boolean;
  shopTotal: string | null;
  /** Articles of lines that wait for the CRM's catalogue; undefined: as they were. */
  freeArticles?: string[] | null;
  settled: boolean;
};

/** Remembers what became of an order; the claim ends with it. `problem_since` stays while the problem does. */
export async function saveLink(ctx: ConnectionContext, update: LinkUpdate): Promise<void> {
  const { problem } = update;
  const key = problem ? problemKey(problem) : null;
  await ctx.db
    .updateTable("order_links")
    .set({
      state: update.state,
      problem: problem?.code ?? null,
      problem_key: key,
      problem_params: problem ? json(problem.params) : null,
      problem_since:
        key === null
          ? null
          : sql<Date>`case when problem_key = ${key} then coalesce(problem_since, ${ctx.now()}) else ${ctx.now()} end`,
      reason: update.reason ?? null,
      attempts: update.attempts,
      ...unlessAskedMeanwhile(ctx, update),
      create_pending: update.createPending,
      shop_hash: update.shopHash,
      shop_open: update.shopOpen,
      shop_total: update.shopTotal,
      agreement: json(update.agreement),
      differences: json(update.differences),
      crm_order_id: update.crmOrderId,
      crm_number: update.crmNumber,
      ...(update.freeArticles === undefined
        ? {}
        : { free_articles: update.freeArticles ? json(update.freeArticles) : null }),
      ...(update.settled ? { last_synced_at: ctx.now() } : {}),
      claimed_by: null,
      claimed_until: null,
    })
    .where("connection_id", "=", ctx.connection.id)
    .where("shop_order_id", "=", update.shopOrderId)
    .execute();
  ctx.events.emit({
    connectionId: ctx.connection.id,
    type: "order",
    body: { shopOrderId: update.shopOrderId, state: update.state },
  });
}

/** Orders whose next attempt is due, oldest first. */
export async function listDueOrders(ctx: ConnectionContext, limit: number): Promise<number[]> {
  const rows = await ctx.db
    .selectFrom("order_links")
    .select("shop_number")
    .where("connection_id", "=", ctx.connection.id)
    .where("next_attempt_at", "<=", ctx.now())
    .where((row) => row.or([row("claimed_until", "is", null), row("claimed_until", "<", ctx.now())]))
    .orderBy("next_attempt_at")
    .limit(limit)
    .execute();
  return rows.map((row) => Number(row.shop_number));
}

/**
 * Orders to be read again: linked ones, and those that wait for their status, delivery or payment to become one that
 * has a pair. `open-since`: open ones created since then; `all-since`: closed ones too; `all-since-or-open`: besides,
 * open ones of any age.
 */
export async function listOrdersToRead(
  ctx: ConnectionContext,
  filter: { which: "open-since" | "all-since" | "all-since-or-open"; since: Date },
): Promise<number[]> {
  let query = ctx.db
    .selectFrom("order_links")
    .select("shop_number")
    .where("connection_id", "=", ctx.connection.id)
    .where((row) =>
      row.or([
        row("state", "!=", "excluded"),
        row.and([row("crm_order_id", "is", null), row("reason", "in", ["status", "delivery", "payment"])]),
      ]),
    )
    .orderBy("shop_number");
  if (filter.which === "all-since-or-open")
    query = query.where((row) => row.or([row("shop_created_at", ">=", filter.since), row("shop_open", "=", true)]));
  else query = query.where("shop_created_at", ">=", filter.since);
  if (filter.which === "open-since") query = query.where("shop_open", "=", true);
  return (await query.execute()).map((row) => Number(row.shop_number));
}

/** Which CRM orders are ours: CRM id → shop order number. From the history only these may cause anything. */
export async function findLinkedByCrmIds(ctx: ConnectionContext, crmOrderIds: number[]): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (let start = 0; start < crmOrderIds.length; start += 500) {
    const rows = await ctx.db
      .selectFrom("order_links")
      .select(["crm_order_id", "shop_number"])
      .where("connection_id", "=", ctx.connection.id)
      .where("crm_order_id", "in", crmOrderIds.slice(start, start + 500))
      .execute();
    for (const row of rows) found.set(Number(row.crm_order_id), Number(row.shop_number));
  }
  return found;
}

/** Remarks of orders in step that other rules may mend. */
const waitingRemarks = ["company_not_sent", "customer_ambiguous", "payment_not_allowed", "tracking_not_supported"];

/**
 * Mapping or settings changed: what waited or was refused is tried again, with them. Dismissed orders stay, and so do
 * those that wait for a person's word. Returns how many.
 */
export async function makeWaitingDue(ctx: ConnectionContext): Promise<number> {
  const result = await ctx.db
    .updateTable("order_links")
    .set({ next_attempt_at: ctx.now(), shop_hash: null })
    .where("connection_id", "=", ctx.connection.id)
    .where((row) =>
      row.or([
        row("state", "in", ["held", "failed"]),
        row.and([row("state", "=", "excluded"), row("reason", "in", ["status", "delivery", "payment"])]),
        row("problem", "in", waitingRemarks),
        sql<boolean>`problem_params->'also' ?| array[${sql.join(waitingRemarks)}]`,
        sql<boolean>`jsonb_path_exists(differences, '$[*] ? (@.field == "status")')`,
      ]),
    )
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

export async function hasHandedOver(ctx: ConnectionContext): Promise<boolean> {
  const row = await ctx.db
    .selectFrom("order_links")
    .select("shop_order_id")
    .where("connection_id", "=", ctx.connection.id)
    .where("crm_order_id", "is not", null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export function toLink(row: Selectable<OrderLinksTable>): OrderLink {
  return {
    shopOrderId: row.shop_order_id,
    crmOrderId: row.crm_order_id === null ? null : Number(row.crm_order_id),
    crmNumber: row.crm_number,
    state: row.state as OrderState,
    problem: row.problem === null ? null : { code: row.problem, params: row.problem_params ?? {} },
    problemSince: row.problem_since,
    reason: row.reason,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    createPending: row.create_pending,
    confirmed: row.confirmed,
    shopHash: row.shop_hash,
    shopOpen: row.shop_open,
    shopCreatedAt: row.shop_created_at,
    agreement: row.agreement as Agreement,
    differences: row.differences as Difference[],
    firstSeenAt: row.first_seen_at,
    lastSyncedAt: row.last_synced_at,
  };
}

/** The shop says that something happened to an order: a known one is read again, an unknown one is found as new. */
export async function hintOrder(ctx: ConnectionContext, orderId: number): Promise<void> {
  await ctx.db
    .updateTable("order_links")
    .set({ next_attempt_at: ctx.now() })
    .where("connection_id", "=", ctx.connection.id)
    .where("shop_order_id", "=", String(orderId))
    .where("state", "!=", "excluded")
    .execute();
}
