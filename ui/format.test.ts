import { expect, test } from "vitest";
import { formatBytes, formatDistance, formatTime, formatValue } from "./format.ts";

const now = new Date("2026-11-23T12:00:00Z");

test.each([
  ["2026-11-23T11:57:00Z", "3 min. ago"],
  ["2026-11-23T12:10:00Z", "in 10 min."],
  ["2026-11-23T09:00:00Z", "3 hr. ago"],
])("%s is %s", (iso, words) => {
  expect(formatDistance(iso, now, "en")).toBe(words);
});

test("a day away has no distance, and neither has nonsense", () => {
  expect(formatDistance("2026-11-22T11:00:00Z", now, "en")).toBeUndefined();
  expect(formatDistance("soon", now, "en")).toBeUndefined();
});

test("the year is shown only when it is not this one", () => {
  expect(formatTime("2026-03-05T10:00:00Z", now, "en")).not.toContain("2026");
  expect(formatTime("2025-03-05T10:00:00Z", now, "en")).toContain("2025");
  expect(formatTime("never", now, "en")).toBe("never");
});

test("sizes are read at a glance", () => {
  expect(formatBytes(0, "en")).toBe("0 byte");
  expect(formatBytes(1_412_345, "en")).toBe("1.4 MB");
  expect(formatBytes(141_000_000, "en")).toBe("141 MB");
});

test("nothing is a dash, and only nothing", () => {
  expect(formatValue(null)).toBe("—");
  expect(formatValue("")).toBe("—");
  expect(formatValue(0)).toBe("0");
  expect(formatValue({ a: 1 })).toBe('{"a":1}');
});
