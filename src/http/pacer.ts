/** `take` resolves when a request may start; spacing holds over all processes when the store is shared. */
export type Pacer = { take(key: string, signal?: AbortSignal): Promise<void> };

/** at most `limit` under way per key; returns the release */
export type Slots = { enter(key: string, signal?: AbortSignal): Promise<() => Promise<void> | void> };
