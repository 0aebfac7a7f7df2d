/** A condition that a person (or time) must mend. Same key, same problem; it disappears when mended. */
export type Severity = "info" | "warning" | "error";
export type Problem = { code: string; params: Record<string, unknown> };

const severities: Record<string, Severity> = {
  crm_status_unmapped: "info",
  offer_unknown: "info",
  payment_not_allowed: "warning",
  total_differs: "warning",
  customer_ambiguous: "warning",
  company_not_sent: "info",
  registered_customers_unavailable: "info",
  registered_customers_refused: "info",
  tracking_not_supported: "info",
  status_unmapped: "warning",
  delivery_unmapped: "warning",
  payment_unmapped: "warning",
  element_removed: "warning",
  final_status_waiting: "warning",
  catalog_shrunk: "warning",
  catalog_empty: "warning",
  catalog_stale: "warning",
  catalog_elsewhere: "info",
  module_card_refused: "warning",
  webhook_removed: "warning",
  stock_store_missing: "warning",
  stock_warehouse_missing: "warning",
  stock_refused: "warning",
  stock_offer_unknown: "info",
};

export function severityOf(code: string): Severity {
  return severities[code] ?? "error";
}

/** What a person can do about it; the pages turn the code into a button. */
const actions: Record<string, string> = {
  status_unmapped: "map",
  delivery_unmapped: "map",
  payment_unmapped: "map",
  element_removed: "map",
  crm_status_unmapped: "map",
  crm_refused_order: "retry",
  shop_refused_status: "retry",
  order_closed_in_shop: "dismiss",
  order_missing_in_shop: "dismiss",
  final_status_waiting: "confirm",
  external_id_taken: "confirm",
  internal: "retry",
  customer_ambiguous: "open_orders",
  company_not_sent: "open_orders",
  registered_customers_unavailable: "open_settings",
  total_differs: "open_orders",
  payment_not_allowed: "open_crm",
  tracking_not_supported: "open_orders",
  offer_unknown: "open_catalog",
  catalog_shrunk: "confirm_catalog",
  catalog_stale: "open_catalog",
  catalog_elsewhere: "install_catalog",
  shop_login_rejected: "replace_credentials",
  crm_key_rejected: "replace_credentials",
  crm_scopes_missing: "open_crm",
  currency_mismatch: "open_settings",
  module_card_refused: "open_crm",
  webhook_removed: "restore_webhooks",
  stock_store_missing: "open_settings",
  stock_warehouse_missing: "open_settings",
  stock_offer_unknown: "open_catalog",
  shop_unreachable: "check",
  crm_unreachable: "check",
  sync_silent: "check",
};

const crmPages: Record<string, string> = {
  crm_scopes_missing: "/admin/api-keys",
  crm_key_rejected: "/admin/api-keys",
  payment_not_allowed: "/admin/delivery-types",
  module_card_refused: "/admin/integration/list",
};

export function actionOf(code: string, crmUrl: string): { code: string; url?: string } | null {
  const action = actions[code];
  if (!action) return null;
  const page = crmPages[code];
  return page ? { code: action, url: crmUrl + page } : { code: action };
}

/** Order problems that stop nothing: the order is in step and carries a remark. */
export const lastingProblems = new Set([
  "total_differs",
  "payment_not_allowed",
  "customer_ambiguous",
  "tracking_not_supported",
  "offer_unknown",
  "company_not_sent",
]);

/** What only the reading of registered buyers meets: gone when it is switched off. */
export const registeredProblems = ["registered_customers_unavailable", "registered_customers_refused"];

/** What only the exchange of stock meets: gone when it is switched off. */
export const stockProblems = ["stock_store_missing", "stock_warehouse_missing", "stock_refused", "stock_offer_unknown"];

export const holdingProblems = new Set([
  "status_unmapped",
  "delivery_unmapped",
  "payment_unmapped",
  "element_removed",
  "currency_mismatch",
  "external_id_taken",
  "final_status_waiting",
]);

/** What makes two orders' problems "the same cause": one row on the problems page. */
export function problemKey(problem: Problem): string {
  const { code, params } = problem;
  const cause = params.cause ?? params.id;
  return cause === undefined ? code : `${code}:${String(cause)}`;
}
