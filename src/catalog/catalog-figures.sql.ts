import { sql } from "kysely";
import type { ConnectionContext } from "../context.ts";
import { json } from "../db/json.ts";

/**
 * What the catalogue files tell the CRM, kept beside the files: the file that is being made, the held one, the served
 * one and the one before it (the CRM may have loaded that one last). Stock that the CRM took from here is no news for
 * the shop; and offers that the next file lacks are seen.
 */

const perPiece = 5000;

export type NotedOffer = { id: string; quantity: string; active: boolean };

export type FiguresRecorder = {
  add(offers: NotedOffer[]): Promise<void>;
  finish(): Promise<void>;
};

/** Notes the figures of a file that is being made; what an unfinished run noted goes. */
export async function recordFigures(ctx: ConnectionContext): Promise<FiguresRecorder> {
  await drop(ctx, ["new"]);
  let piece = 0;
  let waiting: [string, string, boolean][] = [];
  async function write(): Promise<void> {
    await ctx.db
      .insertInto("catalog_figures")
      .values({ connection_id: ctx.connection.id, role: "new", piece, figures: json(waiting) })
      .execute();
    piece += 1;
    waiting = [];
  }
  return {
    async add(offers) {
      for (const { id, quantity, active } of offers) waiting.push([id, quantity, active]);
      if (waiting.length >= perPiece) await write();
    },
    async finish() {
      if (waiting.length > 0) await write();
    },
  };
}

/**
 * How many offers that are active in the served file are not among `present`; undefined when it is not on record.
 * Piece by piece: a large shop takes no memory.
 */
export async function countVanished(
  ctx: ConnectionContext,
  present: { has(id: string): boolean },
): Promise<number | undefined> {
  let vanished = 0;
  for (let piece = 0; ; piece += 1) {
    const row = await ctx.db
      .selectFrom("catalog_figures")
      .select("figures")
      .where("connection_id", "=", ctx.connection.id)
      .where("role", "=", "served")
      .where("piece", "=", piece)
      .executeTakeFirst();
    if (!row) return piece === 0 ? undefined : vanished;
    for (const [id, , active] of row.figures) {
      if (active === undefined) return undefined;
      if (active && !present.has(id)) vanished += 1;
    }
  }
}

type Publication = "publish" | "keep" | "hold" | "refuse";

/** The figures follow their file: served from now on, kept as they are, held, or gone. */
export async function settleFigures(ctx: ConnectionContext, plan: Publication): Promise<void> {
  await ctx.db.transaction().execute(async (transaction) => {
    const work = { ...ctx, db: transaction };
    if (plan === "publish") await serve(work, "new");
    if (plan === "keep") {
      await drop(work, ["served"]);
      await rename(work, "new", "served");
    }
    if (plan === "hold") {
      await drop(work, ["held"]);
      await rename(work, "new", "held");
    }
    await drop(work, ["new"]);
  });
}

/** A person confirmed the held file. */
export async function serveHeldFigures(ctx: ConnectionContext): Promise<void> {
  await ctx.db.transaction().execute((transaction) => serve({ ...ctx, db: transaction }, "held"));
}

type Work = Pick<ConnectionContext, "db" | "connection">;

async function serve(work: Work, from: "new" | "held"): Promise<void> {
  await drop(work, ["before"]);
  await rename(work, "served", "before");
  await rename(work, from, "served");
  await drop(work, ["held"]);
}

async function rename(work: Work, from: string, to: string): Promise<void> {
  await sql`update catalog_figures set role = ${to}
    where connection_id = ${work.connection.id} and role = ${from}`.execute(work.db);
}

async function drop(work: Work, roles: string[]): Promise<void> {
  await work.db
    .deleteFrom("catalog_figures")
    .where("connection_id", "=", work.connection.id)
    .where("role", "in", roles)
    .execute();
}
