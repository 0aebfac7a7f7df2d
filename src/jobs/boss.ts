import { PgBoss } from "pg-boss";
import type { Logger as Log } from "pino";
import { bossDatabase, returnLeftJobs } from "./boss-database.ts";

/** One queue per lane kind: an archive of hours must not hold up new orders. */
export type LaneQueue = "orders" | "archive" | "catalog" | "stock";
export type LaneHandler = (connectionId: string, signal: AbortSignal) => Promise<void>;
export type LanePace = { concurrency: number; most?: number };

export type Jobs = {
  /**
   * Asks for the lane of this connection to be worked; harmless when already asked. A run that begins after this call
   * follows, also when the lane is being worked right now.
   */
  wake(queue: LaneQueue, connectionId: string): Promise<void>;
  /**
   * At most `concurrency` connections side by side in this process; never two runs of one connection in one queue, over
   * all processes. What lasts longer than a few seconds mostly waits for somebody else, and gives its place up: others
   * come in beside it, up to `most` in all (`concurrency` unless told). `signal` aborts on stop, on expiry and when the
   * claim was lost; a handler that throws, or that was cut short by a stop, is tried again later.
   */
  work(queue: LaneQueue, pace: LanePace, handler: LaneHandler): Promise<void>;
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
  /** A handler that lasts longer gives its place up; 5,000 unless told. */
  longMs?: number;
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
  const { log, pollMs = 500, longMs = 5000 } = options;
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
    async work(queue, { concurrency, most = concurrency }, handler) {
      const begin = async () => {
        const pace = { concurrency, most, pollMs, longMs };
        const crew = await startCrew(boss, queue, pace, handler, { stopping: stopping.signal, log });
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
type CrewPace = Required<LanePace> & { pollMs: number; longMs: number };
/** `id` is empty until pg-boss has taken the worker on; `busySince` in ms of the process's own clock. */
type Worker = { id: string; busySince: number | undefined };

/**
 * Workers of one queue. pg-boss's own polling is one job per worker and interval; here a worker that ends a job looks
 * for the next at once, a worker that begins one sends an idle one to look, and one idle worker looks every `pollMs`.
 * When all are busy and some of them for long, more are taken on; they go when there is nothing left for them.
 */
async function startCrew(
  boss: PgBoss,
  queue: LaneQueue,
  pace: CrewPace,
  handler: LaneHandler,
  surroundings: { stopping: AbortSignal; log: Log },
): Promise<Crew> {
  const workers = new Set<Worker>();
  const running = new Map<string, Promise<void>>();
  const settings = { batchSize: 1, pollingIntervalSeconds: 30, heartbeatRefreshSeconds: 2.5 };

  const hire = async () => {
    const own: Worker = { id: "", busySince: undefined };
    workers.add(own);
    own.id = await boss.work<{ connectionId: string }>(queue, settings, async ([job]) => {
      own.busySince = performance.now();
      nudge();
      try {
        await runAlone(running, job!.data.connectionId, () =>
          runHandler(handler, queue, job!.data.connectionId, job!.signal, surroundings),
        );
      } finally {
        own.busySince = undefined;
        if (own.id) boss.notifyWorker(own.id);
      }
    });
  };
  const isLong = ({ busySince }: Worker) => busySince !== undefined && performance.now() - busySince > pace.longMs;
  const grow = () => {
    const counted = [...workers].filter((worker) => !isLong(worker)).length;
    if (counted >= pace.concurrency || workers.size >= pace.most || surroundings.stopping.aborted) return;
    hire().catch((error: unknown) => surroundings.log.warn({ err: error, queue }, "no further worker could begin"));
  };
  const nudge = () => {
    const idle = [...workers].find((worker) => worker.id !== "" && worker.busySince === undefined);
    if (!idle) return grow();
    // To the back of the line, so that two nudges in a row reach two workers.
    workers.delete(idle);
    workers.add(idle);
    boss.notifyWorker(idle.id);
  };
  const shrink = () => {
    const idle = [...workers].filter((worker) => worker.id !== "" && worker.busySince === undefined);
    if (workers.size <= pace.concurrency || idle.length < 2) return;
    workers.delete(idle[0]!);
    // One that reaches for a job at this moment still does it.
    boss.offWork(queue, { id: idle[0]!.id, wait: false }).catch(() => undefined);
  };

  for (let i = 0; i < pace.concurrency; i++) await hire();
  const poll = setInterval(() => {
    shrink();
    nudge();
  }, pace.pollMs);
  return { nudge, poll };
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
