import type { Logger } from "pino";
import { createEvents, type Events, type LiveEvent } from "./events.ts";

/** What is needed of a pg.Pool: its clients tell notifications. */
type Listener = {
  query(text: string, values?: unknown[]): Promise<unknown>;
  on(event: "notification", take: (message: { payload?: string | undefined }) => void): unknown;
  on(event: "error", take: (error: Error) => void): unknown;
  release(error?: boolean): void;
};
type ListeningPool = { connect(): Promise<unknown>; query(text: string, values?: unknown[]): Promise<unknown> };

const channel = "live_events";
const flushMs = 300;
const reconnectMs = 5000;

/**
 * Live events over all processes of one PostgreSQL. They are hints for pages: of equal ones within a moment the last is
 * told, and one that is lost while the connection is down costs a page nothing but a little time.
 */
export function createSharedEvents(pool: ListeningPool, log: Logger): Events & { stop(): Promise<void> } {
  const local = createEvents();
  const waiting = new Map<string, LiveEvent>();
  let client: Listener | undefined;
  let isStopped = false;
  let reconnect: NodeJS.Timeout | undefined;

  const listen = async () => {
    try {
      const fresh = (await pool.connect()) as Listener;
      if (isStopped) return fresh.release();
      client = fresh;
      fresh.on("notification", ({ payload }) => local.emit(JSON.parse(payload ?? "null") as LiveEvent));
      fresh.on("error", again);
      await fresh.query(`listen ${channel}`);
    } catch (error) {
      again(error as Error);
    }
  };
  const again = (error: Error) => {
    if (isStopped) return;
    log.warn({ err: error }, "live events are interrupted; pages see changes a little later");
    client?.release(true);
    client = undefined;
    reconnect = setTimeout(listen, reconnectMs);
  };
  const flush = setInterval(() => {
    const events = [...waiting.values()];
    waiting.clear();
    for (const event of events) {
      pool
        .query("select pg_notify($1, $2)", [channel, JSON.stringify(event)])
        .catch((error: unknown) => log.debug({ err: error }, "an event was lost"));
    }
  }, flushMs);
  flush.unref();
  void listen();

  return {
    emit: (event) => void waiting.set(`${event.connectionId} ${event.type} ${String(event.body.id ?? "")}`, event),
    listen: local.listen,
    async stop() {
      isStopped = true;
      clearInterval(flush);
      clearTimeout(reconnect);
      // Not handed back to the pool: it would go on listening there.
      client?.release(true);
    },
  };
}
