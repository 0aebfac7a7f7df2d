import { type Logger, pino } from "pino";
import { readCommand, runCommand, usage } from "./cli.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { StoreError } from "./db/store-error.ts";
import { version } from "./program.ts";
import { serve } from "./serve.ts";

/** A stop may take this long before what is left is given up; it is found again at the next start. */
const stopMaxMs = 14_000;
/** A terminal and npm both pass on one Ctrl-C: only a later signal is a second one. */
const sameSignalMs = 1000;

await main(process.argv.slice(2));

async function main(words: string[]): Promise<void> {
  const command = readCommand(words);
  if (command.name === "help") return print(usage);
  if (command.name === "version") return print(`${version}\n`);
  if (command.name === "wrong") return end(2, `${command.reason}\n\n${usage}`);

  const config = readConfigOrEnd();
  if (command.name === "serve") return runService(config);
  const log = pino(
    { level: config.logLevel === "info" ? "warn" : config.logLevel },
    pino.destination({ dest: 2, sync: true }),
  );
  process.exitCode = await runCommand(command, config, log, (line) => print(`${line}\n`));
}

async function runService(config: Config): Promise<void> {
  const log = pino({ level: config.logLevel });
  process.on("uncaughtException", (error) => endByBug(log, error));
  process.on("unhandledRejection", (error) => endByBug(log, error));

  const starting = serve(config, log).catch((error: unknown) => endByStart(log, error));
  let stopAskedAt: number | undefined;
  const askToStop = (reason: string) => {
    if (stopAskedAt !== undefined) {
      if (Date.now() - stopAskedAt > sameSignalMs) process.exit(1);
      return;
    }
    stopAskedAt = Date.now();
    log.info({ reason }, "stopping");
    setTimeout(() => {
      log.error("the stop took too long; what was in hand is taken up again at the next start");
      process.exit(0);
    }, stopMaxMs).unref();
    void starting
      .then((service) => service.stop())
      .then(
        () => process.exit(0),
        (error) => endByBug(log, error),
      );
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => askToStop(signal));
  // Started by `npm start`: when that is killed, nobody could stop us any more.
  if (process.send) {
    process.on("disconnect", () => askToStop("the starting process is gone"));
    process.channel?.unref();
  }

  const { url } = await starting;
  print(url ? `listening on ${url}\n` : "working\n");
}

function readConfigOrEnd(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) end(1, `${error.message}\n`);
    throw error;
  }
}

/** A start that failed for a reason that a person can mend is told in one line. */
function endByStart(log: Logger, error: unknown): never {
  if (error instanceof ConfigError || error instanceof StoreError) end(1, `${error.message}\n`);
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  if (syscall === "listen") end(1, `HOST, PORT: expected an address where this user may listen (${code})\n`);
  log.fatal({ err: error }, "the start failed");
  end(1, `The start failed: ${String(message ?? error).split("\n")[0]}\n`);
}

function endByBug(log: Logger, error: unknown): never {
  log.fatal({ err: error }, "an unexpected error ends this process");
  process.exit(1);
}

function print(text: string): void {
  process.stdout.write(text);
}

function end(code: number, text: string): never {
  process.stderr.write(text);
  process.exit(code);
}
