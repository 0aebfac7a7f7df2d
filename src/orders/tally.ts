import type { RunCounts } from "../log/run.ts";

/** What became of an order in a run. */
export type Outcome = Exclude<keyof RunCounts, "read">;

/** Counts of a run in which every order counts once, however often the run comes upon it. */
export type Tally = {
  counts: RunCounts;
  /** Orders that this run has read. */
  read: Set<number>;
  /** Under what each of them is counted. */
  outcomes: Map<number, Outcome>;
};

export function makeTally(counts: RunCounts): Tally {
  return { counts, read: new Set(), outcomes: new Map() };
}

export function countRead(tally: Tally, orderIds: number[]): void {
  for (const id of orderIds) {
    if (tally.read.has(id)) continue;
    tally.read.add(id);
    tally.counts.read += 1;
  }
}

/** The order was looked at and nothing had to be done: what the run did with it before stands. */
export function countUntouched(tally: Tally, orderIds: number[]): void {
  for (const id of orderIds) if (!tally.outcomes.has(id)) countOutcome(tally, id, "unchanged");
}

/**
 * The order was worked on. The last word counts; but that it was made, linked or changed in this run is not forgotten
 * over a later look at it that had less to do.
 */
export function countOutcome(tally: Tally, orderId: number, outcome: Outcome): void {
  const before = tally.outcomes.get(orderId);
  if (before !== undefined) {
    if (weightOf(before) > weightOf(outcome) && weightOf(outcome) >= 0) return;
    tally.counts[before] -= 1;
  }
  tally.outcomes.set(orderId, outcome);
  tally.counts[outcome] += 1;
}

const successes: Outcome[] = ["unchanged", "updated", "linked", "created"];

/** -1: it is not in step. */
function weightOf(outcome: Outcome): number {
  return successes.indexOf(outcome);
}
