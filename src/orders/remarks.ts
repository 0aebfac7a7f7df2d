import type { Problem } from "../log/problem.ts";

const weights = [
  "customer_ambiguous",
  "payment_not_allowed",
  "total_differs",
  "tracking_not_supported",
  "offer_unknown",
  "company_not_sent",
];

/** What an order's problem says under this code, be it the one that is shown or one of the others. */
export function remarkOf(problem: Problem | null, code: string): Problem | undefined {
  if (problem?.code !== code)
    return (problem?.params.others as Problem[] | undefined)?.find((one) => one.code === code);
  const { also: _, others: __, ...params } = problem.params;
  return { code, params };
}

/** What is left to say when one of the remarks is mended. */
export function withoutRemark(problem: Problem | null, code: string): Problem | null {
  if (!problem) return null;
  const others = (problem.params.others as Problem[] | undefined) ?? [];
  const first = remarkOf(problem, problem.code);
  return chooseRemark([...(first ? [first] : []), ...others].filter((remark) => remark.code !== code));
}

/** An order shows one remark, the weightiest; the others' codes stand in its `also`, and they whole in `others`. */
export function chooseRemark(remarks: Problem[]): Problem | null {
  const sorted = [...remarks].sort((a, b) => weights.indexOf(a.code) - weights.indexOf(b.code));
  const [first, ...rest] = sorted;
  if (!first) return null;
  const others = rest.filter((remark, place) => rest.findIndex((one) => one.code === remark.code) === place);
  const unlike = others.filter((remark) => remark.code !== first.code);
  if (unlike.length === 0) return first;
  return { ...first, params: { ...first.params, also: unlike.map((remark) => remark.code), others: unlike } };
}

/** What was said about the customer is not forgotten over a weightier problem of the same order. */
export function withCustomerRemarks(problem: Problem, before: Problem | null): Problem {
  const kept = ["customer_ambiguous", "company_not_sent"].flatMap((code) => remarkOf(before, code) ?? []);
  if (kept.length === 0) return problem;
  return { ...problem, params: { ...problem.params, others: kept } };
}

/** Articles that wait for the CRM's catalogue; lines that a manager edited wait for nobody. */
export function waitingArticles(problem: Problem | null): string[] | null {
  const remark = remarkOf(problem, "offer_unknown");
  return remark && remark.params.edited !== true ? (remark.params.articles as string[]) : null;
}
