/** Runs a program of test/children as a process of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export type Child = {
  lines: string[];
  /** Resolves with the first line that starts so, those before included. */
  line(start: string, timeoutMs?: number): Promise<string>;
  write(text: string): void;
  /** `kill -9` */
  kill(): Promise<void>;
  /** Ends its standard input and waits for its exit code. */
  finish(): Promise<number | null>;
};

/** The process ends with the test at the latest. */
export function startChild(name: string, ...parameters: string[]): Child {
  const path = fileURLToPath(new URL(`children/${name}.ts`, import.meta.url));
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, ["--import", "tsx", path, ...parameters]);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let rest = "";
  let errors = "";
  child.stdout.on("data", (part) => {
    const all = (rest + part.toString()).split("\n");
    rest = all.pop()!;
    lines.push(...all);
    for (const look of waiting) look();
  });
  child.stderr.on("data", (part) => {
    errors += part.toString();
  });
  child.stdin.on("error", () => undefined);
  const gone = new Promise<number | null>((resolve) => child.on("exit", (code) => resolve(code)));
  void gone.then(() => {
    for (const look of waiting) look();
  });
  onTestFinished(() => void child.kill("SIGKILL"));

  return {
    lines,
    line(start, timeoutMs = 15_000) {
      return new Promise((resolve, reject) => {
        const fail = (reason: string) => reject(new Error(`${name}: ${reason} instead of "${start}"\n${errors}`));
        const timer = setTimeout(() => fail(`nothing within ${timeoutMs} ms`), timeoutMs);
        const look = () => {
          const found = lines.find((line) => line.startsWith(start));
          if (found === undefined && child.exitCode === null && child.signalCode === null) return;
          clearTimeout(timer);
          waiting.delete(look);
          if (found === undefined) fail(`it ended with ${child.exitCode ?? child.signalCode}`);
          else resolve(found);
        };
        waiting.add(look);
        look();
      });
    },
    write: (text) => void child.stdin.write(text),
    async kill() {
      child.kill("SIGKILL");
      await gone;
    },
    finish() {
      child.stdin.end();
      return gone;
    },
  };
}
