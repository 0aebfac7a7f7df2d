import type { AppContext, ConnectionContext } from "../context.ts";
import { json } from "../db/json.ts";
import { maskPersonal } from "../http/redact.ts";

export type Direction = "shop-to-crm" | "crm-to-shop";
export type TimelineEntry = {
  direction: Direction;
  action: string;
  result: "done" | "refused" | "failed" | "waiting";
  detail?: Record<string, unknown>;
  request?: unknown;
  response?: unknown;
};

/** What was done to one order; personal data is masked before it is stored. Written for many orders at once. */
export async function addToTimeline(
  ctx: ConnectionContext,
  entries: (TimelineEntry & { shopOrderId: string })[],
): Promise<void> {
  for (let start = 0; start < entries.length; start += 100) {
    const part = entries.slice(start, start + 100);
    await ctx.db
      .insertInto("timeline")
      .values(
        part.map((entry) => ({
          connection_id: ctx.connection.id,
          shop_order_id: entry.shopOrderId,
          at: ctx.now(),
          direction: entry.direction,
          action: entry.action,
          result: entry.result,
          detail: json(entry.detail ?? null),
          request: json(entry.request === undefined ? null : maskPersonal(entry.request)),
          response: json(entry.response === undefined ? null : maskPersonal(entry.response)),
        })),
      )
      .execute();
  }
}

export async function loadTimeline(
  ctx: ConnectionContext,
  shopOrderId: string,
): Promise<(Omit<TimelineEntry, "detail"> & { at: Date; detail: Record<string, unknown> | null })[]> {
  const rows = await ctx.db
    .selectFrom("timeline")
    .selectAll()
    .where("connection_id", "=", ctx.connection.id)
    .where("shop_order_id", "=", shopOrderId)
    .orderBy("id", "desc")
    .limit(200)
    .execute();
  return rows.reverse().map((row) => ({
    at: row.at,
    direction: row.direction as Direction,
    action: row.action,
    result: row.result as TimelineEntry["result"],
    detail: row.detail,
    ...(row.request == null ? {} : { request: row.request }),
    ...(row.response == null ? {} : { response: row.response }),
  }));
}

export async function pruneTimeline(app: AppContext, olderThan: Date): Promise<void> {
  await app.db.deleteFrom("timeline").where("at", "<", olderThan).execute();
}
