import { expect, test } from "vitest";
import { createDatabase, describeServer, describeStores, dropDatabase, silentLog } from "../../test/databases.ts";
import { migrate, schemaIsCurrent } from "./migrate.ts";
import { openStore } from "./open.ts";

describeStores("migrations", (stores) => {
  test("a second time changes nothing", async () => {
    const { db } = stores.store();

    await migrate(db);
    await migrate(db);

    expect(await schemaIsCurrent(db)).toBe(true);
  });

  test("a schema with fewer or more migrations than the program is not current", async () => {
    const { db, pool } = stores.store();

    await pool.query("insert into kysely_migration (name, timestamp) values ('9999-later', 'now')");
    const newer = await schemaIsCurrent(db);
    await pool.query("delete from kysely_migration where name = '9999-later'");

    expect([newer, await schemaIsCurrent(db)]).toEqual([false, true]);
  });
});

describeServer("migrations of many", () => {
  test("processes that start together on a blank database do not disturb each other", async () => {
    const url = await createDatabase("blank");
    const open = () => openStore({ dataDir: "", databaseUrl: url, log: silentLog });
    const opened = await Promise.all([open(), open(), open(), open(), open()]);
    const blank = await schemaIsCurrent(opened[0]!.db);

    await Promise.all(opened.map(({ db }) => migrate(db)));

    expect(blank).toBe(false);
    expect(await schemaIsCurrent(opened[4]!.db)).toBe(true);
    await Promise.all(opened.map((store) => store.close()));
    await dropDatabase(url);
  });
});
