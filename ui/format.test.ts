import { expect, test } from "vitest";
import {
  formatBytes,
  formatDay,
  formatDistance,
  formatDuration,
  formatMoney,
  formatTime,
  formatValue,
} from "./format.ts";

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

test("money has two digits, and a text that is no number stays", () => {
  expect([formatMoney("1234.5", "en"), formatMoney("0", "en"), formatMoney("?", "en")]).toEqual([
    "1,234.50",
    "0.00",
    "?",
  ]);
});

test("a day stays the day, in any zone of the reader", () => {
  expect(formatDay("2026-03-10", "en")).toBe("Mar 10, 2026");
  expect(formatDay("2026-03-10T23:59:59+02:00", "uk")).toBe("10 бер. 2026 р.");
  expect(formatDay("soon", "en")).toBe("soon");
});

test.each([
  [30, "1 min"],
  [61, "2 min"],
  [3600, "1 hr"],
  [7800, "2 hr 10 min"],
])("%i seconds are %s", (seconds, words) => {
  expect(formatDuration(seconds, "en")).toBe(words);
});
