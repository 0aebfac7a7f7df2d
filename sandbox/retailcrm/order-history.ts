import type { Call, Crm, Reply } from "./call.ts";
import { withoutEmpty } from "./fields.ts";
import { addRecord, answerHistory, sameValue, snakeCase } from "./history.ts";
import { lineHistoryNumbers, orderTotals } from "./order-totals.ts";
import { lineLink, lineView, orderPeople, orderWithoutCustomer, paymentView } from "./order-view.ts";
import type { Actor, Fields, HistoryRecord, Line, Order, Payment } from "./state.ts";

/** Names that are not the plain snake case of the order's own field. */
const renamed: Record<string, string> = { countryIso: "country", managerId: "manager" };
const coded = new Set(["orderType", "orderMethod", "shipmentStore"]);
const unrecorded = new Set(["mark", "isFromCart", "dialogId", "clientId", "applyRound", "privilegeType"]);
const boolean = ["call", "expired", "shipped"];

export function recordOrderCreated(crm: Crm, order: Order, actor: Actor): void {
  addRecord(crm, "orderHistory", actor, {
    created: true,
    field: "status",
    oldValue: null,
    newValue: { code: order.status },
    about: order.id,
    site: order.site,
    status: order.status,
    snapshot: structuredClone(orderWithoutCustomer(crm, order, "list")),
  });
}

export function recordOrderGone(crm: Crm, order: Order, actor: Actor, combinedTo?: Order): void {
  addRecord(crm, "orderHistory", actor, {
    ...(combinedTo === undefined ? {} : { source: "combine" as const }),
    deleted: true,
    field: "id",
    oldValue: order.id,
    newValue: null,
    about: order.id,
    site: order.site,
    status: order.status,
    snapshot: structuredClone(orderWithoutCustomer(crm, order, "list")),
    ...(combinedTo === undefined
      ? {}
      : {
          combinedTo: withoutEmpty({ id: combinedTo.id, externalId: combinedTo.externalId, site: combinedTo.site }),
        }),
  });
}

/** One record for each field that differs: status, address, contragent, own fields by name, then payments (10.3). */
export function recordOrderChanges(crm: Crm, before: Order, after: Order, actor: Actor): void {
  const own = changedFields(orderFields(crm, before), orderFields(crm, after));
  const records = [...own, ...lineChanges(crm, before, after)].sort(
    (one, other) => rank(one.field) - rank(other.field) || compare(one.field, other.field),
  );
  for (const record of [...records, ...paymentChanges(before, after)]) {
    addRecord(crm, "orderHistory", actor, {
      ...record,
      about: after.id,
      site: after.site,
      status: after.status,
    });
  }
}

export function recordAutomaticCustomer(crm: Crm, order: Order): void {
  addRecord(
    crm,
    "orderHistory",
    { source: "code" },
    {
      field: "customer",
      oldValue: null,
      newValue: customerLink(crm, order.customerId),
      about: order.id,
      site: order.site,
      status: order.status,
    },
  );
}

export function ordersHistory(call: Call): Reply {
  const { crm } = call;
  const orderOf = (id: number): Order | undefined => crm.state.orders.get(id) ?? crm.state.goneOrders.get(id);
  return answerHistory(
    call,
    "orderHistory",
    { id: "orderId", externalId: "orderExternalId" },
    (id) => orderOf(id)?.externalId,
    (record) => ({ order: orderOfRecord(crm, record, orderOf(record.about)) }),
  );
}

/** The snapshot of a creation with the customer of now; else the short order: status of then, manager of now. */
function orderOfRecord(crm: Crm, record: HistoryRecord, order: Order | undefined): Fields {
  if (record.snapshot !== undefined) {
    return { ...record.snapshot, ...(order === undefined ? {} : orderPeople(crm, order)) };
  }
  return withoutEmpty({
    id: record.about,
    externalId: order?.externalId,
    managerId: order?.plain.managerId,
    site: record.site,
    status: record.status,
  });
}

type Change = { field: string; oldValue: unknown; newValue: unknown; extra?: Fields };

function rank(field: string): number {
  if (field === "status") return 0;
  if (field.startsWith("delivery_address.")) return 1;
  return field.startsWith("contragent.") ? 2 : 3;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function changedFields(before: Fields, after: Fields, extra?: Fields, prefix = ""): Change[] {
  const changes: Change[] = [];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const oldValue = before[name] ?? null;
    const newValue = after[name] ?? null;
    if (!sameValue(oldValue, newValue))
      changes.push({ field: prefix + name, oldValue, newValue, ...(extra && { extra }) });
  }
  return changes;
}

function orderFields(crm: Crm, order: Order): Fields {
  const fields: Fields = {
    status: { code: order.status },
    number: order.number,
    external_id: order.externalId,
    created_at: order.createdAt,
    full_paid_at: order.fullPaidAt,
    customer: customerLink(crm, order.customerId),
    delivery_type: code(order.delivery.code),
    delivery_service: code((order.delivery.service as Fields | undefined)?.code),
    delivery_cost: order.delivery.cost,
    delivery_net_cost: order.delivery.netCost,
    delivery_date: order.delivery.date,
    delivery_time: order.delivery.time,
    contact: order.contact === undefined ? null : customerLink(crm, order.contact),
    company: order.company === undefined ? null : { id: order.company },
  };
  for (const name of boolean) fields[name] = order.plain[name] ?? false;
  for (const [name, value] of Object.entries(order.plain)) {
    if (unrecorded.has(name) || boolean.includes(name)) continue;
    const key = renamed[name] ?? snakeCase(name);
    fields[key] = coded.has(name) ? code(value) : name === "managerId" ? { id: value } : value;
  }
  for (const [name, value] of Object.entries(order.delivery.address)) {
    fields[`delivery_address.${renamed[name] ?? snakeCase(name)}`] = value;
  }
  for (const [name, value] of Object.entries((order.delivery.data as Fields | undefined) ?? {})) {
    fields[`integration_delivery_data.${snakeCase(name)}`] = value;
  }
  for (const [name, value] of Object.entries(order.contragent)) fields[`contragent.${snakeCase(name)}`] = value;
  for (const [name, value] of Object.entries(order.customFields)) fields[`custom_${name}`] = value;
  return fields;
}

function code(value: unknown): unknown {
  return value === undefined || value === null ? null : { code: value };
}

function customerLink(crm: Crm, id: number): Fields {
  const customer = crm.state.customers.get(id) ?? crm.state.corporate.get(id) ?? crm.state.goneCustomers.get(id);
  return withoutEmpty({ id, externalId: customer?.externalId, site: customer?.site });
}

function lineChanges(crm: Crm, before: Order, after: Order): Change[] {
  const changes: Change[] = [];
  const totalsBefore = orderTotals(crm, before);
  const totalsAfter = orderTotals(crm, after);
  const fieldsOf = (line: Line, totals: typeof totalsAfter): Fields => ({
    ...lineHistoryNumbers(line, totals.lines.get(line.id)!),
    vat_rate: line.vatRate === undefined || line.vatRate === "none" ? null : Number(line.vatRate),
    status: { code: line.status },
    price_type: code(line.priceType),
  });
  for (const line of after.lines) {
    const old = before.lines.find((entry) => entry.id === line.id);
    const link = lineLink(crm, line);
    if (old === undefined) {
      const item = lineView(crm, line, totalsAfter.lines.get(line.id)!);
      changes.push({ field: "order_product", oldValue: null, newValue: withoutIds(link), extra: { item } });
    } else {
      const fields = changedFields(fieldsOf(old, totalsBefore), fieldsOf(line, totalsAfter), { item: link });
      changes.push(...fields.map((change) => ({ ...change, field: `order_product.${change.field}` })));
    }
  }
  for (const line of before.lines) {
    if (after.lines.some((entry) => entry.id === line.id)) continue;
    const item = lineView(crm, line, totalsBefore.lines.get(line.id)!);
    changes.push({
      field: "order_product",
      oldValue: withoutIds(lineLink(crm, line)),
      newValue: null,
      extra: { item },
    });
  }
  return changes;
}

function withoutIds(link: Fields): Fields {
  return withoutEmpty({ id: link.id, offer: link.offer });
}

function paymentChanges(before: Order, after: Order): Change[] {
  const changes: Change[] = [];
  for (const payment of after.payments) {
    const old = before.payments.find((entry) => entry.id === payment.id);
    const link = withoutEmpty({ id: payment.id, type: payment.type, externalId: payment.externalId });
    if (old === undefined) {
      const { paidAt: _, comment: __, ...view } = paymentView(payment);
      changes.push({
        field: "payments",
        oldValue: null,
        newValue: { id: payment.id, type: payment.type },
        extra: { payment: view },
      });
    } else changes.push(...changedFields(paymentFields(old), paymentFields(payment), { payment: link }, "payments."));
  }
  for (const payment of before.payments) {
    if (after.payments.some((entry) => entry.id === payment.id)) continue;
    changes.push({
      field: "payments",
      oldValue: { id: payment.id, type: payment.type },
      newValue: null,
      extra: { payment: paymentView(payment) },
    });
  }
  return changes;
}

function paymentFields(payment: Payment): Fields {
  return {
    amount: payment.amount,
    comment: payment.comment,
    external_id: payment.externalId,
    paid_at: payment.paidAt,
    status: code(payment.status),
    type: code(payment.type),
  };
}
