import { type Kysely, sql } from "kysely";
import type { Tables } from "./tables.ts";

/** Who is talking to a shop at present, over all processes: a row per slot, with a lease that a dead process lets lapse. */
export function createSlotStore(db: Kysely<Tables>) {
  return {
    async claim(shop: string, slot: number, holder: string, untilMs: number): Promise<boolean> {
      const until = new Date(untilMs);
      const taken = await sql<{ slot: number }>`
        insert into shop_slots (shop, slot, holder, until) values (${shop}, ${slot}, ${holder}, ${until})
        on conflict (shop, slot) do update set holder = excluded.holder, until = excluded.until
        where shop_slots.holder = excluded.holder or shop_slots.until < now()
        returning slot`.execute(db);
      return taken.rows.length > 0;
    },
    async release(shop: string, slot: number, holder: string): Promise<void> {
      await db
        .deleteFrom("shop_slots")
        .where("shop", "=", shop)
        .where("slot", "=", slot)
        .where("holder", "=", holder)
        .execute();
    },
  };
}
