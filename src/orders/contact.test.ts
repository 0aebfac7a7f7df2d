import { expect, test } from "vitest";
import { nationalDigits, normalEmail, normalPhone, phoneKey, splitName } from "./contact.ts";

test.each([
  ["Олена", "last-first", { firstName: "Олена" }],
  ["Бондар Ігор", "last-first", { lastName: "Бондар", firstName: "Ігор" }],
  ["Бондар Ігор Петрович", "last-first", { lastName: "Бондар", firstName: "Ігор", patronymic: "Петрович" }],
  ["Де Ла Круз Хуан", "last-first", { lastName: "Де", firstName: "Ла", patronymic: "Круз Хуан" }],
  ["Ігор Бондар", "first-last", { firstName: "Ігор", lastName: "Бондар" }],
  ["Ігор Петрович Бондар", "first-last", { firstName: "Ігор", patronymic: "Петрович", lastName: "Бондар" }],
  ["   ", "last-first", {}],
] as const)("the name %j, %s (F36)", (typed, order, expected) => {
  expect(splitName(typed, order)).toEqual(expected);
});

test.each([
  ["067 123 45 67", "+380671234567"],
  ["+38 (067) 123-45-67", "+380671234567"],
  ["380671234567", "+380671234567"],
  ["8 067 123 45 67", "+380671234567"],
  ["+48 512 345 678", "+48512345678"],
  ["12345", undefined],
  ["", undefined],
])("the phone %j is %s", (typed, expected) => {
  expect(normalPhone(typed, "UA")).toBe(expected);
});

test("a number that is not valid is still compared by its digits, a short one by nothing", () => {
  expect(phoneKey("000-00-00", "UA")).toBe("0000000");
  expect(phoneKey("12", "UA")).toBeUndefined();
  expect(nationalDigits("+380671234567")).toBe("671234567");
});

test.each([
  ["Ihor@Example.COM ", "ihor@example.com"],
  ["no-at.example.com", undefined],
  ["two@@example.com", undefined],
  ["a@b", undefined],
  [`${"x".repeat(250)}@example.com`, undefined],
  ["", undefined],
])("the e-mail %j is %s (F31)", (typed, expected) => {
  expect(normalEmail(typed)).toBe(expected);
});
