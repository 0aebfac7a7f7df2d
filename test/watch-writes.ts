/** What reaches the two sandboxes of a world, counted where it arrives. */
import type { World } from "./world.ts";

/** Rows of `orders/update` by order number, answered or not. */
export function watchShopWrites(world: World): Map<number, number> {
  const rows = new Map<number, number>();
  const { handle } = world.shop;
  world.shop.handle = (request) => {
    if (request.url.includes("orders/update")) {
      const { orders = [] } = JSON.parse(request.body) as { orders?: { order_id: number }[] };
      for (const { order_id } of orders) rows.set(order_id, (rows.get(order_id) ?? 0) + 1);
    }
    return handle(request);
  };
  return rows;
}

/** The questions asked to a list of the CRM so far, as their parameters. */
export function questionsTo(world: World, path: string): URLSearchParams[] {
  return world.crm.requests
    .filter((request) => request.method === "GET" && request.path.endsWith(path))
    .map((request) => new URLSearchParams(request.query));
}
