import { expect, test } from "vitest";
import type { CrmCustomer } from "../retailcrm/schema.ts";
import { matchCompany } from "./company.ts";
import { groupPersons, keysOfCard, linkKeys, type Person, phoneForCard } from "./person.ts";
import { detourFor } from "./refusals.ts";

function person(phone: string | undefined, email?: string, name = "Ігор"): Person {
  return { keys: { phone, email }, draft: { firstName: name, ...(phone ? { phones: [{ number: phone }] } : {}) } };
}

function card(changes: Partial<CrmCustomer> = {}): CrmCustomer {
  return { id: 1, phones: [], firstName: "Ігор", ...changes };
}

test.each([
  ["nothing is known by nothing", person(undefined), []],
  ["a phone", person("+380671"), ["phone:+380671"]],
  ["both, and both together", person("+380671", "a@b.c"), ["phone:+380671", "email:a@b.c", "pair:+380671 a@b.c"]],
])("keys of a person: %s", (_, { keys }, expected) => {
  expect(linkKeys(keys)).toEqual(expected);
});

test.each([
  ["has both", { phone: true, email: true }, ["phone:+380671", "email:a@b.c"]],
  [
    "lacks the phone: that may be the recipient's",
    { phone: false, email: true },
    ["email:a@b.c", "pair:+380671 a@b.c"],
  ],
  ["lacks the e-mail", { phone: true, email: false }, ["phone:+380671", "pair:+380671 a@b.c"]],
])("a card that %s", (_, has, expected) => {
  expect(keysOfCard({ phone: "+380671", email: "a@b.c" }, has)).toEqual(expected);
});

test("in one batch people find each other as one after another would: by phone, else by e-mail, never by hearsay", () => {
  const first = person("1", "a@b.c");
  const samePhone = person("1", "other@b.c");
  const sameEmail = person("2", "a@b.c");
  const phoneOfTheRecipient = person("2");

  const groups = groupPersons([first, samePhone, sameEmail, phoneOfTheRecipient]);

  expect(groups).toEqual([[first, samePhone, sameEmail], [phoneOfTheRecipient]]);
});

test.each([
  ["the same name", card(), "Ігор", "1"],
  ["more of the name", card({ lastName: "Бондар" }), "Ігор", "1"],
  ["no name at all", card({ firstName: undefined }), "Ігор", "1"],
  ["another name: the recipient's phone", card({ firstName: "Олена" }), "Ігор", undefined],
  ["a phone of its own", card({ phones: ["2"] }), "Ігор", undefined],
])("a card found by e-mail, with %s", (_, found, name, expected) => {
  expect(phoneForCard(found, person("1", "a@b.c", name))).toBe(expected);
});

test("companies are the same by their whole name only, those of our site before others", () => {
  const one = (id: number, nickName: string, site = "demo-site") => ({ id, nickName, site });

  const found = [one(1, "Чайник Плюс"), one(2, " чайник "), one(3, "ЧАЙНИК", "other")];

  expect(matchCompany(found, "Чайник", "demo-site").map(({ id }) => id)).toEqual([2]);
  expect(matchCompany(found, "Чайник", "third").map(({ id }) => id)).toEqual([2, 3]);
  expect(matchCompany(found, "Плюс", "demo-site")).toEqual([]);
});

test("an order of a company goes with its person rather than not at all; a person is replaced, then left out", () => {
  const company = { customer: { id: 9, type: "customer_corporate" as const } };
  const plain = { customer: { id: 1 } };

  expect(detourFor("contact: not found", company, new Set())).toBe("without-company");
  expect(detourFor("something else", company, new Set())).toBe("without-company");
  expect(detourFor("customer.id: not found", plain, new Set())).toBe("other-customer");
  expect(detourFor("customer.id: not found", plain, new Set(["other-customer"] as const))).toBe("without-customer");
  expect(detourFor("something else", plain, new Set())).toBeUndefined();
});
