/** The limits that all processes share, on a real server: two pools stand for two processes. */
import { setTimeout as sleepFor } from "node:timers/promises";
import { expect, test } from "vitest";
import { createSlotStore } from "../../src/db/shop-slots.ts";
import { createPacer, postgresPacerStore } from "../../src/http/pacer.ts";
import { createSharedSlots, type Slots } from "../../src/http/slots.ts";
import { describeServer, describeStores, type Stores } from "../databases.ts";

const now = () => new Date();

async function processes(stores: Stores) {
  return [stores.store(), await stores.another()] as const;
}

describeServer("pacing", (stores) => {
  test("never more than 10 starts in any second for one key, over two processes", async () => {
    const starts: number[] = [];
    const pacers = await Promise.all(
      (await processes(stores)).map(async ({ pool }) => createPacer(await postgresPacerStore(pool))),
    );

    await Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        await pacers[index % 2]!.take("key");
        starts.push(performance.now());
      }),
    );

    const most = Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + 1000).length));
    expect(most).toBeLessThanOrEqual(10);
    expect(starts.at(-1)! - starts[0]!).toBeLessThan(8_000);
  }, 20_000);
});

describeStores("slots of a shop", (stores) => {
  test("two at a time over two processes, and all given back", async () => {
    const slots = (await processes(stores)).map(
      ({ db }, index): Slots =>
        createSharedSlots({
          store: createSlotStore(db),
          limit: 2,
          holder: `process ${index}`,
          now,
          random: Math.random,
          sleep: async (ms) => void (await sleepFor(ms)),
        }),
    );
    let inside = 0;
    let most = 0;

    await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const leave = await slots[index % 2]!.enter("shop.example");
        inside += 1;
        most = Math.max(most, inside);
        await sleepFor(20);
        inside -= 1;
        await leave();
      }),
    );

    expect(most).toBe(2);
    expect(await stores.store().db.selectFrom("shop_slots").selectAll().execute()).toEqual([]);
  }, 30_000);

  test("a claim keeps others out until it lapses, and is prolonged by its holder", async () => {
    const store = createSlotStore(stores.store().db);
    const inMs = (ms: number) => Date.now() + ms;

    expect(await store.claim("shop", 0, "a", inMs(60_000))).toBe(true);
    expect(await store.claim("shop", 0, "b", inMs(60_000))).toBe(false);
    expect(await store.claim("shop", 0, "a", inMs(-10_000))).toBe(true);
    expect(await store.claim("shop", 0, "b", inMs(60_000))).toBe(true);
    await store.release("shop", 0, "a");
    expect(await store.claim("shop", 0, "a", inMs(60_000))).toBe(false);
  });
});
