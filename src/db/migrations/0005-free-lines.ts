import { type Kysely, sql } from "kysely";

/**
 * Orders with lines that the CRM's catalogue lacked when they were written: their articles, so that they are found when
 * the catalogue was loaded again without asking the CRM about every order.
 */
const statements = `
alter table order_links add column free_articles jsonb;
create index order_links_free on order_links (connection_id, shop_number) where free_articles is not null
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements.split(";")) {
    if (statement.trim()) await sql.raw(statement).execute(db);
  }
}
