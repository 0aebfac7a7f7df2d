import { spawn } from "node:child_process";
import { constants } from "node:os";

const parentCheckMs = 1000;

/**
 * Runs a program in the foreground: signals are passed on, and its exit code becomes ours. The program stops too when
 * this process is killed (its channel to us ends) or when the `npm` that started us is.
 */
export function runProgram(node, file, args) {
  const child = spawn(node, ["--enable-source-maps", file, ...args], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  child.channel?.unref();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));

  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.env.npm_lifecycle_event && process.ppid !== parent) child.kill("SIGTERM");
  }, parentCheckMs);
  watch.unref();

  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`The program could not be started: ${error.message}`);
      process.exitCode = 1;
      resolve();
    });
    child.on("exit", (code, signal) => {
      clearInterval(watch);
      process.exitCode = signal ? 128 + constants.signals[signal] : (code ?? 1);
      resolve();
      process.exit();
    });
  });
}
