import { expect, test } from "vitest";
import { characteristicText } from "./characteristic.ts";

test.each([
  ["single choice", { id: 12, value: { ua: "Сталь", ru: "Сталь р" } }, "Сталь"],
  ["single choice without id", { value: { ua: "", ru: "Сталь р" } }, "Сталь р"],
  ["single choice with plain value", { id: 12, value: "Сталь" }, "Сталь"],
  ["unset", [], ""],
  ["free text", { ua: "Україна", ru: "" }, "Україна"],
  ["multiple choice", [{ id: 2, value: { ua: "Герметична" } }, { value: { ua: "Легка" } }], "Герметична, Легка"],
  ["several of the same", [{ value: "a" }, { value: "a" }], "a"],
  ["number", 310, "310"],
  ["text", "M", "M"],
  ["null", null, ""],
  ["choice without value", { id: 3 }, ""],
  ["value unset", { id: 3, value: [] }, ""],
])("%s", (_, value, expected) => {
  expect(characteristicText(value, "ua")).toBe(expected);
});
