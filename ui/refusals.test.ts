import { expect, test } from "vitest";
import { ApiError, failureOf } from "./api.ts";
import { readRefusal, sitesOf } from "./refusals.ts";

const words = (code: string) => `words of ${code}`;
const form = ["crm.url", "crm.apiKey", "crm.site", "horoshop.url", "horoshop.login"];

test("a refusal stands at its field in the server's words, the others found at theirs", () => {
  const failure = new ApiError("crm_key_rejected", "Wrong key", 422, {
    details: { also: ["horoshop_login_rejected"] },
  });

  const refusal = readRefusal(failure, form, words);

  expect(refusal.fields).toEqual({ "crm.apiKey": "Wrong key", "horoshop.login": "words of horoshop_login_rejected" });
  expect(refusal.general).toBeUndefined();
});

test("missing permissions are listed", () => {
  const failure = new ApiError("crm_scopes_missing", "Missing", 422, { details: { missing: ["order_read", 1] } });

  expect(readRefusal(failure, form, words).missing).toEqual(["order_read"]);
});

test("what has no field of this form stands above it", () => {
  const failure = new ApiError("currency_mismatch", "UAH and USD", 422);

  expect(readRefusal(failure, form, words)).toEqual({ fields: {}, general: "UAH and USD", missing: [] });
  expect(readRefusal(new ApiError("crm_unreachable", "", 422), ["crm.apiKey"], words).general).toBe(
    "words of crm_unreachable",
  );
});

test("fields named by the server win, and unknown ones are not lost", () => {
  const failure = new ApiError("malformed", "Malformed", 400, {
    fields: { "crm.url": "missing", "crm.other": "unknown" },
  });

  const refusal = readRefusal(failure, form, words);

  expect(refusal.fields).toEqual({ "crm.url": "missing" });
  expect(refusal.general).toBe("crm.other: unknown");
});

test("sites to choose from are read leniently", () => {
  const details = { sites: [{ code: "a", name: "A" }, { code: "b" }, { name: "no code" }, null] };

  expect(sitesOf(new ApiError("site_required", "", 422, { details }))).toEqual([
    { code: "a", name: "A" },
    { code: "b", name: "b" },
  ]);
  expect(sitesOf(new ApiError("site_required", "", 422))).toEqual([]);
});

test("an answer in another shape is unreadable, a bare 401 is unauthorized", () => {
  expect(failureOf(502, undefined).code).toBe("unreadable");
  expect(failureOf(401, "<html>").code).toBe("unauthorized");
  expect(failureOf(409, { error: { code: "connection_exists", message: "There" } })).toMatchObject({
    code: "connection_exists",
    message: "There",
    status: 409,
    fields: {},
  });
});
