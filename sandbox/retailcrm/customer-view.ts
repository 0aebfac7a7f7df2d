import type { Crm } from "./call.ts";
import { customFieldValues } from "./custom-fields.ts";
import { phpMap, withoutEmpty } from "./fields.ts";
import { orderTotals } from "./order-totals.ts";
import type { Customer, Fields } from "./state.ts";

/** A customer as answers give it (reference 12.1); sums are those of now. */
export function customerView(crm: Crm, customer: Customer): Fields {
  return withoutEmpty({
    type: "customer",
    id: customer.id,
    externalId: customer.externalId,
    isContact: customer.isContact,
    createdAt: customer.createdAt,
    vip: false,
    bad: false,
    site: customer.site,
    contragent: customer.contragent,
    tags: customer.tags.map((name) => ({ name, color: "#ffd54f", attached: false })),
    ...customerSums(crm, customer.id),
    customFields: phpMap(customFieldValues(crm, "customer", customer.customFields)),
    personalDiscount: 0,
    cumulativeDiscount: 0,
    address: customer.address,
    segments: [],
    ...customer.plain,
    source: Object.keys(customer.source).length > 0 ? customer.source : undefined,
    phones: customer.phones.map((number) => ({ number })),
  });
}

export function customerSums(crm: Crm, id: number): Fields {
  const orders = [...(crm.state.ordersOfCustomer.get(id) ?? [])].map((orderId) => crm.state.orders.get(orderId)!);
  const totals = orders.map((order) => orderTotals(crm, order));
  const totalSumm = round(totals.reduce((total, one) => total + one.totalSumm, 0));
  const costSumm = round(totals.reduce((total, one) => total + one.purchaseSumm, 0));
  return {
    marginSumm: round(totalSumm - costSumm),
    totalSumm,
    averageSumm: orders.length === 0 ? 0 : round(totalSumm / orders.length),
    ordersCount: orders.length,
    costSumm,
  };
}

function round(amount: number): number {
  return Math.round(amount * 100) / 100;
}
