import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { embeddedTemplate, silentLog } from "../../test/databases.ts";
import { runCommand } from "../cli.ts";
import { readConfig } from "../config.ts";
import { openStore } from "../db/open.ts";
import { examine } from "./doctor.ts";

let folder: string;
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "doctor-"));
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const key = Buffer.alloc(32, 1).toString("base64");
const configOf = (more: Record<string, string> = {}) =>
  readConfig({ DATA_DIR: folder, PORT: "0", ADMIN_TOKEN: "operator-token-long", SECRET_KEY: key, ...more });

function answering(replies: Record<string, [number, unknown]>): Promise<number> {
  server = createServer((request, response) => {
    const [status, body] = replies[request.url!] ?? [404, "no"];
    response.writeHead(status).end(JSON.stringify(body));
  });
  return new Promise((resolve) =>
    server!.listen(0, "127.0.0.1", () => resolve((server!.address() as AddressInfo).port)),
  );
}

const textsOf = async (more: Record<string, string> = {}) =>
  (await examine(configOf(more), silentLog)).map(({ level, text }) => `${level}: ${text}`).join("\n");

test("before the first start nothing is wrong", async () => {
  const texts = await textsOf();

  expect(texts).toContain("note: There is no database yet");
  expect(texts).not.toContain("wrong:");
});

test("a good database is opened, its schema and keys are checked", { timeout: 90_000 }, async () => {
  const store = await openStore({ dataDir: folder, from: await embeddedTemplate(), log: silentLog });
  await store.db
    .insertInto("connections")
    .values({
      id: "c1",
      name: "n",
      crm_url: "u",
      crm_key: "v1.00000000.broken",
      client_id: "x",
      client_id_hash: "h",
      catalog_secret: "a",
      hook_secret: "b",
      module_code: "m",
      created_at: new Date(),
    } as never)
    .execute();
  await store.close();

  const bad = await textsOf();
  const said: string[] = [];
  const code = await runCommand({ name: "doctor" }, configOf(), silentLog, (line) => said.push(line));

  expect(bad).toContain("ok: The database answers and its schema is current.");
  expect(bad).toMatch(/wrong: 2 stored credentials cannot be opened \(crm_key of connection c1/);
  expect([code, said.at(-1)]).toEqual([1, "1 to mend."]);
});

test("while the service holds the database, the service itself is asked", { timeout: 90_000 }, async () => {
  const store = await openStore({ dataDir: folder, from: await embeddedTemplate(), log: silentLog });
  const port = await answering({
    "/healthz": [200, { ok: true }],
    "/readyz": [503, { ready: false, reason: "the schema is old" }],
  });

  const texts = await textsOf({ PORT: String(port) });
  await store.close();

  expect(texts).toContain("ok: The embedded database is in use by the running service.");
  expect(texts).toMatch(/wrong: The service answers at .* but is not ready: the schema is old\./);
});

test("a port of another program, an open secret file and a short token are named", async () => {
  const port = await answering({});
  writeFileSync(join(folder, "secret.key"), key);
  chmodSync(join(folder, "secret.key"), 0o644);

  const texts = await textsOf({ PORT: String(port), ADMIN_TOKEN: "short" });

  expect(texts).toMatch(/wrong: Another program answers at/);
  expect(texts).toMatch(/note: .*secret\.key can be read by other users/);
  expect(texts).toMatch(/note: ADMIN_TOKEN is short/);
});

test("a database server that does not answer is named without its password", async () => {
  const texts = await textsOf({ DATABASE_URL: "postgres://someone:hunter2@127.0.0.1:1/nowhere" });

  expect(texts).toMatch(/wrong: The database cannot be used: .*127\.0\.0\.1:1\/nowhere/);
  expect(texts).not.toContain("hunter2");
});
