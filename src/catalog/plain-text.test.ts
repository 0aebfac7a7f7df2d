import { expect, test } from "vitest";
import { cutText, plainText, textIn } from "./plain-text.ts";

test.each([
  ["tags become spaces", "<p>Сталь</p><ul><li>раз</li><li>два</li></ul>", "Сталь раз два"],
  ["what is no tag stays", "кабель <5 м, тиск > 2, a < b", "кабель <5 м, тиск > 2, a < b"],
  ["entities are read", "Tom &amp; Jerry &laquo;&#1051;&#x456;&raquo;&nbsp;1", "Tom & Jerry «Лі» 1"],
  ["an unknown entity stays", "&unknownword; &", "&unknownword; &"],
  [
    "scripts, styles and comments go with their text",
    "a<script>x<b>y</script>b<style>p{}</style>c<!-- d -->e",
    "a b c e",
  ],
  ["an unclosed script hides no more than itself", "a<script>alert(1)", "a"],
  ["control characters go, white space collapses", "a\u0000b\u000b c\t\r\n d\u0007", "ab c d"],
  ["lone surrogates and non-characters go", "a\ud800b\udc00c\ufffed", "abcd"],
  ["whole pairs stay", "😀", "😀"],
  ["nothing is left", " <br/> \u0001 ", ""],
])("F88 %s", (_, raw, expected) => {
  expect(plainText(raw, 255)).toBe(expected);
});

test("limits count code points and tear no pair apart", () => {
  expect(cutText("😀😀😀", 2)).toBe("😀😀");
  expect(cutText("а".repeat(300), 255)).toHaveLength(255);
  expect(plainText("ab cd", 3)).toBe("ab");
});

test("a huge broken text is read in a moment", () => {
  const started = performance.now();

  plainText("<a".repeat(500_000), 255);
  plainText("<script".repeat(100_000), 255);
  plainText("&amp".repeat(500_000), 255);

  expect(performance.now() - started).toBeLessThan(2000);
});

test.each([
  ["the language asked for", { ua: "Так", ru: "Да" }, "ua", "Так"],
  ["Ukrainian under its other key", { uk: "Так", ru: "Да" }, "ua", "Так"],
  ["an empty translation gives way", { ua: " ", ru: "Да" }, "ua", "Да"],
  ["a language the shop lacks", { en: "Yes" }, "ua", "Yes"],
  ["a plain text", "Так", "ua", "Так"],
  ["nothing filled", { ua: "" }, "ua", ""],
  ["no language at all", {}, "ua", ""],
] as const)("textIn: %s", (_, value, language, expected) => {
  expect(textIn(value, language)).toBe(expected);
});
