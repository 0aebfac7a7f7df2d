import type { ConnectionContext } from "../context.ts";
import {
  type CustomerLink,
  confirmCustomers,
  forgetCustomer,
  loadCustomerLinks,
  moveCustomer,
} from "./customer-links.sql.ts";

/** So long a link is taken at its word; afterwards the CRM is asked whether the customer is still there. */
const trustedMs = 3_600_000;
const idsMax = 100;
/** Of merges one after another. */
const stepsMax = 10;

/**
 * The remembered customers under these keys. What a customer is worth that somebody merged or deleted in the CRM since
 * is nowhere written down (it may be refused, or an order may land on nobody), so old links are asked about first, all
 * in one question: a merged customer is followed to the one that took it in, a deleted one is forgotten.
 */
export async function loadFreshLinks(ctx: ConnectionContext, keys: string[]): Promise<Map<string, CustomerLink>> {
  const links = await loadCustomerLinks(ctx, keys);
  const oldest = ctx.now().getTime() - trustedMs;
  const doubtful = [...links.values()].flatMap(({ crmCustomerId, linkedAt }) =>
    crmCustomerId !== null && linkedAt && linkedAt.getTime() < oldest ? [crmCustomerId] : [],
  );
  const moved = await followCustomers(ctx, [...new Set(doubtful)]);
  for (const [key, link] of links) {
    if (link.crmCustomerId === null || !moved.has(link.crmCustomerId)) continue;
    const into = moved.get(link.crmCustomerId);
    if (into === undefined) links.delete(key);
    else links.set(key, { ...link, crmCustomerId: into });
  }
  return links;
}

/** Those that are no longer where they were: into which customer they went, or undefined for none. */
export async function followCustomers(ctx: ConnectionContext, ids: number[]): Promise<Map<number, number | undefined>> {
  const moved = new Map<number, number | undefined>();
  for (let start = 0; start < ids.length; start += idsMax) {
    const part = ids.slice(start, start + idsMax);
    const { customers } = await ctx.crm.fetchCustomers({ ids: part });
    const there = new Set(customers.map((customer) => customer.id));
    const missing = part.filter((id) => !there.has(id));
    for (const id of missing) {
      const into = await survivorOf(ctx, id);
      if (into === id) there.add(id);
      else moved.set(id, into);
    }
    await confirmCustomers(
      ctx,
      part.filter((id) => there.has(id)),
    );
  }
  for (const [id, into] of moved) {
    if (into === undefined) await forgetCustomer(ctx, id);
    else await moveCustomer(ctx, id, into);
  }
  return moved;
}

async function survivorOf(ctx: ConnectionContext, id: number): Promise<number | undefined> {
  let asked = id;
  for (let step = 0; step < stepsMax; step += 1) {
    const answer = await ctx.crm.fetchCustomer(asked);
    if (answer.is === "there") return asked;
    if (answer.is === "gone") return undefined;
    asked = answer.into;
  }
  return undefined;
}
