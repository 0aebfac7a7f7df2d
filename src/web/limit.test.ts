import { expect, test } from "vitest";
import { makeLimit } from "./limit.ts";

test("attempts count per key, refusals do not prolong the window, and time frees them", () => {
  let clock = new Date(0);
  const limit = makeLimit({ attempts: 2, seconds: 10, now: () => clock });

  limit.take("a");
  limit.take("a");
  limit.take("b");

  expect(() => limit.take("a")).toThrow("too_many");
  expect(() => limit.check("a")).toThrow("too_many");
  limit.check("b");
  clock = new Date(10_000);
  limit.take("a");
});

test("a flood of keys does not grow the memory without end, nor free a caller that is limited now", () => {
  const limit = makeLimit({ attempts: 1, seconds: 10, now: () => new Date(0) });

  for (let key = 0; key < 10_050; key += 1) limit.take(String(key));

  expect(() => limit.take("10049")).toThrow("too_many");
  expect(() => limit.take("0")).not.toThrow();
});
