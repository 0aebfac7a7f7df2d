/** What people change, on which side, and what each change made of it. */
export type Side = "shop" | "crm";
export const fieldNames = ["status", "paid", "tracking", "customer", "comments", "items", "delivery"] as const;
export type FieldName = (typeof fieldNames)[number];

/** Who changed what in this round, and what his side held right after it. */
export type Moves = Map<number, Map<FieldName, Partial<Record<Side, string>>>>;
