import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built program as a process of its own, as an operator runs it. */
export type Program = { url: string; stop(): Promise<number | null> };

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds pages and programs, if their sources differ from those of the last build. */
export function buildProgram(): void {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/run.mjs", "build"], { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`the build failed:\n${stderr}`);
}

/** Starts `dist/main.js` on a free port and waits until it answers. The process must be stopped. */
export async function startProgram(environment: Record<string, string>): Promise<Program> {
  const child = spawn(process.execPath, ["dist/main.js"], {
    cwd: root,
    env: { PATH: process.env.PATH, HOST: "127.0.0.1", PORT: "0", ...environment },
    // By the fourth channel it notices when the tests are killed, and stops.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const url = await addressOf(child);
  return {
    url,
    stop() {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const read = (part: Buffer) => {
      output += part;
      const listening = /^listening on (http:\S+)$/m.exec(output);
      if (listening) resolve(listening[1]!);
    };
    child.stdout!.on("data", read);
    child.stderr!.on("data", read);
    child.on("close", (code) => reject(new Error(`the program ended with ${code}:\n${output}`)));
  });
}
