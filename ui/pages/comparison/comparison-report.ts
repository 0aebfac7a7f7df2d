import type { ComparedDay, ComparedOutcome, ComparisonReport, Run } from "../../api-shapes.ts";

/** The report of a comparison; undefined before the run has found anything. */
export function reportOf(run: Run): ComparisonReport | undefined {
  const { preview } = run;
  return preview && "days" in preview ? preview : undefined;
}

/** What the CRM has more than the shop; less is negative. */
export type DayGap = { orders: number; total: string };

export function gapOf({ shop, crm }: ComparedDay): DayGap {
  return { orders: crm.orders - shop.orders, total: fromMinor(toMinor(crm.total) - toMinor(shop.total)) };
}

export function differs(day: ComparedDay): boolean {
  const gap = gapOf(day);
  return gap.orders !== 0 || gap.total !== "0.00" || othersDiffer(day);
}

/** Sums in other currencies are never mixed with the rest. */
export function othersDiffer({ shop, crm }: Omit<ComparedDay, "day">): boolean {
  const currencies = Object.keys({ ...shop.others, ...crm.others });
  return currencies.some(
    (currency) => toMinor(shop.others?.[currency] ?? "0") !== toMinor(crm.others?.[currency] ?? "0"),
  );
}

/** All days together, as one. */
export function sumOf(days: ComparedDay[]): Omit<ComparedDay, "day"> {
  const side = (name: "shop" | "crm") => ({
    orders: days.reduce((orders, day) => orders + day[name].orders, 0),
    total: fromMinor(days.reduce((total, day) => total + toMinor(day[name].total), 0n)),
    ...sumOfOthers(days.map((day) => day[name].others ?? {})),
  });
  return { shop: side("shop"), crm: side("crm") };
}

function sumOfOthers(parts: Record<string, string>[]): { others?: Record<string, string> } {
  const sums: Record<string, string> = {};
  for (const [currency, sum] of parts.flatMap((part) => Object.entries(part)))
    sums[currency] = fromMinor(toMinor(sums[currency] ?? "0") + toMinor(sum));
  return Object.keys(sums).length > 0 ? { others: sums } : {};
}

/** Whose turn it is with an order that was missing or differed. */
export type Turn = "mended" | "retried" | "shown" | "held" | "excluded" | "failed" | "open";

/** `open`: the run has not come to it. `shown`: both sides keep what they have, and a person decides. */
export function turnOf(outcome: ComparedOutcome | undefined): Turn {
  if (!outcome) return "open";
  const { state, problem, differs: fields, nextAttemptAt } = outcome;
  if (state === "failed") return nextAttemptAt ? "retried" : "failed";
  if (state !== "synced") return state;
  return problem || fields.length > 0 ? "shown" : "mended";
}

/** Orders that were listed, each once, by whose turn it is. */
export function turnsOf(report: ComparisonReport): Map<string, Turn> {
  const outcomes = new Map((report.outcome ?? []).map((outcome) => [outcome.shopOrderId, outcome]));
  const listed = [...report.missing, ...report.differing.map(({ shopOrderId }) => shopOrderId)];
  const turns = new Map(listed.map((number) => [number, turnOf(outcomes.get(number))]));
  // These wait for a person whether or not the run came to its end.
  for (const number of report.held ?? [])
    turns.set(number, outcomes.has(number) ? turnOf(outcomes.get(number)) : "held");
  return turns;
}

/** Problems for which another attempt is worth while: the others wait for something else. */
export function problemsToRetry(report: ComparisonReport): string[] {
  const failed = (report.outcome ?? []).filter(({ state, problem }) => state === "failed" && problem !== null);
  return [...new Set(failed.map(({ problem }) => problem!))];
}

/** Money as whole hundredths: sums of floating point numbers would drift. */
function toMinor(amount: string): bigint {
  const [, sign, whole, part] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(amount.trim()) ?? ["", "", "0", ""];
  const minor = BigInt(whole!) * 100n + BigInt((part ?? "").padEnd(2, "0").slice(0, 2));
  return sign === "-" ? -minor : minor;
}

function fromMinor(minor: bigint): string {
  const size = minor < 0n ? -minor : minor;
  return `${minor < 0n ? "-" : ""}${size / 100n}.${String(size % 100n).padStart(2, "0")}`;
}
