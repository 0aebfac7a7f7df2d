import {
  type Catalog,
  type Connector,
  type LiveEvent,
  type Order,
  type Problem,
  pause,
  type References,
  type Run,
} from "./connector.ts";
import { tellEntry } from "./tell-order.ts";
import type { Words } from "./text/words.ts";

export type Follower = {
  /** From now on single orders are told too; an archive would fill the screen with them. */
  tellOrders(): void;
  /** Resolves when a run of this kind has ended. */
  runEnded(kind: string): Promise<void>;
  stop(): Promise<void>;
};

type Parts = {
  connector: Connector;
  connectionId: string;
  references: References;
  words: Words;
  say: (line: string) => void;
};

const archiveStep = 100;
/** Missed events are caught up by looking now and then. */
const lookEveryMs = 3_000;
const keptMax = 5_000;

/** The live log: what the service reports, in sentences. One thing at a time, so that lines keep their order. */
export function follow(parts: Parts): Follower {
  const { connector, connectionId } = parts;
  const stopping = new AbortController();
  const state: State = { told: new Set(), problems: new Map(), ended: new Set(), archiveTold: 0, tellsOrders: false };
  let queue = Promise.resolve();
  const later = (work: () => Promise<void>) => {
    // An answer that fails while the service stops is no news; a service that died is told elsewhere.
    queue = queue.then(work).catch(() => undefined);
  };
  const take = (event: LiveEvent) => {
    if (event.type === "order" && state.tellsOrders)
      later(() => lookAtOrder(parts, state, String(event.body.shopOrderId)));
    if (event.type === "run") later(() => lookAtRun(parts, state, String(event.body.id)));
    if (event.type === "problem") later(() => lookAtProblems(parts, state));
  };
  const listening = connector.listen(connectionId, take, stopping.signal);
  const timer = setInterval(() => later(() => lookAtRuns(parts, state)), lookEveryMs);

  return {
    tellOrders() {
      state.tellsOrders = true;
    },
    async runEnded(kind) {
      while (!state.ended.has(kind) && !stopping.signal.aborted) await pause(100);
    },
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await listening;
      await queue;
    },
  };
}

type State = {
  /** Timeline entries and runs that were told already, and what a waiting order said. */
  told: Set<string>;
  problems: Map<string, string>;
  /** Kinds of runs of which one has ended. */
  ended: Set<string>;
  archiveTold: number;
  tellsOrders: boolean;
};

async function lookAtOrder(parts: Parts, state: State, shopOrderId: string): Promise<void> {
  const order = await parts.connector.get<Order>(`/connections/${parts.connectionId}/orders/${shopOrderId}`);
  for (const entry of order.timeline) {
    const key = `${shopOrderId} ${entry.at} ${entry.action}`;
    if (isTold(state, key)) continue;
    const sentence = tellEntry(parts.words, order, entry, parts.references);
    if (sentence) parts.say(sentence);
    if (entry.result === "waiting" && order.problem) state.told.add(order.problem.message);
  }
}

async function lookAtRuns(parts: Parts, state: State): Promise<void> {
  const { items } = await parts.connector.get<{ items: Run[] }>(`/connections/${parts.connectionId}/runs?limit=10`);
  for (const run of items.reverse()) await tellRun(parts, state, run);
}

async function lookAtRun(parts: Parts, state: State, runId: string): Promise<void> {
  await tellRun(parts, state, await parts.connector.get<Run>(`/runs/${runId}`));
}

async function tellRun(parts: Parts, state: State, run: Run): Promise<void> {
  const { words, say } = parts;
  if (["queued", "running"].includes(run.state)) {
    const { done, total } = run.progress;
    if (
      run.kind !== "archive" ||
      state.ended.has("archive") ||
      total === null ||
      done < state.archiveTold + archiveStep
    )
      return;
    state.archiveTold = done;
    return say(words.archiveGoing(done, total));
  }
  if (isTold(state, run.id)) return;
  if (run.state === "failed") say(words.runFailed(run.kind, run.error?.message ?? ""));
  // The regular runs come again and again: only what is new is told.
  else if (run.kind === "archive" && (run.counts.created ?? 0) > 0) say(words.archiveDone(run.counts));
  else if (run.kind === "catalog") await tellCatalog(parts, state);
  state.ended.add(run.kind);
}

async function tellCatalog(parts: Parts, state: State): Promise<void> {
  const catalog = await parts.connector.get<Catalog>(`/connections/${parts.connectionId}/catalog`);
  if (isTold(state, `catalog ${catalog.offers} ${catalog.bytes}`)) return;
  parts.say(parts.words.catalogDone(catalog.offers, catalog.products, Math.round(catalog.bytes / 1024)));
}

async function lookAtProblems(parts: Parts, state: State): Promise<void> {
  const { items } = await parts.connector.get<{ items: Problem[] }>(`/connections/${parts.connectionId}/problems`);
  const open = new Map(items.map((problem) => [problem.code, problem.message]));
  for (const [code, message] of open) {
    // The order that waits for a person has said the same just now.
    const isNew = !state.problems.has(code) && !state.told.delete(message);
    if (isNew) parts.say(parts.words.problem(message));
  }
  for (const [code, message] of state.problems) if (!open.has(code)) parts.say(parts.words.mended(message));
  state.problems = open;
}

/** True when this was told before; it counts as told from now on. */
function isTold(state: State, key: string): boolean {
  if (state.told.has(key)) return true;
  state.told.add(key);
  if (state.told.size > keptMax) state.told.delete(state.told.values().next().value!);
  return false;
}
