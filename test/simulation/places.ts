/** The bookmarks never pass what is not settled, whatever broke off a moment ago. */
import { crmSide } from "./check.ts";
import type { Life } from "./fields.ts";

type Agreed<T> = { shop: unknown; crm: T } | undefined;
export type Link = {
  crm_order_id: unknown;
  state: string;
  next_attempt_at: Date | null;
  create_pending: boolean;
  agreement: { status?: Agreed<string>; paid?: Agreed<boolean>; tracking?: Agreed<string | null> };
  differences: { field: string }[];
};

export async function loadLinks(world: Life["world"]): Promise<Map<number, Link>> {
  const rows = await world.app.db
    .selectFrom("order_links")
    .select(["shop_number", "crm_order_id", "state", "next_attempt_at", "create_pending", "agreement", "differences"])
    .where("connection_id", "=", world.id)
    .execute();
  return new Map(rows.map((row) => [Number(row.shop_number), row as unknown as Link]));
}

export async function findPassedBy(life: Life): Promise<string[]> {
  const { world } = life;
  const rows = await world.app.db
    .selectFrom("bookmarks")
    .select(["stream", "place"])
    .where("connection_id", "=", world.id)
    .execute();
  const places = new Map(rows.map((row) => [row.stream, row.place]));
  const links = await loadLinks(world);
  return [
    ...findPassedInShop(life, places.get("shop-orders"), links),
    ...findPassedInCrm(life, places.get("crm-history"), links),
  ];
}

/** An order that the shop's place has passed is on record, and tried again as long as it is not settled. */
function findPassedInShop({ world, placed, old }: Life, place: string | undefined, links: Map<number, Link>): string[] {
  const found: string[] = [];
  for (const id of placed) {
    const order = world.shop.orderOnWire(id);
    if (!order || old.has(id) || place === undefined || String(order.stat_created) >= place) continue;
    const link = links.get(id);
    if (!link) found.push(`the shop's place ${place} has passed order ${id}, which nobody knows`);
    else if (link.crm_order_id === null && link.state === "failed" && link.next_attempt_at === null)
      found.push(`the shop's place ${place} has passed order ${id}, which nobody tries again`);
  }
  return found;
}

/** What a manager changed before the history's place is agreed, told as a difference, held, or due to be tried again. */
function findPassedInCrm({ world }: Life, place: string | undefined, links: Map<number, Link>): string[] {
  if (place === undefined || !/^\d+$/.test(place)) return [];
  const found: string[] = [];
  const latest = new Map(world.crm.state.orderHistory.map((entry) => [entry.about, entry]));
  for (const [id, link] of links) {
    const crmId = Number(link.crm_order_id);
    const entry = latest.get(crmId);
    // A write of our own is not found by the history: the shop's side, which it came from, is not settled yet.
    if (!world.crm.state.orders.has(crmId) || !entry || entry.source === "api" || entry.id > Number(place)) continue;
    if (link.next_attempt_at !== null || link.state !== "synced") continue;
    const sides = crmSide(world.crm.order(crmId)!);
    const known = {
      status: link.agreement.status?.crm,
      paid: String(link.agreement.paid?.crm),
      tracking: link.agreement.tracking?.crm ?? "",
    };
    for (const field of ["status", "paid", "tracking"] as const) {
      const isTold = link.differences.some((difference) => difference.field === field);
      if (known[field] !== sides[field] && !isTold)
        found.push(
          `the history's place ${place} has passed order ${id} ${field}: ${sides[field]}, known ${known[field]}`,
        );
    }
  }
  return found;
}
