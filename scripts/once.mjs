import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { say } from "./say.mjs";

const waitMs = 200;
const longestMs = 20 * 60_000;

/** Runs `work` while no other process of this checkout does; two starts at once must not install or build into each other. */
export function oneAtATime(folder, work) {
  const startedAt = Date.now();
  let told = false;
  while (!take(folder)) {
    if (!isAlive(ownerOf(folder)) || Date.now() - startedAt > longestMs)
      rmSync(folder, { recursive: true, force: true });
    else if (!told) {
      say("Waiting for another run that installs or builds …");
      told = true;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
  }
  try {
    return work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function take(folder) {
  try {
    mkdirSync(folder);
  } catch {
    return false;
  }
  writeFileSync(`${folder}/pid`, String(process.pid));
  return true;
}

function ownerOf(folder) {
  try {
    return Number(readFileSync(`${folder}/pid`, "utf8")) || undefined;
  } catch {
    // Just made, the number is still being written.
    return process.pid;
  }
}

function isAlive(pid) {
  if (pid === undefined) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
