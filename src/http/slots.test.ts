import { setTimeout as sleepFor } from "node:timers/promises";
import { expect, test } from "vitest";
import { createMemorySlots, createSharedSlots, type SlotStore, type Slots } from "./slots.ts";

/** Runs `count` visits of 10 ms and tells how many were inside at once. */
async function mostInside(places: Slots[], count: number): Promise<number> {
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const leave = await places[index % places.length]!.enter("shop");
      inside += 1;
      most = Math.max(most, inside);
      await sleepFor(10);
      inside -= 1;
      await leave();
    }),
  );
  return most;
}

function storeInMemory(now: () => number): SlotStore & { held: Map<string, { holder: string; untilMs: number }> } {
  const held = new Map<string, { holder: string; untilMs: number }>();
  return {
    held,
    claim: async (shop, slot, holder, untilMs) => {
      const found = held.get(`${shop}/${slot}`);
      if (found && found.holder !== holder && found.untilMs > now()) return false;
      held.set(`${shop}/${slot}`, { holder, untilMs });
      return true;
    },
    release: async (shop, slot, holder) => {
      if (held.get(`${shop}/${slot}`)?.holder === holder) held.delete(`${shop}/${slot}`);
    },
  };
}

function shared(store: SlotStore, holder: string, now = () => new Date()): Slots {
  return createSharedSlots({
    store,
    limit: 2,
    holder,
    now,
    random: Math.random,
    sleep: async (ms) => void (await sleepFor(ms)),
  });
}

test("two at a time in one process", async () => {
  expect(await mostInside([createMemorySlots(2)], 9)).toBe(2);
});

test("two at a time over several processes", async () => {
  const store = storeInMemory(Date.now);

  expect(await mostInside([shared(store, "one"), shared(store, "two"), shared(store, "three")], 9)).toBe(2);
  expect(store.held.size).toBe(0);
});

test("what a dead process held is free when its lease is over", async () => {
  const store = storeInMemory(Date.now);
  await store.claim("shop", 0, "dead", Date.now() + 60);
  await store.claim("shop", 1, "dead", Date.now() + 60_000);

  const leave = await shared(store, "alive").enter("shop");

  expect(store.held.get("shop/0")?.holder).toBe("alive:1");
  await leave();
});

test("a waiting visitor can give up, and leaving twice frees one place only", async () => {
  const slots = createMemorySlots(1);
  const leave = await slots.enter("shop");
  const gone = new AbortController();
  const waiting = slots.enter("shop", gone.signal);
  gone.abort(new Error("stop"));
  await expect(waiting).rejects.toThrow("stop");

  await leave();
  await leave();

  expect(await mostInside([slots], 3)).toBe(1);
});
