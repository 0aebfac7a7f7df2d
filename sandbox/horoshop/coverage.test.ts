import { expect, test } from "vitest";
import { openTestShop } from "./ask.ts";
import { coverage } from "./coverage.ts";
import { shopFunctions } from "./functions.ts";

test("the coverage list names every route, and no route that is not there", () => {
  const answered = Object.keys(coverage).filter((name) => coverage[name]!.state !== "not-yet");

  expect(answered.sort()).toEqual(Object.keys(shopFunctions).sort());
});

test("what is not there yet answers as an unknown function", async () => {
  const { signIn } = openTestShop();
  const call = await signIn();
  const missing = Object.keys(coverage).filter((name) => coverage[name]!.state === "not-yet");

  expect(missing.length).toBeGreaterThan(0);
  for (const name of missing) {
    expect((await call(name)).body).toEqual({ status: "UNDEFINED_FUNCTION", response: [] });
  }
});
