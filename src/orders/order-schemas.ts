import { z } from "zod";

/** Shapes of the JSON API around orders (contract 4). */

const params = z.record(z.string(), z.unknown());

export const orderAnswer = z.object({
  shopOrderId: z.string(),
  externalId: z.string(),
  crmOrderId: z.number().nullable(),
  crmNumber: z.string().nullable(),
  state: z.enum(["synced", "held", "failed", "excluded"]),
  reason: z
    .string()
    .nullable()
    .describe(
      "why an order is excluded: `status`, `delivery`, `payment` (mapping), `dismissed`, `deleted_in_crm`, `combined_in_crm`, `moved_in_crm`, …",
    ),
  problem: z.object({ code: z.string(), message: z.string(), params }).nullable(),
  attempts: z.number(),
  nextAttemptAt: z.string().nullable(),
  firstSeenAt: z.string(),
  lastSyncedAt: z.string().nullable(),
});

export const orderDetailAnswer = orderAnswer.extend({
  links: z.object({ shop: z.string().nullable(), crm: z.string().nullable() }),
  differences: z.array(
    z.object({
      field: z.string(),
      shop: z.unknown(),
      crm: z.unknown(),
      writable: z.boolean().describe("the shop's API can take it over"),
      unpaired: z.boolean().optional().describe("a status of the CRM that the mapping gives no pair"),
    }),
  ),
  timeline: z.array(
    z.object({
      at: z.string(),
      direction: z.enum(["shop-to-crm", "crm-to-shop"]),
      action: z.string(),
      result: z.enum(["done", "refused", "failed", "waiting"]),
      detail: z.unknown(),
      request: z.unknown().optional(),
      response: z.unknown().optional(),
    }),
  ),
});
