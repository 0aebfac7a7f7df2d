/** Keeps the starts of requests apart, per key: 110 ms means never more than 10 in any second. */
import { RateLimiterMemory, RateLimiterPostgres } from "rate-limiter-flexible";

/** `take` resolves when a request may start; spacing holds over all processes when the store is shared. */
export type Pacer = { take(key: string, signal?: AbortSignal): Promise<void> };

export type { Slots } from "./slots.ts";

/**
 * One permit per spacing and key. `consume` resolves when the permit was given and rejects with `msBeforeNext`
 * when it is taken; both limiters of rate-limiter-flexible do.
 */
export type PacerStore = { consume(key: string, points?: number): Promise<unknown> };

export const spacingMsDefault = 110;

/** For one process. */
export function memoryPacerStore(spacingMs = spacingMsDefault): PacerStore {
  return new RateLimiterMemory({ keyPrefix: "pace", points: 1, duration: spacingMs / 1000 });
}

/**
 * For any number of processes on one PostgreSQL. The limiter compares the processes' own clocks, so machines must
 * keep theirs in step to a few milliseconds (any NTP does).
 * @param pool a pg.Pool; the table is made when it is missing
 */
export async function postgresPacerStore(pool: unknown, spacingMs = spacingMsDefault): Promise<PacerStore> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openPostgresStore(pool, spacingMs);
    } catch (error) {
      // Two processes that start together may both make the table: PostgreSQL then refuses one of them.
      if (attempt >= 3) throw error;
    }
  }
}

function openPostgresStore(pool: unknown, spacingMs: number): Promise<PacerStore> {
  return new Promise((resolve, reject) => {
    const store: PacerStore = new RateLimiterPostgres(
      {
        storeClient: pool,
        storeType: "pool",
        tableName: "paced_starts",
        keyPrefix: "pace",
        points: 1,
        duration: spacingMs / 1000,
        clearExpiredByTimeout: false,
      },
      (error?: Error) => (error ? reject(error) : resolve(store)),
    );
  });
}

/**
 * First come, first served within the process; between processes whoever asks when a permit is free.
 * The spacing is also kept by the process itself, so that a stalled event loop does not let two starts meet.
 */
export function createPacer(store: PacerStore, options: { spacingMs?: number } = {}): Pacer {
  const spacingMs = options.spacingMs ?? spacingMsDefault;
  const lines = new Map<string, { last: Promise<void>; waiting: number; startedAt: number }>();

  return {
    async take(key, signal) {
      signal?.throwIfAborted();
      const line = lines.get(key) ?? { last: Promise.resolve(), waiting: 0, startedAt: Number.NEGATIVE_INFINITY };
      lines.set(key, line);
      const before = line.last;
      let leave = (): void => {};
      line.last = new Promise((resolve) => {
        leave = resolve;
      });
      line.waiting += 1;
      try {
        await before;
        signal?.throwIfAborted();
        await permit(store, key, signal);
        await elapse(line.startedAt + spacingMs, signal);
        line.startedAt = performance.now();
      } finally {
        leave();
        line.waiting -= 1;
        if (line.waiting === 0) forgetLater(lines, key, line, spacingMs);
      }
    },
  };
}

async function permit(store: PacerStore, key: string, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    try {
      await store.consume(key, 1);
      return;
    } catch (refusal) {
      const waitMs = (refusal as { msBeforeNext?: unknown } | undefined)?.msBeforeNext;
      if (typeof waitMs !== "number") throw refusal;
      await wait(Math.max(1, waitMs), signal);
    }
  }
}

async function elapse(until: number, signal: AbortSignal | undefined): Promise<void> {
  for (let left = until - performance.now(); left > 0; left = until - performance.now()) {
    await wait(Math.ceil(left), signal);
  }
}

type Line = { last: Promise<void>; waiting: number; startedAt: number };

function forgetLater(lines: Map<string, Line>, key: string, line: Line, spacingMs: number): void {
  const timer = setTimeout(() => {
    if (line.waiting === 0 && lines.get(key) === line) lines.delete(key);
  }, spacingMs * 2);
  timer.unref();
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      signal?.removeEventListener("abort", stop);
      resolve();
    };
    const timer = setTimeout(done, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", stop, { once: true });
  });
}
