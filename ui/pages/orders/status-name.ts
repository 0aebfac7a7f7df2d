import type { References } from "../../api-shapes.ts";
import { formatValue } from "../../format.ts";

/** A status by its name in the lists of its side; what they do not name stays as it is. */
export function nameOfStatus(references: References | undefined, side: "shop" | "crm", value: unknown): string {
  const { horoshop = [], crm = [] } = references?.statuses ?? {};
  const name =
    side === "shop"
      ? horoshop.find((element) => String(element.id) === String(value))?.title
      : crm.find((element) => element.code === value)?.name;
  return name ?? formatValue(value);
}
