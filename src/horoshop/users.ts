/** Registered buyers: guests of orders are not among them (horoshop-api.md, 18). */
import { ZodError } from "zod";
import type { Ask } from "./ask.ts";
import { rowsOf } from "./envelope.ts";
import { parseUser } from "./read.ts";
import type { HoroshopUser } from "./schema.ts";

const timeoutMs = 60_000;
const bytesMax = 32_000_000;

/**
 * One page of `users/export`; `rows` counts what the shop sent, readable or not: advance `offset` by it. `from` is a
 * date of registration, that day included.
 * @throws ApiError rejected with remoteCode UNDEFINED_FUNCTION or FORBIDDEN where the shop has no such list
 */
export async function fetchUsers(
  shop: Ask,
  page: { from?: string; offset: number; limit: number },
  signal?: AbortSignal,
): Promise<{ users: HoroshopUser[]; rows: number }> {
  const question = { operation: "users/export", parameters: page, writes: false, timeoutMs, bytesMax, signal };
  const rows = rowsOf(await shop.ask(question), "users", question.operation);
  return { users: rows.flatMap((raw) => readableUser(raw)), rows: rows.length };
}

function readableUser(raw: unknown): HoroshopUser[] {
  try {
    return [parseUser(raw)];
  } catch (error) {
    if (error instanceof ZodError) return [];
    throw error;
  }
}
