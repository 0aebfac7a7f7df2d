import { formatValue } from "../../format.ts";

/** Numbers and codes that say nothing to a person, or are said by another part. */
const unsaid = ["crmOrderId", "id", "kind"];

/**
 * The detail of a timeline entry as one line: a sentence of the server, or its values under the names that `words` has
 * for them. `problemName` gives a problem's name, which says more than its values.
 */
export function detailText(
  detail: unknown,
  words: (name: string) => string,
  problemName: (code: string) => string,
): string {
  if (detail === null || detail === undefined) return "";
  if (typeof detail !== "object" || Array.isArray(detail)) return formatValue(detail);
  const { message, problem, name, status, ...rest } = detail as Record<string, unknown>;
  if (typeof message === "string") return message;
  const parts = [
    ...(typeof problem === "string" ? [problemName(problem)] : []),
    ...(name !== undefined
      ? [formatValue(name)]
      : status !== undefined
        ? [`${words("status")} ${formatValue(status)}`]
        : []),
  ];
  for (const [key, value] of Object.entries(rest)) {
    if (unsaid.includes(key) || value === null || value === "") continue;
    parts.push(key === "reason" ? formatValue(value) : `${words(key)} ${formatValue(value)}`);
  }
  return parts.join(" · ");
}
