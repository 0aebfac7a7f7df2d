import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { makeVault } from "./encrypt.ts";

const first = Buffer.alloc(32, 1).toString("base64");
const second = Buffer.alloc(32, 2).toString("base64");
const about = "c1:crm_key";

test("what is sealed opens again and is not readable before", () => {
  const vault = makeVault([first], randomBytes);

  const sealed = vault.seal("ключ 🔑", about);

  expect(vault.open(sealed, about)).toBe("ключ 🔑");
  expect(sealed).not.toContain(Buffer.from("ключ").toString("base64url"));
  expect(vault.seal("ключ 🔑", about)).not.toBe(sealed);
});

test("a value of another place does not open", () => {
  const vault = makeVault([first], randomBytes);

  const sealed = vault.seal("x", about);

  expect(() => vault.open(sealed, "c2:crm_key")).toThrow(expect.objectContaining({ code: "not-genuine" }));
});

test("a changed value does not open", () => {
  const vault = makeVault([first], randomBytes);
  const [version, id, body] = vault.seal("secret", about).split(".") as [string, string, string];
  const bytes = Buffer.from(body, "base64url");

  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    const sealed = `${version}.${id}.${changed.toString("base64url")}`;
    expect(() => vault.open(sealed, about)).toThrow(expect.objectContaining({ code: "not-genuine" }));
  }
});

test("after a change of keys old values still open, and are known as old", () => {
  const sealed = makeVault([first], randomBytes).seal("x", about);

  const rotated = makeVault([second, first], randomBytes);

  expect(rotated.open(sealed, about)).toBe("x");
  expect(rotated.isCurrent(sealed)).toBe(false);
  expect(rotated.isCurrent(rotated.seal("x", about))).toBe(true);
  expect(() => makeVault([second], randomBytes).open(sealed, about)).toThrow(
    expect.objectContaining({ code: "key-missing" }),
  );
});

test.each(["", "plain", "v1.abc", "v2.12345678.AAAA", "v1.12345678.AAAA"])("%j is not a sealed value", (text) => {
  const vault = makeVault([first], randomBytes);

  expect(() => vault.open(text, about)).toThrow(expect.objectContaining({ code: "unreadable" }));
});

test.each([[[]], [["short"]], [[first, "AAAA"]]])("keys %j are refused", (keys) => {
  expect(() => makeVault(keys, randomBytes)).toThrow(expect.objectContaining({ code: "bad-key" }));
});
