import { sql } from "kysely";
import { expect, test } from "vitest";
import { describeStores, silentLog } from "../../test/databases.ts";
import { json } from "./json.ts";
import { openStore } from "./open.ts";

describeStores("values", (stores) => {
  test("both stores give the same JavaScript values", async () => {
    const { db } = stores.store();

    const { rows } = await sql`select
      9007199254740991::bigint as big, count(*) as count, 1299.50::numeric as money, 1.5::float8 as float, true as yes,
      '2026-11-23T10:20:30.456+02:00'::timestamptz as at, '2026-11-23'::date as day, null::bigint as nothing,
      '{"a":[1,"x",null]}'::jsonb as object, '[1,2]'::jsonb as list, 'null'::jsonb as json_null,
      '\\x00ff10'::bytea as bytes, array[1,2]::bigint[] as bigs, array['a,"b"',null]::text[] as texts,
      array[1.10,2]::numeric[] as moneys, array['{"a":1}']::jsonb[] as objects, '1 day 02:00'::interval as span`.execute(
      db,
    );

    expect(rows).toEqual([
      {
        big: 9007199254740991,
        count: 1,
        money: "1299.50",
        float: 1.5,
        yes: true,
        at: new Date("2026-11-23T08:20:30.456Z"),
        day: "2026-11-23",
        nothing: null,
        object: { a: [1, "x", null] },
        list: [1, 2],
        json_null: null,
        bytes: Buffer.from([0, 255, 16]),
        bigs: [1, 2],
        texts: ['a,"b"', null],
        moneys: ["1.10", "2"],
        objects: [{ a: 1 }],
        span: "1 day 02:00:00",
      },
    ]);
    expect(Buffer.isBuffer((rows[0] as { bytes: unknown }).bytes)).toBe(true);
  });

  test("parameters arrive as they were given", async () => {
    const { db } = stores.store();
    const at = new Date("2026-03-29T01:30:00.123Z");
    const bytes = Buffer.from([0, 1, 92, 255]);

    const { rows } =
      await sql`select ${at}::timestamptz as at, ${bytes}::bytea as bytes, ${["a", 'b"\\,', null]}::text[] as texts,
      ${[1, 2]}::bigint[] as ids, ${"1.10"}::numeric as money, ${7}::text as text, ${true}::boolean as yes, ${null}::text as nothing,
      ${{ a: 1 }}::jsonb as object, ${json([1, { b: "ї" }])} as list, ${json(null)} as json_null, ${2 ** 40}::bigint as big`.execute(
        db,
      );

    expect(rows[0]).toEqual({
      at,
      bytes,
      texts: ["a", 'b"\\,', null],
      ids: [1, 2],
      money: "1.10",
      text: "7",
      yes: true,
      nothing: null,
      object: { a: 1 },
      list: [1, { b: "ї" }],
      json_null: null,
      big: 2 ** 40,
    });
  });

  test("counts of changed rows are those of the statement", async () => {
    const { db } = stores.store();
    const now = new Date();
    await db
      .insertInto("kept_values")
      .values([1, 2, 3].map((n) => ({ name: `n${n}`, value: json(n), saved_at: now })))
      .execute();

    const updated = await db
      .updateTable("kept_values")
      .set({ value: json(0) })
      .where("name", "<>", "n1")
      .executeTakeFirst();
    const deleted = await db.deleteFrom("kept_values").executeTakeFirst();

    expect([updated.numUpdatedRows, deleted.numDeletedRows]).toEqual([2n, 3n]);
  });

  test("a failed transaction leaves nothing, and the connection is fit for the next one", async () => {
    const { db } = stores.store();
    const row = { name: "x", value: json(1), saved_at: new Date() };

    const failed = db.transaction().execute(async (transaction) => {
      await transaction.insertInto("kept_values").values(row).execute();
      await transaction.insertInto("kept_values").values(row).execute();
    });

    await expect(failed).rejects.toMatchObject({ code: "23505" });
    expect(await db.selectFrom("kept_values").selectAll().execute()).toEqual([]);
  });

  test("several statements in one text that fail half-way do not leave a transaction open", async () => {
    const { pool, db } = stores.store();

    await expect(
      pool.query("begin; insert into kept_values values ('x', '1', now()); select 1/0; commit"),
    ).rejects.toThrow();

    expect(await db.selectFrom("kept_values").selectAll().execute()).toEqual([]);
  });

  test("several results come as several results", async () => {
    const { pool } = stores.store();

    const results = await pool.query("select 1 as a; select 2 as a");

    expect(results).toMatchObject([{ rows: [{ a: 1 }] }, { rows: [{ a: 2 }] }]);
  });
});

test("an unreachable server is named, its password is not", async () => {
  const opening = openStore({
    dataDir: "",
    databaseUrl: "postgres://me:geheim@127.0.0.1:1/shop",
    log: silentLog,
  });

  await expect(opening).rejects.toMatchObject({ code: "store_unreachable" });
  const message = await opening.catch((error: Error) => error.message);
  expect(message).toContain("127.0.0.1:1/shop");
  expect(message).not.toContain("geheim");
});
