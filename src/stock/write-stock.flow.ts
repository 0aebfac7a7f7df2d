import { RunCancelled } from "../connections/work-lane.flow.ts";
import type { ConnectionContext } from "../context.ts";
import { ApiError } from "../http/api-error.ts";
import { closeProblem, openProblem } from "../log/problems.sql.ts";
import type { Run } from "../log/run.ts";
import { saveRunProgress } from "../log/runs.sql.ts";
import type { Figure } from "./plan-stock.ts";

/** Within the 250 that the CRM takes (reference of its API, 3.4) and in one piece by both clients. */
const batchMax = 200;
/** How often a refused batch is cut in two, over one run, to find the row that spoils it. */
const cutsMax = 60;
const articlesShown = 10;

export type Outcome = Figure & { result: "done" | "refused" | "unknown"; reason: string };
export type StockWriting = {
  run: Run;
  signal: AbortSignal;
  /** one call of the following side; rejects when the whole call is refused */
  write: (figures: Figure[]) => Promise<Outcome[]>;
  /** remembers what was done and what was refused, before the next batch goes out */
  settle: (outcomes: Outcome[]) => Promise<void>;
};

export async function writeFigures(
  ctx: ConnectionContext,
  figures: Figure[],
  writing: StockWriting,
): Promise<Outcome[]> {
  const failures: Outcome[] = [];
  const cuts = { left: cutsMax };
  for (let start = 0; start < figures.length; start += batchMax) {
    writing.signal.throwIfAborted();
    const batch = figures.slice(start, start + batchMax);
    const outcomes = await writeOrCut(batch, writing.write, cuts);
    await writing.settle(outcomes);
    const failed = outcomes.filter((outcome) => outcome.result !== "done");
    failures.push(...failed);
    writing.run.counts.updated += outcomes.length - failed.length;
    writing.run.counts.failed += failed.length;
    await advance(ctx, writing.run, outcomes.length);
  }
  return failures;
}

export async function advance(ctx: ConnectionContext, run: Run, rows: number): Promise<void> {
  run.progress = { ...run.progress, done: run.progress.done + rows };
  await saveRunProgress(ctx, run);
  if (run.cancelAsked) throw new RunCancelled();
}

/** One bad row may cost its whole batch: halves are tried until it stands alone. */
async function writeOrCut(figures: Figure[], write: StockWriting["write"], cuts: { left: number }): Promise<Outcome[]> {
  try {
    return await write(figures);
  } catch (error) {
    if (!isAboutRows(error)) throw error;
    if (figures.length === 1 || cuts.left <= 0) {
      const reason = [error.remoteCode, ...error.details].filter(Boolean).join(": ") || error.message;
      return figures.map((figure) => ({ ...figure, result: "refused", reason }));
    }
    cuts.left -= 1;
    const middle = Math.ceil(figures.length / 2);
    const first = await writeOrCut(figures.slice(0, middle), write, cuts);
    return [...first, ...(await writeOrCut(figures.slice(middle), write, cuts))];
  }
}

/** The side understood and said no to what was in the call; not to the caller, and not because it lacks the function. */
function isAboutRows(error: unknown): error is ApiError {
  if (!(error instanceof ApiError) || error.kind !== "rejected") return false;
  const code = error.remoteCode ?? "";
  return !code.startsWith("Access denied") && !["FORBIDDEN", "UNDEFINED_FUNCTION"].includes(code);
}

/** `waiting`: articles that were refused before and are not tried in this run. */
export async function reportFailures(ctx: ConnectionContext, failures: Outcome[], waiting: string[]): Promise<void> {
  await reportSome(
    ctx,
    "stock_offer_unknown",
    failures.filter((one) => one.result === "unknown"),
    [],
  );
  await reportSome(
    ctx,
    "stock_refused",
    failures.filter((one) => one.result === "refused"),
    waiting,
  );
}

async function reportSome(ctx: ConnectionContext, code: string, failures: Outcome[], waiting: string[]): Promise<void> {
  const articles = [...failures.map((failure) => failure.article), ...waiting];
  if (articles.length === 0) {
    await closeProblem(ctx, code);
    return;
  }
  // Nothing was tried anew: what was said then still holds.
  if (failures.length === 0) return;
  const params = { articles: articles.slice(0, articlesShown), reason: failures[0]!.reason };
  await openProblem(ctx, { code, params, count: articles.length });
}
