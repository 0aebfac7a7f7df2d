import type { Connection } from "../../api-shapes.ts";

export type Step = {
  name: "shop" | "site" | "statuses" | "deliveryTypes" | "paymentTypes";
  page: "access" | "mapping";
  done: boolean;
  left: number;
};

/** What a connection in `setup` still lacks, in the order in which a person does it. */
export function setupSteps(connection: Connection): Step[] {
  const reason = connection.stateReason;
  const hasShop = connection.horoshop !== null;
  const hasSite = connection.crm.site !== null;
  const maps = (["statuses", "deliveryTypes", "paymentTypes"] as const).map((name): Step => {
    const left = reason?.code === "mapping_incomplete" ? countOf(reason.params[name]) : undefined;
    // While the shop is missing its lists are unknown: nothing can be done yet.
    return { name, page: "mapping", done: hasShop && hasSite && left === 0, left: left ?? 0 };
  });
  return [
    { name: "shop", page: "access", done: hasShop, left: 0 },
    { name: "site", page: "access", done: hasSite, left: 0 },
    ...maps,
  ];
}

/** A count, or a list of what is not matched; a list that is not named lacks nothing. */
function countOf(value: unknown): number {
  if (typeof value === "number") return value;
  return Array.isArray(value) ? value.length : 0;
}
