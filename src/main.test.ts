import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { embeddedTemplate, silentLog } from "../test/databases.ts";
import { openStore } from "./db/open.ts";
import { version } from "./program.ts";

const root = mkdtempSync(join(tmpdir(), "main-"));
const program = fileURLToPath(new URL("main.ts", import.meta.url));
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Ended = { code: number | null; out: string; errors: string };

function start(words: string[], environment: Record<string, string>, folder = "data") {
  const env = { PATH: process.env.PATH, HOME: root, DATA_DIR: join(root, folder), ...environment };
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", program, ...words], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended: Ended = { code: null, out: "", errors: "" };
  child.stdout!.on("data", (part) => {
    ended.out += part;
  });
  child.stderr!.on("data", (part) => {
    ended.errors += part;
  });
  const end = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ ...ended, code })));
  const said = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(ended.out);
      if (match) return match;
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${ended.errors}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return { child, end, said };
}

const run = (words: string[], environment: Record<string, string> = {}) => start(words, environment).end;

/** A migrated folder: making a database from nothing takes long. */
async function prepare(folder: string): Promise<void> {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, "secret.key"), Buffer.alloc(32, 1).toString("base64"), { mode: 0o600 });
  const store = await openStore({ dataDir: join(root, folder), from: await embeddedTemplate(), log: silentLog });
  await store.close();
}

test("a wrong value stops the start with one line on standard error", { timeout: 60_000 }, async () => {
  const { code, out, errors } = await run([], { SYNC_INTERVAL: "10" });

  expect(code).toBe(1);
  expect(errors).toMatch(/^SYNC_INTERVAL: expected [^\n]+, not "10"\n$/);
  expect(out).toBe("");
});

test("help and version are told, an unknown word ends with 2 and the usage", { timeout: 60_000 }, async () => {
  const [help, asked, unknown] = await Promise.all([run(["--help"]), run(["--version"]), run(["dance"])]);

  expect([help.code, asked.code, unknown.code]).toEqual([0, 0, 2]);
  expect(help.out).toContain("rotate-key");
  expect(asked.out).toBe(`${version}\n`);
  expect(unknown.errors).toMatch(/^unknown command: dance\n\nUsage:/);
});

test("the service says where it listens, answers, refuses a second one, and stops on one signal", {
  timeout: 120_000,
}, async () => {
  await prepare("served");
  const service = start(["serve"], { PORT: "0" }, "served");
  const [, url] = await service.said(/^listening on (http:\/\/127\.0\.0\.1:\d+)$/m);

  const health = await fetch(`${url}/healthz`);
  const ready = await fetch(`${url}/readyz`);
  const second = await start([], { PORT: "0" }, "served").end;
  const doctor = await start(["doctor"], { PORT: new URL(url!).port }, "served").end;
  service.child.kill("SIGTERM");
  // Passed on by a shell as well: still one Ctrl-C.
  service.child.kill("SIGINT");
  const stopped = await service.end;

  expect([health.status, ready.status]).toEqual([200, 200]);
  expect([second.code, second.errors.trim().split("\n").length]).toEqual([1, 1]);
  expect([doctor.code, doctor.out]).toEqual([0, expect.stringContaining("is ready.")]);
  expect(stopped.code).toBe(0);
  const lines = stopped.out.trim().split("\n");
  const plain = lines.filter((line) => !line.startsWith("{"));
  expect(plain).toEqual([`listening on ${url}`]);
  for (const line of lines.filter((one) => one.startsWith("{"))) JSON.parse(line);
});

test("a worker says that it works, and a port in use is named", { timeout: 120_000 }, async () => {
  await prepare("worker");
  const worker = start([], { ROLE: "worker" }, "worker");
  await worker.said(/^working$/m);
  worker.child.kill("SIGTERM");
  const stopped = await worker.end;

  const taken = createServer();
  const port = await new Promise<number>((resolve) =>
    taken.listen(0, "127.0.0.1", () => resolve((taken.address() as { port: number }).port)),
  );
  onTestFinished(() => void taken.close());
  const refused = await start([], { PORT: String(port) }, "worker").end;

  expect(stopped.code).toBe(0);
  expect(refused.code).toBe(1);
  expect(refused.errors).toMatch(/^HOST, PORT: expected [^\n]*EADDRINUSE[^\n]*\n$/);
});
