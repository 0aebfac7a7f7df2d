import { expect, test } from "vitest";
import { addressOf, ConfigError, type Environment, parseDuration, readConfig } from "./config.ts";

const key = Buffer.alloc(32, 7).toString("base64");

function refusal(environment: Environment): ConfigError {
  try {
    readConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error as ConfigError;
  }
  throw new Error("was accepted");
}

test("an empty environment gives the documented defaults", () => {
  const config = readConfig({});

  expect(config).toMatchObject({
    host: "127.0.0.1",
    port: 8080,
    publicUrl: "http://127.0.0.1:8080",
    publicUrlIsSet: false,
    dataDir: "./data",
    databaseUrl: undefined,
    role: "all",
    secretKeys: [],
    moduleCode: "horoshop",
    syncIntervalMs: 600_000,
    archiveIntervalMs: 1_800_000,
    catalogIntervalMs: 10_800_000,
    stockIntervalMs: 900_000,
    quickIntervalMs: 60_000,
    retryBaseMs: 30_000,
    openConnect: false,
    allowLocalTargets: false,
    crmDomains: [],
    logLevel: "info",
  });
});

test.each([
  ["500ms", 500],
  ["2s", 2000],
  ["10m", 600_000],
  ["3h", 10_800_000],
  ["1.5s", 1500],
  ["0", 0],
  ["10", undefined],
  ["10 m", undefined],
  ["-1s", undefined],
  ["1d", undefined],
  ["", undefined],
])("duration %j is %j ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  ["PORT", "eighty"],
  ["PORT", "65536"],
  ["PORT", "-1"],
  ["ROLE", "boss"],
  ["SYNC_INTERVAL", "10"],
  ["SYNC_INTERVAL", "0"],
  ["STOCK_INTERVAL", "9999h"],
  ["QUICK_INTERVAL", "soon"],
  ["OPEN_CONNECT", "maybe"],
  ["PUBLIC_URL", "connector.example.com"],
  ["PUBLIC_URL", "https://connector.example.com/path"],
  ["DATABASE_URL", "mysql://localhost/x"],
  ["SECRET_KEY", "c2hvcnQ="],
  ["SECRET_KEY", `${key},short`],
  ["ADMIN_TOKEN", "with space"],
  ["CRM_DOMAINS", "https://crm.example.com"],
  ["SUPPORT_URL", "javascript:alert(1)"],
  ["SMTP_URL", "mail.example.com"],
  ["ALERT_EMAIL_TO", "someone"],
  ["HEARTBEAT_URL", "ftp://x"],
  ["LOG_LEVEL", "loud"],
])("%s=%s is refused in one line that names it", (name, value) => {
  const error = refusal({ [name]: value });

  expect(error.variable).toBe(name);
  expect(error.message).toMatch(new RegExp(`^${name}: expected .+`));
  expect(error.message).not.toContain("\n");
});

test("a wrong secret is not repeated in the error line", () => {
  expect(refusal({ SECRET_KEY: "hunter2" }).message).not.toContain("hunter2");
  expect(refusal({ DATABASE_URL: "mysql://u:hunter2@h/d" }).message).not.toContain("hunter2");
});

test("a database server needs the key and the token from outside", () => {
  const DATABASE_URL = "postgres://u:p@127.0.0.1/d";

  expect(refusal({ DATABASE_URL }).variable).toBe("SECRET_KEY");
  expect(refusal({ DATABASE_URL, SECRET_KEY: key }).variable).toBe("ADMIN_TOKEN");
  expect(readConfig({ DATABASE_URL, SECRET_KEY: key, ADMIN_TOKEN: "operator-token" }).databaseUrl).toBe(DATABASE_URL);
});

test("half an alert channel is refused with the missing half named", () => {
  expect(refusal({ TELEGRAM_BOT_TOKEN: "1:abc" }).variable).toBe("TELEGRAM_CHAT_ID");
  expect(refusal({ TELEGRAM_CHAT_ID: "-5" }).variable).toBe("TELEGRAM_BOT_TOKEN");
  expect(refusal({ ALERT_EMAIL_TO: "a@example.com, b@example.com" }).variable).toBe("SMTP_URL");
});

test("lists, switches and addresses are read into plain values", () => {
  const config = readConfig({
    SECRET_KEY: `${key}, ${Buffer.alloc(32, 9).toString("base64")}`,
    CRM_DOMAINS: " Crm.Example.com, .example.org ,",
    ALLOW_LOCAL_TARGETS: "true",
    PUBLIC_URL: "https://Connector.example.com/",
    QUICK_INTERVAL: "0",
    LOG_LEVEL: "",
  });

  expect(config.secretKeys).toHaveLength(2);
  expect(config.crmDomains).toEqual(["crm.example.com", "example.org"]);
  expect(config.allowLocalTargets).toBe(true);
  expect(config.publicUrl).toBe("https://connector.example.com");
  expect(config.publicUrlIsSet).toBe(true);
  expect(config.quickIntervalMs).toBe(0);
  expect(config.logLevel).toBe("info");
});

test("an IPv6 host stands in brackets in the address", () => {
  expect(addressOf("::1", 80)).toBe("http://[::1]:80");
});
