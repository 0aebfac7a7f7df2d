import type { ConnectionContext } from "../context.ts";
import { ApiError } from "../http/api-error.ts";
import { hasScope } from "./connection.ts";

/**
 * The connection goes: the CRM would ask for ever for a file that nobody serves, so its site forgets our address if that
 * stands there still, under whatever name we were reached. Trouble of the CRM does not hold up the farewell.
 */
export async function takeOutCatalog(ctx: ConnectionContext): Promise<void> {
  const { crmSite, catalogSecret } = ctx.connection;
  if (!crmSite || !hasScope(ctx.connection, "reference_write")) return;
  try {
    const site = (await ctx.crm.fetchSites()).find((one) => one.code === crmSite);
    if (!site?.ymlUrl || !pathOf(site.ymlUrl).endsWith(`/catalog/${catalogSecret}.xml`)) return;
    await ctx.crm.saveSite({ code: crmSite, ymlUrl: "", loadFromYml: false });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const facts = { connection: ctx.connection.id, reason: error.message };
    ctx.log.warn(facts, "the catalogue's address could not be taken out of the CRM");
  }
}

function pathOf(address: string): string {
  return URL.canParse(address.trim()) ? new URL(address.trim()).pathname : "";
}
