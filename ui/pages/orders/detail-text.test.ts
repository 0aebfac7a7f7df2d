import { expect, test } from "vitest";
import { detailText } from "./detail-text.ts";

const words = (name: string) => ({ crm: "CRM:", crmNumber: "number", status: "status" })[name] ?? `${name}:`;
const say = (detail: unknown) => detailText(detail, words, (code) => `<${code}>`);

test.each([
  [undefined, ""],
  ["plain words", "plain words"],
  [{ message: "A sentence." }, "A sentence."],
  [{ crmOrderId: 1055, crmNumber: "10014" }, "number 10014"],
  [{ crmOrderId: 1055, crmNumber: null }, ""],
  [{ crm: "delivering" }, "CRM: delivering"],
  [{ reason: "Access denied." }, "Access denied."],
  [
    { problem: "final_status_waiting", status: 4, name: "Не доставлено", crm: "cancel-other" },
    "<final_status_waiting> · Не доставлено · CRM: cancel-other",
  ],
  [{ status: 6 }, "status 6"],
  [{ something: 1 }, "something: 1"],
])("%j is told as %j", (detail, line) => {
  expect(say(detail)).toBe(line);
});
