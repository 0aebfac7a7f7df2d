import { test } from "vitest";
import { liveThrough } from "./live-through.ts";

test("both sides agree, lie still, and nothing is undone: the even seeds", { timeout: 3_600_000 }, () =>
  liveThrough("even"),
);
