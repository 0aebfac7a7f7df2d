import type { CountName, Run } from "../api-shapes.ts";
import { text, wordsFor } from "../text/language.ts";

/** Tone of the badge that names a run's state. */
export const runTones = {
  queued: "plain",
  running: "waiting",
  succeeded: "good",
  partial: "waiting",
  failed: "bad",
  cancelled: "plain",
} as const;

const names: CountName[] = [
  "read",
  "created",
  "linked",
  "updated",
  "held",
  "failed",
  "excluded",
  "customersCreated",
  "customersLinked",
  "customersFailed",
];

export function countsText(run: Run): string {
  const parts = names
    .filter((name) => (run.counts[name] ?? 0) > 0)
    .map((name) => text.global.t(`run.count.${name}`, { n: run.counts[name] ?? 0 }));
  return parts.length > 0 ? parts.join(", ") : text.global.t("run.nothing");
}

export function kindText(run: Run): string {
  const kind = wordsFor("run.kind", run.kind);
  if (run.params?.customersOnly) return `${kind} (${text.global.t("run.customersOnly")})`;
  return run.params?.dryRun ? `${kind} (${text.global.t("run.dry")})` : kind;
}

export const isOpen = (run: Run): boolean => run.state === "queued" || run.state === "running";
