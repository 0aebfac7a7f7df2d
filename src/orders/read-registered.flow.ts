import { reasonOf } from "../connections/trouble.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopUser } from "../horoshop/schema.ts";
import { ApiError } from "../http/api-error.ts";
import { loadBookmark, saveBookmark } from "../jobs/bookmarks.sql.ts";
import { closeProblem, openProblem } from "../log/problems.sql.ts";
import { noteBuyerCompanies } from "./buyer-companies.sql.ts";
import { shiftLocal, toLocalTime } from "./shop-time.ts";

/** Where the walk through the registered buyers stands. Dates are the shop's. */
export type RegisteredPlace = {
  /** the walk reads who registered on this day or later; null: all */
  since: string | null;
  /** the latest registration met, also by walks before */
  newest: string | null;
  offset: number;
  /** buyers that the CRM refused in this walk */
  failed: number;
  /** null: the walk is under way */
  doneAt: string | null;
};

const stream = "registered";
const newcomersStream = "registered-look";
const pageMax = 100;
const pagesMax = 5000;
const newcomersPagesMax = 5;
const dayMs = 86_400_000;
const newcomersEveryMs = 60_000;

export async function loadRegisteredPlace(ctx: ConnectionContext): Promise<RegisteredPlace | undefined> {
  const saved = await loadBookmark(ctx.db, ctx.connection.id, stream);
  return saved === undefined ? undefined : (JSON.parse(saved) as RegisteredPlace);
}

export async function saveRegisteredPlace(ctx: ConnectionContext, place: RegisteredPlace): Promise<void> {
  await saveBookmark(ctx.db, ctx.connection.id, stream, JSON.stringify(place), ctx.now());
}

/** The settings ask for the registered buyers, and a day has gone by since the last walk was done. */
export async function isRegisteredDue(ctx: ConnectionContext): Promise<boolean> {
  const { registered, companies } = ctx.connection.settings.customers;
  if (!registered && !companies) return false;
  const place = await loadRegisteredPlace(ctx);
  return !place?.doneAt || ctx.now().getTime() - Date.parse(place.doneAt) >= dayMs;
}

/** A walk that was broken off goes on; after one that was done only the newly registered are read. */
export function nextPlace(before: RegisteredPlace | undefined): RegisteredPlace {
  if (!before) return { since: null, newest: null, offset: 0, failed: 0, doneAt: null };
  // The page before the place is read again: a buyer deleted meanwhile moves the following ones up.
  if (before.doneAt === null) return { ...before, offset: Math.max(0, before.offset - pageMax) };
  const since = before.failed > 0 ? before.since : before.newest && dayBefore(before.newest);
  return { since, newest: before.newest, offset: 0, failed: 0, doneAt: null };
}

function dayBefore(local: string): string {
  return shiftLocal(`${local.slice(0, 10)} 00:00:00`, -dayMs / 1000).slice(0, 10);
}

/**
 * The registered buyers page by page, each once; `place` is moved after the page was dealt with. The walk ends at an
 * empty page or one with nobody new: the shop names no total, may lower the limit and may ignore the offset.
 */
export async function* readRegistered(
  ctx: ConnectionContext,
  place: RegisteredPlace,
  signal: AbortSignal | undefined,
  pages = pagesMax,
): AsyncGenerator<HoroshopUser[]> {
  const seen = new Set<number>();
  for (let page = 0; page < pages; page += 1) {
    signal?.throwIfAborted();
    const filter = { ...(place.since ? { from: place.since } : {}), offset: place.offset, limit: pageMax };
    const answer = await ctx.horoshop.fetchUsers(filter, signal);
    const fresh = answer.users.filter((user) => !seen.has(user.id));
    if (fresh.length === 0) return;
    for (const user of fresh) seen.add(user.id);
    yield fresh;
    place.offset += answer.rows;
    for (const { registered } of fresh)
      if (registered && registered > (place.newest ?? "")) place.newest = registered.slice(0, 19);
  }
}

/** Keeps which buyers order for a company; of the others nothing is kept here. */
export async function noteCompaniesOf(ctx: ConnectionContext, users: HoroshopUser[]): Promise<void> {
  if (!ctx.connection.settings.customers.companies) return;
  const named = users.filter((user) => user.company !== "");
  await noteBuyerCompanies(
    ctx,
    named.map((user) => ({ userId: user.id, name: user.company.slice(0, 255) })),
  );
}

/** Who registered today or yesterday, for an order of somebody unknown; at most once a minute. False: not asked. */
export async function readNewcomers(ctx: ConnectionContext): Promise<boolean> {
  const last = await loadBookmark(ctx.db, ctx.connection.id, newcomersStream);
  if (last !== undefined && ctx.now().getTime() - Date.parse(last) < newcomersEveryMs) return false;
  const today = toLocalTime(ctx.now(), ctx.connection.settings.timeZone);
  const place = { since: dayBefore(today), newest: null, offset: 0, failed: 0, doneAt: null };
  try {
    for await (const users of readRegistered(ctx, place, undefined, newcomersPagesMax))
      await noteCompaniesOf(ctx, users);
  } catch (error) {
    if (!(await isUnavailable(ctx, error))) throw error;
  }
  await saveBookmark(ctx.db, ctx.connection.id, newcomersStream, ctx.now().toISOString(), ctx.now());
  return true;
}

const unavailable = "registered_customers_unavailable";

/** A shop without this list is told once, and everything else goes on. Trouble of the whole shop is not meant. */
export async function isUnavailable(ctx: ConnectionContext, error: unknown): Promise<boolean> {
  if (!(error instanceof ApiError) || error.remote !== "horoshop") return false;
  if (error.kind !== "rejected" && error.kind !== "unreadable") return false;
  await openProblem(ctx, { code: unavailable, params: { reason: reasonOf(error).slice(0, 200) } });
  return true;
}

/** A shop that names nobody, ever, has no such list for us: told in the same place. */
export async function reportRegistered(ctx: ConnectionContext, place: RegisteredPlace): Promise<void> {
  if (place.newest === null && place.offset === 0 && place.since === null)
    await openProblem(ctx, { code: unavailable, params: { reason: "EMPTY" } });
  else await closeProblem(ctx, unavailable);
}
