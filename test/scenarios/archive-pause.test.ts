import { expect, test, vi } from "vitest";
import type { World } from "../world.ts";
import { atBatch, pause, resume, showRun, startArchive, withArchive } from "./archive-world.ts";

vi.setConfig({ testTimeout: 120_000 });

const batches = (world: World) => world.crm.requests.filter((one) => one.path.endsWith("orders/upload")).length;
const inCrm = (world: World) => world.crm.state.orders.size;

test("paused at work, it stops at the next page, stays so whatever happens, and goes on from there (F81)", async () => {
  const world = await withArchive(130);
  const id = await startArchive(world);
  let asked: Awaited<ReturnType<typeof pause>> | undefined;
  atBatch(world, 1, async () => {
    asked = await pause(world, id);
  });
  await world.work();
  const paused = await showRun(world, id);
  for (let round = 0; round < 3; round += 1) await world.turn(3_600_000);
  await world.app.jobs.wake("archive", world.id);
  await world.work();
  const later = await showRun(world, id);

  expect(asked).toMatchObject({ status: 202, body: { state: "running", pausedAt: null, pauseAsked: true } });
  expect(paused).toMatchObject({ state: "queued", pauseAsked: false, progress: { done: 100, total: 130 } });
  expect(paused.pausedAt).toMatch(/Z$/);
  expect(later).toEqual(paused);
  expect(inCrm(world)).toBe(100);

  const resumed = await resume(world, id);
  await world.work();

  expect(resumed).toMatchObject({ status: 202, body: { state: "queued", pausedAt: null } });
  expect(await showRun(world, id)).toMatchObject({
    state: "succeeded",
    pausedAt: null,
    counts: { read: 130, created: 130, unchanged: 0 },
    progress: { done: 130, total: 130, remainingSeconds: null },
  });
  expect(inCrm(world)).toBe(130);
  // 2 before, 1 after: nothing is sent twice.
  expect(batches(world)).toBe(3);
});

test("asked to pause and killed before it could: the next process leaves it paused", async () => {
  const world = await withArchive(130);
  const id = await startArchive(world);
  atBatch(world, 1, async () => {
    await pause(world, id);
    world.network.dying!.after = 0;
  });

  const isKilled = await world.workAndDie(1000, true);
  world.network.watch = () => {};
  const killed = await showRun(world, id);
  await world.work();

  expect([isKilled, killed.state, killed.pauseAsked]).toEqual([true, "running", true]);
  expect(await showRun(world, id)).toMatchObject({ state: "queued", pauseAsked: false });
  expect((await showRun(world, id)).pausedAt).not.toBeNull();

  world.clock.turn(130_000);
  await resume(world, id);
  await world.work();
  expect(await showRun(world, id)).toMatchObject({ state: "succeeded" });
  expect(inCrm(world)).toBe(130);
});

test("a stop of the process while it is asked to pause leaves it paused, too", async () => {
  const world = await withArchive(130);
  const id = await startArchive(world);
  atBatch(world, 1, async () => {
    await pause(world, id);
    world.stop();
  });
  await world.work();
  await world.app.jobs.wake("archive", world.id);
  await world.work();

  expect(await showRun(world, id)).toMatchObject({ state: "queued", pauseAsked: false });
  expect((await showRun(world, id)).pausedAt).not.toBeNull();
});

test("paused while it waits: runs behind it go on, equal parameters give the paused one, and it can be cancelled", async () => {
  const world = await withArchive(30);
  const id = await startArchive(world);
  await pause(world, id);
  const behind = await startArchive(world, { orderIds: ["101"] });
  await world.work();
  const same = await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "archive" });

  expect(await showRun(world, behind)).toMatchObject({ state: "succeeded", counts: { created: 1 } });
  expect(same).toMatchObject({ status: 200, body: { id, state: "queued" } });
  expect(inCrm(world)).toBe(1);

  const cancelled = await world.api("POST", `/api/v1/runs/${id}/cancel`);
  await world.work();
  expect(cancelled.body).toMatchObject({ state: "cancelled", pausedAt: null });
  expect((await resume(world, id)).body.error.code).toBe("run_finished");
  expect(inCrm(world)).toBe(1);
});

test("paused twice or resumed twice does no harm; resumed before its safe place, it does not stop", async () => {
  const world = await withArchive(130);
  const id = await startArchive(world);
  atBatch(world, 1, async () => {
    await pause(world, id);
    await pause(world, id);
    await resume(world, id);
    await resume(world, id);
  });
  await world.work();

  expect(await showRun(world, id)).toMatchObject({ state: "succeeded", counts: { created: 130 } });
  expect((await pause(world, id)).body.error.code).toBe("run_finished");
});

test("while an archive run is paused, the schedule starts none of its own", async () => {
  const world = await withArchive(30, { archive: { auto: true } });
  const id = await startArchive(world, { since: "2026-03-01" });
  await pause(world, id);
  for (let round = 0; round < 4; round += 1) await world.turn(3_600_000);
  expect(inCrm(world)).toBe(0);

  await resume(world, id);
  await world.work();
  for (let round = 0; round < 4; round += 1) await world.turn(3_600_000);
  expect(inCrm(world)).toBe(30);
});

test("what cannot be paused says so: a trial, another kind, a connection that stands still", async () => {
  const world = await withArchive(30);
  const trial = await startArchive(world, { dryRun: true });
  const sync = (await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "sync" })).body.id;
  const id = await startArchive(world);

  for (const one of [trial, sync])
    for (const ask of [pause, resume]) {
      const { status, body } = await ask(world, one);
      expect([status, body.error.code]).toEqual([409, "run_not_pausable"]);
    }
  await pause(world, id);
  await world.api("PATCH", `/api/v1/connections/${world.id}`, { state: "paused" });
  const refused = await resume(world, id);
  await world.work();
  expect([refused.status, refused.body.error.code]).toEqual([409, "connection_not_active"]);
  expect(await showRun(world, id)).toMatchObject({ state: "queued" });

  await world.api("PATCH", `/api/v1/connections/${world.id}`, { state: "active" });
  await resume(world, id);
  await world.work();
  expect(await showRun(world, id)).toMatchObject({ state: "succeeded", counts: { created: 30 } });
});
