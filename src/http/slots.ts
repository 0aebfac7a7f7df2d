/** At most so many requests under way per key: a shop is never asked more than two things at a time. */

/** at most `limit` under way per key; returns the release */
export type Slots = { enter(key: string, signal?: AbortSignal): Promise<() => Promise<void> | void> };

/** Where processes share their slots. `claim` also prolongs what the same holder has already. */
export type SlotStore = {
  /** true when the slot was free, lapsed or already the holder's; `untilMs` in ms since 1970 */
  claim(shop: string, slot: number, holder: string, untilMs: number): Promise<boolean>;
  release(shop: string, slot: number, holder: string): Promise<void>;
};

type Waiter = { admit: () => void };

/** For one process; first come, first served. */
export function createMemorySlots(limit: number): Slots {
  const keys = new Map<string, { taken: number; waiters: Waiter[] }>();

  const release = (key: string): void => {
    const place = keys.get(key);
    if (!place) return;
    const next = place.waiters.shift();
    if (next) {
      next.admit();
      return;
    }
    place.taken -= 1;
    if (place.taken === 0) keys.delete(key);
  };

  return {
    async enter(key, signal) {
      signal?.throwIfAborted();
      const place = keys.get(key) ?? { taken: 0, waiters: [] };
      keys.set(key, place);
      if (place.taken < limit) place.taken += 1;
      else await admitted(place.waiters, signal);
      let released = false;
      return () => {
        if (released) return;
        released = true;
        release(key);
      };
    },
  };
}

function admitted(waiters: Waiter[], signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const waiter: Waiter = {
      admit: () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      },
    };
    const stop = (): void => {
      waiters.splice(waiters.indexOf(waiter), 1);
      reject(signal?.reason);
    };
    waiters.push(waiter);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

export type SharedSlotsOptions = {
  store: SlotStore;
  limit: number;
  /** tells this process from all others */
  holder: string;
  now: () => Date;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  random: () => number;
  /** a slot of a dead process is free again after this; prolonged while in use. 30,000 unless told */
  leaseMs?: number;
};

const pollFirstMs = 20;
const pollMostMs = 250;

/** For any number of processes: within the process in order, between processes by leases in the store. */
export function createSharedSlots(options: SharedSlotsOptions): Slots {
  const own = createMemorySlots(options.limit);
  const leaseMs = options.leaseMs ?? 30_000;
  let entered = 0;

  return {
    async enter(key, signal) {
      const leave = await own.enter(key, signal);
      try {
        entered += 1;
        const holder = `${options.holder}:${entered}`;
        const slot = await claimAny(options, key, holder, leaseMs, signal);
        const renewal = setInterval(() => {
          // A lost renewal is found by the next one; in the worst case a third request is let in.
          options.store.claim(key, slot, holder, options.now().getTime() + leaseMs).catch(() => {});
        }, leaseMs / 3);
        renewal.unref();
        let released = false;
        return async () => {
          if (released) return;
          released = true;
          clearInterval(renewal);
          // A slot that cannot be given back lapses with its lease; the answer in hand is worth more.
          await options.store.release(key, slot, holder).catch(() => {});
          await leave();
        };
      } catch (error) {
        await leave();
        throw error;
      }
    },
  };
}

async function claimAny(
  options: SharedSlotsOptions,
  key: string,
  holder: string,
  leaseMs: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const first = Math.floor(options.random() * options.limit);
  for (let pauseMs = pollFirstMs; ; pauseMs = Math.min(pauseMs * 2, pollMostMs)) {
    for (let step = 0; step < options.limit; step += 1) {
      const slot = (first + step) % options.limit;
      signal?.throwIfAborted();
      if (await options.store.claim(key, slot, holder, options.now().getTime() + leaseMs)) return slot;
    }
    await options.sleep(pauseMs * (0.5 + options.random()), signal);
  }
}
