import { isRecordTrouble } from "../connections/trouble.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import type { CrmOrder } from "../retailcrm/schema.ts";
import { buyerKeys, customerToCrm } from "./customer-to-crm.ts";
import { type FoundCustomer, findPersons, searchCustomer } from "./find-persons.flow.ts";
import type { OrderLink } from "./order-links.sql.ts";
import { remarkOf, withoutRemark } from "./remarks.ts";

/** The CRM's customer of each order, by order number. See `findPersons`. */
export async function findCustomers(
  ctx: ConnectionContext,
  orders: HoroshopOrder[],
  indexed: boolean,
): Promise<Map<number, FoundCustomer>> {
  const { id, settings, crmTimeZone } = ctx.connection;
  const persons = orders.map((order) => ({
    keys: buyerKeys(order, settings),
    draft: customerToCrm(order, settings, id, crmTimeZone),
  }));
  const found = await findPersons(ctx, persons, indexed);
  return new Map(orders.map((order, place) => [order.order_id, found[place]!]));
}

/**
 * An order that several customers fitted is asked about again whenever it is worked on: once they are merged in the
 * CRM, or a person chose one for the order, the remark is gone. Nobody is made or linked by this look.
 */
export async function lookAtDoubles(
  ctx: ConnectionContext,
  order: HoroshopOrder,
  link: OrderLink,
  crm: CrmOrder,
  { force }: { force: boolean },
): Promise<OrderLink> {
  const remark = remarkOf(link.problem, "customer_ambiguous");
  // Without a print somebody asked for it, whichever look came upon it first.
  if (!remark || (!force && link.shopHash !== null)) return link;
  const mended = { ...link, problem: withoutRemark(link.problem, remark.code) };
  const { customer } = remark.params;
  if (typeof customer === "number" && crm.customer && crm.customer.id !== customer) return mended;
  try {
    const match = await searchCustomer(ctx, buyerKeys(order, ctx.connection.settings));
    if (match.is !== "several") return mended;
    const customers = match.customers.map((one) => `№ ${one.id}`);
    return { ...link, problem: { code: remark.code, params: { ...link.problem!.params, customers } } };
  } catch (error) {
    // The remark can wait; the order's changes need not.
    if (!isRecordTrouble(error)) throw error;
    return link;
  }
}
