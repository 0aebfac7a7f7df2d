import { sql } from "kysely";
import type { ConnectionContext } from "../context.ts";
import { json } from "../db/json.ts";
import type { AgreedFigure, Figure } from "./plan-stock.ts";
import { toThousandths } from "./shop-stock.ts";

/** The side whose figures lead. */
export type LeadingSide = "crm" | "shop";

const rowsPerStatement = 1000;

export async function loadAgreedFigures(ctx: ConnectionContext, side: LeadingSide): Promise<Map<string, AgreedFigure>> {
  const rows = await ctx.db
    .selectFrom("stock_figures")
    .select(["article", "figure", "target", "refused_at"])
    .where("connection_id", "=", ctx.connection.id)
    .where("side", "=", side)
    .execute();
  return new Map(
    rows.map((row) => [row.article, { figure: row.figure, target: row.target, refusedAt: row.refused_at }]),
  );
}

/** To be called after the figures stand in the following side; `refused`: it would not take them. */
export async function saveFigures(
  ctx: ConnectionContext,
  side: LeadingSide,
  target: string,
  figures: Figure[],
  refused = false,
): Promise<void> {
  const now = ctx.now().toISOString();
  for (let start = 0; start < figures.length; start += rowsPerStatement) {
    const rows = json(figures.slice(start, start + rowsPerStatement));
    await sql`
      insert into stock_figures (connection_id, side, article, figure, target, agreed_at, refused_at)
      select ${ctx.connection.id}, ${side}, article, figure, ${target}, ${now}::timestamptz, ${refused ? now : null}::timestamptz
      from jsonb_to_recordset(${rows}) as row (article text, figure bigint)
      on conflict (connection_id, side, article) do update set
        figure = excluded.figure, target = excluded.target, agreed_at = excluded.agreed_at, refused_at = excluded.refused_at`.execute(
      ctx.db,
    );
  }
}

/** Products that the shop no longer has: should they come back, they are new. */
export async function forgetFigures(ctx: ConnectionContext, side: LeadingSide, articles: string[]): Promise<void> {
  for (let start = 0; start < articles.length; start += rowsPerStatement) {
    await ctx.db
      .deleteFrom("stock_figures")
      .where("connection_id", "=", ctx.connection.id)
      .where("side", "=", side)
      .where("article", "in", articles.slice(start, start + rowsPerStatement))
      .execute();
  }
}

/** The direction changed: what was agreed when this side led is long out of date. */
export async function forgetSide(ctx: ConnectionContext, side: LeadingSide): Promise<void> {
  await ctx.db
    .deleteFrom("stock_figures")
    .where("connection_id", "=", ctx.connection.id)
    .where("side", "=", side)
    .execute();
}

/** By article as the CRM knows it: what the served catalogue says, and what the one before it said; thousandths. */
export async function loadCatalogFigures(ctx: ConnectionContext): Promise<Map<string, number[]>> {
  const figures = new Map<string, number[]>();
  for (let piece = 0; ; piece += 1) {
    const rows = await ctx.db
      .selectFrom("catalog_figures")
      .select("figures")
      .where("connection_id", "=", ctx.connection.id)
      .where("role", "in", ["served", "before"])
      .where("piece", "=", piece)
      .execute();
    if (rows.length === 0) return figures;
    for (const [article, quantity] of rows.flatMap((row) => row.figures)) {
      const known = figures.get(article);
      if (known) known.push(toThousandths(quantity));
      else figures.set(article, [toThousandths(quantity)]);
    }
  }
}

/** Whether anybody ever fetched our catalogue file. */
export async function wasCatalogFetched(ctx: ConnectionContext): Promise<boolean> {
  const row = await ctx.db
    .selectFrom("catalogs")
    .select("last_fetched_at")
    .where("connection_id", "=", ctx.connection.id)
    .where("role", "=", "served")
    .executeTakeFirst();
  return Boolean(row?.last_fetched_at);
}
