import { writeFileSync } from "node:fs";
import { pino } from "pino";
import { migrate } from "./db/migrate.ts";
import { openStore } from "./db/open.ts";
import { createJobs } from "./jobs/boss.ts";

/** Run by the build: an empty database with today's tables, which saves the first start of a service most of its time. */
const [target] = process.argv.slice(2);
if (!target) throw new Error("usage: make-template <file>");
const log = pino({ level: "silent" });
const store = await openStore({ dataDir: ".", inMemory: true, log });
await migrate(store.db);
const jobs = createJobs(store, { log });
await jobs.start();
await jobs.stop(1000);
const dump = await store.dump!("gzip");
writeFileSync(target, Buffer.from(await dump.arrayBuffer()));
await store.close();
