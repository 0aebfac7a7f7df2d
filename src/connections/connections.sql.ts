import { createHash } from "node:crypto";
import type { Insertable, Selectable } from "kysely";
import type { AppContext } from "../context.ts";
import { json } from "../db/json.ts";
import type { ConnectionsTable } from "../db/tables.ts";
import type { Connection } from "./connection.ts";
import { readSettings } from "./settings.ts";

/** Credentials leave this file only in a Connection and enter the database only sealed. */

export async function insertConnection(app: AppContext, connection: Connection): Promise<void> {
  await app.db.insertInto("connections").values(toRow(app, connection)).execute();
}

/** Saves everything about a connection but its id and birth. */
export async function saveConnection(app: AppContext, connection: Connection): Promise<void> {
  const { id, created_at: _, ...row } = toRow(app, connection);
  await app.db.updateTable("connections").set(row).where("id", "=", id).execute();
  app.events.emit({ connectionId: connection.id, type: "state", body: {} });
}

export async function loadConnection(app: AppContext, id: string): Promise<Connection | undefined> {
  const row = await app.db.selectFrom("connections").selectAll().where("id", "=", id).executeTakeFirst();
  return row && toConnection(app, row);
}

export async function listConnections(
  app: AppContext,
  filter: { crmUrl?: string; after?: string; limit: number },
): Promise<Connection[]> {
  let query = app.db.selectFrom("connections").selectAll().orderBy("created_at").orderBy("id").limit(filter.limit);
  if (filter.crmUrl) query = query.where("crm_url", "=", filter.crmUrl);
  if (filter.after) {
    const after = await app.db
      .selectFrom("connections")
      .select(["created_at", "id"])
      .where("id", "=", filter.after)
      .executeTakeFirst();
    if (after) {
      query = query.where((row) =>
        row.or([
          row("created_at", ">", after.created_at),
          row.and([row("created_at", "=", after.created_at), row("id", ">", after.id)]),
        ]),
      );
    }
  }
  const rows = await query.execute();
  return rows.map((row) => toConnection(app, row));
}

export async function findConnectionsOfAccount(app: AppContext, crmUrl: string): Promise<Connection[]> {
  return listConnections(app, { crmUrl, limit: 1000 });
}

export async function findConnectionBy(
  app: AppContext,
  column: "catalog_secret" | "hook_secret" | "client_id_hash",
  value: string,
): Promise<Connection | undefined> {
  const row = await app.db.selectFrom("connections").selectAll().where(column, "=", value).executeTakeFirst();
  return row && toConnection(app, row);
}

export async function deleteConnection(app: AppContext, id: string): Promise<void> {
  await app.db.deleteFrom("connections").where("id", "=", id).execute();
  app.events.emit({ connectionId: id, type: "state", body: { deleted: true } });
}

/** One side refused the credentials: everybody sees it at once, also a run that is under way elsewhere. */
export async function markLoginRefused(app: AppContext, connection: Connection, code: string | null): Promise<void> {
  connection.loginRefused = code;
  await app.db.updateTable("connections").set({ login_refused: code }).where("id", "=", connection.id).execute();
  app.events.emit({ connectionId: connection.id, type: "state", body: {} });
}

export async function markSynced(app: AppContext, connectionId: string): Promise<void> {
  await app.db.updateTable("connections").set({ last_sync_at: app.now() }).where("id", "=", connectionId).execute();
}

/** Nothing else of the row: what was loaded before the shop was asked may be out of date by now. */
export async function saveHooks(app: AppContext, connection: Connection): Promise<void> {
  await app.db
    .updateTable("connections")
    .set({ hooks: json(connection.hooks), shop_features: json(connection.shopFeatures) })
    .where("id", "=", connection.id)
    .execute();
}

export function hashClientId(clientId: string): string {
  return createHash("sha256").update(clientId).digest("hex");
}

function toRow(app: AppContext, connection: Connection): Insertable<ConnectionsTable> {
  const { id } = connection;
  return {
    id,
    name: connection.name,
    crm_url: connection.crmUrl,
    crm_site: connection.crmSite,
    crm_key: app.vault.seal(connection.crmKey, `${id}:crm_key`),
    crm_time_zone: connection.crmTimeZone,
    crm_currency: connection.crmCurrency,
    crm_scopes: json(connection.crmScopes),
    shop_url: connection.shopUrl,
    shop_login: connection.shopLogin,
    shop_password:
      connection.shopPassword === null ? null : app.vault.seal(connection.shopPassword, `${id}:shop_password`),
    shop_features: json(connection.shopFeatures),
    settings: json(connection.settings),
    paused: connection.paused,
    crm_active: connection.crmActive,
    crm_frozen: connection.crmFrozen,
    login_refused: connection.loginRefused,
    mapped_at: connection.mappedAt,
    paid_status: connection.paidStatus,
    not_paid_status: connection.notPaidStatus,
    catalog_secret: connection.catalogSecret,
    hook_secret: connection.hookSecret,
    hooks: json(connection.hooks),
    module_code: connection.moduleCode,
    client_id: app.vault.seal(connection.clientId, `${id}:client_id`),
    client_id_hash: hashClientId(connection.clientId),
    created_at: connection.createdAt,
    last_sync_at: connection.lastSyncAt,
  };
}

function toConnection(app: AppContext, row: Selectable<ConnectionsTable>): Connection {
  return {
    id: row.id,
    name: row.name,
    crmUrl: row.crm_url,
    crmSite: row.crm_site,
    crmKey: app.vault.open(row.crm_key, `${row.id}:crm_key`),
    crmTimeZone: row.crm_time_zone,
    crmCurrency: row.crm_currency,
    crmScopes: row.crm_scopes,
    shopUrl: row.shop_url,
    shopLogin: row.shop_login,
    shopPassword: row.shop_password === null ? null : app.vault.open(row.shop_password, `${row.id}:shop_password`),
    shopFeatures: row.shop_features,
    settings: readSettings(row.settings),
    paused: row.paused,
    crmActive: row.crm_active,
    crmFrozen: row.crm_frozen,
    loginRefused: row.login_refused,
    mappedAt: row.mapped_at,
    paidStatus: row.paid_status,
    notPaidStatus: row.not_paid_status,
    catalogSecret: row.catalog_secret,
    hookSecret: row.hook_secret,
    hooks: row.hooks,
    moduleCode: row.module_code,
    clientId: app.vault.open(row.client_id, `${row.id}:client_id`),
    createdAt: row.created_at,
    lastSyncAt: row.last_sync_at,
  };
}
