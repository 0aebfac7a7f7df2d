import { z } from "zod";

/** Shapes of the JSON API around the mapping (contract 4). */

const pair = z.strictObject({
  horoshop: z.number().int().min(-2_147_483_648).max(2_147_483_647),
  crm: z.string().min(1).max(255).nullable(),
  // biome-ignore lint/suspicious/noThenProperty: the contract's name for what becomes of such orders
  then: z.enum(["exclude", "send-without"]).optional(),
});
const pairs = z.array(pair).max(1000);
const paymentStatus = z.string().min(1).max(255).nullish();

export const mappingBody = z.strictObject({
  statuses: pairs,
  deliveryTypes: pairs,
  paymentTypes: pairs,
  paymentStatuses: z.strictObject({ paid: paymentStatus, notPaid: paymentStatus }).nullish(),
  complete: z.boolean().optional().describe("ignored: what GET told"),
});

export const mappingAnswer = z.object({
  statuses: pairs,
  deliveryTypes: pairs,
  paymentTypes: pairs,
  paymentStatuses: z.object({ paid: z.string().nullable(), notPaid: z.string().nullable() }),
  complete: z.boolean(),
});

const shopElement = z.object({ id: z.number(), title: z.string(), enabled: z.boolean(), missing: z.boolean() });
const crmElement = z.object({
  code: z.string(),
  name: z.string(),
  group: z.string().optional(),
  groupName: z.string().optional(),
  active: z.boolean(),
  missing: z.boolean(),
});
const suggestion = z.object({ horoshop: z.number(), crm: z.string(), reason: z.string() });
const list = z.object({ horoshop: z.array(shopElement), crm: z.array(crmElement), suggestions: z.array(suggestion) });

export const referencesAnswer = z.object({
  statuses: list,
  deliveryTypes: list,
  paymentTypes: list,
  paymentStatuses: z.object({ crm: z.array(crmElement) }),
  fetchedAt: z.string().nullable(),
});
