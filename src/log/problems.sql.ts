import { type Selectable, sql } from "kysely";
import type { AppContext, ConnectionContext } from "../context.ts";
import { json } from "../db/json.ts";
import type { ProblemsTable } from "../db/tables.ts";
import { problemKey, type Severity, severityOf } from "./problem.ts";

export type OpenProblem = {
  key: string;
  code: string;
  severity: Severity;
  params: Record<string, unknown>;
  count: number;
  since: Date;
};

/** Opens a condition, or refreshes what it says while it lasts; `since` stays. */
export async function openProblem(
  ctx: ConnectionContext,
  problem: { code: string; key?: string; severity?: Severity; params?: Record<string, unknown>; count?: number },
): Promise<void> {
  const key = problem.key ?? problem.code;
  await ctx.db
    .insertInto("problems")
    .values({
      connection_id: ctx.connection.id,
      key,
      code: problem.code,
      severity: problem.severity ?? severityOf(problem.code),
      params: json(problem.params ?? {}),
      count: problem.count ?? 1,
      source: "condition",
      since: ctx.now(),
    })
    .onConflict((conflict) =>
      conflict.columns(["connection_id", "key"]).doUpdateSet((row) => ({
        params: row.ref("excluded.params"),
        severity: row.ref("excluded.severity"),
        count: row.ref("excluded.count"),
      })),
    )
    .execute();
  tell(ctx, ctx.connection.id);
}

/** These conditions are mended; nothing happens to those that were not open. Returns since when one was, if any. */
export async function closeProblem(ctx: ConnectionContext, ...keys: string[]): Promise<Date | undefined> {
  const closed = await ctx.db
    .deleteFrom("problems")
    .where("connection_id", "=", ctx.connection.id)
    .where("key", "in", keys)
    .where("source", "=", "condition")
    .returning("since")
    .execute();
  if (closed.length > 0) tell(ctx, ctx.connection.id);
  return closed.map((row) => row.since).sort((a, b) => a.getTime() - b.getTime())[0];
}

/**
 * Counts the problems that orders carry and the shop elements that lack a pair, and brings the stored rows into line:
 * new ones begin now, counts follow, those without a cause disappear. `gaps` are the elements without a pair.
 */
export async function refreshDerivedProblems(
  ctx: ConnectionContext,
  gaps: { code: string; params: Record<string, unknown> }[],
): Promise<void> {
  const wanted = new Map<string, { code: string; params: Record<string, unknown>; count: number }>();
  for (const gap of gaps) wanted.set(problemKey(gap), { ...gap, count: 0 });
  for (const row of await countOrderProblems(ctx)) {
    const known = wanted.get(row.key);
    wanted.set(row.key, { code: row.code, params: known?.params ?? row.params, count: row.count });
  }
  for (const row of await countUnpairedStatuses(ctx)) wanted.set(row.key, row);
  const present = await ctx.db
    .selectFrom("problems")
    .selectAll()
    .where("connection_id", "=", ctx.connection.id)
    .where("source", "=", "derived")
    .execute();
  const gone = present.filter((row) => !wanted.has(row.key)).map((row) => row.key);
  if (gone.length > 0) {
    await ctx.db
      .deleteFrom("problems")
      .where("connection_id", "=", ctx.connection.id)
      .where("source", "=", "derived")
      .where("key", "in", gone)
      .execute();
  }
  let changed = gone.length > 0;
  for (const [key, problem] of wanted) {
    const same = present.find((row) => row.key === key);
    if (same && same.count === problem.count && JSON.stringify(same.params) === JSON.stringify(problem.params))
      continue;
    changed = true;
    await ctx.db
      .insertInto("problems")
      .values({
        connection_id: ctx.connection.id,
        key,
        code: problem.code,
        severity: severityOf(problem.code),
        params: json(problem.params),
        count: problem.count,
        source: "derived",
        since: ctx.now(),
      })
      .onConflict((conflict) =>
        conflict
          .columns(["connection_id", "key"])
          .doUpdateSet((row) => ({ params: row.ref("excluded.params"), count: row.ref("excluded.count") })),
      )
      .execute();
  }
  if (changed) tell(ctx, ctx.connection.id);
}

async function countOrderProblems(
  ctx: ConnectionContext,
): Promise<{ key: string; code: string; params: Record<string, unknown>; count: number }[]> {
  const rows = await ctx.db
    .selectFrom("order_links")
    .select((query) => [
      "problem_key as key",
      "problem as code",
      query.fn.countAll<number>().as("count"),
      sql<Record<string, unknown>>`(array_agg(problem_params order by shop_number desc))[1]`.as("params"),
    ])
    .where("connection_id", "=", ctx.connection.id)
    .where("problem", "is not", null)
    .where("state", "!=", "excluded")
    .groupBy(["problem_key", "problem"])
    .execute();
  return rows.map((row) => ({
    key: row.key ?? row.code ?? "",
    code: row.code ?? "",
    params: row.params ?? {},
    count: Number(row.count),
  }));
}

/** CRM statuses without a pair: one remark per status, counted over the orders that stand in it. */
async function countUnpairedStatuses(
  ctx: ConnectionContext,
): Promise<{ key: string; code: string; params: Record<string, unknown>; count: number }[]> {
  const rows = await sql<{ crm: string; title: string | null; count: number }>`
    select difference->>'crm' as crm, min(title) as title, count(*) as count
    from order_links as orders cross join jsonb_array_elements(differences) as difference
    left join reference_lists as lists on lists.connection_id = orders.connection_id
      and lists.kind = 'statuses' and lists.side = 'crm' and lists.id = difference->>'crm'
    where orders.connection_id = ${ctx.connection.id} and state <> 'excluded'
      and difference->>'field' = 'status' and (difference->>'unpaired')::boolean
    group by 1`.execute(ctx.db);
  return rows.rows.map((row) => {
    const problem = { code: "crm_status_unmapped", params: { id: row.crm, status: row.title ?? row.crm } };
    return { key: problemKey(problem), ...problem, count: Number(row.count) };
  });
}

export async function listProblems(app: AppContext, connectionId: string): Promise<OpenProblem[]> {
  const rows = await app.db
    .selectFrom("problems")
    .selectAll()
    .where("connection_id", "=", connectionId)
    .orderBy("since")
    .orderBy("key")
    .execute();
  return rows.map(toProblem);
}

export async function countProblems(app: AppContext, connectionIds: string[]): Promise<Map<string, number>> {
  if (connectionIds.length === 0) return new Map();
  const rows = await app.db
    .selectFrom("problems")
    .select((query) => ["connection_id", query.fn.countAll<number>().as("count")])
    .where("connection_id", "in", connectionIds)
    .groupBy("connection_id")
    .execute();
  return new Map(rows.map((row) => [row.connection_id, Number(row.count)]));
}

function toProblem(row: Selectable<ProblemsTable>): OpenProblem {
  return {
    key: row.key,
    code: row.code,
    severity: row.severity as Severity,
    params: row.params,
    count: row.count,
    since: row.since,
  };
}

function tell(app: AppContext, connectionId: string): void {
  app.events.emit({ connectionId, type: "problem", body: {} });
}
