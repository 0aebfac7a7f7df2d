import { expect, test } from "vitest";
import { changedParts, readCodes, readNumber } from "./settings-draft.ts";

const before = {
  prefix: "",
  final: [4],
  stock: { direction: "none", words: { in: "так", out: "ні" } },
  since: null as string | null,
};

test("nothing changed, nothing to send", () => {
  expect(changedParts(before, structuredClone(before))).toEqual({});
});

test("only the changed leaf of a nested group is sent", () => {
  const after = { ...before, stock: { ...before.stock, words: { in: "є", out: "ні" } } };

  expect(changedParts(before, after)).toEqual({ stock: { words: { in: "є" } } });
});

test("a list goes whole, and a value may become or cease to be nothing", () => {
  expect(changedParts(before, { ...before, final: [4, 5] })).toEqual({ final: [4, 5] });
  expect(changedParts(before, { ...before, since: "2026-01-01" })).toEqual({ since: "2026-01-01" });
  expect(changedParts({ ...before, since: "2026-01-01" }, before)).toEqual({ since: null });
});

test.each([
  ["", []],
  [" main , kyiv;main\n odesa", ["main", "kyiv", "odesa"]],
])("codes of %j", (text, codes) => {
  expect(readCodes(text)).toEqual(codes);
});

test.each([
  ["12", 12],
  [" 0 ", 0],
  ["1,5", 1.5],
  ["-3", -3],
  ["", undefined],
  ["1e3", undefined],
  ["12 pcs", undefined],
])("number of %j", (text, number) => {
  expect(readNumber(text)).toBe(number);
});
