import { RunCancelled, type RunWorker } from "../connections/work-lane.flow.ts";
import { closeProblem } from "../log/problems.sql.ts";
import { publishCatalog } from "./publish-catalog.flow.ts";

/** Works one run of the kind `catalog`. */
export const publishCatalogRun: RunWorker = async (ctx, run, signal) => {
  const outcome = await publishCatalog(ctx, run, signal);
  if (outcome.state === "cancelled") throw new RunCancelled();
  run.counts = outcome.counts;
  run.progress = { ...run.progress, done: outcome.counts.read, total: outcome.counts.read };
  if (outcome.state === "partial") run.state = "partial";
  // In `setup` nothing else talks to the shop, so nothing else would notice that it is back.
  await closeProblem(ctx, "shop_unreachable");
};
