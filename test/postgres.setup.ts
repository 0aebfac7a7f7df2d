/**
 * A real PostgreSQL for the tests, from this machine's own programs. It starts when the first test asks for it and is
 * removed with its folder when the test run ends, however it ends.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

/** `wanted`: a test makes this file; `ready` or `failed`: the answer. */
export type TestPostgres = { url: string; folder: string } | { absent: string };

declare module "vitest" {
  interface ProvidedContext {
    postgres: TestPostgres;
  }
}

/** Keeps the server only as long as somebody holds its standard input, so even `kill -9` of the tests ends it. */
const script = `
set -e
bin="$1"; folder="$2"; port="$3"
"$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C -N >"$folder/initdb.log" 2>&1
"$bin/postgres" -D "$folder/data" -p "$port" -k "$folder" -c listen_addresses=127.0.0.1 -c fsync=off \\
  -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c shared_buffers=64MB \\
  >"$folder/server.log" 2>&1 &
server=$!
cat >/dev/null
# More than once: a server that is just starting ignores it. INT sends its clients away; QUIT asks nobody.
for try in 1 2 3 4 5 6 7 8 9 10; do
  kill -INT "$server" 2>/dev/null || break
  sleep 0.3
done
kill -QUIT "$server" 2>/dev/null || true
wait "$server" 2>/dev/null || true
rm -rf "$folder"
`;

let remove: () => Promise<void> = async () => undefined;

export async function teardown(): Promise<void> {
  await remove();
}

export async function setup(project: TestProject): Promise<void> {
  const bin = findPrograms();
  const user = bin === undefined ? undefined : runAs();
  if (bin === undefined || user === undefined) {
    project.provide("postgres", {
      absent: bin === undefined ? "no PostgreSQL programs" : "no user postgres to run it",
    });
    return;
  }

  const folder = mkdtempSync(join(tmpdir(), "pg-test-"));
  if (user.id !== undefined) chownSync(folder, user.id, user.group);
  const port = await freePort();
  project.provide("postgres", { url: `postgres://postgres@127.0.0.1:${port}/postgres`, folder });

  let server: ChildProcess | undefined;
  const watch = setInterval(() => {
    if (server || !existsSync(join(folder, "wanted"))) return;
    server = spawn(user.command[0]!, [...user.command.slice(1), "sh", "-c", script, "sh", bin, folder, String(port)], {
      stdio: ["pipe", "ignore", "ignore"],
    });
    server.on("exit", () => existsSync(folder) && writeFileSync(join(folder, "failed"), ""));
  }, 20);
  watch.unref();

  remove = async () => {
    clearInterval(watch);
    if (server && server.exitCode === null) {
      const gone = new Promise((resolve) => server?.on("exit", resolve));
      server.stdin?.end();
      await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 10_000).unref())]);
    }
    rmSync(folder, { recursive: true, force: true });
  };
}

function findPrograms(): string | undefined {
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return undefined;
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, "bin")).find((bin) => existsSync(join(bin, "initdb")));
}

/** PostgreSQL refuses to run as root, so its own user does; undefined when there is none. */
function runAs(): { command: string[]; id?: number; group: number } | undefined {
  if (process.getuid?.() !== 0) return { command: ["env"], group: 0 };
  try {
    const idOf = (flag: string) =>
      Number(execFileSync("id", [flag, "postgres"], { stdio: ["ignore", "pipe", "ignore"] }));
    return { command: ["runuser", "-u", "postgres", "--"], id: idOf("-u"), group: idOf("-g") };
  } catch {
    return undefined;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
