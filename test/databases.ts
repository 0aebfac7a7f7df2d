/**
 * Runs a suite on both stores: the embedded one hides races that a server shows, and a server cannot show what the
 * embedded one lacks.
 *
 *   describeStores("bookmarks", (stores) => {
 *     test("…", async () => { const { db } = stores.store(); … });
 *   });
 *
 * The store is open and migrated, and empty at the start of each test.
 */
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, inject } from "vitest";
import { migrate } from "../src/db/migrate.ts";
import { openStore, type Store } from "../src/db/open.ts";
import { createJobs } from "../src/jobs/boss.ts";
import type { TestPostgres } from "./postgres.setup.ts";
import { silentLog } from "./silent-log.ts";

export { silentLog } from "./silent-log.ts";

export type Stores = {
  kind: Store["kind"];
  /** The store of this suite, the same for all its tests. */
  store(): Store;
  /** On a server: one more pool on the same database, as another process has; closed after the suite. Else the same. */
  another(): Promise<Store>;
  /** Address of the suite's database; undefined on the embedded store. */
  url(): string | undefined;
};

function testPostgres(): TestPostgres {
  return inject("postgres") ?? { absent: "test/postgres.setup.ts is not in the configuration" };
}

/** Declares the suite twice. Without PostgreSQL on this machine its half is shown as skipped. */
export function describeStores(title: string, suite: (stores: Stores) => void): void {
  describe(`${title} (embedded)`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await openEmbeddedForTest();
    });
    afterAll(() => store?.close());
    beforeEach(() => empty(store));
    suite({ kind: "embedded", store: () => store, another: async () => store, url: () => undefined });
  });
  describeServer(title, suite);
}

/** The server half alone, for what only several processes can show. */
export function describeServer(title: string, suite: (stores: Stores) => void): void {
  const postgres = testPostgres();
  if ("absent" in postgres) {
    describe.skip(`${title} (server: skipped, ${postgres.absent})`, () => suite(absentStores));
    return;
  }
  describe(`${title} (server)`, () => {
    let url: string;
    let store: Store;
    const more: Store[] = [];
    beforeAll(async () => {
      url = await createDatabase();
      store = await openStore({ dataDir: "", databaseUrl: url, log: silentLog });
    });
    afterAll(async () => {
      for (const opened of [...more, store]) await opened?.close();
      if (url) await dropDatabase(url);
    });
    beforeEach(() => empty(store));
    const another = async () => {
      const opened = await openStore({ dataDir: "", databaseUrl: url, log: silentLog });
      more.push(opened);
      return opened;
    };
    suite({ kind: "server", store: () => store, another, url: () => url });
  });
}

const absent = (): never => {
  throw new Error("there is no PostgreSQL on this machine");
};
const absentStores: Stores = { kind: "server", store: absent, another: absent, url: absent };

let openedForAll: Promise<Store> | undefined;

/** A migrated store in memory; one engine for all suites of a test file, since each takes a second and 200 MB. */
export async function openEmbeddedForTest(): Promise<Store> {
  openedForAll ??= embeddedTemplate().then((from) => openStore({ dataDir: "", inMemory: true, from, log: silentLog }));
  const store = await openedForAll;
  return { ...store, close: async () => undefined };
}

/** Rows only: the schema stays as it is. */
export async function empty(store: Store): Promise<void> {
  const found = await store.pool.query(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname = 'public' and tablename not like 'kysely%' or (schemaname, tablename) = ('pgboss', 'job')`,
  );
  const names = (Array.isArray(found) ? [] : found.rows).map((row) => row.name as string);
  // Deleting from small tables is ten times as fast as truncating them; most rows go with their connection.
  if (names.length === 0) return;
  const others = names.filter((name) => name !== "public.connections");
  await store.pool.query(["public.connections", ...others].map((name) => `delete from ${name}`).join("; "));
}

/** Schema of the program and of the queue. */
async function prepare(store: Store): Promise<void> {
  await migrate(store.db);
  const jobs = createJobs(store, { log: silentLog });
  await jobs.start();
  await jobs.stop(1000);
}

/** A migrated data folder, made once per version of engine and schema and kept between runs. */
export async function embeddedTemplate(): Promise<Blob> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const path = join(root, "node_modules", ".cache", "horoshop-retailcrm", `embedded-${templateKey(root)}.tar`);
  if (!existsSync(path)) await makeTemplate(path);
  return new Blob([readFileSync(path)]);
}

function templateKey(root: string): string {
  const hash = createHash("sha256");
  const folder = "src/db/migrations";
  const migrations = readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  for (const file of ["src/db/migrate.ts", "src/jobs/boss.ts", ...migrations.sort()])
    hash.update(readFileSync(join(root, file)));
  const resolve = createRequire(import.meta.url).resolve;
  for (const name of ["pg-boss", "@electric-sql/pglite"])
    hash.update(resolve(name)).update(readFileSync(resolve(name)));
  return hash.digest("hex").slice(0, 16);
}

async function makeTemplate(path: string): Promise<void> {
  const store = await openStore({ dataDir: "", inMemory: true, log: silentLog });
  await prepare(store);
  const dump = await store.dump!("none");
  await store.close();
  mkdirSync(join(path, ".."), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, Buffer.from(await dump.arrayBuffer()));
  renameSync(unfinished, path);
}

/** A migrated database of its own on the test server, or an empty one. */
export async function createDatabase(kind: "migrated" | "blank" = "migrated"): Promise<string> {
  const postgres = testPostgres();
  if ("absent" in postgres) return absent();
  const admin = await connectTo(postgres);
  const name = `test_${randomBytes(6).toString("hex")}`;
  try {
    // One at a time: a template must not be in use while it is copied.
    await admin.query("select pg_advisory_lock(1)");
    const made = await admin.query("select 1 from pg_database where datname = 'migrated'");
    if (kind === "migrated" && made.rowCount === 0) {
      await admin.query("create database migrated");
      const store = await openStore({ dataDir: "", databaseUrl: urlOf(postgres.url, "migrated"), log: silentLog });
      await prepare(store);
      await store.close();
    }
    await admin.query(`create database ${name} ${kind === "migrated" ? "template migrated" : ""}`);
  } finally {
    await admin.end();
  }
  return urlOf(postgres.url, name);
}

export async function dropDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(url, "postgres") });
  await client.connect();
  await client.query(`drop database if exists ${new URL(url).pathname.slice(1)} with (force)`);
  await client.end();
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

/** Asks for the server (test/postgres.setup.ts starts it on demand) and waits until it answers. */
async function connectTo(postgres: { url: string; folder: string }): Promise<pg.Client> {
  writeFileSync(join(postgres.folder, "wanted"), "");
  for (let attempt = 0; attempt < 600; attempt++) {
    if (existsSync(join(postgres.folder, "failed"))) throw new Error("the test server of PostgreSQL did not start");
    const client = new pg.Client({ connectionString: postgres.url });
    try {
      await client.connect();
      return client;
    } catch {
      await client.end().catch(() => undefined);
      await sleep(50);
    }
  }
  throw new Error("the test server of PostgreSQL does not answer");
}
