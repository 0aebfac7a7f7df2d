export type RunKind = "sync" | "archive" | "catalog" | "stock" | "reconcile";
export type RunTrigger = "schedule" | "manual" | "webhook" | "release";
export type RunState = "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled";

export type RunParams = { dryRun?: boolean; since?: string; until?: string; orderIds?: string[] };

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

export type Run = {
  id: string;
  connectionId: string;
  kind: RunKind;
  lane: LaneName;
  trigger: RunTrigger;
  state: RunState;
  params: RunParams;
  progress: { done: number; total: number | null; place?: string };
  counts: RunCounts;
  preview: Record<string, unknown> | null;
  error: { code: string; params: Record<string, unknown> } | null;
  cancelAsked: boolean;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
};

export type LaneName = "orders" | "archive" | "catalog" | "stock";

/** Runs of one lane never overlap, whoever started them. */
export const laneOf: Record<RunKind, LaneName> = {
  sync: "orders",
  reconcile: "orders",
  archive: "archive",
  catalog: "catalog",
  stock: "stock",
};

export function noCounts(): RunCounts {
  return { read: 0, created: 0, linked: 0, updated: 0, unchanged: 0, held: 0, failed: 0, excluded: 0 };
}

/** Equal parameters have equal keys: order and doubles of ids do not matter. */
export function paramsKey(params: RunParams): string {
  const ids = params.orderIds ? [...new Set(params.orderIds)].sort() : undefined;
  const parts = { dryRun: params.dryRun || undefined, since: params.since, until: params.until, orderIds: ids };
  const text = JSON.stringify(parts);
  return text === "{}" ? "" : text;
}
