import type { Kysely } from "kysely";
import type { Vault } from "../db/encrypt.ts";
import type { Tables } from "../db/tables.ts";

/** What is kept sealed; sealed about `${connection id}:${column}`. */
export const sealedColumns = ["crm_key", "shop_password", "client_id"] as const;

export type SealedState = {
  connections: number;
  current: number;
  older: number;
  unreadable: { connectionId: string; column: string; reason: string }[];
};

/** Tries every stored credential: sealed with the key that encrypts now, with an older one, or not to be opened. */
export async function checkSealed(db: Kysely<Tables>, vault: Vault): Promise<SealedState> {
  const state: SealedState = { connections: 0, current: 0, older: 0, unreadable: [] };
  for (const row of await sealedRows(db)) {
    state.connections += 1;
    for (const column of sealedColumns) {
      const sealed = row[column];
      if (sealed === null) continue;
      try {
        vault.open(sealed, `${row.id}:${column}`);
        if (vault.isCurrent(sealed)) state.current += 1;
        else state.older += 1;
      } catch (error) {
        state.unreadable.push({ connectionId: row.id, column, reason: (error as Error).message });
      }
    }
  }
  return state;
}

/**
 * Seals every credential again with the first key. A value that somebody replaces meanwhile is left to him: he seals
 * with the first key as well.
 * @throws VaultError for a value that none of the keys opens; nothing is changed then
 */
export async function rotateKey(db: Kysely<Tables>, vault: Vault): Promise<{ sealedAgain: number; current: number }> {
  return db.transaction().execute(async (trx) => {
    let sealedAgain = 0;
    let current = 0;
    for (const row of await sealedRows(trx)) {
      for (const column of sealedColumns) {
        const sealed = row[column];
        if (sealed === null) continue;
        if (vault.isCurrent(sealed)) {
          current += 1;
          continue;
        }
        const about = `${row.id}:${column}`;
        const again = vault.seal(vault.open(sealed, about), about);
        await trx
          .updateTable("connections")
          .set(column, again)
          .where("id", "=", row.id)
          .where(column, "=", sealed)
          .execute();
        sealedAgain += 1;
      }
    }
    return { sealedAgain, current };
  });
}

function sealedRows(db: Kysely<Tables>) {
  return db
    .selectFrom("connections")
    .select(["id", ...sealedColumns])
    .orderBy("id")
    .execute();
}
