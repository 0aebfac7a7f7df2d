import type { ConnectionContext } from "../context.ts";
import { loadBookmark } from "../jobs/bookmarks.sql.ts";
import { setLaneDue } from "../jobs/schedule.ts";
import { isArchivePaused } from "../log/ask-runs.sql.ts";
import { queueRun } from "../log/runs.sql.ts";
import { isRegisteredDue } from "./read-registered.flow.ts";
import { toInstant } from "./shop-time.ts";
import { archiveStream, isArchiveDone } from "./upload-archive.flow.ts";

/**
 * The scheduled archive: the registered buyers daily, if the settings ask for them; orders until all are there, and the first time only after the CRM has our catalogue. While a person
 * lets any archive run wait, the schedule starts none of its own.
 */
export async function startArchive(ctx: ConnectionContext): Promise<void> {
  const { connection } = ctx;
  if (await isArchivePaused(ctx, connection.id)) return;
  // Before the orders: then a card bears its buyer's name, not that of the first recipient.
  if (await isRegisteredDue(ctx)) await queueRun(ctx, connection.id, "archive", "schedule", { customersOnly: true });
  if (!connection.settings.archive.auto || (await isArchiveDone(ctx))) return;
  const isFirst = (await loadBookmark(ctx.db, connection.id, archiveStream)) === undefined;
  const givenUpAt = (connection.mappedAt?.getTime() ?? 0) + ctx.config.archiveIntervalMs;
  if (isFirst && ctx.now().getTime() < givenUpAt && !(await hasOurCatalog(ctx))) {
    const wait = Math.min(Math.max(ctx.config.archiveIntervalMs / 20, 200), 60_000);
    await setLaneDue(ctx.db, connection.id, "archive", new Date(ctx.now().getTime() + wait));
    return;
  }
  await queueRun(ctx, connection.id, "archive", "schedule");
}

/** Lines of orders are tied to offers at their creation: a catalogue that is on its way is worth a short wait. */
async function hasOurCatalog({ connection, crm }: ConnectionContext): Promise<boolean> {
  const site = (await crm.fetchSites()).find((one) => one.code === connection.crmSite);
  if (!site?.ymlUrl?.includes(connection.catalogSecret)) return true;
  const loadedAt =
    site.catalogUpdatedAt && toInstant(site.catalogUpdatedAt, connection.crmTimeZone ?? connection.settings.timeZone);
  return loadedAt instanceof Date && loadedAt >= new Date(Math.floor(connection.createdAt.getTime() / 1000) * 1000);
}
