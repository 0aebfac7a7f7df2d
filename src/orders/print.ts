import { createHash } from "node:crypto";
import type { HoroshopOrder } from "../horoshop/schema.ts";

export function printOf(value: unknown): string {
  return createHash("sha1").update(JSON.stringify(value)).digest("base64url");
}

export function printsOf(view: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(view).map(([name, value]) => [name, printOf(value)]));
}

/** Changes when anything about the shop's order does that could matter to the CRM. */
export function orderPrint(order: HoroshopOrder): string {
  const { user: _, ...rest } = order;
  return printOf(rest);
}
