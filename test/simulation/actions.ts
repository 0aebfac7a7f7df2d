/** What people do on both sides, drawn by chance, and what is remembered of it for the check afterwards. */
import type { FaultKind as ShopFault } from "../../sandbox/horoshop/faults.ts";
import type { FaultKind as CrmFault } from "../../sandbox/retailcrm/faults.ts";
import { fullMapping, type World } from "../world.ts";
import { articles } from "../world-network.ts";
import { sideOf } from "./check.ts";
import type { FieldName, Moves, Side } from "./fields.ts";

export type Chance = { below(limit: number): number; oneIn(times: number): boolean; pick<T>(from: readonly T[]): T };

export function chanceOf(random: () => number): Chance {
  const below = (limit: number) => Math.floor(random() * limit);
  return { below, oneIn: (times) => below(times) === 0, pick: (from) => from[below(from.length)]! };
}

export const firstOrder = 501;
const phones = ["+380 67 123 45 67", "067-123-45-67", "+380671234567", "050 765 43 21", "+380507654321", "0931112233"];
const names = ["Шевченко Олена", "Бондар Ігор Петрович", "Марія", "Коваль Андрій"];
const crmStatuses = [
  "new",
  "assembling",
  "complete",
  "delivering",
  "waiting-payment",
  "cancel-other",
  "client-confirmed",
];

/** One thing that somebody does somewhere. */
export function act(world: World, chance: Chance, moves: Moves, mayPlace: boolean): string {
  const ids = world.shop.latestOrders(100).map((order) => order.order_id);
  if (ids.length === 0 || (mayPlace && chance.oneIn(4))) return placeOne(world, chance, ids.length);
  const id = chance.pick(ids);
  const there = world.crm.order(String(id)) !== undefined;
  const side: Side = there && chance.oneIn(2) ? "crm" : "shop";
  if (there && chance.oneIn(8)) return sameMove(world, chance, moves, id);
  const [field, words] = side === "shop" ? actInShop(world, chance, id) : actInCrm(world, chance, id);
  if (field === undefined) return `${side} ${id}: nothing`;
  note(world, moves, id, field, side);
  return `${side} ${id}: ${words}`;
}

/** A clerk and a manager come to the same status, each on his own side. */
function sameMove(world: World, chance: Chance, moves: Moves, id: number): string {
  const { horoshop, crm } = chance.pick(fullMapping.statuses.filter((pair) => pair.horoshop !== 4));
  if (world.shop.order(id)!.stat_status !== horoshop) {
    world.shop.setStatus(id, horoshop);
    note(world, moves, id, "status", "shop");
  }
  if (world.crm.order(String(id))!.status !== crm) {
    world.crm.asManager.setStatus(String(id), crm);
    note(world, moves, id, "status", "crm");
  }
  return `both ${id}: status ${horoshop}`;
}

function note(world: World, moves: Moves, id: number, field: FieldName, side: Side): void {
  const ofOrder = moves.get(id) ?? new Map<FieldName, Partial<Record<Side, string>>>();
  moves.set(id, ofOrder.set(field, { ...ofOrder.get(field), [side]: sideOf(world, side, id)[field] }));
}

function placeOne(world: World, chance: Chance, count: number): string {
  const id = firstOrder + count;
  const products = linesOf(chance);
  world.placeOrder(id, {
    products,
    delivery_phone: chance.pick(phones),
    delivery_name: chance.pick(names),
    delivery_email: "",
    comment: "",
    delivery_type: chance.pick([4, 5, 7, 8]),
    payment_type: chance.pick([9, 12]),
    payed: chance.oneIn(4) ? 1 : 0,
    ...(chance.oneIn(4) ? { coupon: { code: "SALE", percent: 7 } } : {}),
    stat_status: chance.pick([1, 1, 1, 2]),
  });
  return `shop ${id}: placed`;
}

function linesOf(chance: Chance) {
  const count = 1 + chance.below(3);
  return Array.from({ length: count }, () => {
    const article = chance.pick([...articles, "UNKNOWN-9"]);
    return { article, title: `Title ${article}`, price: 50 + chance.below(400) / 4, quantity: 1 + chance.below(3) };
  });
}

type Done = [FieldName | undefined, string];

function actInShop(world: World, chance: Chance, id: number): Done {
  const { shop } = world;
  const order = shop.order(id)!;
  switch (chance.below(9)) {
    case 0:
    case 1:
    case 2: {
      const status = chance.pick([1, 2, 2, 2, 6, 6, 6, 3, 4]);
      if (status === order.stat_status) return [undefined, ""];
      shop.setStatus(id, status);
      return ["status", `status ${status}`];
    }
    case 3: {
      const paid = order.payed === 0;
      shop.setPaid(id, paid);
      return ["paid", `payed ${paid}`];
    }
    case 4: {
      const number = `2045${chance.below(1_000_000)}`;
      shop.setTracking(id, number);
      return ["tracking", `waybill ${number}`];
    }
    case 5: {
      const name = `${chance.pick(names)} ${chance.below(1000)}`;
      shop.changeContact(id, { name });
      return ["customer", name];
    }
    case 6:
      shop.changeContact(id, { comment: `please ${chance.below(1000)}` });
      return ["comments", "comment"];
    case 7:
      shop.editLines(id, linesOf(chance));
      return ["items", "lines"];
    default:
      shop.changeAddress(id, { city: `City ${chance.below(1000)}`, branchRef: `branch-${chance.below(1000)}` });
      return ["delivery", "address"];
  }
}

function actInCrm(world: World, chance: Chance, id: number): Done {
  const name = String(id);
  const manager = world.crm.asManager;
  const order = world.crm.order(name)!;
  switch (chance.below(8)) {
    case 0:
    case 1:
    case 2: {
      const status = chance.pick(crmStatuses);
      if (status === order.status) return [undefined, ""];
      manager.setStatus(name, status);
      return ["status", `status ${status}`];
    }
    case 3: {
      const [payment] = Object.values((order.payments ?? {}) as Record<string, { id: number; status?: string }>);
      if (!payment) return [undefined, ""];
      const status = payment.status === "paid" ? "not-paid" : "paid";
      manager.setPaymentStatus(name, status, payment.id);
      return ["paid", `payment ${status}`];
    }
    case 4: {
      const number = `5900${chance.below(1_000_000)}`;
      manager.setTrackingField(name, "horoshop_ttn", number);
      return ["tracking", `field ${number}`];
    }
    case 5:
      manager.editOrder(name, { firstName: `Changed ${chance.below(1000)}` });
      return ["customer", "first name"];
    case 6:
      manager.editOrder(name, { managerComment: `note ${chance.below(1000)}` });
      return [undefined, "a note that the shop does not have"];
    default:
      manager.addLine(name, { productName: "Gift wrap", initialPrice: 10, quantity: 1 });
      return ["items", "one more line"];
  }
}

const shopFaults: ShopFault[] = ["502-html", "524", "html-200", "cut-json", "lost-before", "lost-after", "exception"];
const crmFaults: CrmFault[] = ["503", "429", "500", "500-html", "html-200", "cut-json", "lost-before", "lost-after"];

/** Trouble that waits for one of the next calls. */
export function makeTrouble(world: World, chance: Chance): string {
  const after = chance.below(6);
  const times = 1 + chance.below(3);
  if (chance.oneIn(2)) {
    const kind = chance.pick(shopFaults);
    const done = chance.oneIn(2);
    const match = chance.oneIn(2) ? "orders/*" : "orders/update";
    world.shop.faults.add({ kind, after: match === "orders/*" ? after : 0, times, done, match });
    return `trouble: shop ${kind} ×${times} after ${after} at ${match}`;
  }
  const writes = !chance.oneIn(3);
  // The worst is a write that happened and whose answer was lost.
  const kind: CrmFault = writes && chance.oneIn(2) ? chance.pick(["lost-after", "cut-json"]) : chance.pick(crmFaults);
  world.crm.addFault({ kind, after: writes ? 0 : after, times, match: writes ? { method: "POST" } : {} });
  return `trouble: crm ${kind} ×${times} after ${after}${writes ? " at writes" : ""}`;
}
