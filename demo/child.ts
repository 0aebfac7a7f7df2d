import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A program of dist/ at work as a process of its own. */
export type Child = {
  /** Resolves with the first line of standard output that fits; rejects when the program ends before. */
  line(fits: (line: string) => boolean): Promise<string>;
  /** Resolves when the program has ended; `asked` is true when we told it to. */
  ended: Promise<{ code: number | null; signal: string | null; asked: boolean }>;
  /** What it said last: the error lines, and the warnings and errors of its log. */
  lastWords(): string[];
  /** Asks it to stop; what still runs after `timeoutMs` is killed. */
  stop(timeoutMs: number): Promise<void>;
  kill(): void;
};

const lastWordsMax = 12;
/** What a program needs to run at all; its settings come from us alone, not from the shell of whoever tries the demo. */
const inherited = ["PATH", "HOME", "TMPDIR", "TMP", "TEMP", "SystemRoot", "NODE_OPTIONS", "NODE_EXTRA_CA_CERTS"];

/**
 * Starts `dist/{name}.js`. It runs in a group of its own, so that Ctrl-C in a terminal reaches it through us and in
 * order, and it ends by itself when we are killed (the channel to us breaks).
 */
export function startChild(name: string, settings: Record<string, string>): Child {
  const path = fileURLToPath(new URL(`${name}.js`, import.meta.url));
  const child = spawn(process.execPath, ["--enable-source-maps", path], {
    env: { ...pick(process.env, inherited), ...settings },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: process.platform !== "win32",
  });
  child.channel?.unref();
  const lines: string[] = [];
  const words: string[] = [];
  const waiting = new Set<() => void>();
  let asked = false;
  readLines(child.stdout!, (line) => {
    lines.push(line);
    if (isTrouble(line)) keep(words, line);
    for (const look of waiting) look();
    if (lines.length > lastWordsMax) lines.shift();
  });
  readLines(child.stderr!, (line) => keep(words, line));
  const ended = endOf(child).then((end) => ({ ...end, asked }));

  return {
    ended,
    lastWords: () => words,
    line: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error(`${name} ended`)));
      }),
    async stop(timeoutMs) {
      asked = true;
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
      await ended;
      clearTimeout(timer);
    },
    kill() {
      asked = true;
      child.kill("SIGKILL");
    },
  };
}

function endOf(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve) => {
    child.on("error", () => resolve({ code: null, signal: null }));
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
}

function readLines(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (part: string) => {
    const all = (rest + part).split("\n");
    rest = all.pop() ?? "";
    for (const line of all) take(line);
  });
  stream.on("end", () => rest !== "" && take(rest));
}

const warnLevel = 40;

function isTrouble(line: string): boolean {
  const level = /^\{"level":(\d+)/.exec(line)?.[1];
  return level !== undefined && Number(level) >= warnLevel;
}

function keep(words: string[], line: string): void {
  words.push(line);
  if (words.length > lastWordsMax) words.shift();
}

function pick(from: NodeJS.ProcessEnv, names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
}
