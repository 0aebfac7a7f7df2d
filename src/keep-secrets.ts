import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Config, ConfigError, isAdminToken, isSecretKey } from "./config.ts";

/**
 * The configuration with its secrets: from the environment, else from the files of the data folder, made there (mode
 * 0600) at the first start.
 * @throws ConfigError when a file cannot be read or written or does not hold a secret
 */
export function keepSecrets(config: Config, random: { bytes(count: number): Buffer }): Config {
  const { dataDir } = config;
  const adminToken =
    config.adminToken ||
    keptSecret(dataDir, "admin.token", isAdminToken, "the operator's token", () =>
      random.bytes(32).toString("base64url"),
    );
  if (config.secretKeys.length > 0) return { ...config, adminToken };

  const makeKey = () => {
    // A new key could open nothing of what an existing database holds.
    if (existsSync(join(dataDir, "pg"))) {
      throw new ConfigError(
        "SECRET_KEY",
        `${join(dataDir, "secret.key")} is missing although the folder holds a database: put the file back, or set the key`,
      );
    }
    return random.bytes(32).toString("base64");
  };
  const keys = keptSecret(dataDir, "secret.key", isKeys, "32 bytes in base64", makeKey);
  return { ...config, adminToken, secretKeys: toKeys(keys) };
}

/**
 * The secret keys in use, without making any.
 * @throws ConfigError when there are none yet
 */
export function readSecretKeys(config: Config): string[] {
  if (config.secretKeys.length > 0) return config.secretKeys;
  const missing = () => {
    throw new ConfigError(
      "SECRET_KEY",
      `neither set nor kept in ${join(config.dataDir, "secret.key")}: put the file back, or set the key`,
    );
  };
  return toKeys(keptSecret(config.dataDir, "secret.key", isKeys, "32 bytes in base64", missing));
}

function toKeys(text: string): string[] {
  return text.split(",").map((key) => key.trim());
}

function isKeys(text: string): boolean {
  return toKeys(text).every(isSecretKey);
}

function keptSecret(
  dataDir: string,
  name: string,
  isSecret: (text: string) => boolean,
  what: string,
  make: () => string,
): string {
  const file = join(dataDir, name);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (!existsSync(file)) writeOnce(file, make());
    const text = readFileSync(file, "utf8").trim();
    if (isSecret(text)) return text;
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new ConfigError("DATA_DIR", `${file} cannot be read or written (${reason}): expected a folder of this user`);
  }
  throw new ConfigError(
    "DATA_DIR",
    `${file} does not hold ${what}: put the right file back, or set the variable instead`,
  );
}

/** Whole or not at all, and the first of two simultaneous starts wins. */
function writeOnce(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${text}\n`, { mode: 0o600, flush: true });
  chmodSync(draft, 0o600);
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST")
      writeFileSync(file, `${text}\n`, { mode: 0o600, flag: "wx", flush: true });
  } finally {
    rmSync(draft, { force: true });
  }
}
