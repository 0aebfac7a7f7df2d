import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startChild } from "../../test/child.ts";
import { embeddedTemplate, silentLog } from "../../test/databases.ts";
import { openEmbedded } from "./embedded.ts";
import { openStore } from "./open.ts";
import type { RawResult } from "./slot-pool.ts";

const from = await embeddedTemplate();
const memory = await openEmbedded({ dataDir: "", inMemory: true, from });

test("what is committed is forced to disk; a second process is refused; a damaged database is not overwritten", {
  timeout: 120_000,
}, async () => {
  const dataDir = makeFolder();

  const first = await openEmbedded({ dataDir });
  await first.pool.query("create table t (n integer)");
  const before = first.syncCount();
  for (let n = 0; n < 10; n++) await first.pool.query("insert into t values ($1)", [n]);

  expect(first.syncCount() - before).toBeGreaterThanOrEqual(10);
  await expect(openEmbedded({ dataDir })).rejects.toMatchObject({ code: "store_in_use" });

  await first.close();
  await first.close();
  const again = await openEmbedded({ dataDir });
  expect(await again.pool.query("select count(*) from t")).toMatchObject({ rows: [{ count: 10 }] });
  await again.vacuum();
  await again.checkpoint();
  await again.close();

  rmSync(join(dataDir, "pg", "PG_VERSION"));
  await expect(openEmbedded({ dataDir })).rejects.toMatchObject({ code: "store_damaged" });
  writeFileSync(join(dataDir, "pg", "PG_VERSION"), "18\n");
  writeFileSync(join(dataDir, "pg", "global", "pg_control"), Buffer.alloc(8192, 7));
  await expect(openEmbedded({ dataDir })).rejects.toMatchObject({ code: "store_damaged" });
});

test("a first start that was interrupted is begun again", async () => {
  const dataDir = makeFolder();
  mkdirSync(join(dataDir, "pg"));
  writeFileSync(join(dataDir, "pg", "PG_VERSION"), "18\n");

  const opened = await openEmbedded({ dataDir, from });
  const answer = await opened.pool.query("select 1 as one");
  await opened.close();

  expect(answer).toMatchObject({ rows: [{ one: 1 }] });
  expect(readdirSync(dataDir).some((name) => name.startsWith("pg.unfinished"))).toBe(true);
});

test("a folder that cannot be written is named", async () => {
  const file = join(makeFolder(), "file");
  writeFileSync(file, "");

  const opening = openEmbedded({ dataDir: join(file, "data") });

  await expect(opening).rejects.toMatchObject({ code: "store_unwritable", message: expect.stringContaining(file) });
});

test("kill -9 loses no row that was acknowledged", { timeout: 120_000 }, async () => {
  const dataDir = makeFolder();
  await (await openEmbedded({ dataDir, from })).close();
  let acknowledged = -1;

  for (const rows of [30, 90, 150]) {
    const child = startChild("write-rows", dataDir);
    await child.line(String(rows), 60_000);
    await child.kill();
    acknowledged = Math.max(acknowledged, Number(child.lines.filter((line) => /^\d+$/.test(line)).at(-1) ?? -1));
  }

  const store = await openStore({ dataDir, log: silentLog });
  const names = new Set((await store.db.selectFrom("kept_values").select("name").execute()).map((row) => row.name));
  await store.close();
  expect(acknowledged).toBeGreaterThanOrEqual(150);
  for (let number = 0; number <= acknowledged; number++) expect(names).toContain(`row-${number}`);
});

test("timers get their turn while statements follow each other", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);

  const startedAt = performance.now();
  while (performance.now() - startedAt < 300) await memory.pool.query("select 1");
  clearInterval(timer);

  expect(ticks).toBeGreaterThan(2);
});

test("connections are given out in the order they were asked for", async () => {
  const order: number[] = [];
  const first = await memory.pool.connect();

  const others = [1, 2, 3].map(async (number) => {
    const client = await memory.pool.connect();
    order.push(number);
    client.release();
  });
  first.release();
  await Promise.all(others);

  expect(order).toEqual([1, 2, 3]);
});

test("a transaction that was left open is rolled back when its connection is given back", async () => {
  await memory.pool.query("create table left_open (n integer)");
  const client = await memory.pool.connect();
  await client.query("begin");
  await client.query("insert into left_open values (1)");
  await client.query("savepoint s");
  await client.query("rollback to savepoint s");

  client.release();

  const { rows } = (await memory.pool.query("select * from left_open")) as RawResult;
  expect(rows).toEqual([]);
  await expect(client.query("select 1")).rejects.toThrow("given back");
});

test("after close nobody gets a connection", async () => {
  const other = await openEmbedded({ dataDir: "", inMemory: true, from });

  await other.close();

  await expect(other.pool.query("select 1")).rejects.toThrow("closed");
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "embedded-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
