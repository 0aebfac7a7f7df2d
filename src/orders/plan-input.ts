import type { HoroshopOrder } from "../horoshop/schema.ts";
import type { Problem } from "../log/problem.ts";
import type { Mapping, ReferenceLists } from "../mapping/mapping.ts";
import type { CrmOrder } from "../retailcrm/schema.ts";
import type { Agreement } from "./agreement.ts";
import type { OrderFacts } from "./order-to-crm.ts";

/** What is remembered of an order that was met before. */
export type LinkView = {
  crmOrderId: number | null;
  agreement: Agreement;
  confirmed: string | null;
  problem: Problem | null;
};

export type PlanInput = {
  shop: HoroshopOrder;
  crm: CrmOrder | undefined;
  link: LinkView | undefined;
  mapping: Mapping;
  lists: ReferenceLists;
  facts: OrderFacts & { crmCurrency: string | null };
};
