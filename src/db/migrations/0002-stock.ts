import { type Kysely, sql } from "kysely";

/**
 * `stock_figures`: per article the last figure of the leading side that both sides agreed on, in thousandths.
 * `catalog_figures`: what the catalogue files told the CRM, so that it is not taken for news when it comes back.
 */
const statements = `
create table stock_figures (
  connection_id text not null references connections on delete cascade,
  side text not null check (side in ('crm', 'shop')),
  article text not null, figure bigint not null, target text not null,
  agreed_at timestamptz not null, refused_at timestamptz,
  primary key (connection_id, side, article)
);
create table catalog_figures (
  connection_id text not null references connections on delete cascade,
  role text not null check (role in ('new', 'held', 'served', 'before')),
  piece integer not null, figures jsonb not null,
  primary key (connection_id, role, piece)
);
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements.split(";")) {
    if (statement.trim()) await sql.raw(statement).execute(db);
  }
}
