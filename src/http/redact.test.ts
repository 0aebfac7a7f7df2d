import { expect, test } from "vitest";
import { maskPersonal, redact } from "./redact.ts";

test("secrets go, whatever they stand in", () => {
  const text = redact(
    'GET https://u:hunter22@x.example/api?apiKey=abcDEF123&limit=20 {"token":"3f0c9b7e51d24a86b2c7de4418a0f963","password": "tr0ub4dor"} Bearer abcdefgh12 crm-key-77',
    ["crm-key-77"],
  );

  for (const secret of [
    "hunter22",
    "abcDEF123",
    "3f0c9b7e51d24a86b2c7de4418a0f963",
    "tr0ub4dor",
    "abcdefgh12",
    "crm-key-77",
  ]) {
    expect(text).not.toContain(secret);
  }
  expect(text).toContain("limit=20");
});

test("phones and addresses of people go, order numbers and sums stay", () => {
  const text = redact("order 10427 of 2026-03-01, 1299.50 UAH, +38 (067) 111-22-33, 0671112233, iryna@example.net");

  expect(text).toBe("order 10427 of 2026-03-01, 1299.50 UAH, ***33, ***33, i***@***");
});

test("a record keeps its shape and loses its person", () => {
  const masked = maskPersonal({
    order_id: 10427,
    delivery_name: "Зразок Ірина",
    delivery_phone: "+38 (067) 111-22-33",
    phones: [{ number: "0671112233" }],
    email: "iryna@example.net",
    products: [{ title: "Термос", price: "480", article: "TR-1000" }],
    delivery: { code: "nova-poshta", address: { city: "Луцьк", text: "вул. Прикладна, 5" } },
    comment: "дзвоніть 0671112233",
    apiKey: "abc",
    status: { code: "new" },
  });

  expect(masked).toEqual({
    order_id: 10427,
    delivery_name: "З*** І***",
    delivery_phone: "***33",
    phones: [{ number: "***33" }],
    email: "i***@***",
    products: [{ title: "Термос", price: "480", article: "TR-1000" }],
    delivery: { code: "nova-poshta", address: { city: "Луцьк", text: "***" } },
    comment: "***",
    apiKey: "***",
    status: { code: "new" },
  });
});
