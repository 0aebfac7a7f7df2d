import { z } from "zod";
import type { AppContext } from "../context.ts";
import { json } from "../db/json.ts";
import { builtInDomains, type DomainRules } from "./addresses.ts";

/** Where the vendor publishes the domains of CRM accounts and of own servers (retailcrm-marketplace.md, section 9). */
const lists = [
  { name: "crm-domains", url: "https://infra-data.retailcrm.tech/crm-domains.json" },
  { name: "box-domains", url: "https://infra-data.retailcrm.tech/box-domains.json" },
] as const;

const answerSchema = z.object({ domains: z.array(z.object({ domain: z.string().min(3).max(253) })).max(10_000) });

/** The built-in domains, the last fetched copy of the vendor's, and the operator's own. */
export async function domainRules(app: AppContext): Promise<DomainRules> {
  const rows = await app.db
    .selectFrom("kept_values")
    .selectAll()
    .where("name", "in", ["crm-domains", "box-domains"])
    .execute();
  const kept = (name: string) => (rows.find((row) => row.name === name)?.value as string[] | undefined) ?? [];
  return {
    accounts: [...builtInDomains, ...kept("crm-domains")],
    hosts: kept("box-domains"),
    admitted: app.config.crmDomains,
    allowLocal: app.config.allowLocalTargets,
  };
}

/** Fetches both lists in the background; without an answer the last good copies stay. Never needed for the start. */
export async function refreshCrmDomains(app: AppContext): Promise<void> {
  for (const { name, url } of lists) {
    try {
      const answer = await app.transport({
        method: "GET",
        url,
        headers: { accept: "application/json" },
        timeoutMs: 10_000,
        bytesMax: 1_000_000,
      });
      const parsed = answerSchema.safeParse(answer.status === 200 ? JSON.parse(answer.body) : undefined);
      if (!parsed.success || parsed.data.domains.length === 0) continue;
      const domains = parsed.data.domains.map((one) => one.domain.toLowerCase().replace(/\.$/, ""));
      await app.db
        .insertInto("kept_values")
        .values({ name, value: json(domains), saved_at: app.now() })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ value: json(domains), saved_at: app.now() }))
        .execute();
    } catch (error) {
      app.log.debug({ err: error, list: name }, "the vendor's list of CRM domains could not be fetched");
    }
  }
}
