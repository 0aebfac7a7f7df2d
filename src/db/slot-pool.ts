/** The shape of `pg.Pool` that the rest of the program uses; the embedded store has it too. */
// biome-ignore lint/suspicious/noExplicitAny: rows are as free here as in `pg`; typed access goes through Kysely
export type RawRow = Record<string, any>;
export type RawResult = { command: string; rowCount: number; rows: RawRow[] };
/** Several statements in one text give one result each, as in `pg`. */
export type RawResults = RawResult | RawResult[];
export type PoolClientLike = {
  query(text: string, values?: unknown[]): Promise<RawResults>;
  /** Gives the connection back; a transaction left open is rolled back. */
  release(): void;
};
export type PoolLike = {
  connect(): Promise<PoolClientLike>;
  query(text: string, values?: unknown[]): Promise<RawResults>;
  end(): Promise<void>;
};

/** Runs one text on the only session there is. */
export type Session = { run(text: string, values?: unknown[]): Promise<RawResults> };

type Waiter = { resolve: (client: PoolClientLike) => void; reject: (error: Error) => void; timer: NodeJS.Timeout };

/**
 * A pool with a single connection: `connect()` waits its turn (first come, first served), `release()` hands on.
 * A caller that waits longer than `waitMs` is refused: most likely somebody asks for a second connection while holding
 * the first one.
 */
export function createSlotPool(session: Session, waitMs: number): PoolLike & { idle(): Promise<void> } {
  const waiting: Waiter[] = [];
  let taken = false;
  let ended = false;
  let whenIdle: (() => void)[] = [];

  function handOn(): void {
    const next = waiting.shift();
    if (next) {
      clearTimeout(next.timer);
      next.resolve(makeClient());
      return;
    }
    taken = false;
    for (const resolve of whenIdle) resolve();
    whenIdle = [];
  }

  function makeClient(): PoolClientLike {
    let released = false;
    let mayBeOpen = false;
    return {
      async query(text, values) {
        if (released) throw new Error("this database connection was given back already");
        if (opensTransaction(text)) mayBeOpen = true;
        const result = await session.run(text, values);
        if (endsTransaction(text)) mayBeOpen = false;
        return result;
      },
      release() {
        if (released) return;
        released = true;
        const ready = mayBeOpen ? session.run("rollback").catch(() => undefined) : Promise.resolve();
        void ready.then(handOn);
      },
    };
  }

  function connect(): Promise<PoolClientLike> {
    if (ended) return Promise.reject(new Error("the database is closed"));
    if (!taken) {
      taken = true;
      return Promise.resolve(makeClient());
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(waiter), 1);
        reject(new Error(`no database connection became free within ${waitMs} ms`));
      }, waitMs);
      const waiter: Waiter = { resolve, reject, timer };
      waiting.push(waiter);
    });
  }

  return {
    connect,
    async query(text, values) {
      const client = await connect();
      try {
        return await client.query(text, values);
      } finally {
        client.release();
      }
    },
    idle: () => (taken ? new Promise((resolve) => whenIdle.push(resolve)) : Promise.resolve()),
    async end() {
      ended = true;
      for (const waiter of waiting.splice(0)) {
        clearTimeout(waiter.timer);
        waiter.reject(new Error("the database is closed"));
      }
    },
  };
}

/** Lets timers and sockets run: a chain of awaits on a synchronous database never leaves the microtask queue. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const opening = /\b(begin|start\s+transaction)\b/i;
const ending = /(^|;)\s*(commit|end|rollback|abort)(\s+(work|transaction))?\s*;?\s*$/i;

function opensTransaction(text: string): boolean {
  return opening.test(text);
}

/** `rollback to savepoint x` is no end: the transaction goes on. */
function endsTransaction(text: string): boolean {
  return ending.test(text);
}
