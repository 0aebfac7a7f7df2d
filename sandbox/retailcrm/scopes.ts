/** Every permission a key can have (reference 3.4). */
export const allScopes: readonly string[] = [
  ...["order", "customer", "store", "reference", "telephony", "delivery", "user", "custom_fields", "task"].flatMap(
    both,
  ),
  ...["integration", "cost", "payments", "file", "loyalty", "verification"].flatMap(both),
  "analytics_write",
  "segment_read",
];

function both(group: string): string[] {
  return [`${group}_read`, `${group}_write`];
}
