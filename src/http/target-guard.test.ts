import { expect, test } from "vitest";
import { createTargetGuard, isPublicAddress } from "./target-guard.ts";

test.each([
  "127.0.0.1",
  "127.9.9.9",
  "0.0.0.0",
  "10.1.2.3",
  "172.16.0.1",
  "192.168.1.1",
  "100.64.0.1",
  "169.254.169.254",
  "192.0.0.1",
  "192.0.2.1",
  "198.18.0.1",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:10.0.0.1",
  "::ffff:7f00:1",
  "fe80::1",
  "fc00::1",
  "fd12:3456::1",
  "ff02::1",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "2001:db8::1",
  "nonsense",
])("%s is not public", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(["93.184.216.34", "2606:4700::6810:85e5", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"])(
  "%s is public",
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  "http://shop.example.org/",
  "https://shop.example.org:8443/",
  "https://93.184.216.34/",
  "https://[2606:4700::1]/",
  "https://user:pw@shop.example.org/",
  "https://localhost/",
  "https://db/",
  "https://printer.local/",
  "https://2130706433/",
  "ftp://shop.example.org/",
])("%s is refused", (address) => {
  const guard = createTargetGuard({ allowLocal: false });

  expect(() => guard.checkUrl(new URL(address))).toThrow(expect.objectContaining({ reason: "forbidden-target" }));
});

test("public https is accepted; local targets are when allowed, other schemes never", () => {
  createTargetGuard({ allowLocal: false }).checkUrl(new URL("https://shop.example.org/api/"));
  const local = createTargetGuard({ allowLocal: true });

  local.checkUrl(new URL("http://127.0.0.1:8123/"));
  expect(() => local.checkUrl(new URL("ftp://shop.example.org/"))).toThrow(
    expect.objectContaining({ mayHaveLeft: false }),
  );
});

test("one private address among several is enough to refuse a name", async () => {
  const guard = createTargetGuard({
    allowLocal: false,
    resolve: (_name, _options, done) =>
      done(null, [
        { address: "93.184.216.34", family: 4 },
        { address: "::1", family: 6 },
      ]),
  });

  const error = await new Promise((resolve) => guard.lookup("shop.example.org", { all: true }, resolve));

  expect(error).toMatchObject({ reason: "forbidden-target", mayHaveLeft: false });
});
