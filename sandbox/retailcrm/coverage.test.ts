import { expect, test } from "vitest";
import { coverage } from "./coverage.ts";
import { routes } from "./routes.ts";

const nameOf = (entry: { method: string; path: string }): string => `${entry.method} ${entry.path}`;

test("what the coverage list promises is routed, what it does not is not", () => {
  const routed = routes.map(nameOf).sort();
  const promised = coverage
    .filter((entry) => entry.state !== "not-yet")
    .map(nameOf)
    .sort();

  expect(routed).toEqual(promised);
  expect(new Set(coverage.map(nameOf)).size).toBe(coverage.length);
});

test("whatever is partial says what is missing", () => {
  const silent = coverage.filter((entry) => entry.state === "partial" && entry.note === undefined);

  expect(silent).toEqual([]);
});
