import type { Mapping, ReferenceLists } from "../mapping/mapping.ts";
import type { PlanInput } from "./plan-input.ts";
import type { Tally } from "./tally.ts";

export type SyncOptions = Tally & {
  /** The run whose orders these are; null where it is not on record yet (a quick look). */
  runId: string | null;
  /** Orders that were worked on, for a run that is put on record at its end. */
  worked: Set<number>;
  /** Work on orders even if the shop's side is unchanged: the CRM's side moved, or somebody asked. */
  force: boolean;
  /** What was refused or dismissed before is tried again. */
  again: boolean;
  /** All customers of the CRM are in the links already (long archives): nothing is searched. */
  customersIndexed: boolean;
  /** Bulk work keeps its timeline short. */
  brief: boolean;
  /** The CRM's catalogue was loaded since these orders were written: lines without an offer are tied to theirs. */
  relink?: boolean;
  /** Articles found unknown in this run, so that each is asked for once. */
  missingOffers: Set<string>;
  /** Elements of the lists that this run has had the lists read again for, so that each costs one reading. */
  askedElements: Set<string>;
  /** Orders that another lane has in hand: what brought us to them is not settled by this pass. */
  unsettled: Set<number>;
  /** Called between two batches: a long walk looks after what must not wait for its end. */
  breathe?: () => Promise<void>;
  signal: AbortSignal;
};

export type Batch = SyncOptions & {
  mapping: Mapping;
  lists: ReferenceLists;
  facts: PlanInput["facts"];
  crmNow: string;
};
