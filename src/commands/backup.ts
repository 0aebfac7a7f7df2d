import { once } from "node:events";
import { createReadStream, createWriteStream, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import type { Kysely } from "kysely";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import { makeVault } from "../db/encrypt.ts";
import { openStore, type Store } from "../db/open.ts";
import type { Tables } from "../db/tables.ts";
import { filesFromPieces, piecesOfFolder } from "./catalog-copies.ts";
import { type DumpCounts, DumpError, readDump, writeDump } from "./dump.ts";
import { checkSealed } from "./rotate-key.ts";

type Parts = { config: Config; log: Logger; now: () => Date; say: (line: string) => void };

/** Everything into one file, mode 0600; whole or not at all. An existing file is not overwritten. */
export async function backup({ config, log, now, say }: Parts, file: string): Promise<void> {
  if (existsSync(file)) throw new DumpError(`${file} exists already. Choose another name.`);
  const store = await openStore(storeOptions(config, log));
  const draft = `${file}.part`;
  try {
    const lines = new PassThrough();
    const writing = pipeline(lines, createGzip(), createWriteStream(draft, { mode: 0o600, flush: true }));
    // Awaited below; a full disk must not be an unhandled rejection before.
    writing.catch(() => undefined);
    const counts = await readDump(store.db, now(), (line) => push(lines, writing, line), extraRows(store, config));
    lines.end();
    await writing;
    renameSync(draft, file);
    say(`${summary(counts)} written to ${file} (${Math.ceil(statSync(file).size / 1024)} KB).`);
    say("Credentials in it are encrypted: keep the secret key as well, in another place.");
  } finally {
    rmSync(draft, { force: true });
    await store.close();
  }
}

/** A backup into an empty database. */
export async function restore({ config, log, say }: Parts, file: string): Promise<void> {
  if (!existsSync(file)) throw new DumpError(`${file} does not exist.`);
  const store = await openStore(storeOptions(config, log));
  try {
    const counts = await writeDump(store.db, linesOf(file), (db) => refuseForeignKeys(db, config));
    if (store.kind === "embedded") await filesFromPieces(store.db, config.dataDir);
    say(`${summary(counts)} restored from ${file}.`);
  } finally {
    await store.close();
  }
}

/** From the embedded database to a server, which must be empty; the embedded one stays as it is. */
export async function move({ config, log, now, say }: Parts, target: string): Promise<void> {
  if (!existsSync(join(config.dataDir, "pg")))
    throw new DumpError(`There is no embedded database in ${config.dataDir}.`);
  const from = await openStore({ dataDir: config.dataDir, log });
  try {
    const to = await openStore({ dataDir: config.dataDir, databaseUrl: target, log });
    try {
      const lines = new PassThrough({ objectMode: true, highWaterMark: 16 });
      const written = writeDump(to.db, lines, (db) => refuseForeignKeys(db, config));
      written.catch((error: Error) => lines.destroy(error));
      await readDump(
        from.db,
        now(),
        (line) => push(lines, written, line),
        (db) => piecesOfFolder(db, config.dataDir),
      );
      lines.end();
      say(`${summary(await written)} moved.`);
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
  say("Start the service from now on with DATABASE_URL set to the new database, SECRET_KEY to the content of");
  say(
    `${join(config.dataDir, "secret.key")} and ADMIN_TOKEN to that of ${join(config.dataDir, "admin.token")} (or the values in use).`,
  );
  say("The embedded database was not changed. Do not start the service on it again: both would work the same orders.");
}

function storeOptions(config: Config, log: Logger) {
  return { dataDir: config.dataDir, ...(config.databaseUrl && { databaseUrl: config.databaseUrl }), log };
}

function extraRows(store: Store, config: Config) {
  return store.kind === "embedded" ? (db: Kysely<Tables>) => piecesOfFolder(db, config.dataDir) : undefined;
}

/** Waits for room; ends with the reader's error when he gave up. */
async function push(lines: PassThrough, reader: Promise<unknown>, line: string): Promise<void> {
  if (lines.destroyed) await reader;
  const hasRoom = lines.readableObjectMode ? lines.write(line) : lines.write(`${line}\n`);
  if (!hasRoom) await Promise.race([once(lines, "drain"), reader]);
}

/** @throws DumpError at the end of what can be read of a file that is cut or no gzip */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const unpacked = createGunzip();
  const reading = pipeline(createReadStream(file), unpacked);
  reading.catch(() => undefined);
  try {
    yield* createInterface({ input: unpacked, crlfDelay: Number.POSITIVE_INFINITY });
    await reading;
  } catch {
    throw new DumpError(`${file} is not a whole backup of this program. Nothing was changed.`);
  }
}

async function refuseForeignKeys(db: Kysely<Tables>, config: Config): Promise<void> {
  const { unreadable } = await checkSealed(
    db,
    makeVault(config.secretKeys, () => Buffer.alloc(0)),
  );
  if (unreadable.length === 0) return;
  throw new DumpError(
    "The credentials in it were encrypted with another secret key. Set SECRET_KEY to the key of the service that it comes from (its secret.key) and try again. Nothing was changed.",
  );
}

function summary(counts: DumpCounts): string {
  return `${counts.connections ?? 0} connections, ${counts.order_links ?? 0} orders, ${Object.values(counts).reduce((sum, count) => sum + count, 0)} rows in all`;
}
