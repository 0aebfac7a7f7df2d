import type { ShopOrder } from "./records.ts";

/** Orders that are made when asked for: record `index` is always the same, and later indexes are never older. */
export type OrderSource = {
  count: number;
  firstId: number;
  createdAt(index: number): number;
  make(index: number): ShopOrder;
};

/** All orders of a shop. Generated ones take no memory until somebody changes them. */
export type OrderTable = {
  count(): number;
  /** a copy to look at, or the kept record once it was changed */
  find(orderId: number): ShopOrder | undefined;
  /** applies `change` and keeps the result; undefined when there is no such order */
  change(orderId: number, change: (order: ShopOrder) => void): ShopOrder | undefined;
  add(order: ShopOrder): void;
  remove(orderId: number): boolean;
  nextId(): number;
  /** in order of creation, those outside [fromMs, toMs] left out; none is made for it */
  list(options: { newestFirst: boolean; fromMs?: number; toMs?: number }): OrderReference[];
};

export type OrderReference = { order_id: number; createdAt: number };

export function makeOrderTable(source: OrderSource): OrderTable {
  const kept = new Map<number, ShopOrder>();
  const added: OrderReference[] = [];
  const removed = new Set<number>();
  let sourceTimes: Float64Array | undefined;
  let nextId = source.firstId + source.count;

  function indexOf(orderId: number): number | undefined {
    const index = orderId - source.firstId;
    return Number.isInteger(index) && index >= 0 && index < source.count ? index : undefined;
  }

  function find(orderId: number): ShopOrder | undefined {
    if (removed.has(orderId)) return undefined;
    const known = kept.get(orderId);
    if (known) return known;
    const index = indexOf(orderId);
    return index === undefined ? undefined : source.make(index);
  }

  return {
    count: () => source.count + added.length - removed.size,
    find,
    change(orderId, change) {
      const order = find(orderId);
      if (!order) return undefined;
      change(order);
      kept.set(orderId, order);
      return order;
    },
    add(order) {
      kept.set(order.order_id, order);
      removed.delete(order.order_id);
      added.push({ createdAt: order.createdAt, order_id: order.order_id });
      added.sort((a, b) => a.createdAt - b.createdAt || a.order_id - b.order_id);
      nextId = Math.max(nextId, order.order_id + 1);
    },
    remove(orderId) {
      if (!find(orderId)) return false;
      removed.add(orderId);
      kept.delete(orderId);
      const at = added.findIndex((one) => one.order_id === orderId);
      if (at >= 0) {
        added.splice(at, 1);
        removed.delete(orderId);
      }
      return true;
    },
    nextId: () => nextId,
    list({ newestFirst, fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY }) {
      const inside: OrderReference[] = [];
      sourceTimes ??= Float64Array.from({ length: source.count }, (_, index) => source.createdAt(index));
      for (const one of merged(source.firstId, sourceTimes, added)) {
        if (one.createdAt >= fromMs && one.createdAt <= toMs && !removed.has(one.order_id)) inside.push(one);
      }
      return newestFirst ? inside.reverse() : inside;
    },
  };
}

/** Seed orders and placed ones in one row, the oldest first. */
function* merged(firstId: number, times: Float64Array, added: OrderReference[]): Generator<OrderReference> {
  let at = 0;
  for (let index = 0; index < times.length; index += 1) {
    const createdAt = times[index]!;
    while (at < added.length && added[at]!.createdAt < createdAt) yield added[at++]!;
    yield { createdAt, order_id: firstId + index };
  }
  while (at < added.length) yield added[at++]!;
}
