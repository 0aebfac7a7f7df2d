import { expect, test } from "vitest";
import { createPacer, memoryPacerStore } from "./pacer.ts";

/** The most starts that any window of one second has. */
function mostPerSecond(starts: number[]): number {
  return Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + 1000).length));
}

test("never more than 10 starts in any second for one key, over several processes, and not much fewer", async () => {
  const store = memoryPacerStore();
  // Two pacers on one store stand for two processes.
  const pacers = [createPacer(store), createPacer(store)];
  const starts: number[] = [];

  await Promise.all(
    Array.from({ length: 26 }, async (_, index) => {
      await pacers[index % 2]!.take("key");
      starts.push(performance.now());
    }),
  );

  expect(mostPerSecond(starts)).toBeLessThanOrEqual(10);
  expect(starts.at(-1)! - starts[0]!).toBeLessThan(5_000);
}, 15_000);

test("first come, first served; another key does not wait", async () => {
  const pacer = createPacer(memoryPacerStore(50), { spacingMs: 50 });
  const order: string[] = [];
  const take = async (key: string, name: string) => {
    await pacer.take(key);
    order.push(name);
  };

  await Promise.all([take("a", "a1"), take("a", "a2"), take("a", "a3"), take("b", "b1")]);

  expect(order.filter((name) => name.startsWith("a"))).toEqual(["a1", "a2", "a3"]);
  expect(order.indexOf("b1")).toBeLessThan(order.indexOf("a2"));
});

test("who gives up does not hold up the line", async () => {
  const pacer = createPacer(memoryPacerStore(60), { spacingMs: 60 });
  await pacer.take("a");
  const gone = new AbortController();

  const given = pacer.take("a", gone.signal);
  const next = pacer.take("a");
  gone.abort(new Error("stop"));

  await expect(given).rejects.toThrow("stop");
  await next;
});

test("a store that fails fails the take, and the next one asks again", async () => {
  let broken = true;
  const pacer = createPacer({
    consume: async () => {
      if (broken) throw new Error("no database");
    },
  });

  await expect(pacer.take("a")).rejects.toThrow("no database");
  broken = false;
  await pacer.take("a");
});
