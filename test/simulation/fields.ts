/** What people change, on which side, and what is remembered of it for the check afterwards. */
import type { World } from "../world.ts";

export type Side = "shop" | "crm";
export const fieldNames = ["status", "paid", "tracking", "customer", "comments", "items", "delivery"] as const;
export type FieldName = (typeof fieldNames)[number];

/** Who changed what in this round, and what his side held right after it. */
export type Moves = Map<number, Map<FieldName, Partial<Record<Side, string>>>>;

/** Both sides changed one field at the same moment, coming from full agreement: who has to win, and with what. */
export type Conflict = { field: FieldName; winner: Side; value: string };

export type Chance = { below(limit: number): number; oneIn(times: number): boolean; pick<T>(from: readonly T[]): T };

export function chanceOf(random: () => number): Chance {
  const below = (limit: number) => Math.floor(random() * limit);
  return { below, oneIn: (times) => below(times) === 0, pick: (from) => from[below(from.length)]! };
}

/** One seed's life: the world, its luck, and all that people did. */
export type Life = {
  world: World;
  chance: Chance;
  settings: { sendPaid: boolean; guardFinalStatus: boolean; statusConflict: Side; archive: { auto: boolean } };
  story: string[];
  /** since both sides were last found in step */
  moves: Moves;
  conflicts: Map<number, Conflict>;
  /** the last thing that somebody changed: people often change it again */
  last: { id: number; side: Side; field: FieldName } | undefined;
  /** all orders ever placed */
  placed: number[];
  /** those from before the connection */
  old: Set<number>;
  /** orders that somebody deleted or merged away, and where */
  gone: Map<number, Side>;
  /** orders that managers made in the CRM, with what they held: nobody else's business */
  strangers: Map<number, string>;
};
