import { z } from "zod";
import { previewAnswer } from "./preview-schemas.ts";
import { isDate, settingsSchema } from "./settings.ts";

/** Shapes of the JSON API around connections (contract 4), also for its OpenAPI document. */

const oneLine = (max: number) => z.string().trim().min(1).max(max);
const anySettings = z
  .record(z.string(), z.unknown())
  .optional()
  .describe("all optional; what is left out stays, or is the default")
  .meta({ properties: z.toJSONSchema(settingsSchema, { io: "input" }).properties, additionalProperties: false });

export const newConnectionBody = z.strictObject({
  name: z.string().trim().max(100).optional(),
  crm: z.strictObject({ url: oneLine(500), apiKey: oneLine(255), site: oneLine(255).nullish() }),
  horoshop: z.strictObject({ url: oneLine(500), login: oneLine(255), password: z.string().min(1).max(255) }),
  settings: anySettings,
});

export const changesBody = z.strictObject({
  name: oneLine(100).optional(),
  crm: z.strictObject({ apiKey: oneLine(255).optional(), site: oneLine(255).optional() }).optional(),
  horoshop: z
    .strictObject({
      url: oneLine(500).optional(),
      login: oneLine(255).optional(),
      password: z.string().min(1).max(255).optional(),
    })
    .optional(),
  settings: anySettings,
  state: z.enum(["paused", "active"]).optional(),
});

export const connectionAnswer = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(["setup", "active", "paused", "needs_login", "inactive", "frozen"]),
  stateReason: z
    .object({ code: z.string(), message: z.string(), params: z.record(z.string(), z.unknown()) })
    .nullable(),
  crm: z.object({ url: z.string(), site: z.string().nullable(), apiKeyMasked: z.string() }),
  horoshop: z.object({ url: z.string(), login: z.string().nullable() }).nullable(),
  settings: z.record(z.string(), z.unknown()).describe(`all of: ${Object.keys(settingsSchema.shape).join(", ")}`),
  catalog: z.object({ url: z.string() }),
  createdAt: z.string(),
  lastSyncAt: z.string().nullable(),
  nextSyncAt: z.string().nullable(),
  counts: z.object({ synced: z.number(), held: z.number(), failed: z.number(), excluded: z.number() }),
  problems: z.number(),
});

const side = z.object({ ok: z.boolean(), code: z.string().nullable(), message: z.string().nullable() });
const choices = z.array(z.object({ code: z.string(), name: z.string() })).nullable();
export const choicesAnswer = z
  .object({ orderTypes: choices, orderMethods: choices, stores: choices.describe("warehouses; needs store_read") })
  .describe("null where the CRM does not tell: a permission is missing, or it does not answer now");

export const checkAnswer = z.object({ crm: side, horoshop: side, capabilities: z.record(z.string(), z.boolean()) });

export const idParams = z.object({ id: z.string().min(1).max(50) });

const moment = z
  .string()
  .max(40)
  .refine((text) => /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?$/.test(text) && isDate(text), "field_date");

export const newRunBody = z.strictObject({
  kind: z.enum(["sync", "archive", "catalog", "stock", "reconcile"]),
  dryRun: z.boolean().optional(),
  customersOnly: z
    .boolean()
    .optional()
    .describe(
      "archive: only the shop's registered buyers, no orders; with `settings.customers.registered` they become customers of the CRM, with `companies` it is kept who orders for which company. An archive run without since, until and orderIds begins with the same step",
    ),
  since: moment.optional(),
  until: moment.optional(),
  orderIds: z
    .array(
      z.union([
        z
          .string()
          .regex(/^0*[1-9]\d{0,14}$/, "an order number")
          .transform((text) => text.replace(/^0+/, "")),
        z.number().int().positive().transform(String),
      ]),
    )
    .min(1)
    .max(10_000)
    .transform((ids) => [...new Set(ids)])
    .optional()
    .describe("shop order numbers; doubles count once"),
});

export const runAnswer = z.object({
  id: z.string(),
  connectionId: z.string(),
  kind: z.string(),
  trigger: z.enum(["schedule", "manual", "webhook", "release"]),
  state: z.enum(["queued", "running", "succeeded", "partial", "failed", "cancelled"]),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  params: z.record(z.string(), z.unknown()),
  pausedAt: z.string().nullable().describe("since when a person lets it wait; its state is `queued` then"),
  pauseAsked: z.boolean().describe("still at work, pauses at its next safe place"),
  progress: z.object({
    done: z.number(),
    total: z.number().nullable(),
    remainingSeconds: z
      .number()
      .nullable()
      .describe("working time left at the pace of this run, pauses not counted; null while unknown and after its end"),
  }),
  counts: z
    .record(z.string(), z.number())
    .describe(
      "of orders: read, created, linked, updated, unchanged, held, failed, excluded. An archive run that met registered buyers adds customersRead, customersCreated, customersLinked (the CRM had them), customersFailed (refused, tried again daily)",
    ),
  preview: previewAnswer,
  notes: z
    .array(z.object({ code: z.string(), message: z.string(), params: z.record(z.string(), z.unknown()) }))
    .describe("what was passed over, and why; nothing that anybody has to mend"),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});

export const problemAnswer = z.object({
  code: z.string(),
  severity: z.enum(["info", "warning", "error"]),
  message: z.string(),
  action: z.object({ code: z.string(), url: z.string().optional() }).nullable(),
  params: z.record(z.string(), z.unknown()),
  count: z.number(),
  since: z.string(),
});
