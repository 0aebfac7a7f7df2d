import { z } from "zod";

/**
 * The settings of a connection with their defaults (contract 4, "settings"). All are optional in requests; an unknown
 * name or value is refused with the path of the field. Rules of our own are told by the code of a text (src/web/text).
 */

const switchOn = z.boolean().default(true);
const shortText = z.string().max(255);
const fieldCode = z.string().regex(/^[a-z][a-z0-9_]{0,49}$/, "field_code");

const timeZone = z.string().refine(isTimeZone, "field_time_zone");
const statusId = z.number().int().min(0).max(2_147_483_647);

const updateFromShop = z.strictObject({
  status: switchOn,
  payment: switchOn,
  delivery: switchOn,
  customer: switchOn,
  items: switchOn,
});

const archive = z.strictObject({
  auto: switchOn,
  since: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/, "field_date")
    .refine(isDate, "field_date")
    .nullable()
    .default(null),
});

const customers = z.strictObject({
  /** Registered buyers of the shop become customers of the CRM although they have not ordered yet. */
  registered: z.boolean().default(false),
  /** Orders of buyers who belong to a company become orders of a corporate customer. */
  companies: z.boolean().default(false),
});

const stock = z.strictObject({
  direction: z.enum(["none", "crm-to-shop", "shop-to-crm"]).default("none"),
  stores: z.array(shortText.min(1)).max(1000).default([]),
  crmStore: shortText.nullable().default(null),
  shopWarehouse: shortText.nullable().default(null),
  presenceWords: z
    .strictObject({ in: shortText.min(1).default("В наявності"), out: shortText.min(1).default("Немає в наявності") })
    .prefault({}),
  reserve: z.number().int().min(0).max(1_000_000).default(0),
});

const catalog = z.strictObject({
  hidden: z.enum(["inactive", "omit"]).default("inactive"),
  inStockQuantity: z.number().min(0).max(99_999_999).default(1),
  shrinkLimitPercent: z.number().min(0).max(100).default(30),
  bindBySku: z.boolean().default(false),
  description: z.enum(["none", "short", "full"]).default("short"),
  vatRate: z
    .union([
      z.literal("none"),
      z.string().regex(/^\d{1,2}(\.\d{1,2})?$|^100$/),
      z.number().min(0).max(100).transform(String),
    ])
    .default("none"),
});

export const settingsSchema = z.strictObject({
  orderType: shortText.min(1).nullable().default(null),
  orderMethod: shortText.min(1).nullable().default(null),
  managerId: z.number().int().positive().nullable().default(null),
  numberPrefix: z.string().max(20).default(""),
  useShopNumber: switchOn,
  nameOrder: z.enum(["last-first", "first-last"]).default("last-first"),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "field_country")
    .default("UA"),
  language: z
    .string()
    .regex(/^[a-z]{2,3}$/, "field_language")
    .default("ua"),
  timeZone: timeZone.default("Europe/Kyiv"),
  sendStatus: switchOn,
  sendPaid: z.boolean().default(false),
  sendTracking: switchOn,
  updateFromShop: updateFromShop.prefault({}),
  statusConflict: z.enum(["crm", "shop"]).default("crm"),
  finalStatuses: z.array(statusId).max(100).default([4]),
  guardFinalStatus: switchOn,
  unmappedOrder: z.enum(["hold", "send-without"]).default("hold"),
  trackingField: fieldCode.default("horoshop_ttn"),
  branchField: fieldCode.default("horoshop_branch"),
  archive: archive.prefault({}),
  customers: customers.prefault({}),
  stock: stock.prefault({}),
  catalog: catalog.prefault({}),
  webhooks: switchOn,
  alertEmail: z.email().max(255).nullable().default(null),
  alertAfterMinutes: z.number().int().min(0).max(525_600).default(60),
});

export type Settings = z.output<typeof settingsSchema>;

export const defaultSettings: Settings = settingsSchema.parse({});

export type SettingsCheck = { ok: true; settings: Settings } | { ok: false; issues: z.core.$ZodIssue[] };

/** Lays changes over present settings, member by member in nested groups; lists are replaced whole. */
export function mergeSettings(present: Settings, changes: unknown): SettingsCheck {
  const whole = z
    .record(z.string(), z.unknown())
    .safeParse(changes === undefined ? {} : changes, { reportInput: true });
  if (!whole.success) return { ok: false, issues: within("settings", whole.error.issues) };
  const parsed = settingsSchema.safeParse(overlay(present, whole.data), { reportInput: true });
  if (parsed.success) return { ok: true, settings: parsed.data };
  return { ok: false, issues: within("settings", parsed.error.issues) };
}

function within(name: string, issues: z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  return issues.map((issue) => ({ ...issue, path: [name, ...issue.path] }));
}

/** Settings as stored, read leniently: a stored value that today's rules refuse falls back to its default. */
export function readSettings(stored: unknown): Settings {
  const merged = mergeSettings(defaultSettings, stored ?? {});
  if (merged.ok) return merged.settings;
  let settings = defaultSettings;
  for (const [name, value] of Object.entries((stored ?? {}) as Record<string, unknown>)) {
    const one = mergeSettings(settings, { [name]: value });
    if (one.ok) settings = one.settings;
  }
  return settings;
}

function overlay(present: unknown, changes: unknown): unknown {
  if (!isPlainObject(present) || !isPlainObject(changes)) return changes;
  const result: Record<string, unknown> = { ...present };
  for (const [name, value] of Object.entries(changes)) {
    if (name === "__proto__") continue;
    result[name] = isPlainObject(result[name]) ? overlay(result[name], value) : value;
  }
  return result;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Asking costs a millisecond, and settings are read with every look. The world has some 600 zones. */
const knownZones = new Set<string>();

/** Of a text that begins with a day: whether that day exists; Date itself takes 30 February for 2 March. */
export function isDate(text: string): boolean {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return (
    !Number.isNaN(Date.parse(text)) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10))
  );
}

function isTimeZone(name: string): boolean {
  if (knownZones.has(name)) return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    knownZones.add(name);
    return true;
  } catch {
    return false;
  }
}
