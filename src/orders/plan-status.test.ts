import { describe, expect, test } from "vitest";
import { defaultSettings } from "../connections/settings.ts";
import type { Mapping, ReferenceLists } from "../mapping/mapping.ts";
import { planStatus, type StatusSides } from "./plan-status.ts";

const mapping: Mapping = {
  statuses: [
    { horoshop: 1, crm: "new" },
    { horoshop: 2, crm: "assembling" },
    { horoshop: 4, crm: "cancel-other" },
    { horoshop: 5, crm: null, aside: "exclude" },
  ],
  deliveryTypes: [],
  paymentTypes: [],
  paymentStatuses: { paid: null, notPaid: null },
};
const lists: ReferenceLists = {
  statuses: { horoshop: [], crm: [] },
  deliveryTypes: { horoshop: [], crm: [] },
  paymentTypes: { horoshop: [], crm: [] },
  paymentStatuses: { crm: [] },
  fetchedAt: null,
};
const last = { shop: 1, crm: "new" };

function plan(sides: Partial<StatusSides>, settings: Partial<typeof defaultSettings> = {}) {
  const whole = { shop: 1, crm: "new", last, confirmed: null, ...sides };
  return planStatus(whole, mapping, lists, { ...defaultSettings, ...settings });
}

test.each([
  ["nobody moved", {}, "agree"],
  ["both moved to a pair", { shop: 2, crm: "assembling" }, "agree"],
  ["the shop moved", { shop: 2 }, "set-crm"],
  ["the shop moved to what has no pair", { shop: 7 }, "hold"],
  ["the CRM moved", { crm: "assembling" }, "set-shop"],
  ["the CRM moved to what has no pair", { crm: "client-confirmed" }, "differ"],
  ["both moved apart", { shop: 2, crm: "cancel-other" }, "hold"],
  ["nothing is known of the past", { last: undefined, shop: 2 }, "set-shop"],
  ["the shop cancelled, and the CRM went back to what was agreed", { shop: 4 }, "set-crm"],
  ["both stand apart, as agreed", { shop: 2, last: { shop: 2, crm: "new" } }, "differ"],
  ["the CRM moved to a status that locks the order", { crm: "cancel-other" }, "hold"],
  ["… and a person confirmed it", { crm: "cancel-other", confirmed: "cancel-other" }, "set-shop"],
  ["… and another status was confirmed", { crm: "cancel-other", confirmed: "assembling" }, "hold"],
] as const)("%s: %o → %s", (_, sides, expected) => {
  expect(plan(sides).do).toBe(expected);
});

test("settings decide who leads, and what is sent at all", () => {
  const both = { shop: 2, crm: "client-confirmed" };
  expect(plan(both).do).toBe("differ");
  expect(plan(both, { statusConflict: "shop" })).toMatchObject({ do: "set-crm", status: "assembling" });
  expect(plan({ crm: "assembling" }, { sendStatus: false }).do).toBe("differ");
  expect(plan({ crm: "cancel-other" }, { guardFinalStatus: false }).do).toBe("set-shop");
  const off = { ...defaultSettings.updateFromShop, status: false };
  expect(plan({ shop: 2 }, { updateFromShop: off }).do).toBe("differ");
});

describe("one step settles every combination, and doing it twice changes nothing", () => {
  const shopStatuses = [1, 2, 4, 5, 7];
  const crmStatuses = ["new", "assembling", "cancel-other", "client-confirmed"];
  for (const statusConflict of ["crm", "shop"] as const)
    for (const guardFinalStatus of [true, false])
      test(`conflict ${statusConflict}, guard ${guardFinalStatus}`, () => {
        for (const shop of shopStatuses)
          for (const crm of crmStatuses)
            for (const lastShop of shopStatuses)
              for (const lastCrm of crmStatuses) {
                const settings = { statusConflict, guardFinalStatus };
                const first = plan({ shop, crm, last: { shop: lastShop, crm: lastCrm } }, settings);
                if (first.do === "differ" || first.do === "hold") continue;
                const after = { shop: first.agreement.shop, crm: first.agreement.crm, last: first.agreement };
                expect(plan(after, settings), JSON.stringify({ shop, crm, lastShop, lastCrm })).toMatchObject({
                  do: "agree",
                });
              }
      });
});
