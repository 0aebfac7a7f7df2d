import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { type Kysely, sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { createDatabase, dropDatabase, embeddedTemplate, silentLog } from "../../test/databases.ts";
import { type Config, readConfig } from "../config.ts";
import { makeVault } from "../db/encrypt.ts";
import { json } from "../db/json.ts";
import { openStore } from "../db/open.ts";
import type { Tables } from "../db/tables.ts";
import { backup, linesOf, move, restore } from "./backup.ts";
import { writeDump } from "./dump.ts";
import { rotateKey } from "./rotate-key.ts";

const key = Buffer.alloc(32, 5).toString("base64");
const at = new Date("2026-01-02T03:04:05.678Z");
const gzipped = gzipSync("<yml_catalog/>");
const words = "ТОВ «Їжак», 'лапки' \\ і \t таб";

const root = mkdtempSync(join(tmpdir(), "backup-"));
const databases: string[] = [];
let said: string[] = [];
let count = 0;
afterEach(() => {
  said = [];
});
afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  for (const url of databases) await dropDatabase(url);
});

function partsOf(more: Record<string, string> = {}) {
  count += 1;
  const config = readConfig({
    DATA_DIR: join(root, String(count)),
    SECRET_KEY: key,
    ADMIN_TOKEN: "operator-token",
    ...more,
  });
  mkdirSync(config.dataDir, { recursive: true });
  return { config, log: silentLog, now: () => at, say: (line: string) => void said.push(line) };
}

async function open(config: Config, from?: Blob) {
  return openStore({
    dataDir: config.dataDir,
    ...(config.databaseUrl && { databaseUrl: config.databaseUrl }),
    ...(from && { from }),
    log: silentLog,
  });
}

/** A connection with something in every kind of column. */
async function fill(db: Kysely<Tables>): Promise<void> {
  const vault = makeVault([key], randomBytes);
  await db
    .insertInto("connections")
    .values({
      id: "c1",
      name: words,
      crm_url: "https://demo.retailcrm.pro",
      crm_key: vault.seal("the key", "c1:crm_key"),
      shop_password: vault.seal("the password", "c1:shop_password"),
      client_id: vault.seal("the client", "c1:client_id"),
      client_id_hash: "h",
      settings: json({ numberPrefix: words, deep: [1, { a: null }] }),
      catalog_secret: "s1",
      hook_secret: "s2",
      module_code: "horoshop-1",
      created_at: at,
    } as never)
    .execute();
  const orders = Array.from({ length: 450 }, (_, index) => ({
    connection_id: "c1",
    shop_order_id: String(index),
    shop_number: index,
    external_id: String(index),
    crm_order_id: 9_007_199_254_740_000 + index,
    state: "synced",
    first_seen_at: at,
  }));
  await db
    .insertInto("order_links")
    .values(orders as never)
    .execute();
  for (const action of ["create", "status"]) {
    await db
      .insertInto("timeline")
      .values({
        connection_id: "c1",
        shop_order_id: "1",
        at,
        direction: "shop-to-crm",
        action,
        result: "done",
        request: json({ words }),
      } as never)
      .execute();
  }
  await db
    .insertInto("catalogs")
    .values({
      connection_id: "c1",
      role: "served",
      version: "v1",
      generated_at: at,
      offers: 1,
      active_offers: 1,
      products: 1,
      bytes: 14,
      gzip_bytes: gzipped.length,
      etag: "e",
    } as never)
    .execute();
  await db.insertInto("logins").values({ token_hash: "t", kind: "operator", created_at: at, expires_at: at }).execute();
}

function putCatalog(config: Config): void {
  const folder = join(config.dataDir, "catalogs", "c1");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "v1.xml.gz"), gzipped);
}

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const read: string[] = [];
  for await (const line of lines) read.push(line);
  return read;
}

async function* each(lines: string[]): AsyncGenerator<string> {
  yield* lines;
}

async function everything(db: Kysely<Tables>): Promise<unknown> {
  const rows = async (table: keyof Tables) =>
    (await sql`select * from ${sql.table(table)} order by 1, 2`.execute(db)).rows;
  return {
    connections: await rows("connections"),
    orders: await rows("order_links"),
    timeline: await rows("timeline"),
    catalogs: await rows("catalogs"),
  };
}

/** An embedded database that is migrated and empty; making one from nothing takes long. */
async function prepared(more: Record<string, string> = {}): Promise<ReturnType<typeof partsOf>> {
  const parts = partsOf(more);
  await (await open(parts.config, await embeddedTemplate())).close();
  return parts;
}

async function filled(): Promise<ReturnType<typeof partsOf>> {
  const parts = partsOf();
  const store = await open(parts.config, await embeddedTemplate());
  await fill(store.db);
  await store.close();
  putCatalog(parts.config);
  return parts;
}

describe("backup and restore", { timeout: 90_000 }, () => {
  let parts: ReturnType<typeof partsOf>;
  let file: string;
  let before: unknown;

  beforeAll(async () => {
    parts = await filled();
    file = join(root, "all.gz");
    await backup(parts, file);
    const store = await open(parts.config);
    before = await everything(store.db);
    await store.close();
  }, 90_000);

  test("everything comes back as it was, into a new folder, with the catalogue's files", async () => {
    const target = await prepared();

    await restore(target, file);
    await expect(restore(target, file)).rejects.toThrow(/not empty/);

    const store = await open(target.config);
    expect(await everything(store.db)).toEqual(before);
    expect(await store.db.selectFrom("logins").selectAll().execute()).toEqual([]);
    expect(await store.db.selectFrom("catalog_pieces").select("piece").execute()).toEqual([]);
    const next = await store.db
      .insertInto("timeline")
      .values({
        connection_id: "c1",
        shop_order_id: "1",
        at,
        direction: "shop-to-crm",
        action: "next",
        result: "done",
      } as never)
      .returning("id")
      .executeTakeFirstOrThrow();
    expect(next.id).toBe(3);
    await store.close();
    expect(readFileSync(join(target.config.dataDir, "catalogs", "c1", "v1.xml"), "utf8")).toBe("<yml_catalog/>");
    expect(said[0]).toContain("1 connections, 450 orders");
  });

  test("credentials stay encrypted in the file, which is for its owner only", () => {
    expect(gunzipSync(readFileSync(file)).toString()).not.toContain("the password");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("a file that exists is not overwritten, one that does not is named", async () => {
    await expect(backup(parts, file)).rejects.toThrow(/exists already/);
    await expect(restore(parts, join(root, "none.gz"))).rejects.toThrow(/none\.gz does not exist/);
  });

  test("a cut, foreign or newer file changes nothing", async () => {
    const lines = gunzipSync(readFileSync(file)).toString().trim().split("\n");
    const store = await openStore({ dataDir: "", inMemory: true, from: await embeddedTemplate(), log: silentLog });
    const cases: [string[], RegExp][] = [
      [lines.slice(0, -1), /not complete/],
      [[...lines.slice(0, 5), lines.at(-1)!], /not complete/],
      [[...lines.slice(0, 5), "{", ...lines.slice(5)], /damaged/],
      [['{"hello":1}'], /not a backup/],
      [[lines[0]!.replace('"0001-start"', '"0001-start","9999-later"'), ...lines.slice(1)], /another version/],
    ];

    for (const [given, reason] of cases) await expect(writeDump(store.db, each(given))).rejects.toThrow(reason);

    expect(await store.db.selectFrom("connections").select("id").execute()).toEqual([]);
    expect((await writeDump(store.db, each(lines))).order_links).toBe(450);
    await store.close();
  });

  test.each([
    ["cut", () => readFileSync(file).subarray(0, 3000)],
    ["not gzip", () => Buffer.from("hello")],
  ])("a file that is %s is not read to its end", async (name, bytes) => {
    writeFileSync(join(root, name), bytes());

    await expect(all(linesOf(join(root, name)))).rejects.toThrow(/not a whole backup/);
  });

  test("a backup of another secret key is refused before it counts", async () => {
    const target = await prepared({ SECRET_KEY: Buffer.alloc(32, 6).toString("base64") });

    await expect(restore(target, file)).rejects.toThrow(/another secret key/);

    const store = await open(target.config);
    expect(await store.db.selectFrom("connections").select("id").execute()).toEqual([]);
    await store.close();
  });

  test("while the service holds the database, a backup is refused and leaves no file", async () => {
    const store = await open(parts.config);
    await expect(backup(parts, join(root, "busy.gz"))).rejects.toThrow(/in use|another process/);
    await store.close();
    expect(existsSync(join(root, "busy.gz.part"))).toBe(false);
  });

  const absent = "absent" in inject("postgres");
  test.skipIf(absent)(`to a server and back${absent ? " (skipped: no PostgreSQL)" : ""}`, async () => {
    const url = await createDatabase("blank");
    databases.push(url);

    await move(parts, url);
    await expect(move(parts, url)).rejects.toThrow(/not empty/);
    const server = partsOf({ DATABASE_URL: url });
    const store = await open(server.config);
    const pieces = await store.db.selectFrom("catalog_pieces").select("bytes").execute();
    expect(await everything(store.db)).toEqual(before);
    await store.close();
    await backup(server, join(root, "server.gz"));
    const back = await openStore({ dataDir: "", inMemory: true, from: await embeddedTemplate(), log: silentLog });
    await writeDump(back.db, linesOf(join(root, "server.gz")));

    expect(Buffer.concat(pieces.map((piece) => piece.bytes))).toEqual(gzipped);
    expect(await everything(back.db)).toEqual(before);
    await back.close();
    expect(said.join("\n")).toMatch(/DATABASE_URL/);
    expect(said.join("\n")).not.toContain(url);
  });
});

test("rotate-key seals everything again with the first key, and the old one is no longer needed", async () => {
  const store = await openStore({ dataDir: "", inMemory: true, from: await embeddedTemplate(), log: silentLog });
  await fill(store.db);
  const newKey = Buffer.alloc(32, 8).toString("base64");

  const first = await rotateKey(store.db, makeVault([newKey, key], randomBytes));
  const second = await rotateKey(store.db, makeVault([newKey], randomBytes));

  const row = await store.db.selectFrom("connections").select(["crm_key", "shop_password"]).executeTakeFirstOrThrow();
  expect([first, second]).toEqual([
    { sealedAgain: 3, current: 0 },
    { sealedAgain: 0, current: 3 },
  ]);
  expect(makeVault([newKey], randomBytes).open(row.shop_password!, "c1:shop_password")).toBe("the password");
  await expect(rotateKey(store.db, makeVault([key], randomBytes))).rejects.toThrow(/key/);
  await store.close();
});
