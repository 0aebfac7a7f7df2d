export type RetryOptions = {
  now: () => Date;
  /** rejects when the signal aborts */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** 0 <= x < 1 */
  random: () => number;
  /** first of the growing pauses */
  firstPauseMs?: number;
  attemptsMax?: number;
  /** most time spent pausing before one request is given up */
  pausesMaxMs?: number;
};
