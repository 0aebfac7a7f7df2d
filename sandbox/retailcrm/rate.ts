/** A token bucket per key: `limit` calls a second, as many at once (reference 1.7). */
export type Buckets = Map<string, { tokens: number; at: number }>;

/** True when the call may pass; takes its token. A limit of 0 lets everything pass. */
export function takeToken(buckets: Buckets, key: string, limit: number, nowMs: number): boolean {
  if (limit <= 0) return true;
  const bucket = buckets.get(key) ?? { tokens: limit, at: nowMs };
  buckets.set(key, bucket);
  bucket.tokens = Math.min(limit, bucket.tokens + (Math.max(0, nowMs - bucket.at) / 1000) * limit);
  bucket.at = nowMs;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}
