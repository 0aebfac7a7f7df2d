import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type FolderLock, lockFolder } from "./folder-lock.ts";

test("one holder at a time, and the next one after it", async () => {
  const folder = makeFolder();

  const lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: "store_in_use" });
  await lock.release();
  const next = await lockFolder(folder);

  await next.release();
});

test("the socket of a killed process is taken over, by one of many that start at once", async () => {
  const folder = makeFolder();
  for (let round = 0; round < 5; round++) {
    await leaveDeadSocket(join(folder, "lock.sock"));
    expect(existsSync(join(folder, "lock.sock"))).toBe(true);

    const starts = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));

    const held = starts.filter((start) => start.status === "fulfilled");
    expect(held).toHaveLength(1);
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: "store_in_use" });
    await (held[0] as PromiseFulfilledResult<FolderLock>).value.release();
  }
});

test("a path too long for a socket is locked all the same", async () => {
  const folder = join(makeFolder(), "long".repeat(30));
  mkdirSync(folder);

  const lock = await lockFolder(folder);

  await expect(lockFolder(folder)).rejects.toMatchObject({ code: "store_in_use" });
  await lock.release();
  await (await lockFolder(folder)).release();
});

/** A process that listens there and is killed leaves its socket behind. */
async function leaveDeadSocket(path: string): Promise<void> {
  const code = `require("net").createServer().listen(${JSON.stringify(path)}, () => console.log("up"))`;
  const child = spawn(process.execPath, ["-e", code]);
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const gone = new Promise((resolve) => child.on("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lock-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
