import type { Difference, Order } from "../../api-shapes.ts";

export type Why = "unpaired" | "waiting" | "writable" | "refused" | "readOnly";

/** Fields that the shop's API can change at all; every other one it only reads. */
const writtenFields = ["status", "paid", "tracking"];

/** Why a difference stays, as a person understands it. */
export function whyDifferent({ field, writable, unpaired }: Difference, order: Pick<Order, "problem">): Why {
  if (unpaired) return "unpaired";
  if (writable) return field === "status" && order.problem?.code === "final_status_waiting" ? "waiting" : "writable";
  return writtenFields.includes(field) ? "refused" : "readOnly";
}
