import type { Generated } from "kysely";
import type { Json } from "./json.ts";

export interface RunsTable {
  id: string;
  connection_id: string;
  kind: string;
  lane: string;
  trigger: string;
  state: string;
  params: Json<Record<string, unknown>>;
  params_key: string;
  progress: Json<Record<string, unknown>>;
  counts: Json<Record<string, number>>;
  preview: Json<Record<string, unknown> | null>;
  error: Json<{ code: string; message: string; params?: Record<string, unknown> } | null>;
  cancel_asked: Generated<boolean>;
  /** A person's pause of a waiting run; one at work is asked first. */
  paused_at: Date | null;
  pause_asked: Generated<boolean>;
  notes: Json<{ code: string; params: Record<string, unknown> }[]>;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

/** The orders that a run had in hand. */
export interface RunOrdersTable {
  run_id: string;
  shop_order_id: string;
}
