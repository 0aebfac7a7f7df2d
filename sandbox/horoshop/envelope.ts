import type { Switches } from "./switches.ts";

/** What a function of the shop answers, before it becomes an HTTP answer. */
export type FunctionAnswer = { http: number; word: string; body: unknown };

export function ok(response: unknown): FunctionAnswer {
  return worded("OK", response);
}

export function warning(log: unknown[]): FunctionAnswer {
  return worded("WARNING", { log });
}

export function refused(message: string): FunctionAnswer {
  return worded("ERROR", { message });
}

export function exception(message: string): FunctionAnswer {
  return worded("EXCEPTION", { message });
}

export function worded(word: string, response: unknown): FunctionAnswer {
  return { http: 200, word, body: { status: word, response } };
}

/** `listKey` is the key that the list would have had (reference 3: the shape is not confirmed). */
export function empty(switches: Switches, listKey: string): FunctionAnswer {
  switch (switches.emptyShape) {
    case "[]":
      return worded("EMPTY", []);
    case "{}":
      return worded("EMPTY", {});
    case "list":
      return worded("EMPTY", { [listKey]: [] });
    case "missing":
      return { http: 200, word: "EMPTY", body: { status: "EMPTY" } };
  }
}

export function listOrEmpty(switches: Switches, listKey: string, list: unknown[]): FunctionAnswer {
  return list.length === 0 ? empty(switches, listKey) : ok({ [listKey]: list });
}

/** As PHP encodes a map: no keys, or keys 0..n-1, make a list. */
export function phpMap(entries: [string, unknown][]): unknown {
  if (entries.every(([key], index) => key === String(index))) return entries.map(([, value]) => value);
  return Object.fromEntries(entries);
}
