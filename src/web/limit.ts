import type { WebApp } from "./api.ts";
import { ApiFailure } from "./api-failure.ts";

/** How often one caller may do something; counted in this process, forgotten at its end. */
export type Limit = {
  /** Counts one attempt. @throws ApiFailure 429 when there were too many */
  take(key: string): void;
  /** Only looks. @throws ApiFailure 429 when there were too many */
  check(key: string): void;
};

const keysMax = 10_000;

/** At most `attempts` per key in any window of `seconds`, which starts with the first attempt. */
export function makeLimit(options: { attempts: number; seconds: number; now: () => Date }): Limit {
  const windows = new Map<string, { count: number; endsAt: number }>();

  const current = (key: string) => {
    const nowMs = options.now().getTime();
    const window = windows.get(key);
    if (window && window.endsAt > nowMs) return window;
    windows.delete(key);
    if (windows.size >= keysMax) forgetEnded(windows, nowMs);
    return { count: 0, endsAt: nowMs + options.seconds * 1000 };
  };
  const refuse = (endsAt: number): never => {
    const seconds = Math.max(1, Math.ceil((endsAt - options.now().getTime()) / 1000));
    throw new ApiFailure(429, "too_many", { params: { seconds } });
  };

  return {
    take(key) {
      const window = current(key);
      if (window.count >= options.attempts) refuse(window.endsAt);
      window.count += 1;
      windows.set(key, window);
    },
    check(key) {
      const window = current(key);
      if (window.count >= options.attempts) refuse(window.endsAt);
    },
  };
}

/** Enforces the `limit` that routes carry in their `config`. To be called after the caller is known. */
export function useLimits(app: WebApp, now: () => Date): void {
  const limits = new Map<string, Limit>();
  app.addHook("onRequest", async (request) => {
    const wanted = request.routeOptions.config.limit;
    if (!wanted || (wanted.onlySignedOut && request.caller)) return;
    const name = `${request.method} ${request.routeOptions.url}`;
    let limit = limits.get(name);
    if (!limit) {
      limit = makeLimit({ ...wanted, now });
      limits.set(name, limit);
    }
    limit.take(wanted.per === "caller" ? request.ip : request.url.split("?")[0]!);
  });
}

function forgetEnded(windows: Map<string, { endsAt: number }>, nowMs: number): void {
  for (const [key, window] of windows) if (window.endsAt <= nowMs) windows.delete(key);
  // All of them alive: drop the oldest, so that memory stays bounded.
  for (const key of windows.keys()) {
    if (windows.size < keysMax) return;
    windows.delete(key);
  }
}
