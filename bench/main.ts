import { benchCatalog } from "./catalog.ts";
import { benchArchive, benchRound } from "./orders.ts";

/** `npm run bench [catalog] [archive] [round]`: figures beside their limits; exit code 1 when one is missed. */
const benches: Record<string, () => Promise<unknown>> = {
  round: benchRound,
  archive: benchArchive,
  catalog: benchCatalog,
};
const chosen = process.argv.slice(2).filter((name) => name in benches);

let missed = 0;
for (const name of chosen.length > 0 ? chosen : Object.keys(benches)) {
  console.log(`── ${name}`);
  if ((await benches[name]!()) === false) {
    missed += 1;
    console.log("   a limit was missed");
  }
}
process.exitCode = missed > 0 ? 1 : 0;
