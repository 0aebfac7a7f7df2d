import { expect, test } from "vitest";
import { toWebAddress } from "./web-address.ts";

test.each([
  ["as it is", "https://shop.example/content/images/1/a-1.jpg", "https://shop.example/content/images/1/a-1.jpg"],
  ["no protocol, a CDN host", "//cdn.example/a.jpg", "https://cdn.example/a.jpg"],
  ["the wrong protocol", "http://shop.example/a.jpg", "https://shop.example/a.jpg"],
  ["relative", "/content/a.jpg", "https://shop.example/content/a.jpg"],
  ["spaces and letters", "https://shop.example/фото 1.jpg", "https://shop.example/%D1%84%D0%BE%D1%82%D0%BE%201.jpg"],
  ["encoded once only", "https://shop.example/%D1%84.jpg?a=1&b=2", "https://shop.example/%D1%84.jpg?a=1&b=2"],
  ["a name in other letters", "https://münchen.example/a", "https://xn--mnchen-3ya.example/a"],
  ["no web address", "data:image/png;base64,AAAA", undefined],
  ["a script", "javascript:alert(1)", undefined],
  ["empty", "  ", undefined],
  ["broken", "https://", undefined],
  ["too long", `https://shop.example/${"a".repeat(2000)}`, undefined],
])("F89 %s", (_, raw, expected) => {
  expect(toWebAddress(raw, "https://shop.example")).toBe(expected);
});

test("a shop without https keeps its protocol", () => {
  expect(toWebAddress("//cdn.example/a.jpg", "http://127.0.0.1:4000")).toBe("http://cdn.example/a.jpg");
  expect(toWebAddress("/a.jpg", "http://127.0.0.1:4000")).toBe("http://127.0.0.1:4000/a.jpg");
});
