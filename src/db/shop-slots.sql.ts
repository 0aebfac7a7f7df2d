import { type Kysely, sql } from "kysely";
import type { Tables } from "./tables.ts";

/** The slots of shops as all processes see them, in the shape that `http/slots.ts` takes. Claims lapse by `now`. */
export function databaseSlotStore(db: Kysely<Tables>, now: () => Date) {
  return {
    async claim(shop: string, slot: number, holder: string, untilMs: number): Promise<boolean> {
      const claimed = await db
        .insertInto("shop_slots")
        .values({ shop, slot, holder, until: new Date(untilMs) })
        .onConflict((conflict) =>
          conflict
            .columns(["shop", "slot"])
            .doUpdateSet({ holder: sql`excluded.holder`, until: sql`excluded.until` })
            .where((or) =>
              or.or([or("shop_slots.until", "<=", now()), or("shop_slots.holder", "=", sql<string>`excluded.holder`)]),
            ),
        )
        .returning("slot")
        .executeTakeFirst();
      return claimed !== undefined;
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
