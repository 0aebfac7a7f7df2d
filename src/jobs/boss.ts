import { PgBoss } from "pg-boss";
import type { Logger as Log } from "pino";
import { bossDatabase, returnLeftJobs } from "./boss-database.ts";

/** One queue per lane kind: an archive of hours must not hold up new orders. */
export type LaneQueue = "orders" | "archive" | "catalog" | "stock";
export type LaneHandler = (connectionId: string, signal: AbortSignal) => Promise<void>;

export type Jobs = {
  /**
   * Asks for the lane of this connection to be worked; harmless when already asked. A run that begins after this call
   * follows, also when the lane is being worked right now.
   */
  wake(queue: LaneQueue, connectionId: string): Promise<void>;
  /**
   * At most `concurrency` connections side by side in this process; never two runs of one connection in one queue, over
   * all processes. `signal` aborts on stop, on expiry and when the claim was lost; a handler that throws, or that was
   * cut short by a stop, is tried again later.
   */
  work(queue: LaneQueue, options: { concurrency: number }, handler: LaneHandler): Promise<void>;
  start(): Promise<void>;
  /** Aborts the signals, waits for the handlers at most so long (1 s at least), gives back what is not done. */
  stop(timeoutMs: number): Promise<void>;
};

/** What the queue needs of a store; `Store` of db/open.ts fits. */
export type JobStore = { kind: "embedded" | "server"; pool: Parameters<typeof bossDatabase>[0] };
export type JobsOptions = {
  log: Log;
  /** How often to look for wake-ups that came from another process or wait for a retry. */
  pollMs?: number;
};

const queues: LaneQueue[] = ["orders", "archive", "catalog", "stock"];
const day = 24 * 3600;

/** At most one job waiting and one active per singleton key, by a unique index, so over all processes. */
const policy = "stately";
const queueSettings = {
  retryLimit: 1_000_000,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 300,
  expireInSeconds: 23 * 3600,
  retentionSeconds: 14 * day,
  deleteAfterSeconds: 300,
  heartbeatSeconds: 10,
};

/** pg-boss behind one small face. */
export function createJobs(store: JobStore, options: JobsOptions): Jobs {
  const { log, pollMs = 500 } = options;
  const boss = createBoss(store, log);
  const stopping = new AbortController();
  const crews = new Map<LaneQueue, Crew>();
  const orders: (() => Promise<void>)[] = [];
  let started = false;
  let stopped: Promise<void> | undefined;

  async function stop(timeoutMs: number): Promise<void> {
    for (const crew of crews.values()) clearInterval(crew.poll);
    stopping.abort(new Error("the service stops"));
    if (started) await boss.stop({ graceful: true, timeout: timeoutMs, close: true });
  }

  return {
    async start() {
      await boss.start();
      for (const queue of queues) {
        await boss.createQueue(queue, { policy, ...queueSettings });
        // A queue that an earlier version made keeps its settings otherwise.
        await boss.updateQueue(queue, queueSettings);
      }
      // Nobody else can have the embedded store open, so whatever is marked active was left by a killed process.
      if (store.kind === "embedded") await returnLeftJobs(boss, store.pool);
      started = true;
      for (const order of orders.splice(0)) await order();
    },
    async wake(queue, connectionId) {
      await boss.send(queue, { connectionId }, { singletonKey: connectionId });
      crews.get(queue)?.nudge();
    },
    async work(queue, { concurrency }, handler) {
      const begin = async () => {
        const crew = await startCrew(boss, queue, { concurrency, pollMs }, handler, { stopping: stopping.signal, log });
        crews.set(queue, crew);
      };
      if (started) await begin();
      else orders.push(begin);
    },
    stop(timeoutMs) {
      stopped ??= stop(timeoutMs);
      return stopped;
    },
  };
}

function createBoss(store: JobStore, log: Log): PgBoss {
  const boss = new PgBoss({
    db: bossDatabase(store.pool),
    backend: store.kind === "embedded" ? "pglite" : "postgres",
    schema: "pgboss",
    schedule: false,
    registerInstance: false,
    openTelemetry: { enabled: false },
    // Monitoring is what finds jobs without a heartbeat; both intervals bound how late.
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
    maintenanceIntervalSeconds: 60,
    queueCacheIntervalSeconds: 60,
    flowIntervalSeconds: 3600,
    bamIntervalSeconds: store.kind === "embedded" ? 3600 : 60,
    reindex: store.kind === "server",
    monitorVacuum: false,
    persistWarnings: false,
  });
  const report = repeatedErrors(log);
  boss.on("error", (error) => report(error as Error & { code?: string }));
  boss.on("warning", (warning) => log.debug({ warning: warning.message }, "queue"));
  return boss;
}

const uniqueViolation = "23505";
const quietMs = 30_000;

/** A database that is away makes every poll fail: the same error is reported once in a while, not each time. */
function repeatedErrors(log: Log): (error: Error & { code?: string }) => void {
  let last = "";
  let until = 0;
  return (error) => {
    // Two workers reached for the waiting wake-up and the retry of one connection at once: the index let one through.
    if (error.code === uniqueViolation) return;
    const text = error.message.replace(/ \(Queue: .*$/, "");
    if (text === last && Date.now() < until) return;
    last = text;
    until = Date.now() + quietMs;
    log.error({ reason: text, code: error.code }, "queue error");
  };
}

type Crew = { nudge(): void; poll: NodeJS.Timeout };

/**
 * Workers of one queue. pg-boss's own polling is one job per worker and interval; here a worker that ends a job looks
 * for the next at once, a worker that begins one sends an idle one to look, and one idle worker looks every `pollMs`.
 */
async function startCrew(
  boss: PgBoss,
  queue: LaneQueue,
  pace: { concurrency: number; pollMs: number },
  handler: LaneHandler,
  surroundings: { stopping: AbortSignal; log: Log },
): Promise<Crew> {
  const idle = new Set<string>();
  const running = new Map<string, Promise<void>>();
  const nudge = () => {
    const [worker] = idle;
    if (worker === undefined) return;
    // To the back of the line, so that two nudges in a row reach two workers.
    idle.delete(worker);
    idle.add(worker);
    boss.notifyWorker(worker);
  };
  const settings = { batchSize: 1, pollingIntervalSeconds: 30, heartbeatRefreshSeconds: 2.5 };

  for (let i = 0; i < pace.concurrency; i++) {
    const own = { id: "" };
    own.id = await boss.work<{ connectionId: string }>(queue, settings, async ([job]) => {
      idle.delete(own.id);
      nudge();
      try {
        await runAlone(running, job!.data.connectionId, () =>
          runHandler(handler, queue, job!.data.connectionId, job!.signal, surroundings),
        );
      } finally {
        if (own.id) {
          idle.add(own.id);
          boss.notifyWorker(own.id);
        }
      }
    });
    idle.add(own.id);
  }
  return { nudge, poll: setInterval(nudge, pace.pollMs) };
}

/**
 * After a pause of the whole machine pg-boss may hand out a job again while its first attempt still runs in this
 * process: the second waits for the first, whose signal is aborted.
 */
async function runAlone(running: Map<string, Promise<void>>, key: string, run: () => Promise<void>): Promise<void> {
  while (running.has(key)) await running.get(key)?.catch(() => undefined);
  const attempt = run();
  running.set(key, attempt);
  try {
    await attempt;
  } finally {
    running.delete(key);
  }
}

async function runHandler(
  handler: LaneHandler,
  queue: LaneQueue,
  connectionId: string,
  claim: AbortSignal,
  { stopping, log }: { stopping: AbortSignal; log: Log },
): Promise<void> {
  const signal = AbortSignal.any([claim, stopping]);
  try {
    signal.throwIfAborted();
    await handler(connectionId, signal);
  } catch (error) {
    if (!signal.aborted) log.error({ err: error, queue, connectionId }, "a lane failed; it is tried again");
    // Only the fact is kept with the job: the error itself may quote what a remote said.
    throw new Error(signal.aborted ? "cut short" : "failed");
  }
  // A handler that was told to stop may have returned early: one run too many does no harm, one too few would.
  if (stopping.aborted) throw new Error("cut short");
}
