import { expect, test } from "vitest";
import { assignCodes, paramName, wantedCode } from "./param-codes.ts";

test.each([
  ["material", "material"],
  ["Країна виробник", "kraina_vyrobnyk"],
  ["Объём, л", "obiom_l"],
  ["Größe (EU)", "gro_e_eu"],
  ["п'ять", "piat"],
  ["材料", "param"],
  ["__a--b__", "a_b"],
  ["x".repeat(80), "x".repeat(50)],
])("%s → %s", (field, code) => {
  expect(wantedCode(field)).toBe(code);
  expect(wantedCode(field)).toMatch(/^[a-z0-9_]{1,50}$/);
});

test("codes are unique, and none of the CRM's own is given away", () => {
  const codes = assignCodes(
    ["Color", "color", "колір", "Колір", "article", `${"y".repeat(50)}1`, "y".repeat(50)],
    new Map(),
  );

  expect([...codes.values()].sort()).toEqual(
    ["article_2", "color_2", "color_3", "kolir", "kolir_2", `${"y".repeat(48)}_2`, "y".repeat(50)].sort(),
  );
});

test("a code once given never changes, whatever comes later", () => {
  const first = assignCodes(["сталь", "b"], new Map());

  const later = assignCodes(["b", "a", "stal", "сталь"], first);

  expect(Object.fromEntries(later)).toEqual({ a: "a", stal: "stal_2" });
});

test("the order in which attributes come does not matter", () => {
  const fields = ["Ґ", "г", "h", "a b", "a_b", "a-b"];

  expect(assignCodes(fields, new Map())).toEqual(assignCodes([...fields].reverse(), new Map()));
});

test("a key of the shop is shown as words", () => {
  expect(paramName("kraina_vyrobnyk")).toBe("Kraina vyrobnyk");
});
