import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { addConnection } from "../../test/connection-row.ts";
import { describeStores, silentLog } from "../../test/databases.ts";
import { loadBookmark, saveBookmark } from "./bookmarks.sql.ts";
import { claimDueLanes, ensureLanes, setLaneDue, startTicker } from "./schedule.ts";

const now = new Date("2026-11-23T10:00:00Z");
const after = (ms: number) => new Date(now.getTime() + ms);
const half = () => 0.5;

describeStores("schedule", (stores) => {
  test("a due lane is claimed once, then again after its interval", async () => {
    const { db } = stores.store();
    await addConnection(db, "c1");
    await ensureLanes(db, "c1", ["sync", "stock"], now);

    const first = await claimDueLanes(db, now, { sync: 1000, stock: 5000 }, half);
    const second = await claimDueLanes(db, after(999), { sync: 1000, stock: 5000 }, half);
    const third = await claimDueLanes(db, after(1000), { sync: 1000, stock: 5000 }, half);

    expect(first).toHaveLength(2);
    expect(second).toEqual([]);
    expect(third).toEqual([{ connectionId: "c1", lane: "sync" }]);
  });

  test("times are spread by ten percent to both sides", async () => {
    const { db } = stores.store();
    await addConnection(db, "c1");
    const dueAt = async (random: () => number) => {
      await setLaneDue(db, "c1", "sync", now);
      await claimDueLanes(db, now, { sync: 10_000 }, random);
      return (await db.selectFrom("lanes").select("next_at").executeTakeFirstOrThrow()).next_at;
    };

    const earliest = await dueAt(() => 0);
    const latest = await dueAt(() => 1);

    expect([earliest, latest]).toEqual([after(9000), after(11_000)]);
  });

  test("a lane with interval 0, or without one, is never due", async () => {
    const { db } = stores.store();
    await addConnection(db, "c1");
    await ensureLanes(db, "c1", ["quick", "other"], now);

    expect(await claimDueLanes(db, after(1e9), { quick: 0 }, half)).toEqual([]);
  });

  test("a lane that exists keeps its time, and can be given another", async () => {
    const { db } = stores.store();
    await addConnection(db, "c1");
    await setLaneDue(db, "c1", "sync", after(5000));

    await ensureLanes(db, "c1", ["sync"], now);
    const before = await claimDueLanes(db, now, { sync: 1000 }, half);
    await setLaneDue(db, "c1", "sync", now);

    expect(before).toEqual([]);
    expect(await claimDueLanes(db, now, { sync: 1000 }, half)).toHaveLength(1);
  });

  test("claimers at the same time share the due lanes, none twice", async () => {
    const { db } = stores.store();
    const other = (await stores.another()).db;
    for (let number = 0; number < 40; number++) {
      await addConnection(db, `c${number}`);
      await ensureLanes(db, `c${number}`, ["sync", "stock"], now);
    }
    const intervals = { sync: 1000, stock: 1000 };
    const claim = async (through: typeof db) => {
      const claimed: string[] = [];
      for (let round = 0; round < 10; round++) {
        const lanes = await claimDueLanes(through, now, intervals, half, 7);
        claimed.push(...lanes.map((lane) => `${lane.connectionId} ${lane.lane}`));
      }
      return claimed;
    };

    const all = (await Promise.all([claim(db), claim(other), claim(db), claim(other)])).flat();

    expect(all).toHaveLength(80);
    expect(new Set(all).size).toBe(80);
  });

  test("a bookmark is where it was put last", async () => {
    const { db } = stores.store();
    await addConnection(db, "c1");

    const before = await loadBookmark(db, "c1", "crm-history");
    await saveBookmark(db, "c1", "crm-history", "17", now);
    await saveBookmark(db, "c1", "crm-history", "18", now);

    expect([before, await loadBookmark(db, "c1", "crm-history")]).toEqual([undefined, "18"]);
  });
});

test("ticks never overlap, survive a failure, and end with stop", async () => {
  let running = 0;
  let overlaps = 0;
  let count = 0;
  const ticker = startTicker({
    everyMs: 5,
    log: silentLog,
    tick: async () => {
      if (running++ > 0) overlaps++;
      count++;
      await sleep(15);
      running--;
      if (count === 2) throw new Error("once");
    },
  });

  await vi.waitFor(() => expect(count).toBeGreaterThan(3), { timeout: 10_000 });
  await ticker.stop();
  const atStop = { count, running };
  await sleep(50);

  expect(overlaps).toBe(0);
  expect({ count, running }).toEqual({ count: atStop.count, running: 0 });
});
