import { expect, test } from "vitest";
import { noCounts } from "../log/run.ts";
import { countOutcome, countRead, countUntouched, makeTally, type Outcome } from "./tally.ts";

test.each<[Outcome[], Outcome]>([
  [["created", "unchanged"], "created"],
  [["created", "updated"], "created"],
  [["linked", "updated", "unchanged"], "linked"],
  [["unchanged", "updated"], "updated"],
  [["created", "failed"], "failed"],
  [["failed", "updated"], "updated"],
  [["held", "created"], "created"],
  [["failed", "unchanged"], "unchanged"],
])("%j counts as %s, once", (outcomes, counted) => {
  const tally = makeTally(noCounts());

  for (const outcome of outcomes) {
    countRead(tally, [7]);
    countOutcome(tally, 7, outcome);
  }

  expect(tally.counts).toEqual({ ...noCounts(), read: 1, [counted]: 1 });
});

test("a look that found nothing to do leaves what was counted", () => {
  const tally = makeTally(noCounts());

  countOutcome(tally, 1, "failed");
  countUntouched(tally, [1, 2, 2]);

  expect(tally.counts).toEqual({ ...noCounts(), failed: 1, unchanged: 1 });
});
