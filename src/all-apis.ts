import { catalogApi } from "./catalog/catalog.api.ts";
import { catalogFileApi } from "./catalog/catalog-file.api.ts";
import { connectionsApi } from "./connections/connections.api.ts";
import { crmCallbackApi } from "./connections/crm-callback.api.ts";
import { runsApi } from "./connections/runs.api.ts";
import { webhooksApi } from "./connections/webhooks.api.ts";
import type { AppContext } from "./context.ts";
import { mappingApi } from "./mapping/mapping.api.ts";
import { orderGuard } from "./orders/order-guard.flow.ts";
import { ordersApi } from "./orders/orders.api.ts";
import { shopHookApi } from "./orders/shop-hook.api.ts";
import type { WebApp } from "./web/api.ts";

/** Every URL. Sign-in, health, the OpenAPI document and the pages are the web's own (src/web). */
export function addApis(app: WebApp, ctx: AppContext): void {
  // /api/v1/connections, /{id}, /{id}/check
  connectionsApi(orderGuard)(app, ctx);
  // /api/v1/connections/{id}/webhooks/restore
  webhooksApi(app, ctx);
  // /api/v1/connections/{id}/runs, /problems, /events; /api/v1/runs/{runId}, /cancel
  runsApi(app, ctx);
  // /api/v1/connections/{id}/references, /mapping
  mappingApi(app, ctx);
  // /api/v1/connections/{id}/orders, /{shopOrderId}, /retry, /confirm, /dismiss
  ordersApi(app, ctx);
  // /api/v1/connections/{id}/catalog, /confirm, /install
  catalogApi(app, ctx);
  // /catalog/{secret}.xml
  catalogFileApi(app, ctx);
  // /hooks/horoshop/{secret}
  shopHookApi(app, ctx);
  // /retailcrm/config, /register, /activity, /settings; POST /account
  crmCallbackApi(orderGuard)(app, ctx);
}
