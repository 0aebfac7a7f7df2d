import { reportReached } from "../connections/trouble.flow.ts";
import type { RunWorker } from "../connections/work-lane.flow.ts";
import { stockProblems } from "../log/problem.ts";
import { closeProblem, openProblem } from "../log/problems.sql.ts";
import { noCounts } from "../log/run.ts";
import { moveCrmToShop } from "./crm-to-shop.flow.ts";
import { moveShopToCrm } from "./shop-to-crm.flow.ts";
import { forgetSide } from "./stock.sql.ts";

/** What a run meets before it writes anything. */
const settingProblems = ["stock_store_missing", "stock_warehouse_missing"];

/** Works one run of the kind `stock`, in the direction of the settings; without one there is nothing to do. */
export const moveStockRun: RunWorker = async (ctx, run, signal) => {
  // One that a killed process left begins anew: what it wrote is agreed already.
  run.counts = noCounts();
  run.progress = { ...run.progress, done: 0, total: 0 };
  const { direction } = ctx.connection.settings.stock;
  if (direction === "none") {
    for (const code of stockProblems) await closeProblem(ctx, code);
    return;
  }
  const toShop = direction === "crm-to-shop";
  await forgetSide(ctx, toShop ? "shop" : "crm");
  const problem = toShop ? await moveCrmToShop(ctx, run, signal) : await moveShopToCrm(ctx, run, signal);
  await reportReached(ctx);
  for (const code of settingProblems) if (code !== problem?.code) await closeProblem(ctx, code);
  if (!problem) return;
  await openProblem(ctx, problem);
  run.state = "failed";
  run.error = problem;
};
