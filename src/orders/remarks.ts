import type { Problem } from "../log/problem.ts";

const weights = [
  "customer_ambiguous",
  "payment_not_allowed",
  "total_differs",
  "tracking_not_supported",
  "offer_unknown",
];

/** An order shows one remark, the weightiest; the others' codes stand in its `also`. */
export function chooseRemark(remarks: Problem[]): Problem | null {
  const sorted = [...remarks].sort((a, b) => weights.indexOf(a.code) - weights.indexOf(b.code));
  const [first, ...rest] = sorted;
  if (!first) return null;
  const also = [...new Set(rest.map((remark) => remark.code))].filter((code) => code !== first.code);
  return also.length > 0 ? { ...first, params: { ...first.params, also } } : first;
}
