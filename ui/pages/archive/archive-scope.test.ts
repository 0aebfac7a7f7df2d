import { expect, test } from "vitest";
import { readNumbers, readScope, type Scope } from "./archive-scope.ts";

const scope = (more: Partial<Scope>): Scope => ({ what: "all", since: "", until: "", numbers: "", ...more });

test.each([
  [scope({ since: "2026-01-01", numbers: "7" }), {}],
  [scope({ what: "period" }), {}],
  [scope({ what: "period", since: "2026-01-01" }), { since: "2026-01-01" }],
  [scope({ what: "period", since: "2026-01-01", until: "2026-01-01" }), { since: "2026-01-01", until: "2026-01-01" }],
  [scope({ what: "numbers", numbers: " №101, #102;103\n101" }), { orderIds: ["101", "102", "103"] }],
])("what was chosen, and nothing else, is asked for (%#)", (chosen, params) => {
  expect(readScope(chosen)).toEqual({ params });
});

test.each([
  [scope({ what: "period", since: "2026-01-02", until: "2026-01-01" }), { code: "period" }],
  [scope({ what: "numbers", numbers: " , " }), { code: "numbersNone" }],
  [scope({ what: "numbers", numbers: "101 A-5 0" }), { code: "numbersWrong", numbers: "A-5, 0" }],
  [
    scope({ what: "numbers", numbers: Array.from({ length: 10_001 }, (_, n) => n + 1).join(" ") }),
    { code: "numbersMany" },
  ],
])("a slip is named (%#)", (chosen, fault) => {
  expect(readScope(chosen)).toEqual({ fault });
});

test("a sign alone is no number", () => {
  expect(readNumbers("№ 5")).toEqual(["5"]);
});
