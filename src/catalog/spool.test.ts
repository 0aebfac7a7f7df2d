import { existsSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createSpool, type Spool } from "./spool.flow.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spool-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function bucketsOf(spool: Spool): Promise<{ id: string; group: string }[][]> {
  const buckets: { id: string; group: string }[][] = [];
  for await (const lines of spool.buckets()) buckets.push(lines.map((line) => JSON.parse(line)));
  return buckets;
}

test.each([
  ["in memory", 4_000_000],
  ["on disk", 1000],
])("F83 %s: rows of one group come together, in the order in which they came", async (_, bufferMax) => {
  const spool = createSpool(join(folder, "rows"), bufferMax);

  for (let place = 0; place < 3000; place += 1) {
    await spool.add(`id-${place}`, `група ${place % 700}`, {
      id: `id-${place}`,
      group: `група ${place % 700}`,
      text: "я\n",
    });
  }
  const buckets = await bucketsOf(spool);

  expect(buckets.flat()).toHaveLength(3000);
  for (let group = 0; group < 700; group += 1) {
    const holding = buckets.filter((rows) => rows.some((row) => row.group === `група ${group}`));
    expect(holding).toHaveLength(1);
    const places = holding[0]!.filter((row) => row.group === `група ${group}`).map((row) => Number(row.id.slice(3)));
    expect(places).toEqual([...places].sort((one, other) => one - other));
  }
  expect(existsSync(join(folder, "rows"))).toBe(bufferMax === 1000);
  await spool.close();
  expect(existsSync(join(folder, "rows"))).toBe(false);
});

test("F86 an id is kept once among very many", async () => {
  const spool = createSpool(join(folder, "rows"), 1_000_000);

  for (let place = 0; place < 50_000; place += 1) expect(await spool.add(`id-${place}`, "g", {})).toBe(true);
  for (let place = 0; place < 50_000; place += 97) expect(await spool.add(`id-${place}`, "other", {})).toBe(false);

  expect((await bucketsOf(spool)).flat()).toHaveLength(50_000);
  await spool.close();
});
