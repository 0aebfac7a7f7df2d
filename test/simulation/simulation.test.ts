import { test } from "vitest";
import { liveThrough } from "./live-through.ts";

/**
 * Random changes on both sides and random trouble from a seed. Afterwards both sides agree (or the order's page tells
 * why not) and lie still, nothing that one side alone changed was undone, every order is in one state, and no bookmark
 * ever passed what is not settled. All seeds in every run: the odd ones here, the even ones in the file beside, so that
 * two workers share them. SEED=17 runs one, SEEDS=1000 more of them.
 */
test(
  "both sides agree, lie still, and nothing is undone (F05 F12 F16 F17 F68 F71 F81 F100 F103 F106)",
  {
    timeout: 3_600_000,
  },
  () => liveThrough("odd"),
);
