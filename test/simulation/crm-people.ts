/** What managers do in the CRM. */
import type { FieldName, Life } from "./fields.ts";
import { strangerText } from "./settled.ts";

/** The last one has no pair: the shop keeps its own. */
const statuses = [
  "new",
  "assembling",
  "complete",
  "delivering",
  "waiting-payment",
  "cancel-other",
  "client-confirmed",
] as const;

type Payment = { id: number; externalId?: string; status?: string };
type Act = (life: Life, name: string) => string;

/** Each changes this field of the order and nothing else; an empty text when it stayed as it was. */
export const crmActs: Record<FieldName, Act> = {
  status({ world, chance }, name) {
    const status = chance.pick(statuses);
    if (status === world.crm.order(name)!.status) return "";
    world.crm.asManager.setStatus(name, status);
    return `status ${status}`;
  },
  paid({ world }, name) {
    const payments = Object.values((world.crm.order(name)!.payments ?? {}) as Record<string, Payment>);
    const ours = payments.find((payment) => payment.externalId !== undefined);
    if (!ours) return "";
    const status = ours.status === "paid" ? "not-paid" : "paid";
    world.crm.asManager.setPaymentStatus(name, status, ours.id);
    return `payment ${status}`;
  },
  tracking({ world, chance }, name) {
    const number = `5900${chance.below(1_000_000)}`;
    world.crm.asManager.setTrackingField(name, "horoshop_ttn", number);
    return `waybill ${number}`;
  },
  customer({ world, chance }, name) {
    world.crm.asManager.editOrder(name, { firstName: `Changed ${chance.below(1000)}` });
    return "first name";
  },
  comments({ world, chance }, name) {
    world.crm.asManager.editOrder(name, { customerComment: `agreed ${chance.below(1000)}` });
    return "the buyer's comment";
  },
  items({ world, chance }, name) {
    const lines = world.crm.order(name)!.items as { id: number }[];
    if (lines.length > 1 && chance.oneIn(2)) {
      world.crm.asManager.removeLine(name, lines[0]!.id);
      return "one line less";
    }
    world.crm.asManager.addLine(name, { productName: "Gift wrap", initialPrice: 10, quantity: 1 + chance.below(3) });
    return "one more line";
  },
  delivery({ world, chance }, name) {
    world.crm.asManager.editOrder(name, { delivery: { address: { city: `Town ${chance.below(1000)}` } } });
    return "city";
  },
};

/** What concerns the CRM alone, or its customers. */
export function keepHouse(life: Life, name: string | undefined): string {
  const { world, chance } = life;
  const manager = world.crm.asManager;
  const customers = [...world.crm.state.customers.keys()];
  const what = chance.below(5);
  if (what === 0 && name !== undefined) {
    manager.editOrder(name, { managerComment: `note ${chance.below(1000)}` });
    return `crm ${name}: a note that the shop does not have`;
  }
  if (what === 1 && name !== undefined) {
    manager.addPayment(name, { type: "cash", amount: 1, status: chance.pick(["paid", "not-paid"]) });
    return `crm ${name}: a payment of the CRM's own`;
  }
  if (what === 2 && customers.length > 1) {
    const [from, into] = chance.oneIn(2) ? [customers[0]!, customers[1]!] : [customers[1]!, customers[0]!];
    manager.mergeCustomers([from], into);
    return `crm: customer ${from} merged into ${into}`;
  }
  if (what === 3 && customers.length > 0) {
    const id = chance.pick(customers);
    const isFree = [...world.crm.state.orders.values()].every((order) => order.customerId !== id);
    if (isFree) manager.deleteCustomer(id);
    return isFree ? `crm: customer ${id} deleted` : "";
  }
  const order = manager.createOrder("demo-site", {
    firstName: "By phone",
    items: [{ productName: "Cup", initialPrice: 5, quantity: 1 }],
  });
  life.strangers.set(order.id as number, strangerText(world, order.id as number));
  return `crm: order ${order.id} made by hand`;
}

/** Only what the service knows to be there: of an order whose create was never answered nobody could tell. */
export function takeAway(life: Life, name: string): string {
  const { world, chance } = life;
  const others = life.placed.filter((id) => String(id) !== name && world.crm.order(String(id)) !== undefined);
  life.gone.set(Number(name), "crm");
  if (others.length > 0 && chance.oneIn(2)) {
    const into = String(chance.pick(others));
    world.crm.asManager.combineOrders(name, into);
    return `crm ${name}: merged into ${into}`;
  }
  world.crm.asManager.deleteOrder(name);
  return `crm ${name}: deleted`;
}
