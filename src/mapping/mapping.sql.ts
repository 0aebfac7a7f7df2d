import { sql } from "kysely";
import type { AppContext, ConnectionContext } from "../context.ts";
import { json } from "../db/json.ts";
import {
  type CrmElement,
  type Mapping,
  type MappingKind,
  mappingKinds,
  type Pair,
  type ReferenceLists,
  type ShopElement,
} from "./mapping.ts";

export async function loadMapping(app: AppContext, connectionId: string): Promise<Mapping> {
  const rows = await app.db
    .selectFrom("mapping_pairs")
    .selectAll()
    .where("connection_id", "=", connectionId)
    .orderBy("shop_id")
    .execute();
  const chosen = await app.db
    .selectFrom("connections")
    .select(["paid_status", "not_paid_status"])
    .where("id", "=", connectionId)
    .executeTakeFirst();
  const pairsOf = (kind: MappingKind) =>
    rows
      .filter((row) => row.kind === kind)
      .map((row): Pair => {
        if (row.crm_code !== null) return { horoshop: row.shop_id, crm: row.crm_code };
        return { horoshop: row.shop_id, crm: null, aside: row.aside === "send-without" ? "send-without" : "exclude" };
      });
  return {
    statuses: pairsOf("statuses"),
    deliveryTypes: pairsOf("deliveryTypes"),
    paymentTypes: pairsOf("paymentTypes"),
    paymentStatuses: { paid: chosen?.paid_status ?? null, notPaid: chosen?.not_paid_status ?? null },
  };
}

/** Replaces the whole mapping in one transaction; one to one is held by the tables themselves. */
export async function saveMapping(ctx: ConnectionContext, mapping: Mapping, complete: boolean): Promise<void> {
  const { id } = ctx.connection;
  await ctx.db.transaction().execute(async (work) => {
    // One saving after the other: two at once would meet in the keys of the pairs.
    await work.selectFrom("connections").select("id").where("id", "=", id).forUpdate().execute();
    await work.deleteFrom("mapping_pairs").where("connection_id", "=", id).execute();
    const rows = mappingKinds.flatMap((kind) =>
      mapping[kind].map((pair) => ({
        connection_id: id,
        kind,
        shop_id: pair.horoshop,
        crm_code: pair.crm,
        aside: pair.crm === null ? pair.aside : null,
      })),
    );
    if (rows.length > 0) await work.insertInto("mapping_pairs").values(rows).execute();
    await work
      .updateTable("connections")
      .set({ paid_status: mapping.paymentStatuses.paid, not_paid_status: mapping.paymentStatuses.notPaid })
      .where("id", "=", id)
      .execute();
    if (complete)
      await work
        .updateTable("connections")
        .set({ mapped_at: ctx.now() })
        .where("id", "=", id)
        .where("mapped_at", "is", null)
        .execute();
  });
  ctx.connection.paidStatus = mapping.paymentStatuses.paid;
  ctx.connection.notPaidStatus = mapping.paymentStatuses.notPaid;
  if (complete) ctx.connection.mappedAt ??= ctx.now();
  ctx.events.emit({ connectionId: id, type: "state", body: {} });
}

const keptMax = 500;
const keptLists = new WeakMap<AppContext["db"], Map<string, { version: string; lists: ReferenceLists }>>();

/**
 * The lists as they were last read, not to be changed; `fetchedAt` null when they never were. Every look needs them, so
 * they stay in memory until somebody saves them anew, in this process or in another: their bookmark's row tells.
 */
export async function loadReferenceLists(app: AppContext, connectionId: string): Promise<ReferenceLists> {
  const kept = keptLists.get(app.db) ?? new Map<string, { version: string; lists: ReferenceLists }>();
  keptLists.set(app.db, kept);
  const saved = await app.db
    .selectFrom("bookmarks")
    .select(sql<string>`xmin::text`.as("version"))
    .where("connection_id", "=", connectionId)
    .where("stream", "=", "references")
    .executeTakeFirst();
  const known = kept.get(connectionId);
  if (saved && known?.version === saved.version) return known.lists;
  const lists = await readReferenceLists(app, connectionId);
  if (kept.size >= keptMax) kept.clear();
  if (saved) kept.set(connectionId, { version: saved.version, lists });
  return lists;
}

async function readReferenceLists(app: AppContext, connectionId: string): Promise<ReferenceLists> {
  const rows = await app.db
    .selectFrom("reference_lists")
    .selectAll()
    .where("connection_id", "=", connectionId)
    .orderBy("position")
    .orderBy("id")
    .execute();
  const shopElements = (kind: string) =>
    rows
      .filter((row) => row.kind === kind && row.side === "horoshop")
      .map(
        (row): ShopElement => ({
          id: Number(row.id),
          title: row.title,
          enabled: row.enabled,
          missing: row.missing,
          titles: (row.details.titles as string[] | undefined) ?? [],
          successful: row.details.successful === true,
        }),
      );
  const crmElements = (kind: string) =>
    rows
      .filter((row) => row.kind === kind && row.side === "crm")
      .map(
        (row): CrmElement => ({
          code: row.id,
          name: row.title,
          ...(row.group_code === null ? {} : { group: row.group_code }),
          ...(typeof row.details.groupName === "string" ? { groupName: row.details.groupName } : {}),
          active: row.enabled,
          missing: row.missing,
          complete: row.details.complete === true,
          paymentTypes: (row.details.paymentTypes as string[] | null | undefined) ?? null,
          integrated: row.details.integrated === true,
        }),
      );
  const read = await app.db
    .selectFrom("bookmarks")
    .select("saved_at")
    .where("connection_id", "=", connectionId)
    .where("stream", "=", "references")
    .executeTakeFirst();
  return {
    statuses: { horoshop: shopElements("statuses"), crm: crmElements("statuses") },
    deliveryTypes: { horoshop: shopElements("deliveryTypes"), crm: crmElements("deliveryTypes") },
    paymentTypes: { horoshop: shopElements("paymentTypes"), crm: crmElements("paymentTypes") },
    paymentStatuses: { crm: crmElements("paymentStatuses") },
    fetchedAt: read?.saved_at ?? null,
  };
}

export type ReferenceRow = {
  kind: string;
  side: "horoshop" | "crm";
  id: string;
  title: string;
  group: string | null;
  enabled: boolean;
  details: Record<string, unknown>;
};

const rowsMax = 500;

/** Replaces the lists of the sides that were read whole; what vanished stays as missing while a pair names it. */
export async function saveReferenceLists(ctx: ConnectionContext, rows: ReferenceRow[], sides: string[]): Promise<void> {
  const { id } = ctx.connection;
  await ctx.db.transaction().execute(async (work) => {
    await work
      .updateTable("reference_lists")
      .set({ missing: true })
      .where("connection_id", "=", id)
      .where("side", "in", sides)
      .execute();
    const unique = [...new Map(rows.map((row) => [`${row.kind} ${row.side} ${row.id}`, row])).values()];
    const values = unique.map((row, position) => ({
      connection_id: id,
      kind: row.kind,
      side: row.side,
      id: row.id,
      title: row.title,
      position,
      group_code: row.group,
      enabled: row.enabled,
      missing: false,
      details: json(row.details),
      seen_at: ctx.now(),
    }));
    for (let start = 0; start < values.length; start += rowsMax) {
      await work
        .insertInto("reference_lists")
        .values(values.slice(start, start + rowsMax))
        .onConflict((conflict) =>
          conflict.columns(["connection_id", "kind", "side", "id"]).doUpdateSet((row) => ({
            title: row.ref("excluded.title"),
            position: row.ref("excluded.position"),
            group_code: row.ref("excluded.group_code"),
            enabled: row.ref("excluded.enabled"),
            missing: row.ref("excluded.missing"),
            details: row.ref("excluded.details"),
            seen_at: row.ref("excluded.seen_at"),
          })),
        )
        .execute();
    }
    const pairs = await work.selectFrom("mapping_pairs").selectAll().where("connection_id", "=", id).execute();
    const gone = await work
      .selectFrom("reference_lists")
      .selectAll()
      .where("connection_id", "=", id)
      .where("missing", "=", true)
      .execute();
    const { paidStatus, notPaidStatus } = ctx.connection;
    for (const row of gone) {
      const isPaired = pairs.some(
        (pair) =>
          pair.kind === row.kind && (row.side === "crm" ? pair.crm_code === row.id : String(pair.shop_id) === row.id),
      );
      const isChosen = row.kind === "paymentStatuses" && [paidStatus, notPaidStatus].includes(row.id);
      if (isPaired || isChosen) continue;
      await work
        .deleteFrom("reference_lists")
        .where("connection_id", "=", id)
        .where("kind", "=", row.kind)
        .where("side", "=", row.side)
        .where("id", "=", row.id)
        .execute();
    }
    await work
      .insertInto("bookmarks")
      .values({ connection_id: id, stream: "references", place: sides.join(","), saved_at: ctx.now() })
      .onConflict((conflict) =>
        conflict.columns(["connection_id", "stream"]).doUpdateSet({ place: sides.join(","), saved_at: ctx.now() }),
      )
      .execute();
  });
}
