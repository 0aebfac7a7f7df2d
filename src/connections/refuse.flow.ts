import type { AppContext } from "../context.ts";
import type { ApiError } from "../http/api-error.ts";
import { ApiFailure } from "../web/api-failure.ts";
import { SchemaFailure } from "../web/body.ts";
import type { Refusal } from "./connect.flow.ts";
import { hasScope } from "./connection.ts";
import { findConnectionsOfAccount } from "./connections.sql.ts";
import { mergeSettings, type Settings } from "./settings.ts";
import { isRecordTrouble, reasonOf, troubleOf } from "./trouble.flow.ts";

/** Refusals of connecting and changing, each as the failure that the contract names. */

export function settingsOrFail(present: Settings, changes: unknown): Settings {
  const merged = mergeSettings(present, changes);
  if (!merged.ok) throw new SchemaFailure(merged.issues);
  return merged.settings;
}

/** What the settings need beyond the required permissions; other order fields than before must be made in the CRM. */
export function requireScopesFor(settings: Settings, scopes: string[] | null, before: Settings): void {
  const needed: string[] = [];
  if (settings.stock.direction === "crm-to-shop") needed.push("store_read");
  if (settings.stock.direction === "shop-to-crm") needed.push("store_write");
  if (settings.trackingField !== before.trackingField || settings.branchField !== before.branchField)
    needed.push("custom_fields_write");
  const missing = needed.filter((scope) => !hasScope({ crmScopes: scopes }, scope));
  if (missing.length > 0) throw new ApiFailure(422, "crm_scopes_missing", { details: { missing } });
}

/** A remote side failed while a person waits: a refusal of the CRM is told as one, with all that it named. */
export function remoteFailure(error: ApiError): ApiFailure {
  const trouble = troubleOf(error);
  const reason = [reasonOf(error), ...error.details].join("; ").slice(0, 1000);
  const isRefusal = error.remote === "retailcrm" && error.kind === "rejected" && isRecordTrouble(error);
  const code = isRefusal ? "crm_refused" : trouble.code;
  return new ApiFailure(422, code, { params: { ...trouble.params, reason }, details: { reason } });
}

export function failWith(refusal: Refusal | undefined): void {
  if (!refusal) return;
  const { code, details } = refusal;
  throw new ApiFailure(422, code, { details, params: { ...details, shop: details.horoshop } });
}

/** One shop feeds a site: order numbers would collide. */
export async function refuseDoubles(
  app: AppContext,
  crmUrl: string,
  site: string | null,
  shopUrl: string | null,
  ownId: string | undefined,
): Promise<void> {
  if (site === null || shopUrl === null) return;
  const others = (await findConnectionsOfAccount(app, crmUrl)).filter(
    (one) => one.id !== ownId && one.crmSite === site && one.shopUrl !== null,
  );
  if (others.some((one) => one.shopUrl === shopUrl)) throw new ApiFailure(409, "connection_exists");
  if (others.length > 0) throw new ApiFailure(409, "site_taken", { details: { site } });
}
