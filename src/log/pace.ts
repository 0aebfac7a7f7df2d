/** What a run got done lately, and in how much working time: pauses and the time between two processes do not count. */
export type Pace = { done: number; ms: number };

/** Older steps weigh less and less: pages that are there already go by faster than pages that are sent. */
const keptShare = 0.9;

export function notePace(pace: Pace | undefined, step: Pace): Pace {
  const kept = pace ?? { done: 0, ms: 0 };
  return { done: kept.done * keptShare + Math.max(step.done, 0), ms: kept.ms * keptShare + Math.max(step.ms, 0) };
}

/** Working seconds that are left at the pace of the run; null while the end or the pace is unknown. */
export function remainingSeconds(progress: { done: number; total: number | null; pace?: Pace }): number | null {
  const { done, total, pace } = progress;
  if (total === null || !pace || pace.done <= 0) return null;
  return Math.ceil((Math.max(0, total - done) * (pace.ms / pace.done)) / 1000);
}
