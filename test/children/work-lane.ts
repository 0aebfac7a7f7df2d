/**
 * A process with the queue: works lane "orders" and prints `begin <connection> <ms>` and `end <connection> <ms>`.
 * Arguments: the store (a folder or postgres://…), how long one run takes in ms.
 */
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { migrate } from "../../src/db/migrate.ts";
import { openStore } from "../../src/db/open.ts";
import { createJobs } from "../../src/jobs/boss.ts";
import { silentLog } from "../silent-log.ts";

const [place, runMs] = [process.argv[2]!, Number(process.argv[3])];
const isServer = place.startsWith("postgres:");
const store = await openStore({ dataDir: place, databaseUrl: isServer ? place : undefined, log: silentLog });
await migrate(store.db);
const jobs = createJobs(store, { log: silentLog });
await jobs.start();
await jobs.work("orders", { concurrency: 4 }, async (connectionId) => {
  writeSync(1, `begin ${connectionId} ${Date.now()}\n`);
  await sleep(runMs * (0.5 + Math.random()));
  writeSync(1, `end ${connectionId} ${Date.now()}\n`);
});
writeSync(1, `ready ${Date.now()}\n`);
process.stdin.on("data", async (text) => {
  for (const line of text.toString().split("\n")) if (line) await jobs.wake("orders", line);
});
process.stdin.on("end", async () => {
  await jobs.stop(5000);
  await store.close();
  process.exit(0);
});
