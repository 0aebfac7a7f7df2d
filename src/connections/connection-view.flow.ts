import type { AppContext } from "../context.ts";
import { countProblems } from "../log/problems.sql.ts";
import { type Language, say } from "../web/say.ts";
import {
  type Connection,
  type ConnectionState,
  connectionState,
  maskKey,
  type StateReason,
  stateReason,
} from "./connection.ts";

/** A connection as the JSON API shows it; a password or key is never in it. */
export type ConnectionView = {
  id: string;
  name: string;
  state: ConnectionState;
  stateReason: (StateReason & { message: string }) | null;
  crm: { url: string; site: string | null; apiKeyMasked: string };
  horoshop: { url: string; login: string | null } | null;
  settings: Connection["settings"];
  catalog: { url: string };
  createdAt: string;
  lastSyncAt: string | null;
  nextSyncAt: string | null;
  counts: { synced: number; held: number; failed: number; excluded: number };
  problems: number;
};

export async function viewConnections(
  app: AppContext,
  connections: Connection[],
  language: Language,
): Promise<ConnectionView[]> {
  const ids = connections.map((connection) => connection.id);
  if (ids.length === 0) return [];
  const [counts, problems, next, gaps, sites] = await Promise.all([
    countOrders(app, ids),
    countProblems(app, ids),
    nextLooks(app, ids),
    countUnmapped(app, connections),
    listSites(app, connections),
  ]);
  return connections.map((connection) => {
    const reason = stateReason(connection, {
      unmapped: gaps.get(connection.id) ?? {},
      sites: sites.get(connection.id) ?? [],
    });
    const isActive = connectionState(connection) === "active";
    return {
      id: connection.id,
      name: connection.name,
      state: connectionState(connection),
      stateReason: reason && { ...reason, message: say(language, reason.code, reason.params) },
      crm: { url: connection.crmUrl, site: connection.crmSite, apiKeyMasked: maskKey(connection.crmKey) },
      horoshop: connection.shopUrl === null ? null : { url: connection.shopUrl, login: connection.shopLogin },
      settings: connection.settings,
      catalog: { url: `${app.config.publicUrl}/catalog/${connection.catalogSecret}.xml` },
      createdAt: connection.createdAt.toISOString(),
      lastSyncAt: connection.lastSyncAt?.toISOString() ?? null,
      nextSyncAt: (isActive && next.get(connection.id)?.toISOString()) || null,
      counts: counts.get(connection.id) ?? { synced: 0, held: 0, failed: 0, excluded: 0 },
      problems: problems.get(connection.id) ?? 0,
    };
  });
}

async function countOrders(app: AppContext, ids: string[]): Promise<Map<string, ConnectionView["counts"]>> {
  const rows = await app.db
    .selectFrom("order_links")
    .select((query) => ["connection_id", "state", query.fn.countAll<number>().as("count")])
    .where("connection_id", "in", ids)
    .groupBy(["connection_id", "state"])
    .execute();
  const counts = new Map<string, ConnectionView["counts"]>();
  for (const row of rows) {
    const present = counts.get(row.connection_id) ?? { synced: 0, held: 0, failed: 0, excluded: 0 };
    counts.set(row.connection_id, { ...present, [row.state]: Number(row.count) });
  }
  return counts;
}

async function nextLooks(app: AppContext, ids: string[]): Promise<Map<string, Date>> {
  const lanes = app.config.quickIntervalMs > 0 ? ["sync", "quick"] : ["sync"];
  const rows = await app.db
    .selectFrom("lanes")
    .select((query) => ["connection_id", query.fn.min("next_at").as("at")])
    .where("connection_id", "in", ids)
    .where("lane", "in", lanes)
    .groupBy("connection_id")
    .execute();
  return new Map(rows.map((row) => [row.connection_id, new Date(row.at)]));
}

/** The sites of the account, for the choice that a one-step registration with several of them leaves open. */
async function listSites(
  app: AppContext,
  connections: Connection[],
): Promise<Map<string, { code: string; name: string }[]>> {
  const ids = connections.filter((connection) => connection.crmSite === null).map((connection) => connection.id);
  if (ids.length === 0) return new Map();
  const rows = await app.db
    .selectFrom("reference_lists")
    .select(["connection_id", "id", "title"])
    .where("connection_id", "in", ids)
    .where("kind", "=", "sites")
    .where("missing", "=", false)
    .orderBy("position")
    .execute();
  const sites = new Map<string, { code: string; name: string }[]>();
  for (const row of rows)
    sites.set(row.connection_id, [...(sites.get(row.connection_id) ?? []), { code: row.id, name: row.title }]);
  return sites;
}

/** Enabled shop elements without a place in the mapping, for the connections that are not through the gate yet. */
async function countUnmapped(
  app: AppContext,
  connections: Connection[],
): Promise<Map<string, Record<string, unknown>>> {
  const waiting = connections.filter((connection) => !connection.mappedAt).map((connection) => connection.id);
  if (waiting.length === 0) return new Map();
  const rows = await app.db
    .selectFrom("reference_lists as list")
    .leftJoin("mapping_pairs as pair", (join) =>
      join
        .onRef("pair.connection_id", "=", "list.connection_id")
        .onRef("pair.kind", "=", "list.kind")
        .on((row) => row(row.cast<string>("pair.shop_id", "text"), "=", row.ref("list.id"))),
    )
    .select(["list.connection_id", "list.kind", "list.id", "list.title"])
    .where("list.connection_id", "in", waiting)
    .where("list.side", "=", "horoshop")
    .where("list.enabled", "=", true)
    .where("list.missing", "=", false)
    .where("pair.shop_id", "is", null)
    .orderBy("list.position")
    .execute();
  const gaps = new Map<string, Record<string, { id: number; name: string }[]>>();
  for (const row of rows) {
    const present = gaps.get(row.connection_id) ?? {};
    present[row.kind] = [...(present[row.kind] ?? []), { id: Number(row.id), name: row.title }];
    gaps.set(row.connection_id, present);
  }
  return gaps;
}
