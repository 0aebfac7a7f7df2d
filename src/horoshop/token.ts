/** One login at a time per shop account, shared by everyone who waits for it. */

export type TokenStore = {
  /** `expiresAt` in milliseconds since 1970 */
  get(): { token: string; expiresAt: number } | undefined;
  set(value: { token: string; expiresAt: number } | undefined): void;
};

/** The shop's tokens live 600 s from their making; they are renewed a minute before, in the middle of long paging too. */
export const tokenLifeMs = 540_000;

const underWay = new WeakMap<TokenStore, Promise<string>>();

/** The token kept, or a fresh one; callers that come while a login is under way wait for that one. */
export async function tokenFor(
  tokens: TokenStore,
  now: () => Date,
  login: () => Promise<string>,
  signal?: AbortSignal,
): Promise<string> {
  const kept = tokens.get();
  if (kept && kept.expiresAt > now().getTime()) return kept.token;
  return await freshToken(tokens, now, login, signal);
}

/** A fresh token, from the login under way or from a new one. */
export async function freshToken(
  tokens: TokenStore,
  now: () => Date,
  login: () => Promise<string>,
  signal?: AbortSignal,
): Promise<string> {
  signal?.throwIfAborted();
  let promise = underWay.get(tokens);
  if (!promise) {
    promise = loginOnce(tokens, now, login).finally(() => underWay.delete(tokens));
    underWay.set(tokens, promise);
  }
  return await orAborted(promise, signal);
}

async function loginOnce(tokens: TokenStore, now: () => Date, login: () => Promise<string>): Promise<string> {
  tokens.set(undefined);
  const askedAt = now().getTime();
  const token = await login();
  tokens.set({ token, expiresAt: askedAt + tokenLifeMs });
  return token;
}

/** Forgets a token that the shop refused, unless another caller has renewed it meanwhile. */
export function dropToken(tokens: TokenStore, refused: string): void {
  if (tokens.get()?.token === refused) tokens.set(undefined);
}

/** One caller's abort must not fail the login that others wait for. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
