/** Writes rows into the embedded store of a folder for ever and prints the number of each that was acknowledged. */
import { writeSync } from "node:fs";
import { migrate } from "../../src/db/migrate.ts";
import { openStore } from "../../src/db/open.ts";
import { silentLog } from "../silent-log.ts";

const store = await openStore({ dataDir: process.argv[2]!, log: silentLog });
await migrate(store.db);
const found = await store.db.selectFrom("kept_values").select("name").execute();
for (let number = found.length; ; number++) {
  await store.db
    .insertInto("kept_values")
    .values({ name: `row-${number}`, value: number, saved_at: new Date() })
    .execute();
  writeSync(1, `${number}\n`);
}
