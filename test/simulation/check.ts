/** What must hold of every field when people and trouble have come to rest. Each finding is a sentence; none is the aim. */
import { fullMapping, type World } from "../world.ts";
import { type FieldName, fieldNames, type Life, type Side } from "./fields.ts";

type Fields = Record<string, unknown>;

/** Both sides of one order, in comparable words; an order may not be in the CRM. */
export type Sides = { shop: Record<FieldName, string>; crm?: Record<FieldName, string> };
export type Snapshot = Map<number, Sides>;

/** All orders that the shop has. */
export function snapshotOf({ world, placed }: Pick<Life, "world" | "placed">): Snapshot {
  const snapshot: Snapshot = new Map();
  for (const id of placed) {
    if (!world.shop.order(id)) continue;
    const crm = world.crm.order(String(id));
    snapshot.set(id, { shop: shopSide(world, id), ...(crm ? { crm: crmSide(crm) } : {}) });
  }
  return snapshot;
}

function shopSide(world: World, id: number): Sides["shop"] {
  const order = world.shop.order(id)!;
  return {
    status: String(order.stat_status),
    paid: String(order.payed === 1),
    tracking: order.delivery_data?.tnNumber ?? "",
    customer: order.delivery_name.split(" ").sort().join(" "),
    comments: order.comment,
    items: linesText(
      order.products.map((line) => [line.storage_id, line.price, line.quantity]),
      order.coupon_discount_value,
    ),
    delivery: `${order.delivery_city}|${order.recipient_warehouse_ref ?? ""}`,
  };
}

export function crmSide(order: Fields): Record<FieldName, string> {
  const fields = (order.customFields ?? {}) as Fields;
  const delivery = (order.delivery ?? {}) as Fields;
  const names = [order.lastName, order.firstName, order.patronymic].filter(Boolean).join(" ");
  const lines = (order.items as Fields[]).map((line) => {
    const [own] = (line.externalIds ?? []) as { value: string }[];
    return [own?.value ?? "none", line.initialPrice, line.quantity];
  });
  return {
    status: String(order.status),
    paid: String(isPaid(order)),
    tracking: String((delivery.data as Fields | undefined)?.trackNumber ?? fields.horoshop_ttn ?? ""),
    customer: names.split(" ").sort().join(" "),
    comments: String(order.customerComment ?? ""),
    items: linesText(lines, order.discountManualAmount ?? 0),
    delivery: `${String((delivery.address as Fields | undefined)?.city ?? "")}|${String(fields.horoshop_branch ?? "")}`,
  };
}

/** The payment that stands for the shop's, or others that cover the whole order. */
function isPaid(order: Fields): boolean {
  const payments = Object.values((order.payments ?? {}) as Record<string, Fields>);
  const ours = payments.find((payment) => String(payment.externalId).endsWith(`-${order.externalId}`));
  if (ours?.status === "paid") return true;
  const others = payments.filter((payment) => payment !== ours && payment.status === "paid");
  const sum = others.reduce((total, payment) => total + Number(payment.amount), 0);
  return others.length > 0 && sum >= Number(order.totalSumm);
}

function linesText(lines: unknown[][], discount: unknown): string {
  return `${lines.map((line) => line.join("×")).join(", ")} −${String(discount)}`;
}

const crmStatusOf = new Map(fullMapping.statuses.map((pair) => [String(pair.horoshop), pair.crm]));

/** Where the shop says nothing of a person, a place or a wish, the CRM may know more. */
export function agree(field: FieldName, { shop, crm }: Sides): boolean {
  const [said, known] = [shop[field], crm?.[field] ?? ""];
  if (field === "status") return crmStatusOf.get(said) === known;
  if (field === "comments") return said === "" || said === known;
  if (field === "customer") return said.split(" ").every((word) => known.split(" ").includes(word));
  if (field !== "delivery") return said === known;
  return said.split("|").every((part, place) => part === "" || part === known.split("|")[place]);
}

/**
 * A change made on one side only stands on that side and reached the other one, unless a rule forbids it, which the
 * order's own page then tells. What nobody touched did not move.
 */
export function findUndone(life: Life, before: Snapshot, pages: Map<number, Fields>): string[] {
  const found: string[] = [];
  for (const [id, now] of snapshotOf(life)) {
    if (!now.crm) continue;
    for (const field of fieldNames) {
      const then = before.get(id);
      const moved = life.moves.get(id)?.get(field) ?? {};
      const path = then ? `${then.shop[field]} / ${then.crm?.[field]} → ` : "";
      const told = `order ${id} ${field} (moved: ${JSON.stringify(moved)}): ${path}${now.shop[field]} / ${now.crm[field]}`;
      found.push(...findingsOf(field, then, now, moved).map((finding) => `${finding}: ${told}`));
      if (!agree(field, now) && !isExplained(field, pages.get(id)!))
        found.push(`neither agreed nor explained: ${told}`);
    }
    const conflict = life.conflicts.get(id);
    if (conflict && now[conflict.winner]![conflict.field] !== conflict.value)
      found.push(`the wrong side won: order ${id} ${JSON.stringify(conflict)}: ${now.shop.status} / ${now.crm.status}`);
  }
  return found;
}

function findingsOf(
  field: FieldName,
  then: Sides | undefined,
  now: Sides,
  moved: Partial<Record<Side, string>>,
): string[] {
  const sides = Object.keys(moved) as Side[];
  const [only] = sides;
  const wasApart = then?.crm !== undefined && !agree(field, then);
  if (sides.length === 0 && then?.crm) {
    const isSame = then.shop[field] === now.shop[field] && then.crm[field] === now.crm?.[field];
    // What waited may have been settled since; what agreed may not have moved by itself.
    return isSame || (wasApart && agree(field, now)) ? [] : ["moved by itself"];
  }
  // Sides that stood apart before may come together on what the other one had moved to.
  if (sides.length === 1 && now[only!]![field] !== moved[only!] && !(wasApart && agree(field, now))) return ["undone"];
  // The shop's API takes no lines: what a manager made of them stands, whatever the shop did besides.
  if (sides.length === 2 && field === "items" && now.crm!.items !== moved.crm) return ["overwritten"];
  if (sides.length === 2 && !sides.some((side) => now[side]![field] === moved[side])) return ["lost"];
  return [];
}

/** The order's own page names the difference, or a problem that holds it back. */
function isExplained(field: FieldName, page: Fields): boolean {
  const differences = (page.differences ?? []) as { field: string }[];
  const problem = (page.problem as Fields | null)?.code;
  if (differences.some((difference) => difference.field === field)) return true;
  return field === "status" && ["order_closed_in_shop", "final_status_waiting"].includes(String(problem));
}
