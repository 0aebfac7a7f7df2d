import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Logger } from "pino";
import { addressOf, type Config } from "../config.ts";
import { makeVault } from "../db/encrypt.ts";
import { schemaIsCurrent } from "../db/migrate.ts";
import { openStore, type Store } from "../db/open.ts";
import { StoreError } from "../db/store-error.ts";
import { readSecretKeys } from "../keep-secrets.ts";
import { checkSealed } from "./rotate-key.ts";

export type Finding = { level: "ok" | "note" | "wrong"; text: string };

const askTimeoutMs = 5000;
const tokenLengthMin = 16;

/** Looks at everything a start needs and says in plain words what is wrong. Changes nothing. */
export async function examine(config: Config, log: Logger): Promise<Finding[]> {
  const findings = [...checkFolder(config), ...checkAddresses(config)];
  const database = await checkDatabase(config, log);
  findings.push(...database.findings);
  findings.push(...(await checkPort(config, database.inUse)));
  return findings;
}

function checkFolder({ dataDir }: Config): Finding[] {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    return [
      wrong(
        `The data folder ${dataDir} cannot be written (${reason}). Give it to the user that runs the service, or set DATA_DIR.`,
      ),
    ];
  }
  const open = ["secret.key", "admin.token"].filter((name) => isOpenToOthers(join(dataDir, name)));
  const notes = open.map((name) =>
    note(`${join(dataDir, name)} can be read by other users of this machine. Run: chmod 600 ${join(dataDir, name)}`),
  );
  return [ok(`The data folder ${dataDir} can be written.`), ...notes];
}

function isOpenToOthers(file: string): boolean {
  return existsSync(file) && (statSync(file).mode & 0o077) !== 0;
}

function checkAddresses(config: Config): Finding[] {
  const findings: Finding[] = [];
  if (!config.publicUrl.startsWith("https:") && !config.allowLocalTargets) {
    findings.push(
      note(
        `PUBLIC_URL is ${config.publicUrl}: the CRM and the shop reach the service by https only, so webhooks and the one-step connection are off.`,
      ),
    );
  }
  if (config.adminToken && config.adminToken.length < tokenLengthMin) {
    findings.push(note("ADMIN_TOKEN is short. Take a long random one: openssl rand -hex 32"));
  }
  if (config.allowLocalTargets)
    findings.push(note("ALLOW_LOCAL_TARGETS is on: addresses inside this network are accepted. For tests only."));
  return findings;
}

async function checkDatabase(config: Config, log: Logger): Promise<{ findings: Finding[]; inUse: boolean }> {
  if (!config.databaseUrl && !existsSync(join(config.dataDir, "pg"))) {
    return {
      findings: [note("There is no database yet. The first start makes it, and the keys with it.")],
      inUse: false,
    };
  }
  let store: Store;
  try {
    store = await openStore({
      dataDir: config.dataDir,
      ...(config.databaseUrl && { databaseUrl: config.databaseUrl }),
      log,
    });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === "store_in_use")
      return { findings: [ok("The embedded database is in use by the running service.")], inUse: true };
    return { findings: [wrong(`The database cannot be used: ${error.message}.`)], inUse: false };
  }
  try {
    const isCurrent = await schemaIsCurrent(store.db);
    const schema = isCurrent
      ? ok("The database answers and its schema is current.")
      : wrong("The database's schema is not of this version. Run: migrate (or start the service)");
    return { findings: [schema, ...(isCurrent ? await checkKeys(config, store) : [])], inUse: false };
  } finally {
    await store.close();
  }
}

async function checkKeys(config: Config, store: Store): Promise<Finding[]> {
  const secretKeys = readSecretKeys(config);
  const state = await checkSealed(
    store.db,
    makeVault(secretKeys, () => Buffer.alloc(12)),
  );
  const first = state.unreadable[0];
  if (first) {
    const where = `${first.column} of connection ${first.connectionId}`;
    return [
      wrong(
        `${state.unreadable.length} stored credentials cannot be opened (${where}: ${first.reason}). Put the right key into SECRET_KEY, or enter the credentials again.`,
      ),
    ];
  }
  if (state.older > 0) return [note(`${state.older} stored credentials are sealed with an older key. Run: rotate-key`)];
  return [ok(`The secret key opens all stored credentials (${state.connections} connections).`)];
}

async function checkPort(config: Config, inUse: boolean): Promise<Finding[]> {
  if (config.role === "worker") return [note("ROLE is worker: this process listens on no port.")];
  if (config.port === 0) {
    if (inUse) return [note("PORT is 0, so the running service's address is not known here. Its first lines name it.")];
    return [ok("PORT is 0: a free port is taken at the start.")];
  }
  const address = addressOf(localHost(config.host), config.port);
  const health = await ask(`${address}/healthz`);
  if (health?.body.ok === true) return askReadiness(address);
  if (health) return [wrong(`Another program answers at ${address}. Stop it, or set PORT.`)];
  const refusal = await tryToListen(config);
  if (refusal)
    return [wrong(`The service cannot listen on ${config.host}:${config.port} (${refusal}). Set HOST or PORT.`)];
  if (inUse)
    return [
      wrong(`The database is in use, but no service answers at ${address}. Is it running with another HOST or PORT?`),
    ];
  return [ok(`Port ${config.port} is free.`)];
}

async function askReadiness(address: string): Promise<Finding[]> {
  const readiness = await ask(`${address}/readyz`);
  if (readiness?.body.ready === true) return [ok(`The service answers at ${address} and is ready.`)];
  return [
    wrong(
      `The service answers at ${address} but is not ready: ${String(readiness?.body.reason ?? "no reason given")}.`,
    ),
  ];
}

async function ask(url: string): Promise<{ body: Record<string, unknown> } | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(askTimeoutMs) });
    const body: unknown = await response.json().catch(() => ({}));
    return { body: typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {} };
  } catch {
    return undefined;
  }
}

/** An address that means "every interface" is asked on this machine's own. */
function localHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}

function tryToListen({ host, port }: Config): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen(port, host, () => probe.close(() => resolve(undefined)));
  });
}

function ok(text: string): Finding {
  return { level: "ok", text };
}

function note(text: string): Finding {
  return { level: "note", text };
}

function wrong(text: string): Finding {
  return { level: "wrong", text };
}
