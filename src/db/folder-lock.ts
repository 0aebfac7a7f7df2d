import { createHash, randomUUID } from "node:crypto";
import { linkSync, readFileSync, realpathSync, renameSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { StoreError } from "./store-error.ts";

export type FolderLock = { release(): Promise<void> };

/** Socket addresses are limited to about 104 bytes (sockaddr_un). */
const socketPathBytesMax = 100;
const settleMs = 100;

/**
 * Keeps a second process out of a folder: PGlite itself lets two processes write one database and both lose rows.
 * The lock is a socket that listens in the folder; the operating system ends it with its process, also after `kill -9`.
 * Where the path is too long or the file system has no sockets, the socket lies in the folder for temporary files under
 * a name made from the path; where that fails too, a file with the process id is used.
 * @throws StoreError `store_in_use`
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const real = realpathSync(folder);
  for (const path of socketPaths(real)) {
    const lock = await lockBySocket(path, folder);
    if (lock) return lock;
  }
  return lockByFile(join(real, "lock.pid"), folder);
}

function socketPaths(folder: string): string[] {
  const name = `horoshop-retailcrm-${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`;
  if (process.platform === "win32") return [`\\\\.\\pipe\\${name}`];
  const paths = [join(folder, "lock.sock"), join(tmpdir(), `${name}.sock`)];
  return paths.filter((path) => Buffer.byteLength(path) <= socketPathBytesMax);
}

/** undefined: sockets do not work at this place. */
async function lockBySocket(path: string, folder: string): Promise<FolderLock | undefined> {
  const token = randomUUID();
  for (let attempt = 0; attempt < 10; attempt++) {
    const before = identityOf(path);
    const outcome = await listen(path, token);
    if (outcome === "unsupported") return undefined;
    if (outcome === "occupied") {
      if ((await answerOf(path)) !== undefined) throw inUse(folder);
      // Nobody answers: a process that was killed. Asked twice, since a socket answers only a moment after it appears.
      await sleep(20);
      if ((await answerOf(path)) !== undefined) throw inUse(folder);
      if (before) removeStale(path, before);
      continue;
    }
    // Two starts in the same instant can both have removed the stale socket: the one that the path leads to now stays.
    await sleep(settleMs);
    if ((await answerOf(path)) === token) return { release: () => close(outcome) };
    await closeQuietly(outcome, path);
    throw inUse(folder);
  }
  throw inUse(folder);
}

type Listening = Server | "occupied" | "unsupported";

function listen(path: string, token: string): Promise<Listening> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.end(token);
    });
    server.on("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code === "EADDRINUSE" ? "occupied" : "unsupported");
    });
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}

/** What the process behind the socket says; undefined when nobody is there. */
function answerOf(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(path);
    // Somebody who holds the socket and is too busy to answer is there all the same.
    socket.setTimeout(2000, () => {
      socket.destroy();
      resolve(text || "busy");
    });
    socket.on("data", (part) => {
      text += part.toString();
    });
    socket.on("end", () => resolve(text));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code === "ECONNREFUSED" || error.code === "ENOENT" ? undefined : text || "busy");
    });
  });
}

type Identity = { inode: bigint; changedAt: bigint };

function identityOf(path: string): Identity | undefined {
  try {
    const stat = statSync(path, { bigint: true });
    return { inode: stat.ino, changedAt: stat.mtimeNs };
  } catch {
    return undefined;
  }
}

/** Moves the dead socket away; when somebody put a live one there meanwhile it goes back to its place. */
function removeStale(path: string, judged: Identity): void {
  const aside = `${path.slice(0, -5)}.${process.pid}`;
  try {
    renameSync(path, aside);
    const moved = identityOf(aside);
    if (moved && (moved.inode !== judged.inode || moved.changedAt !== judged.changedAt)) linkSync(aside, path);
  } catch {
    // Another start was quicker; the next attempt to listen tells.
  }
  try {
    unlinkSync(aside);
  } catch {
    // It was never moved.
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Closing a server removes the file at its path, which is somebody else's by now: it is put back. */
async function closeQuietly(server: Server, path: string): Promise<void> {
  const kept = `${path.slice(0, -5)}.k${process.pid}`;
  try {
    linkSync(path, kept);
  } catch {
    // Nothing is there any more.
  }
  await close(server);
  try {
    renameSync(kept, path);
  } catch {
    // Nothing was kept.
  }
}

type Holder = { pid: number; host: string; startedAt: string };

function lockByFile(path: string, folder: string): FolderLock {
  const own: Holder = { pid: process.pid, host: hostname(), startedAt: startOf(process.pid) };
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(path, JSON.stringify(own), { flag: "wx", mode: 0o600 });
      return { release: async () => unlinkSync(path) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (isAlive(readHolder(path))) throw inUse(folder);
    const judged = identityOf(path);
    if (judged) removeStale(path, judged);
  }
  throw inUse(folder);
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

/** A holder on another machine cannot be asked, so it counts as alive. */
function isAlive(holder: Holder | undefined): boolean {
  if (!holder) return false;
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  // The same number may belong to another program after a restart of the machine.
  return startOf(holder.pid) === holder.startedAt;
}

function startOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function inUse(folder: string): StoreError {
  return new StoreError(
    "store_in_use",
    `another process has the database in ${folder} open; stop it first, or set DATABASE_URL to share one database`,
  );
}
