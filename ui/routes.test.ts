import { expect, test } from "vitest";
import { pathOf, readRoute } from "./routes.ts";

test.each([
  ["/", "list", {}],
  ["/connect", "connect", {}],
  ["/connections/c1", "overview", { id: "c1" }],
  ["/connections/c1/", "overview", { id: "c1" }],
  ["/connections/c1/orders/10%2F1", "order", { id: "c1", order: "10/1" }],
  ["/connections/c1/archive", "archive", { id: "c1" }],
  ["/connections/c1/comparison", "comparison", { id: "c1" }],
  ["/connections", "list", {}],
  ["/login", "list", {}],
  ["/nowhere", "missing", {}],
  ["/connections/c1/nothing", "missing", {}],
  ["/connections/%E0%A4%A", "missing", {}],
])("%s is the page %s", (path, page, params) => {
  const route = readRoute(path, "");

  expect(route.page).toBe(page);
  expect(route.params).toEqual(params);
});

test("an address that was made is read back", () => {
  const path = pathOf("order", { id: "c 1", order: "10/1" });

  expect(readRoute(path, "").params).toEqual({ id: "c 1", order: "10/1" });
});

test("empty filters leave no trace in the address", () => {
  expect(pathOf("orders", { id: "c1" }, { state: "held", problem: "" })).toBe("/connections/c1/orders?state=held");
  expect(readRoute("/connections/c1/orders", "?state=held").query.get("state")).toBe("held");
});
