import type { Kysely } from "kysely";
import { json } from "../src/db/json.ts";
import type { Tables } from "../src/db/tables.ts";

/** A row that other tables can refer to; what is in it does not matter to the test. */
export async function addConnection(db: Kysely<Tables>, id: string): Promise<void> {
  await db
    .insertInto("connections")
    .values({
      id,
      name: id,
      crm_url: "https://demo.retailcrm.pro",
      crm_site: `site-${id}`,
      crm_key: "sealed",
      crm_time_zone: null,
      crm_currency: null,
      crm_scopes: json(null),
      shop_url: "https://shop.example",
      shop_login: "login",
      shop_password: "sealed",
      shop_features: json({}),
      settings: json({}),
      paused: false,
      crm_active: true,
      crm_frozen: false,
      login_refused: null,
      mapped_at: null,
      paid_status: null,
      not_paid_status: null,
      catalog_secret: `catalog-${id}`,
      hook_secret: `hook-${id}`,
      hooks: json([]),
      module_code: "horoshop",
      client_id: `client-${id}`,
      client_id_hash: `hash-${id}`,
      created_at: new Date("2026-11-01T00:00:00Z"),
      last_sync_at: null,
    })
    .execute();
}
