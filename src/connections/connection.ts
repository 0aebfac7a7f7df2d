import type { Settings } from "./settings.ts";

/** One shop linked with one site of a CRM account; the tenant. Credentials are in clear only in memory. */
export type Connection = {
  /** Also the "short id" in external ids that must be unique in a whole CRM account. */
  id: string;
  name: string;
  crmUrl: string;
  crmSite: string | null;
  crmKey: string;
  crmTimeZone: string | null;
  crmCurrency: string | null;
  /** null: an older account whose keys carry no scope list. */
  crmScopes: string[] | null;
  shopUrl: string | null;
  shopLogin: string | null;
  shopPassword: string | null;
  shopFeatures: Record<string, boolean>;
  settings: Settings;
  paused: boolean;
  crmActive: boolean;
  crmFrozen: boolean;
  loginRefused: string | null;
  mappedAt: Date | null;
  paidStatus: string | null;
  notPaidStatus: string | null;
  catalogSecret: string;
  hookSecret: string;
  hooks: { event: string; id: string | null; url: string }[];
  moduleCode: string;
  clientId: string;
  createdAt: Date;
  lastSyncAt: Date | null;
};

export type ConnectionState = "setup" | "active" | "paused" | "needs_login" | "inactive" | "frozen";

/** What a connection in `setup` still lacks, and why another one stands still. */
export type StateReason = { code: string; params: Record<string, unknown> };

/** State by precedence: frozen, inactive, paused, needs_login, setup, active (contract 4). */
export function connectionState(connection: Connection): ConnectionState {
  if (connection.crmFrozen) return "frozen";
  if (!connection.crmActive) return "inactive";
  if (connection.paused) return "paused";
  if (connection.loginRefused) return "needs_login";
  if (!connection.shopUrl || !connection.crmSite || !connection.mappedAt) return "setup";
  return "active";
}

/** The reason beside a state; `lacking`: the shop's elements without a pair, by kind, and the sites to choose from. */
export function stateReason(
  connection: Connection,
  lacking: { unmapped: Record<string, unknown>; sites: { code: string; name: string }[] },
): StateReason | null {
  const state = connectionState(connection);
  if (state === "active") return null;
  if (state === "needs_login") return { code: connection.loginRefused!, params: {} };
  if (state !== "setup") return { code: state, params: {} };
  if (!connection.shopUrl) return { code: "shop_missing", params: connection.crmSite ? {} : { sites: lacking.sites } };
  if (!connection.crmSite) return { code: "site_missing", params: { sites: lacking.sites } };
  return { code: "mapping_incomplete", params: lacking.unmapped };
}

export const requiredScopes = ["order_read", "order_write", "customer_read", "customer_write", "reference_read"];
export const optionalScopes = [
  "reference_write",
  "store_read",
  "store_write",
  "analytics_write",
  "custom_fields_read",
  "custom_fields_write",
  "integration_read",
  "integration_write",
  "user_read",
];

/** May the key do this? A key without a scope list (older accounts) is judged by trying. */
export function hasScope(connection: Pick<Connection, "crmScopes">, scope: string): boolean {
  return connection.crmScopes === null || connection.crmScopes.includes(scope);
}

/** `capabilities` of the contract: optional scopes of the key and features of the shop. */
export function capabilities(connection: Connection): Record<string, boolean> {
  const result: Record<string, boolean> = {};
  for (const scope of optionalScopes) result[scope] = hasScope(connection, scope);
  for (const feature of ["statuses", "tracking", "stock", "webhooks"]) {
    result[feature] = connection.shopFeatures[feature] ?? false;
  }
  return result;
}

/** First and last four characters, as the CRM's own modules show a key. */
export function maskKey(key: string): string {
  if (key.length <= 10) return "•".repeat(8);
  return `${key.slice(0, 4)}…${key.slice(-4)}`;
}
