import { expect, test } from "vitest";
import { whyDifferent } from "./why-different.ts";

const difference = (field: string, writable: boolean, unpaired?: boolean) => ({
  field,
  shop: 1,
  crm: "new",
  writable,
  ...(unpaired && { unpaired }),
});
const order = (code?: string) => ({ problem: code ? { code, message: "", params: {} } : null });

test.each([
  [difference("status", true, true), order(), "unpaired"],
  [difference("status", true), order("final_status_waiting"), "waiting"],
  [difference("paid", true), order("final_status_waiting"), "writable"],
  [difference("status", true), order(), "writable"],
  [difference("tracking", false), order("tracking_not_supported"), "refused"],
  [difference("items", false), order(), "readOnly"],
] as const)("why a difference stays (%#)", (one, its, why) => {
  expect(whyDifferent(one, its)).toBe(why);
});
