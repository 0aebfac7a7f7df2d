/** What must hold when people and trouble have come to rest. Each finding is a sentence; none is the aim. */
import { fullMapping, type World } from "../world.ts";
import { type FieldName, fieldNames, type Moves, type Side } from "./fields.ts";

type Fields = Record<string, unknown>;

/** Both sides of one order, in comparable words. */
export type Sides = { shop: Record<FieldName, string>; crm: Record<FieldName, string> };
export type Snapshot = Map<number, Sides>;

export function snapshotOf(world: World): Snapshot {
  const snapshot: Snapshot = new Map();
  for (const order of world.shop.latestOrders(1000)) {
    const crm = world.crm.order(String(order.order_id));
    if (!crm) continue;
    snapshot.set(order.order_id, { shop: sideOf(world, "shop", order.order_id), crm: crmSide(crm) });
  }
  return snapshot;
}

export function sideOf(world: World, side: Side, id: number): Record<FieldName, string> {
  return side === "shop" ? shopSide(world, id) : crmSide(world.crm.order(String(id))!);
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

function crmSide(order: Fields): Sides["crm"] {
  const payments = Object.values((order.payments ?? {}) as Record<string, Fields>);
  const fields = (order.customFields ?? {}) as Fields;
  const delivery = (order.delivery ?? {}) as Fields;
  const names = [order.lastName, order.firstName, order.patronymic].filter(Boolean).join(" ");
  const lines = (order.items as Fields[]).map((line) => {
    const [own] = (line.externalIds ?? []) as { value: string }[];
    return [own?.value ?? "none", line.initialPrice, line.quantity];
  });
  return {
    status: String(order.status),
    paid: String(payments.some((payment) => payment.status === "paid")),
    tracking: String((delivery.data as Fields | undefined)?.trackNumber ?? fields.horoshop_ttn ?? ""),
    customer: names.split(" ").sort().join(" "),
    comments: String(order.customerComment ?? ""),
    items: linesText(lines, order.discountManualAmount ?? 0),
    delivery: `${String((delivery.address as Fields | undefined)?.city ?? "")}|${String(fields.horoshop_branch ?? "")}`,
  };
}

function linesText(lines: unknown[][], discount: unknown): string {
  return `${lines.map((line) => line.join("×")).join(", ")} −${String(discount)}`;
}

const crmStatusOf = new Map(fullMapping.statuses.map((pair) => [String(pair.horoshop), pair.crm]));

/**
 * A change made on one side only stands on that side and reached the other one, unless a rule forbids it, which the
 * order's own page then tells. What nobody touched did not move.
 */
export function findUndone(before: Snapshot, after: Snapshot, moves: Moves, orders: Map<number, Fields>): string[] {
  const found: string[] = [];
  for (const [id, now] of after) {
    const then = before.get(id);
    for (const field of fieldNames) {
      const moved = moves.get(id)?.get(field) ?? {};
      const sides = Object.keys(moved) as Side[];
      const [only] = sides;
      const path = then ? `${then.shop[field]} / ${then.crm[field]} → ` : "";
      const told = `order ${id} ${field} (moved: ${JSON.stringify(moved)}): ${path}${now.shop[field]} / ${now.crm[field]}`;
      if (!agree(field, now) && !isExplained(field, orders.get(id)!))
        found.push(`neither agreed nor explained: ${told}`);
      if (sides.length === 0 && then && !same(field, then, now)) {
        // What waited may have been settled since; what agreed may not have moved by itself.
        if (agree(field, then) || !agree(field, now)) found.push(`moved by itself: ${told}`);
      }
      // Sides that stood apart before may come together on what the other one had moved to.
      const isSettled = then !== undefined && !agree(field, then) && agree(field, now);
      if (sides.length === 1 && now[only!][field] !== moved[only!] && !isSettled) found.push(`undone: ${told}`);
      if (sides.length === 2 && !sides.some((side) => now[side][field] === moved[side])) found.push(`lost: ${told}`);
    }
  }
  return found;
}

function agree(field: FieldName, sides: Sides): boolean {
  if (field === "status") return crmStatusOf.get(sides.shop.status) === sides.crm.status;
  return sides.shop[field] === sides.crm[field];
}

function same(field: FieldName, one: Sides, other: Sides): boolean {
  return one.shop[field] === other.shop[field] && one.crm[field] === other.crm[field];
}

/** The order's own page names the difference, or a problem that holds it back. */
function isExplained(field: FieldName, order: Fields): boolean {
  const differences = order.differences as { field: string }[];
  const problem = (order.problem as Fields | null)?.code;
  if (differences.some((difference) => difference.field === field)) return true;
  return field === "status" && ["order_closed_in_shop", "final_status_waiting"].includes(String(problem));
}
