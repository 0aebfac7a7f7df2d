import type { RunCounts } from "../log/run.ts";
import type { Mapping, ReferenceLists } from "../mapping/mapping.ts";
import type { PlanInput } from "./plan-input.ts";

export type SyncOptions = {
  counts: RunCounts;
  /** Work on orders even if the shop's side is unchanged: the CRM's side moved, or somebody asked. */
  force: boolean;
  /** What was refused or dismissed before is tried again. */
  again: boolean;
  /** All customers of the CRM are in the links already (long archives): nothing is searched. */
  customersIndexed: boolean;
  /** Bulk work keeps its timeline short. */
  brief: boolean;
  /** Articles found unknown in this run, so that each is asked for once. */
  missingOffers: Set<string>;
  /** Orders that another lane has in hand: what brought us to them is not settled by this pass. */
  unsettled: Set<number>;
  signal: AbortSignal;
};

export type Batch = SyncOptions & {
  mapping: Mapping;
  lists: ReferenceLists;
  facts: PlanInput["facts"];
  crmNow: string;
};
