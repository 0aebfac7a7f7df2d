import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const repository = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "rules-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A small house with one breach of each rule, and imports that are allowed. */
const files: Record<string, string> = {
  "src/main.ts": 'import "./all-jobs.ts"; import "./all-apis.ts"; import "./context.ts";',
  "src/all-jobs.ts": 'import "./orders/poll.job.ts";',
  "src/all-apis.ts": 'import "./orders/orders.api.ts";',
  "src/context.ts":
    'import { client } from "./horoshop/client.ts"; import "./retailcrm/client.ts"; export type Context = typeof client;',
  "src/horoshop/client.ts":
    'import "../http/call.ts"; import "./schema.ts"; import "../retailcrm/schema.ts"; export const client = 1;',
  "src/horoshop/schema.ts": "export type Order = { id: number };",
  "src/retailcrm/client.ts": 'import "./schema.ts"; import "../db/open.ts";',
  "src/retailcrm/schema.ts": "export {};",
  "src/http/call.ts": 'import "../db/open.ts";',
  "src/db/open.ts": "export {};",
  "src/web/server.ts": 'import "../orders/plan.ts"; import "../db/open.ts"; import "typescript";',
  "src/log/run.ts": "export {};",
  "src/log/runs.sql.ts": 'import "../connections/connections.sql.ts"; import "./run.ts";',
  "src/connections/connections.sql.ts": 'import "../db/open.ts";',
  "src/orders/plan.ts":
    'import type { Order } from "../horoshop/schema.ts"; import type { Context } from "../context.ts"; import "./orders.sql.ts"; export type Plan = [Order, Context];',
  "src/orders/orders.sql.ts": 'import "../log/runs.sql.ts"; import "../stock/stock.sql.ts";',
  "src/orders/orders.api.ts":
    'import "../web/server.ts"; import "./poll.job.ts"; import { client } from "../horoshop/client.ts"; export const used = client;',
  "src/orders/poll.job.ts": 'import "./plan.ts"; import "../../sandbox/main.ts"; import "./test-shop.ts";',
  "src/orders/test-shop.ts": 'import "./orders.sql.ts";',
  "src/stock/stock.sql.ts": 'import "./nowhere.ts";',
  "src/stock/forgotten.ts": "export {};",
  "sandbox/main.ts": 'import "./a.ts"; import "../src/db/open.ts";',
  "sandbox/a.ts": 'import "./b.ts";',
  "sandbox/b.ts": 'import "./a.ts";',
  "node_modules/typescript/index.js": "",
  "demo/main.ts": 'import "../sandbox/b.ts";',
  "ui/main.ts": 'import "../src/horoshop/schema.ts";',
};

const breaches = [
  "1-plain-files-only-compute: src/orders/plan.ts → src/context.ts",
  "1-plain-files-only-compute: src/orders/plan.ts → src/orders/orders.sql.ts",
  "2-ends-know-only-http: src/retailcrm/client.ts → src/db/open.ts",
  "2-ends-never-meet: src/horoshop/client.ts → src/retailcrm/schema.ts",
  "3-http-and-db-know-nobody: src/http/call.ts → src/db/open.ts",
  "3-machinery-knows-no-product: src/web/server.ts → src/orders/plan.ts",
  "3-jobs-and-web-use-db-alone: src/web/server.ts → src/orders/plan.ts",
  "4-clients-are-made-in-context: src/orders/orders.api.ts → src/horoshop/client.ts",
  "5-log-is-lowest: src/log/runs.sql.ts → src/connections/connections.sql.ts",
  "5-orders-stock-catalog-never-meet: src/orders/orders.sql.ts → src/stock/stock.sql.ts",
  "6-jobs-and-apis-are-entries: src/orders/orders.api.ts → src/orders/poll.job.ts",
  "7-product-shares-nothing: src/orders/poll.job.ts → sandbox/main.ts",
  "7-sandbox-shares-nothing: sandbox/main.ts → src/db/open.ts",
  "7-demo-is-a-stranger: demo/main.ts → sandbox/b.ts",
  "7-pages-talk-by-the-api: ui/main.ts → src/horoshop/schema.ts",
  "7-programs-are-no-tests: src/orders/poll.job.ts → src/orders/test-shop.ts",
  "8-no-cycles: sandbox/a.ts → sandbox/b.ts",
  "8-no-orphans: src/stock/forgotten.ts",
  "no-packages-of-the-workbench: src/web/server.ts → node_modules/typescript/index.js",
  "no-unresolved: src/stock/stock.sql.ts → ./nowhere.ts",
];

test("every import rule finds its breach, and nothing that is allowed", { timeout: 120_000 }, async () => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
  for (const name of [".dependency-cruiser.cjs", "tsconfig.json", "package.json", "scripts/import-rules.mjs"])
    cpSync(join(repository, name), join(folder, name));
  symlinkSync(join(repository, "node_modules/dependency-cruiser"), join(folder, "node_modules/dependency-cruiser"));

  const found = await cruise();

  expect(found.sort()).toEqual(breaches.sort());
});

async function cruise(): Promise<string[]> {
  const child = spawn(process.execPath, [join(folder, "scripts/import-rules.mjs"), "json"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (part) => {
    output += part;
  });
  await once(child, "close");
  const { violations } = JSON.parse(output).summary as {
    violations: { rule: { name: string }; from: string; to: string }[];
  };
  return violations.map(({ rule, from, to }) => `${rule.name}: ${from}${to === from ? "" : ` → ${to}`}`);
}
