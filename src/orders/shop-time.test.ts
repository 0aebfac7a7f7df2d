import { expect, test } from "vitest";
import { changeZone, shiftLocal, toInstant, toLocalTime } from "./shop-time.ts";

const kyiv = "Europe/Kyiv";

test.each([
  ["2026-01-15 10:00:00", "2026-01-15T08:00:00.000Z"],
  ["2026-07-15 10:00:00", "2026-07-15T07:00:00.000Z"],
  // The hour that the autumn night has twice: the earlier one; the hour that spring lacks: the clock ran on.
  ["2026-10-25 03:30:00", "2026-10-25T00:30:00.000Z"],
  ["2026-03-29 03:30:00", "2026-03-29T01:30:00.000Z"],
])("%s in Kyiv is %s (F110)", (local, instant) => {
  expect(toInstant(local, kyiv)?.toISOString()).toBe(instant);
});

test("every hour of a year comes back the same, but for the doubled one", () => {
  for (let hour = 0; hour < 8760; hour += 1) {
    const instant = new Date(Date.UTC(2026, 0, 1, hour));
    if (instant.toISOString() === "2026-10-25T01:00:00.000Z") continue;
    expect(toInstant(toLocalTime(instant, kyiv), kyiv)).toEqual(instant);
  }
});

test("an order's time moves to the CRM's zone, and stays when that is the same or unknown", () => {
  expect(changeZone("2026-03-10 10:00:00", kyiv, "Europe/Madrid")).toBe("2026-03-10 09:00:00");
  expect(changeZone("2026-03-10 10:00:00", kyiv, kyiv)).toBe("2026-03-10 10:00:00");
  expect(changeZone("2026-03-10 10:00:00", kyiv, null)).toBe("2026-03-10 10:00:00");
  expect(changeZone("0000-00-00 00:00:00", kyiv, "Europe/Madrid")).toBe("0000-00-00 00:00:00");
});

test("a wall clock is shifted over midnight", () => {
  expect(shiftLocal("2026-03-01 00:05:00", -600)).toBe("2026-02-28 23:55:00");
});
