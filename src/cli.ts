import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { backup, move, restore } from "./commands/backup.ts";
import { examine, type Finding } from "./commands/doctor.ts";
import { DumpError } from "./commands/dump.ts";
import { rotateKey } from "./commands/rotate-key.ts";
import { type Config, ConfigError } from "./config.ts";
import { makeVault, VaultError } from "./db/encrypt.ts";
import { migrate } from "./db/migrate.ts";
import { openStore } from "./db/open.ts";
import { StoreError } from "./db/store-error.ts";
import { keepSecrets } from "./keep-secrets.ts";

export type Command =
  | { name: "serve" | "help" | "version" | "migrate" | "doctor" | "rotate-key" }
  | { name: "backup" | "restore"; file: string }
  | { name: "move"; to: string }
  | { name: "wrong"; reason: string };

export const usage = `Usage: horoshop-retailcrm [command]

  serve                  run the service (default)
  migrate                bring the database's schema up to date
  doctor                 check configuration, database and keys, and say what is wrong
  rotate-key             seal all stored credentials again with the first of SECRET_KEY
  backup <file>          write everything into one file (gzip); credentials stay encrypted
  restore <file>         read such a file into an empty database
  move --to <address>    copy the embedded database to a PostgreSQL server: postgres://…

  --help, --version

Settings come from the environment; docs/operate.md lists them.
`;

/** Reads the arguments behind the program's name. */
export function readCommand(words: string[]): Command {
  const [name = "serve", ...rest] = words;
  if (name === "--help" || name === "-h" || name === "help") return { name: "help" };
  if (name === "--version" || name === "-v") return { name: "version" };
  switch (name) {
    case "serve":
    case "migrate":
    case "doctor":
    case "rotate-key":
      return rest.length === 0 ? { name } : { name: "wrong", reason: `${name} takes no arguments` };
    case "backup":
    case "restore":
      return rest.length === 1 && !rest[0]!.startsWith("-")
        ? { name, file: rest[0]! }
        : { name: "wrong", reason: `${name} needs one file name` };
    case "move": {
      const to =
        rest[0]?.startsWith("--to=") && rest.length === 1
          ? rest[0].slice("--to=".length)
          : rest.length === 2 && rest[0] === "--to"
            ? rest[1]!
            : "";
      if (/^postgres(ql)?:\/\//.test(to)) return { name, to };
      return { name: "wrong", reason: "move needs --to postgres://user:password@host:5432/database" };
    }
    default:
      return { name: "wrong", reason: `unknown command: ${name}` };
  }
}

/**
 * Carries out every command but `serve`.
 * @returns the exit code
 */
export async function runCommand(
  command: Command,
  config: Config,
  log: Logger,
  say: (line: string) => void,
): Promise<number> {
  try {
    return await run(command, config, log, say);
  } catch (error) {
    const isPlain =
      error instanceof StoreError ||
      error instanceof DumpError ||
      error instanceof VaultError ||
      error instanceof ConfigError;
    if (!isPlain) throw error;
    say(plainWords(error));
    return 1;
  }
}

async function run(command: Command, config: Config, log: Logger, say: (line: string) => void): Promise<number> {
  if (command.name === "doctor") return tell(await examine(config, log), say);

  const withSecrets = keepSecrets(config, { bytes: randomBytes });
  const parts = { config: withSecrets, log, now: () => new Date(), say };
  if (command.name === "backup") await backup(parts, command.file);
  else if (command.name === "restore") await restore(parts, command.file);
  else if (command.name === "move") await move(parts, command.to);
  else await withStore(withSecrets, log, command, say);
  return 0;
}

async function withStore(config: Config, log: Logger, command: Command, say: (line: string) => void): Promise<void> {
  const store = await openStore({
    dataDir: config.dataDir,
    ...(config.databaseUrl && { databaseUrl: config.databaseUrl }),
    log,
  });
  try {
    await migrate(store.db);
    if (command.name !== "rotate-key") return say("The database's schema is current.");
    const { sealedAgain, current } = await rotateKey(store.db, makeVault(config.secretKeys, randomBytes));
    say(`${sealedAgain} credentials were sealed again, ${current} were already sealed with the first key.`);
    if (config.secretKeys.length > 1)
      say("The other keys are no longer needed for this database, only for its older backups.");
  } finally {
    await store.close();
  }
}

const marks = { ok: "ok   ", note: "note ", wrong: "WRONG" };

function tell(findings: Finding[], say: (line: string) => void): number {
  for (const { level, text } of findings) say(`${marks[level]} ${text}`);
  const wrongs = findings.filter((finding) => finding.level === "wrong").length;
  say(wrongs === 0 ? "Nothing is wrong." : `${wrongs} to mend.`);
  return wrongs === 0 ? 0 : 1;
}

function plainWords(error: Error): string {
  if (error instanceof StoreError && error.code === "store_in_use") {
    return "The embedded database is in use by the running service. Stop the service first, then try again.";
  }
  return error.message;
}
