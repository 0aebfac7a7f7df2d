import { expect, test } from "vitest";
import { openEmbeddedForTest } from "../../test/databases.ts";

test("a statement that was used before sees a table that changed", async () => {
  const { pool } = await openEmbeddedForTest();
  await pool.query("create table changing (id int)");
  await pool.query("insert into changing values ($1)", ["1"]);
  const select = "select * from changing where id = $1";
  await pool.query(select, ["1"]);

  await pool.query("alter table changing add column name text default 'new'");

  expect(await pool.query(select, ["1"])).toMatchObject({ rows: [{ id: 1, name: "new" }] });
  await pool.query("drop table changing");
  await expect(pool.query(select, ["1"])).rejects.toThrow("does not exist");
});

test("a statement that failed may be asked again", async () => {
  const { pool } = await openEmbeddedForTest();
  const divide = "select 6 / $1::int as share";
  await expect(pool.query(divide, ["0"])).rejects.toThrow("division by zero");
  await expect(pool.query(divide, ["none"])).rejects.toThrow("invalid input");

  expect(await pool.query(divide, ["3"])).toMatchObject({ command: "SELECT", rowCount: 1, rows: [{ share: 2 }] });
});

test("the statements kept are limited, and each answers however many there were", async () => {
  const { pool } = await openEmbeddedForTest();
  const ask = (number: number) => pool.query(`select $1::int + ${number} as sum`, ["1"]);
  for (let number = 0; number < 320; number += 1) await ask(number);

  expect(await ask(0)).toMatchObject({ rows: [{ sum: 1 }] });
  // The longest unused one goes with the next call.
  expect(await pool.query("select count(*) <= 301 as few from pg_prepared_statements")).toMatchObject({
    rows: [{ few: true }],
  });
});
