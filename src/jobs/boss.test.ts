import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { type Child, startChild } from "../../test/child.ts";
import { describeServer, describeStores, embeddedTemplate, type Stores, silentLog } from "../../test/databases.ts";
import { openStore } from "../db/open.ts";
import { createJobs, type Jobs } from "./boss.ts";

describeStores("queue", (stores) => {
  test("a wake-up starts the lane at once, without waiting for the poll", async () => {
    const jobs = await startJobs(stores, stores.store(), 60_000);
    const begun: number[] = [];
    await jobs.work("orders", { concurrency: 2 }, async () => void begun.push(performance.now()));
    await sleep(300);

    const waits: number[] = [];
    for (let round = 1; round <= 5; round++) {
      const askedAt = performance.now();
      await jobs.wake("orders", `c${round}`);
      await until(() => begun.length === round);
      waits.push(begun.at(-1)! - askedAt);
    }

    // Some 10 ms on a quiet machine.
    expect(Math.min(...waits)).toBeLessThan(5000);
  });

  test("wake-ups while a lane is worked leave one that runs afterwards (F13)", async () => {
    const jobs = await startJobs(stores);
    let runs = 0;
    let release = () => {};
    await jobs.work("orders", { concurrency: 3 }, async () => {
      runs++;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    await jobs.wake("orders", "c1");
    await until(() => runs === 1);

    for (let times = 0; times < 5; times++) await jobs.wake("orders", "c1");
    await sleep(300);
    const duringFirst = runs;
    release();
    await until(() => runs === 2);
    release();
    await sleep(500);

    expect(duringFirst).toBe(1);
    expect(runs).toBe(2);
  });

  test("one slow connection holds up neither the others nor other lanes", async () => {
    const jobs = await startJobs(stores);
    const done: string[] = [];
    const handler = async (connectionId: string, signal: AbortSignal) => {
      if (connectionId === "slow") await sleep(60_000, undefined, { signal }).catch(() => undefined);
      done.push(connectionId);
    };
    await jobs.work("orders", { concurrency: 2 }, handler);
    await jobs.work("stock", { concurrency: 1 }, handler);
    await jobs.wake("orders", "slow");
    await sleep(50);

    for (let number = 0; number < 20; number++) await jobs.wake("orders", `c${number}`);
    await jobs.wake("stock", "slow-not");
    await until(() => done.length === 21);

    expect(done).not.toContain("slow");
  });

  test("as many connections side by side as asked for, not more", async () => {
    const jobs = await startJobs(stores);
    let side = 0;
    let most = 0;
    let runs = 0;
    await jobs.work("catalog", { concurrency: 3 }, async () => {
      most = Math.max(most, ++side);
      while (most < 3) await sleep(5);
      side--;
      runs++;
    });

    await Promise.all(Array.from({ length: 12 }, (_, number) => jobs.wake("catalog", `c${number}`)));
    await until(() => runs === 12);

    expect(most).toBe(3);
  });

  test("what hangs gives its place up to others, up to a limit", async () => {
    const jobs = await startJobs(stores, stores.store(), 50, 200);
    const begun: string[] = [];
    const handler = async (connectionId: string, signal: AbortSignal) => {
      begun.push(connectionId);
      if (connectionId.startsWith("hangs")) await sleep(60_000, undefined, { signal }).catch(() => undefined);
    };
    await jobs.work("orders", { concurrency: 2, most: 7 }, handler);
    for (let number = 0; number < 6; number++) await jobs.wake("orders", `hangs-${number}`);

    await jobs.wake("orders", "healthy");
    await until(() => begun.includes("healthy"));
    for (let number = 6; number < 12; number++) await jobs.wake("orders", `hangs-${number}`);
    await sleep(1000);

    expect(begun.filter((id) => id.startsWith("hangs"))).toHaveLength(7);
  });

  test("a handler that throws is tried again", async () => {
    const jobs = await startJobs(stores);
    let attempts = 0;
    await jobs.work("orders", { concurrency: 1 }, async () => {
      if (++attempts === 1) throw new Error("trouble");
    });

    await jobs.wake("orders", "c1");
    await until(() => attempts === 2);
    await sleep(300);

    expect(attempts).toBe(2);
  });

  test("stop aborts the signal, waits, and what was cut short runs again at the next start", async () => {
    const first = await startJobs(stores);
    let ended = false;
    let begun = false;
    await first.work("orders", { concurrency: 1 }, async (_, signal) => {
      begun = true;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      await sleep(100);
      ended = true;
    });
    await first.wake("orders", "c1");
    await until(() => begun);

    const stoppedAt = performance.now();
    await first.stop(15_000);
    const took = performance.now() - stoppedAt;
    const endedBeforeStop = ended;
    const second = await startJobs(stores);
    const again: string[] = [];
    await second.work("orders", { concurrency: 1 }, async (connectionId) => void again.push(connectionId));
    await until(() => again.length === 1);

    expect(endedBeforeStop).toBe(true);
    expect(took).toBeLessThan(10_000);
    expect(again).toEqual(["c1"]);
  });

  test("two workers' processes never run one connection at once, and no wake-up is lost (F13)", {
    timeout: 90_000,
  }, async () => {
    const both = [await startJobs(stores), await startJobs(stores, await stores.another())];
    const log = startLog();
    for (const jobs of both) await jobs.work("orders", { concurrency: 4 }, log.handler(5));

    const wakes: { connectionId: string; at: number }[] = [];
    for (let round = 0; round < 150; round++) {
      const connectionId = `c${round % 3}`;
      wakes.push({ connectionId, at: performance.now() });
      await both[round % 2]!.wake("orders", connectionId);
      if (round % 10 === 0) await sleep(10);
    }
    await until(() => log.running.size === 0 && wakes.every((wake) => log.beganAfterAsking(wake)));

    expect(log.overlaps).toBe(0);
  });
});

describeServer("queue of several processes", (stores) => {
  test("two processes, many wake-ups: no overlap, none lost", { timeout: 120_000 }, async () => {
    const children = [startChild("work-lane", stores.url()!, "30"), startChild("work-lane", stores.url()!, "30")];
    for (const child of children) await child.line("ready", 60_000);
    const jobs = await startJobs(stores);

    const lastWake = new Map<string, number>();
    for (let round = 0; round < 300; round++) {
      const connectionId = `c${round % 5}`;
      lastWake.set(connectionId, Date.now());
      await jobs.wake("orders", connectionId);
      await sleep(10);
    }
    await until(
      () => [...lastWake].every(([id, at]) => spans(children).some((span) => span.id === id && span.begin >= at)),
      15_000,
    );
    await sleep(200);

    const all = spans(children);
    expect(overlapsIn(all)).toBe(0);
    expect(children.every((child) => child.lines.some((line) => line.startsWith("begin")))).toBe(true);
  });

  test("the job of a killed process is found by its silence (F14)", { timeout: 120_000 }, async () => {
    const jobs = await startJobs(stores);
    const child = startChild("work-lane", stores.url()!, "60000");
    await child.line("ready", 60_000);
    child.write("c1\n");
    await child.line("begin c1");
    await child.kill();
    const killedAt = performance.now();
    const again: string[] = [];
    await jobs.work("orders", { concurrency: 1 }, async (connectionId) => void again.push(connectionId));

    await until(() => again.length > 0, 60_000);

    expect(again).toEqual(["c1"]);
    expect(performance.now() - killedAt).toBeLessThan(40_000);
  });
});

test("after kill -9 the embedded store goes on at once (F14)", { timeout: 120_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "queue-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  await (await openStore({ dataDir, from: await embeddedTemplate(), log: silentLog })).close();
  const child = startChild("work-lane", dataDir, "60000");
  await child.line("ready", 60_000);
  child.write("c1\n");
  await child.line("begin c1");
  await child.kill();

  const next = startChild("work-lane", dataDir, "10");
  const ready = Number((await next.line("ready", 60_000)).split(" ")[1]);
  const begun = Number((await next.line("begin c1")).split(" ")[2]);

  expect(begun - ready).toBeLessThan(5000);
  expect(await next.finish()).toBe(0);
});

/** Stopped with the test. */
async function startJobs(stores: Stores, store = stores.store(), pollMs = 200, longMs?: number): Promise<Jobs> {
  const jobs = createJobs(store, { log: silentLog, pollMs, ...(longMs === undefined ? {} : { longMs }) });
  await jobs.start();
  onTestFinished(() => jobs.stop(1000));
  return jobs;
}

function startLog() {
  const begins: { connectionId: string; at: number }[] = [];
  const running = new Set<string>();
  const log = {
    overlaps: 0,
    running,
    handler: (runMs: number) => async (connectionId: string) => {
      begins.push({ connectionId, at: performance.now() });
      if (running.has(connectionId)) log.overlaps++;
      running.add(connectionId);
      await sleep(runMs);
      running.delete(connectionId);
    },
    /** What was to be seen when the wake-up was sent, a run has seen since. */
    beganAfterAsking: (wake: { connectionId: string; at: number }) =>
      begins.some((begin) => begin.connectionId === wake.connectionId && begin.at >= wake.at),
  };
  return log;
}

type Span = { id: string; begin: number; end: number };

function spans(children: Child[]): Span[] {
  return children.flatMap((child) => {
    const open = new Map<string, number>();
    const found: Span[] = [];
    for (const line of child.lines) {
      const [word, id, at] = line.split(" ");
      if (word === "begin") open.set(id!, Number(at));
      if (word === "end") found.push({ id: id!, begin: open.get(id!)!, end: Number(at) });
    }
    return found;
  });
}

function overlapsIn(all: Span[]): number {
  const sorted = all.toSorted((a, b) => a.begin - b.begin);
  return sorted.filter((span, at) =>
    sorted.slice(0, at).some((other) => other.id === span.id && other.end > span.begin),
  ).length;
}

function until(check: () => boolean, timeoutMs = 15_000): Promise<void> {
  return vi.waitFor(() => expect(check()).toBe(true), { timeout: timeoutMs, interval: 5 });
}
