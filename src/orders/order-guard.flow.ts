import type { OrderGuard } from "../connections/manage.flow.ts";
import type { ConnectionContext } from "../context.ts";
import { ApiError } from "../http/api-error.ts";
import { refreshReferenceLists } from "../mapping/reference-lists.flow.ts";
import { hasHandedOver } from "./order-links.sql.ts";
import { toInstant } from "./shop-time.ts";

const samplesMax = 20;

/** What the connection page must ask the orders before a site or a shop is exchanged for another. */
export const orderGuard: OrderGuard = { readLists, hasHandedOver, isSameShop };

/** The mapping page needs them at once; when a side is silent now they are read as soon as the page opens. */
async function readLists(ctx: ConnectionContext): Promise<void> {
  try {
    await refreshReferenceLists(ctx);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

/** The same shop gives back orders that we know with the creation times that we know. */
async function isSameShop(known: ConnectionContext, changed: ConnectionContext): Promise<boolean> {
  const rows = await known.db
    .selectFrom("order_links")
    .select(["shop_number", "shop_created_at"])
    .where("connection_id", "=", known.connection.id)
    .where("crm_order_id", "is not", null)
    .where("shop_created_at", "is not", null)
    .orderBy("shop_number", "desc")
    .limit(samplesMax)
    .execute();
  if (rows.length === 0) return false;
  const answer = await changed.horoshop.fetchOrders({
    ids: rows.map((row) => Number(row.shop_number)),
    limit: samplesMax,
    offset: 0,
  });
  const zone = known.connection.settings.timeZone;
  const same = rows.filter((row) => {
    const order = answer.orders.find((one) => one.order_id === Number(row.shop_number));
    return order !== undefined && toInstant(order.stat_created, zone)?.getTime() === row.shop_created_at?.getTime();
  });
  return same.length > 0 && same.length === answer.orders.length;
}
