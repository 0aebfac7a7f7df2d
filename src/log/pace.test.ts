import { expect, test } from "vitest";
import { notePace, type Pace, remainingSeconds } from "./pace.ts";

const minuteMs = 60_000;

test("what is left is told at the pace of the run, and not before there is one", () => {
  expect(remainingSeconds({ done: 0, total: 100 })).toBeNull();
  expect(remainingSeconds({ done: 0, total: 100, pace: notePace(undefined, { done: 0, ms: minuteMs }) })).toBeNull();

  const pace = notePace(undefined, { done: 25, ms: minuteMs });

  expect(remainingSeconds({ done: 25, total: 100, pace })).toBe(180);
  expect(remainingSeconds({ done: 100, total: 100, pace })).toBe(0);
  expect(remainingSeconds({ done: 120, total: 100, pace })).toBe(0);
  expect(remainingSeconds({ done: 25, total: null, pace })).toBeNull();
});

test("a run that began with what was there already learns that the rest takes longer", () => {
  let pace: Pace | undefined;
  for (let step = 0; step < 10; step += 1) pace = notePace(pace, { done: 100, ms: 1000 });
  for (let step = 0; step < 20; step += 1) pace = notePace(pace, { done: 100, ms: minuteMs });

  const left = remainingSeconds({ done: 3000, total: 4000, pace: pace! })!;

  expect(left).toBeGreaterThan(500);
  expect(left).toBeLessThanOrEqual(600);
});

test("a clock that was put back does not make a run faster than time", () => {
  const pace = notePace(notePace(undefined, { done: 10, ms: 1000 }), { done: 10, ms: -minuteMs });

  expect(pace.ms).toBeGreaterThan(0);
});
