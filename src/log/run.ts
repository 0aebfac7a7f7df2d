import { type Pace, remainingSeconds } from "./pace.ts";

export type RunKind = "sync" | "archive" | "catalog" | "stock" | "reconcile";
export type RunTrigger = "schedule" | "manual" | "webhook" | "release";
export type RunState = "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled";

export type RunParams = {
  dryRun?: boolean;
  since?: string;
  until?: string;
  orderIds?: string[];
  /** an archive run that only hands over the registered buyers */
  customersOnly?: boolean;
};

export type RunCounts = {
  read: number;
  created: number;
  linked: number;
  updated: number;
  unchanged: number;
  held: number;
  failed: number;
  excluded: number;
};

/** What an archive run did with the shop's registered buyers, when the settings ask for them. */
export type CustomerCounts = {
  customersRead: number;
  customersCreated: number;
  customersLinked: number;
  customersFailed: number;
};

export type Run = {
  id: string;
  connectionId: string;
  kind: RunKind;
  lane: LaneName;
  trigger: RunTrigger;
  state: RunState;
  params: RunParams;
  progress: Progress;
  counts: RunCounts & Partial<CustomerCounts>;
  preview: Record<string, unknown> | null;
  error: { code: string; params: Record<string, unknown> } | null;
  /** What was passed over, and why. */
  notes: RunNote[];
  cancelAsked: boolean;
  /** Since when a person lets it wait; its state is `queued` then. */
  pausedAt: Date | null;
  /** At work, and asked to pause at its next safe place. */
  pauseAsked: boolean;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** In memory only: what was last saved by the process that works it. */
  saved?: { at: Date; done: number };
};

/** `place`: where to go on. `pace`: how fast it went lately, in working time. */
export type Progress = { done: number; total: number | null; place?: string; pace?: Pace };

/** Same shape as a problem, but nothing that anybody has to mend. */
export type RunNote = { code: string; params: Record<string, unknown> };

export type LaneName = "orders" | "archive" | "catalog" | "stock";

/** Runs of one lane never overlap, whoever started them. */
export const laneOf: Record<RunKind, LaneName> = {
  sync: "orders",
  reconcile: "orders",
  archive: "archive",
  catalog: "catalog",
  stock: "stock",
};

/** A trial begins anew when it is taken up again; other kinds are a matter of minutes. */
export function isPausable(run: Pick<Run, "kind" | "params">): boolean {
  return run.kind === "archive" && run.params.dryRun !== true;
}

/** What people see of the progress. */
export function viewProgress(run: Pick<Run, "state" | "progress">) {
  const { done, total } = run.progress;
  const isOpen = run.state === "queued" || run.state === "running";
  return { done, total, remainingSeconds: isOpen ? remainingSeconds(run.progress) : null };
}

export function noCounts(): RunCounts {
  return { read: 0, created: 0, linked: 0, updated: 0, unchanged: 0, held: 0, failed: 0, excluded: 0 };
}

/** Equal parameters have equal keys: order and doubles of ids do not matter. */
export function paramsKey(params: RunParams): string {
  const ids = params.orderIds ? [...new Set(params.orderIds)].sort() : undefined;
  const { since, until } = params;
  const parts = {
    dryRun: params.dryRun || undefined,
    since,
    until,
    orderIds: ids,
    customersOnly: params.customersOnly || undefined,
  };
  const text = JSON.stringify(parts);
  return text === "{}" ? "" : text;
}
