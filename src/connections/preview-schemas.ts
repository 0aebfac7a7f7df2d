import { z } from "zod";

/** What a run leaves to read beside its counts (contract 4), also for the OpenAPI document. */

const money = z.string().describe("exact, a point before the decimals");
const perCurrency = z.record(z.string(), money);
const unmapped = z.array(z.object({ id: z.number(), title: z.string(), orders: z.number() }));

const trial = z
  .object({
    orders: z.number(),
    total: perCurrency.describe("by currency"),
    existing: z.number().describe("of these the CRM has already"),
    unmapped: z.object({ statuses: unmapped, deliveryTypes: unmapped, paymentTypes: unmapped }),
  })
  .describe("of an archive run with dryRun: what an upload would take; nothing is written");

const side = z.object({
  orders: z.number(),
  total: money.describe("in the currency of the CRM's site"),
  others: perCurrency.optional().describe("orders in other currencies, by currency; left out when there are none"),
});
const orderNumbers = z.array(z.string()).describe("shop order numbers, 200 at most");

const comparison = z
  .object({
    days: z.array(z.object({ day: z.string().describe("the shop's day"), shop: side, crm: side })),
    missing: orderNumbers.describe("in the shop and not in the CRM; handed to the exchange unless refused for good"),
    differing: z.array(
      z.object({ shopOrderId: z.string(), field: z.enum(["total", "status"]), shop: z.string(), crm: z.string() }),
    ),
    onlyInCrm: orderNumbers.describe("linked orders that the shop does not have any more; they are left as they are"),
    held: orderNumbers.optional().describe("not in the CRM because a mapping or a decision is missing"),
    outcome: z
      .array(
        z.object({
          shopOrderId: z.string(),
          state: z.enum(["synced", "held", "failed", "excluded"]),
          problem: z.string().nullable(),
          differs: z.array(z.string()).describe("fields in which the sides differ still"),
          nextAttemptAt: z.string().nullable().describe("null: only a change or a person moves it"),
        }),
      )
      .optional()
      .describe("where the listed orders stand after the exchange had them; empty until then"),
    capped: z.boolean().describe("a list was cut, or the period has too many orders"),
  })
  .describe("of a reconcile run: both sides as they stood before anything was mended");

export const previewAnswer = z.union([trial, comparison]).nullable().optional();

/** As the run that made it wrote it down. */
export type PreviewView = z.infer<typeof trial> | z.infer<typeof comparison>;
