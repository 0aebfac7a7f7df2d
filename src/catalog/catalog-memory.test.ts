import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { catalogFile } from "./catalog-files.flow.ts";

const offers = 50_000;
/** All rows together would need several times as much. */
const heapMaxMb = 64;

test("50,000 offers are made by a process that may keep 64 MB (F83)", { timeout: 300_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "catalog-memory-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const program = fileURLToPath(new URL("../../test/children/make-catalog.ts", import.meta.url));

  const { stdout } = await promisify(execFile)(process.execPath, [
    `--max-old-space-size=${heapMaxMb}`,
    ...["--import", "tsx", program, dataDir, String(offers)],
  ]);

  expect(stdout).toBe(`${offers} offers\n`);
  const xml = readFileSync(catalogFile({ dataDir, connectionId: "c1" }, "made", false), "utf8");
  expect(xml.match(/<offer /g)).toHaveLength(offers);
});
