import type { ConnectionContext } from "../context.ts";
import { loadMapping, loadReferenceLists } from "./mapping.sql.ts";
import type { Mapping } from "./mapping.ts";
import { refreshReferenceLists } from "./reference-lists.flow.ts";

/**
 * Makes an entry in the CRM under the title of a shop element and pairs them. Its code follows from the element, so
 * that a repeat after a lost answer changes the same entry. Undefined when the shop has no such element.
 */
export async function createEntry(
  ctx: ConnectionContext,
  kind: "deliveryTypes" | "paymentTypes",
  shopId: number,
): Promise<Mapping | undefined> {
  const lists = await loadReferenceLists(ctx, ctx.connection.id);
  const element =
    lists[kind].horoshop.find((one) => one.id === shopId) ??
    (await refreshReferenceLists(ctx))[kind].horoshop.find((one) => one.id === shopId);
  if (!element) return undefined;
  const code = `horoshop-${ctx.connection.id.slice(0, 4)}-${shopId}`;
  const entry = { code, name: element.title.slice(0, 255), active: true };
  await (kind === "deliveryTypes" ? ctx.crm.saveDeliveryType(entry) : ctx.crm.savePaymentType(entry));
  await refreshReferenceLists(ctx);
  const mapping = await loadMapping(ctx, ctx.connection.id);
  const others = mapping[kind].filter((pair) => pair.horoshop !== shopId && pair.crm !== code);
  return { ...mapping, [kind]: [...others, { horoshop: shopId, crm: code }] };
}
