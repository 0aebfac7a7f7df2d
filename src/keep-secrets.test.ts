import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConfigError, readConfig } from "./config.ts";
import { keepSecrets } from "./keep-secrets.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secrets-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let next = 1;
const random = { bytes: (count: number) => Buffer.alloc(count, next++) };

test("secrets are made once, kept with mode 0600 and read again", () => {
  const dataDir = join(folder, "new", "data");

  const first = keepSecrets(readConfig({ DATA_DIR: dataDir }), random);
  const second = keepSecrets(readConfig({ DATA_DIR: dataDir }), random);

  expect(first.adminToken.length).toBeGreaterThan(30);
  expect(Buffer.from(first.secretKeys[0]!, "base64")).toHaveLength(32);
  expect(second).toEqual(first);
  for (const name of ["secret.key", "admin.token"]) expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600);
});

test("secrets from the environment win and no file is made", () => {
  const key = Buffer.alloc(32, 3).toString("base64");
  const config = readConfig({ DATA_DIR: join(folder, "none"), SECRET_KEY: key, ADMIN_TOKEN: "from-outside" });

  const kept = keepSecrets(config, random);

  expect(kept).toMatchObject({ secretKeys: [key], adminToken: "from-outside" });
  expect(() => statSync(join(folder, "none"))).toThrow();
});

test("a file that holds no key is an error that names it, not a new key", () => {
  writeFileSync(join(folder, "secret.key"), "torn");

  expect(() => keepSecrets(readConfig({ DATA_DIR: folder }), random)).toThrow(
    /secret\.key does not hold 32 bytes in base64/,
  );
  expect(readFileSync(join(folder, "secret.key"), "utf8")).toBe("torn");
});

test("a lost key beside an existing database is an error: a new one could open nothing", () => {
  mkdirSync(join(folder, "pg"));

  expect(() => keepSecrets(readConfig({ DATA_DIR: folder }), random)).toThrow(/SECRET_KEY: .*missing/);
});

test("a data folder that cannot be used is a configuration error", () => {
  writeFileSync(join(folder, "file"), "");
  chmodSync(join(folder, "file"), 0o600);

  expect(() => keepSecrets(readConfig({ DATA_DIR: join(folder, "file") }), random)).toThrow(ConfigError);
});
