import { Kysely, PostgresDialect, type PostgresPool } from "kysely";
import pg from "pg";
import type { Logger as Log } from "pino";
import { openEmbedded } from "./embedded.ts";
import type { PoolLike } from "./slot-pool.ts";
import { StoreError } from "./store-error.ts";
import type { Tables } from "./tables.ts";
import { serverTypes } from "./value-types.ts";

export type Store = {
  db: Kysely<Tables>;
  kind: "embedded" | "server";
  /** Raw access, for the queue and the limiter; everything else goes through `db`. */
  pool: PoolLike;
  /** Gives everything back; calling it twice does no harm. */
  close(): Promise<void>;
  /** Tidies the embedded database now (it does so by itself every few minutes); nothing to do on a server. */
  maintain(): Promise<void>;
  /** The whole embedded database as a tar (gzip); undefined on a server, which has its own tools. */
  dump?(compression: "none" | "gzip"): Promise<Blob>;
};

export type OpenOptions = {
  dataDir: string;
  databaseUrl?: string;
  /** For tests: an embedded database that leaves nothing behind. */
  inMemory?: boolean;
  /** A dumped embedded database to start from when the folder has none. */
  from?: Blob;
  log: Log;
};

const connectionsMax = 10;
const connectTimeoutMs = 10_000;
const vacuumEveryMs = 10 * 60_000;
const checkpointEveryMs = 5 * 60_000;
const serverVersionMin = 14;

/**
 * Opens the database: the embedded one in `dataDir`, or the server at `databaseUrl`. Both give the same values for the
 * same columns. Migrations are not run here.
 * @throws StoreError with a plain message
 */
export function openStore(options: OpenOptions): Promise<Store> {
  return options.databaseUrl ? openServer(options.databaseUrl, options.log) : openEmbeddedStore(options);
}

async function openEmbeddedStore(options: OpenOptions): Promise<Store> {
  const { log } = options;
  const embedded = await openEmbedded({ ...options, onLine: (line) => log.debug({ line }, "database engine") });
  const timers = options.inMemory
    ? []
    : [every(vacuumEveryMs, embedded.vacuum, log), every(checkpointEveryMs, embedded.checkpoint, log)];
  return {
    db: kyselyOver(embedded.pool),
    kind: "embedded",
    pool: embedded.pool,
    dump: embedded.dump,
    async maintain() {
      await embedded.vacuum();
      await embedded.checkpoint();
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      await embedded.close();
    },
  };
}

function every(everyMs: number, work: () => Promise<void>, log: Log): NodeJS.Timeout {
  const run = () => work().catch((error: unknown) => log.error({ err: error }, "database maintenance failed"));
  return setInterval(() => void run(), everyMs).unref();
}

async function openServer(databaseUrl: string, log: Log): Promise<Store> {
  const pool = makePool(databaseUrl);
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on("error", (error) => log.warn({ reason: error.message }, "a database connection broke"));
  try {
    const { rows } = await pool.query("select current_setting('server_version_num')::int / 10000 as major");
    const major = rows[0]?.major as number;
    if (major < serverVersionMin) {
      throw new StoreError(
        "store_version",
        `PostgreSQL ${serverVersionMin} or newer is needed, the server has ${major}`,
      );
    }
  } catch (error) {
    await pool.end();
    throw error instanceof StoreError ? error : unreachable(databaseUrl, error);
  }
  const like = pool as unknown as PoolLike;
  let closing: Promise<void> | undefined;
  return {
    db: kyselyOver(like),
    kind: "server",
    pool: like,
    maintain: async () => undefined,
    close() {
      closing ??= pool.end();
      return closing;
    },
  };
}

function makePool(databaseUrl: string): pg.Pool {
  try {
    return new pg.Pool({
      connectionString: databaseUrl,
      max: connectionsMax,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      application_name: "horoshop-retailcrm",
      types: serverTypes as pg.CustomTypesConfig,
    });
  } catch (error) {
    throw unreachable(databaseUrl, error);
  }
}

/** Names the server and the database, never the user's password. */
function unreachable(databaseUrl: string, error: unknown): StoreError {
  const at = URL.canParse(databaseUrl) ? placeOf(new URL(databaseUrl)) : "the address in DATABASE_URL";
  const { code, message } = error as { code?: string; message?: string };
  return new StoreError(
    "store_unreachable",
    `cannot use PostgreSQL at ${at}: ${code ?? message ?? "unknown reason"}`,
    error,
  );
}

function placeOf(url: URL): string {
  return `${url.host || "localhost"}${url.pathname}`;
}

function kyselyOver(pool: PoolLike): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: pool as unknown as PostgresPool }) });
}
