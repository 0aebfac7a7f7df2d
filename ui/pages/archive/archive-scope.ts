import type { RunRequest } from "../../api-shapes.ts";

/** What a person wants to load. Days are `2026-03-10` or empty; `numbers` is the text as typed. */
export type Scope = { what: "all" | "period" | "numbers"; since: string; until: string; numbers: string };

export type ScopeParams = Pick<RunRequest, "since" | "until" | "orderIds">;
export type ScopeFault = { code: "period" | "numbersNone" | "numbersMany" } | { code: "numbersWrong"; numbers: string };

const numbersMax = 10_000;
const shownMax = 5;

/** Parameters of a run, or what is wrong with the entries. */
export function readScope(scope: Scope): { params: ScopeParams } | { fault: ScopeFault } {
  const { what, since, until } = scope;
  if (what === "all") return { params: {} };
  if (what === "period") {
    if (since !== "" && until !== "" && until < since) return { fault: { code: "period" } };
    return { params: { ...(since && { since }), ...(until && { until }) } };
  }
  const numbers = readNumbers(scope.numbers);
  const wrong = numbers.filter((number) => !/^0*[1-9]\d{0,14}$/.test(number));
  if (wrong.length > 0) return { fault: { code: "numbersWrong", numbers: wrong.slice(0, shownMax).join(", ") } };
  if (numbers.length === 0) return { fault: { code: "numbersNone" } };
  return numbers.length > numbersMax ? { fault: { code: "numbersMany" } } : { params: { orderIds: numbers } };
}

/** `№ 1, #2; 3` → `["1","2","3"]`: each once. */
export function readNumbers(text: string): string[] {
  const parts = text.split(/[\s,;]+/).map((part) => part.replace(/^[#№]+/, ""));
  return [...new Set(parts.filter((part) => part !== ""))];
}
