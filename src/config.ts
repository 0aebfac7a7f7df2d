import { z } from "zod";

/**
 * What the operator sets from outside (contract 2). `readConfig` only reads the environment; the secrets that are made
 * once and kept in the data folder are added by `keepSecrets` (keep-secrets.ts).
 */
export type Config = {
  host: string;
  /** 0 takes a free port. */
  port: number;
  /** Without a slash at the end. With port 0 and no PUBLIC_URL it is right only after `serve` has set it. */
  publicUrl: string;
  /** false: `publicUrl` was concluded from host and port. */
  publicUrlIsSet: boolean;
  dataDir: string;
  /** undefined: the embedded database in `dataDir`. */
  databaseUrl: string | undefined;
  role: "all" | "web" | "worker";
  /** base64, 32 bytes each; the first encrypts, all decrypt. Empty until `keepSecrets`. */
  secretKeys: string[];
  /** Empty until `keepSecrets`. */
  adminToken: string;
  moduleCode: string;
  moduleSecret: string | undefined;
  syncIntervalMs: number;
  archiveIntervalMs: number;
  catalogIntervalMs: number;
  stockIntervalMs: number;
  /** 0: no quick looks. */
  quickIntervalMs: number;
  openConnect: boolean;
  supportUrl: string | undefined;
  docsUrl: string | undefined;
  retryBaseMs: number;
  /** Lower case, without dots at the ends; `d` admits `d` and `x.d`. */
  crmDomains: string[];
  allowLocalTargets: boolean;
  alertWebhookUrl: string | undefined;
  smtpUrl: string | undefined;
  /** One or several addresses, comma-separated. */
  alertEmailTo: string | undefined;
  alertEmailFrom: string | undefined;
  telegramBotToken: string | undefined;
  telegramChatId: string | undefined;
  heartbeatUrl: string | undefined;
  logLevel: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
};

/** A wrong value of the environment. The message is one line and holds no secret. */
export class ConfigError extends Error {
  readonly variable: string;

  constructor(variable: string, expected: string) {
    super(`${variable}: ${expected}`);
    this.name = "ConfigError";
    this.variable = variable;
  }
}

export type Environment = Record<string, string | undefined>;

/** May be quoted in the error line; all others could be secret. */
const quotable =
  /^(HOST|PORT|ROLE|LOG_LEVEL|MODULE_CODE|CRM_DOMAINS|OPEN_CONNECT|ALLOW_LOCAL_TARGETS|RETRY_BASE|\w+_INTERVAL)$/;

/**
 * Reads the environment. An empty variable counts as not set.
 * @throws ConfigError for the first wrong value
 */
export function readConfig(environment: Environment): Config {
  const given: Environment = {};
  for (const name of Object.keys(variables.shape)) given[name] = environment[name]?.trim() || undefined;

  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const name = String(issue.path[0]);
    const value = quotable.test(name) ? `, not ${JSON.stringify(String(given[name]).slice(0, 60))}` : "";
    throw new ConfigError(name, `expected ${issue.message}${value}`);
  }
  const env = parsed.data;
  checkTogether(env);

  return {
    host: env.HOST,
    port: env.PORT,
    publicUrl: env.PUBLIC_URL ?? addressOf(env.HOST, env.PORT),
    publicUrlIsSet: env.PUBLIC_URL !== undefined,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    role: env.ROLE,
    secretKeys: env.SECRET_KEY ?? [],
    adminToken: env.ADMIN_TOKEN ?? "",
    moduleCode: env.MODULE_CODE,
    moduleSecret: env.MODULE_SECRET,
    syncIntervalMs: env.SYNC_INTERVAL,
    archiveIntervalMs: env.ARCHIVE_INTERVAL,
    catalogIntervalMs: env.CATALOG_INTERVAL,
    stockIntervalMs: env.STOCK_INTERVAL,
    quickIntervalMs: env.QUICK_INTERVAL,
    openConnect: env.OPEN_CONNECT,
    supportUrl: env.SUPPORT_URL,
    docsUrl: env.DOCS_URL,
    retryBaseMs: env.RETRY_BASE,
    crmDomains: env.CRM_DOMAINS,
    allowLocalTargets: env.ALLOW_LOCAL_TARGETS,
    alertWebhookUrl: env.ALERT_WEBHOOK_URL,
    smtpUrl: env.SMTP_URL,
    alertEmailTo: env.ALERT_EMAIL_TO,
    alertEmailFrom: env.ALERT_EMAIL_FROM,
    telegramBotToken: env.TELEGRAM_BOT_TOKEN,
    telegramChatId: env.TELEGRAM_CHAT_ID,
    heartbeatUrl: env.HEARTBEAT_URL,
    logLevel: env.LOG_LEVEL,
  };
}

/** `http://HOST:PORT`, with brackets around an IPv6 address. */
export function addressOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** `500ms`, `2s`, `10m`, `3h` → milliseconds; undefined for anything else. A bare `0` is allowed. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text);
  if (!match) return undefined;
  const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] as "ms" | "s" | "m" | "h"];
  return Math.round(Number(match[1]) * unitMs);
}

function checkTogether(env: z.output<typeof variables>): void {
  if (env.DATABASE_URL && !env.SECRET_KEY) {
    throw new ConfigError("SECRET_KEY", "required with DATABASE_URL: 32 bytes, base64 (openssl rand -base64 32)");
  }
  if (env.DATABASE_URL && !env.ADMIN_TOKEN) {
    throw new ConfigError("ADMIN_TOKEN", "required with DATABASE_URL: the operator's token (openssl rand -hex 32)");
  }
  if (env.TELEGRAM_BOT_TOKEN && !env.TELEGRAM_CHAT_ID) {
    throw new ConfigError("TELEGRAM_CHAT_ID", "required with TELEGRAM_BOT_TOKEN: the chat that gets the alerts");
  }
  if (env.TELEGRAM_CHAT_ID && !env.TELEGRAM_BOT_TOKEN) {
    throw new ConfigError("TELEGRAM_BOT_TOKEN", "required with TELEGRAM_CHAT_ID: the token of the bot that sends");
  }
  if (env.ALERT_EMAIL_TO && !env.SMTP_URL) {
    throw new ConfigError("SMTP_URL", "required with ALERT_EMAIL_TO: smtp://… or smtps://…, the server that sends");
  }
}

/** setTimeout cannot wait longer than 2^31 ms (24.8 days). */
const longestMs = 24 * 24 * 3_600_000;

function duration(preset: string, lowestMs = 1) {
  const expected = `a duration such as 500ms, 2s, 10m or 3h${lowestMs === 0 ? " (0 = never)" : ", longer than 0"}, at most 576h`;
  return z
    .string()
    .default(preset)
    .transform((text, check) => {
      const ms = parseDuration(text);
      if (ms !== undefined && ms >= lowestMs && ms <= longestMs) return ms;
      check.addIssue({ code: "custom", message: expected });
      return z.NEVER;
    });
}

function flag() {
  return z
    .enum(["true", "false", "1", "0"], "true or false")
    .default("false")
    .transform((text) => text === "true" || text === "1");
}

function address(protocols: string[], expected: string) {
  return z
    .string()
    .refine((text) => {
      const url = readUrl(text);
      return url !== undefined && protocols.includes(url.protocol) && (url.host !== "" || url.protocol === "mailto:");
    }, expected)
    .optional();
}

const web = ["http:", "https:"];
const host = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const mailbox = /^[^\s@,<>]+@[^\s@,<>]+$/;

const variables = z.object({
  HOST: z
    .string()
    .regex(/^[a-zA-Z0-9._:-]{1,253}$/, "a host name or an IP address")
    .default("127.0.0.1"),
  PORT: z
    .string()
    .refine(
      (text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535,
      "a whole number from 0 to 65535 (0 takes a free port)",
    )
    .default("8080")
    .transform(Number),
  PUBLIC_URL: z
    .string()
    .refine(
      isPublicUrl,
      "an address such as https://connector.example.com: http or https, without path, query or password",
    )
    .transform((text) => new URL(text).origin)
    .optional(),
  DATA_DIR: z.string().default("./data"),
  DATABASE_URL: address(["postgres:", "postgresql:"], "an address such as postgres://user:password@host:5432/database"),
  ROLE: z.enum(["all", "web", "worker"], "all, web or worker").default("all"),
  SECRET_KEY: z.string().transform(toSecretKeys).optional(),
  ADMIN_TOKEN: z.string().refine(isAdminToken, "a token of visible ASCII characters without spaces").optional(),
  MODULE_CODE: z
    .string()
    .regex(/^[a-zA-Z0-9_-]{1,64}$/, "the module's code: letters, digits, - and _")
    .default("horoshop"),
  MODULE_SECRET: z.string().optional(),
  SYNC_INTERVAL: duration("10m"),
  ARCHIVE_INTERVAL: duration("30m"),
  CATALOG_INTERVAL: duration("3h"),
  STOCK_INTERVAL: duration("15m"),
  QUICK_INTERVAL: duration("1m", 0),
  OPEN_CONNECT: flag(),
  SUPPORT_URL: address([...web, "mailto:"], "an address that starts with https://, http:// or mailto:"),
  DOCS_URL: address(web, "an address that starts with https:// or http://"),
  RETRY_BASE: duration("30s"),
  CRM_DOMAINS: z.string().default("").transform(toDomains),
  ALLOW_LOCAL_TARGETS: flag(),
  ALERT_WEBHOOK_URL: address(web, "an address that starts with https:// or http://"),
  SMTP_URL: address(["smtp:", "smtps:"], "an address such as smtp://user:password@host:587"),
  ALERT_EMAIL_TO: z
    .string()
    .refine(
      (text) => text.split(",").every((one) => mailbox.test(one.trim())),
      "an e-mail address, or several with commas between",
    )
    .optional(),
  ALERT_EMAIL_FROM: z.string().regex(mailbox, "an e-mail address").optional(),
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(/^\d+:[\w-]+$/, "the bot's token, such as 123456:ABC-def")
    .optional(),
  TELEGRAM_CHAT_ID: z
    .string()
    .regex(/^(-?\d+|@\w+)$/, "a chat's number or @name")
    .optional(),
  HEARTBEAT_URL: address(web, "an address that starts with https:// or http://"),
  LOG_LEVEL: z
    .enum(
      ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
      "trace, debug, info, warn, error, fatal or silent",
    )
    .default("info"),
});

export function isAdminToken(text: string): boolean {
  return /^[\x21-\x7e]{1,512}$/.test(text);
}

function readUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function isPublicUrl(text: string): boolean {
  const url = readUrl(text);
  if (!url || !web.includes(url.protocol) || url.username || url.password) return false;
  return url.pathname === "/" && !url.search && !url.hash;
}

function toSecretKeys(text: string, check: z.RefinementCtx): string[] {
  const keys = text.split(",").map((key) => key.trim());
  if (keys.every(isSecretKey)) return keys;
  check.addIssue({
    code: "custom",
    message: "32 bytes in base64 (openssl rand -base64 32), or several such keys with commas between",
  });
  return z.NEVER;
}

/** Exactly 32 bytes in base64, with or without padding. */
export function isSecretKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}=?$/.test(text) && Buffer.from(text, "base64").length === 32;
}

function toDomains(text: string, check: z.RefinementCtx): string[] {
  const domains = text
    .toLowerCase()
    .split(",")
    .map((domain) => domain.trim().replace(/^\.|\.$/g, ""))
    .filter((domain) => domain !== "");
  if (domains.every((domain) => host.test(domain))) return domains;
  check.addIssue({ code: "custom", message: "domain names with commas between, such as crm.example.com,example.org" });
  return z.NEVER;
}
