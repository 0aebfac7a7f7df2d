import { ApiError } from "../http/api-error.ts";
import { isObject, toList } from "../http/lenient.ts";
import type { Answer } from "./errors.ts";

/**
 * The list under `key` of an answer. `EMPTY` and an empty `response` in every shape (missing, `[]`, `{}`, an empty
 * list under the key) are no rows; an answer full of something else is not taken for an empty shop.
 */
export function rowsOf(answer: Answer, key: string, operation: string): unknown[] {
  const { response } = answer;
  if (isObject(response) && key in response) return toList(response[key]);
  if (answer.word === "EMPTY" || isNothing(response)) return [];
  throw new ApiError({
    kind: "unreadable",
    remote: "horoshop",
    operation,
    message: `horoshop ${operation}: the answer has no ${key}`,
    remoteCode: answer.word,
  });
}

function isNothing(response: unknown): boolean {
  if (response === undefined || response === null || response === "") return true;
  return typeof response === "object" && Object.keys(response).length === 0;
}
