import { type Kysely, sql } from "kysely";

/**
 * `buyer_companies`: which registered buyers of the shop order for a company, and what the CRM made of it. Buyers
 * without one are not kept.
 */
const statements = `
create table buyer_companies (
  connection_id text not null references connections on delete cascade,
  user_id bigint not null, name text not null,
  crm_id bigint, crm_legal_id bigint, crm_contact_id bigint, linked_at timestamptz,
  primary key (connection_id, user_id)
);
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements.split(";")) {
    if (statement.trim()) await sql.raw(statement).execute(db);
  }
}
