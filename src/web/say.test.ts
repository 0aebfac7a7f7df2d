import { expect, test } from "vitest";
import { hasText, languageOf, say } from "./say.ts";
import { en } from "./text/en.ts";
import { es } from "./text/es.ts";
import { ru } from "./text/ru.ts";
import { uk } from "./text/uk.ts";

const generic =
  "malformed unauthorized forbidden not_found method_not_allowed connection_not_active too_large too_many internal";
const connecting =
  "crm_address_refused crm_unreachable crm_key_rejected crm_scopes_missing site_required site_unknown horoshop_address_refused horoshop_unreachable " +
  "horoshop_not_a_shop horoshop_login_rejected horoshop_api_unavailable currency_mismatch connection_exists site_taken site_in_use shop_changed";
const states = "shop_missing site_missing mapping_incomplete paused inactive frozen";
const mapping = "mapping_not_one_to_one mapping_unknown_element";
const problems =
  "status_unmapped delivery_unmapped payment_unmapped element_removed crm_refused_order payment_not_allowed total_differs shop_refused_status " +
  "order_closed_in_shop final_status_waiting order_missing_in_shop customer_ambiguous external_id_taken tracking_not_supported crm_status_unmapped " +
  "offer_unknown shop_unreachable crm_unreachable shop_login_rejected crm_key_rejected crm_scopes_missing catalog_shrunk catalog_stale " +
  "catalog_elsewhere module_card_refused currency_mismatch webhook_removed sync_silent";

test.each([generic, connecting, states, mapping, problems].flatMap((group) => group.split(" ")))(
  "%s of the contract has a text",
  (code) => {
    expect(hasText(code)).toBe(true);
  },
);

const placeholders = (text: string) => [...text.matchAll(/\{\+?\w+\}/g)].map(String).sort();
const brackets = (text: string) => text.replace(/[^[\]{}]/g, "");

test.each([
  ["uk", uk],
  ["ru", ru],
  ["es", es],
])("%s has the same codes and placeholders as English", (_, dictionary) => {
  expect(Object.keys(dictionary)).toEqual(Object.keys(en));
  for (const [code, text] of Object.entries(dictionary)) {
    expect(placeholders(text), code).toEqual(placeholders(en[code]!));
    expect(brackets(text).replace(/\{\}/g, ""), code).toBe(brackets(en[code]!).replace(/\{\}/g, ""));
    expect(text, code).not.toBe(en[code]);
  }
});

test("every placeholder stands in a part that can be left out", () => {
  for (const [code, text] of Object.entries(en)) expect(text.replace(/\[[^\]]*\]/g, ""), code).not.toMatch(/[{}]/);
});

test("parts without a value are left out, lists are joined, zero counts only where a zero says something", () => {
  expect(say("en", "crm_scopes_missing", { missing: ["order_read", "order_write"] })).toContain(
    "lacks rights: order_read, order_write.",
  );
  expect(say("en", "crm_scopes_missing")).toContain("lacks rights. Switch");
  expect(say("en", "mapping_incomplete", { statuses: 2, deliveryTypes: 0 })).toMatch(/complete\. Statuses: 2\. Give/);
  expect(say("en", "catalog_shrunk", { vanished: 0, before: 100 })).toContain("0 of 100");
  expect(say("uk", "site_required", { sites: [{ code: "a", name: "Перший" }, { code: "b" }] })).toContain("Перший, b");
});

test("a waiting final status is called by its title", () => {
  const waiting = { status: 4, name: "Не доставлено", crm: "cancel-other" };

  for (const language of ["uk", "en", "ru", "es"] as const) {
    expect(say(language, "final_status_waiting", waiting)).toContain("Не доставлено");
    expect(say(language, "final_status_waiting", waiting)).not.toContain("4");
  }
});

test("an unknown code is named, not thrown, also one that every object has", () => {
  expect(say("en", "new_code")).toContain("(new_code)");
  expect(say("es", "constructor")).toContain("(constructor)");
});

test.each([
  [undefined, "en"],
  ["", "en"],
  ["uk-UA,uk;q=0.9,en;q=0.5", "uk"],
  ["ua", "uk"],
  ["en;q=0.3, ru;q=0.8", "ru"],
  ["de, es;q=0.2, en;q=0.1", "es"],
  ["de-DE", "en"],
  ["*", "en"],
  ["ru;q=0, es", "es"],
  ["ru;q=broken, uk;q=0.1", "ru"],
])("Accept-Language %j is answered in %s", (header, language) => {
  expect(languageOf(header)).toBe(language);
});
