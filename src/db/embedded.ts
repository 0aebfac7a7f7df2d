import { existsSync, fsyncSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { lockFolder } from "./folder-lock.ts";
import { createPrepared, type Prepared } from "./prepared.ts";
import { createSlotPool, type PoolLike, type RawResult, type RawResults, turn } from "./slot-pool.ts";
import { StoreError } from "./store-error.ts";
import { embeddedParsers, embeddedSerializers, toParameter } from "./value-types.ts";

export type EmbeddedOptions = {
  dataDir: string;
  /** For tests: nothing is written to disk, no lock, no fsync. */
  inMemory?: boolean;
  /** A dumped data folder (tar, also gzipped) to start from when there is none yet: a third of the time of a first start. */
  from?: Blob;
  /** Lines that the database engine prints about itself; those about statements may quote values and are left out. */
  onLine?: (line: string) => void;
};
export type Embedded = {
  pool: PoolLike;
  /** The whole data folder as a tar, gzip when asked for. */
  dump(compression: "none" | "gzip"): Promise<Blob>;
  /** The engine has no vacuum and no checkpoint of its own: garbage and log would grow without end. */
  vacuum(): Promise<void>;
  checkpoint(): Promise<void>;
  close(): Promise<void>;
  /** How often a file was forced to disk since the start. */
  syncCount(): number;
};

const aboutItself = /\b(LOG|WARNING|FATAL|PANIC): /;
const slotWaitMs = 30_000;
const closeWaitMs = 5000;
const startParams = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"),
  ...["-c", "wal_sync_method=fsync", "-c", "shared_buffers=32MB"],
];
// A plan made while a table was small must not stay when it has grown; in memory none grows.
const lastingParams = ["-c", "fsync=on", "-c", "plan_cache_mode=force_custom_plan"];

/**
 * PostgreSQL inside this process (PGlite), with what it lacks for keeping data: it forces its log to disk, refuses a
 * second process on the same folder, and lets other work go on between statements.
 * @throws StoreError `store_in_use`, `store_damaged`, `store_unwritable`, `store_version`
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  if (options.inMemory) return wrap(await startEngine("memory://", options, false), { count: 0 }, undefined);

  makeWritable(options.dataDir);
  const lock = await lockFolder(options.dataDir);
  try {
    const folder = join(options.dataDir, "pg");
    const fresh = prepareFolder(options.dataDir, folder);
    const lite = await startEngine(folder, fresh ? options : { ...options, from: undefined }, true);
    const syncs = await installSync(lite);
    if (fresh) {
      markComplete(options.dataDir);
      // What was written before the hook was in place; nothing waits for it.
      void syncFolder(folder).catch(() => undefined);
    }
    return wrap(lite, syncs, () => lock.release());
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function makeWritable(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
    const probe = join(dataDir, `.probe-${process.pid}`);
    writeFileSync(probe, "");
    renameSync(probe, join(dataDir, ".probe"));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown reason";
    throw new StoreError("store_unwritable", `the folder ${dataDir} cannot be written (${reason})`, error);
  }
}

const markName = "pg.complete";

/**
 * The engine makes a new database over whatever it does not recognise. The mark, written after the first start, tells an
 * interrupted first start (put aside and begun again) from a damaged database (refused).
 * @returns whether the database will be a new one
 */
function prepareFolder(dataDir: string, folder: string): boolean {
  const mark = join(dataDir, markName);
  if (!existsSync(mark)) {
    if (existsSync(folder)) renameSync(folder, `${folder}.unfinished-${Date.now()}`);
    return true;
  }
  const versionFile = join(folder, "PG_VERSION");
  if (!existsSync(versionFile)) throw damaged(dataDir, "PG_VERSION is missing");
  const found = readFileSync(versionFile, "utf8").trim();
  const expected = (JSON.parse(readFileSync(mark, "utf8")) as { postgres: string }).postgres;
  if (found !== expected) throw damaged(dataDir, `PG_VERSION is ${found}, not ${expected}`);
  if (found !== engineVersion) {
    throw new StoreError(
      "store_version",
      `the database in ${dataDir} is of PostgreSQL ${found}, this program has ${engineVersion}; move it with the program that made it (move --to)`,
    );
  }
  return false;
}

/** Major version of PostgreSQL inside the pinned engine. */
const engineVersion = "18";

function markComplete(dataDir: string): void {
  writeFileSync(join(dataDir, markName), JSON.stringify({ postgres: engineVersion }));
}

function damaged(dataDir: string, reason: string, cause?: unknown): StoreError {
  return new StoreError(
    "store_damaged",
    `the database in ${dataDir} cannot be opened (${reason}); restore a backup into an empty folder`,
    cause,
  );
}

async function startEngine(place: string, options: EmbeddedOptions, durable: boolean): Promise<PGlite> {
  const lines: string[] = [];
  const take = (line: string): boolean => {
    lines.push(line);
    if (lines.length > 20) lines.shift();
    if (aboutItself.test(line)) options.onLine?.(line);
    return true;
  };
  try {
    return await PGlite.create(place, {
      startParams: durable ? [...startParams, ...lastingParams] : [...startParams, "-F"],
      parsers: embeddedParsers,
      serializers: embeddedSerializers,
      loadDataDir: options.from,
      onStdout: take,
      onStderr: take,
    });
  } catch (error) {
    const reason = lines.findLast((line) => /FATAL|PANIC/.test(line)) ?? String((error as Error)?.message ?? error);
    throw damaged(options.dataDir, reason.replace(/^.*?(FATAL|PANIC):\s*/, "").slice(0, 200), error);
  }
}

type FileLayer = {
  lookupPath(path: string): {
    node: { mount: { type: { stream_ops: { fsync?: (stream: { nfd: number }) => number } } } };
  };
};

/**
 * The engine's file layer has no fsync, so nothing it acknowledges is on disk yet. The layer is reached through an open
 * path, since its name moves between patch versions; therefore the version is pinned and the hook proves itself here.
 * @returns how often files were forced to disk so far
 */
async function installSync(lite: PGlite): Promise<{ count: number }> {
  const syncs = { count: 0 };
  const layer = (lite as unknown as { Module: { FS: FileLayer } }).Module.FS;
  layer.lookupPath("/pglite/data/PG_VERSION").node.mount.type.stream_ops.fsync = (stream) => {
    syncs.count++;
    fsyncSync(stream.nfd);
    return 0;
  };
  await lite.exec("create temp table sync_check (); drop table sync_check");
  await lite.exec("checkpoint");
  if (syncs.count === 0) throw new Error("the embedded database does not force its files to disk; refusing to start");
  return syncs;
}

function wrap(lite: PGlite, syncs: { count: number }, release: (() => Promise<void>) | undefined): Embedded {
  const prepared = createPrepared(lite);
  const run = (text: string, values?: unknown[]) => runStatement(lite, prepared, text, values);
  const pool = createSlotPool({ run }, slotWaitMs);
  const checkpoint = async () => void (await pool.query("checkpoint"));
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    await pool.end();
    await Promise.race([pool.idle(), new Promise((resolve) => setTimeout(resolve, closeWaitMs).unref())]);
    try {
      await run("rollback");
      if (release) await run("checkpoint");
      await lite.close();
    } finally {
      await release?.();
    }
  }

  return {
    pool,
    dump: async (compression) => lite.dumpDataDir(compression),
    vacuum: () => vacuumTables(pool),
    checkpoint,
    close: () => {
      closing ??= close();
      return closing;
    },
    syncCount: () => syncs.count,
  };
}

async function runStatement(
  lite: PGlite,
  prepared: Prepared,
  text: string,
  values: unknown[] | undefined,
): Promise<RawResults> {
  // Each call of the engine is synchronous: without this a chain of awaits starves timers and sockets.
  await turn();
  if (values?.length) {
    const parameters = values.map(toParameter);
    if (parameters.every(isText)) return prepared.run(text, parameters);
    return toResult(await lite.query(text, parameters));
  }
  prepared.passBy(text);
  const results = (await lite.exec(text)).map(toResult);
  return results.length === 1 ? results[0]! : results;
}

function isText(parameter: string | Uint8Array | null): parameter is string | null {
  return !(parameter instanceof Uint8Array);
}

function toResult(result: { command?: string; rowCount?: number; rows: unknown[] }): RawResult {
  const rows = result.rows as RawResult["rows"];
  return { command: result.command ?? "", rowCount: result.rowCount ?? rows.length, rows };
}

/** Table by table, each in its own turn: a vacuum of everything at once would hold up all others. */
async function vacuumTables(pool: PoolLike): Promise<void> {
  const found = (await pool.query(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'pgboss')",
  )) as RawResult;
  for (const row of found.rows) await pool.query(`vacuum (analyze) ${row.name}`);
}

async function syncFolder(folder: string): Promise<void> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() && !entry.isDirectory()) continue;
    const file = await open(join(entry.parentPath, entry.name), "r").catch(() => undefined);
    await file?.sync().catch(() => undefined);
    await file?.close();
  }
}
