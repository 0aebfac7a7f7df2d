/** A world goes back to the moment after connecting, or its process starts anew. */
import { sql } from "kysely";
import type { AppContext } from "../src/context.ts";
import { json } from "../src/db/json.ts";
import { createMemorySlots } from "../src/http/slots.ts";
import { listOpenLanes } from "../src/log/runs.sql.ts";
import type { Live } from "./world-ground.ts";
import { type Connected, makeClockPacer, numbersFrom } from "./world-network.ts";

export function rememberConnected({ clock, network }: Live): Connected {
  const { subscriptions, nextSubscriptionId } = network.shop.state;
  return structuredClone({
    at: clock.now().getTime(),
    crm: network.crm.state,
    hooks: { subscriptions, nextSubscriptionId },
  });
}

/** Both sides and the service as they were when the connection was made, with other numbers and settings. */
export async function goBack(
  app: AppContext,
  live: Live,
  id: string,
  seed: number,
  settings: Record<string, unknown>,
): Promise<void> {
  const { clock, network, connected } = live;
  if (!connected) throw new Error("connect first");
  clock.turn(connected.at - clock.now().getTime());
  live.numbers.next = numbersFrom(seed);
  live.errors.length = 0;
  network.shop.reset();
  network.crm.reset();
  app.pacer = makeClockPacer(clock);
  network.crm.crm.state = structuredClone(connected.crm);
  Object.assign(network.shop.state, structuredClone(connected.hooks));
  await forgetOrders(app, id, settings);
  await startAnew(app, live);
}

/** What belongs to the connection itself; all else came after it was made and mapped. */
const kept = ["bookmarks", "catalog_figures", "catalogs", "lanes", "mapping_pairs", "reference_lists"];

async function forgetOrders(app: AppContext, id: string, settings: Record<string, unknown>): Promise<void> {
  const { rows } = await sql<{ table: string }>`
    select table_name as table from information_schema.columns
    where table_schema = 'public' and column_name = 'connection_id'`.execute(app.db);
  const emptied = rows.map((row) => row.table).filter((table) => !kept.includes(table));
  await app.store.pool.query(emptied.map((table) => `delete from ${table}`).join("; "));
  await app.db.deleteFrom("bookmarks").where("connection_id", "=", id).where("stream", "!=", "references").execute();
  await app.db.updateTable("bookmarks").set({ saved_at: app.now() }).where("connection_id", "=", id).execute();
  // One after another: lanes that are due at the same moment are taken in any order, and a seed must stay the same.
  await sql`
    update lanes set wanted = false, failures = 0, next_at = ${app.now()}::timestamptz
      + case when lane in ('catalog', 'stock') then interval '400 hours' else - place * interval '1 ms' end
    from (select lane as name, row_number() over (order by lane) as place from lanes where connection_id = ${id}) as places
    where lane = name and connection_id = ${id}`.execute(app.db);
  await app.db
    .updateTable("connections")
    .set({ settings: json(settings), last_sync_at: null })
    .execute();
}

/** A fresh process: nothing in memory, the open runs waken their lanes. */
export async function startAnew(app: AppContext, live: Live): Promise<void> {
  app.slots = createMemorySlots(2);
  app.shopTokens = new Map();
  live.wakes.clear();
  for (const open of await listOpenLanes(app)) await app.jobs.wake(open.lane, open.connectionId);
}
