import { jsonAnswer, type SandboxAnswer, type SandboxRequest } from "../answer.ts";
import { type FaultKind, faultKinds } from "./faults.ts";
import type { OrderWish } from "./order-making.ts";
import { asFlag, asInteger, asRecord, asText, type Parameters, parseForm } from "./parameters.ts";
import type { ShopLine } from "./records.ts";
import type { HoroshopSandbox } from "./sandbox-shape.ts";

type Action = { says: string; run(sandbox: HoroshopSandbox, given: Parameters): unknown };

const base = "/_control/horoshop";
const requestsShown = 100;

/** What can be asked under `/_control/horoshop/`: POST with a JSON body. */
const actions: Record<string, Action> = {
  "place-order": {
    says: "an order's fields in the API's names, all optional; lines in `products`, `coupon: {code, percent}`",
    run: (sandbox, given) => {
      const order = sandbox.placeOrder(given as OrderWish);
      return { order_id: order.order_id, order: sandbox.orderOnWire(order.order_id) };
    },
  },
  register: {
    says: "{title?, email?, phone?, city?, address?, extra?: {company?, …}}: somebody registers",
    run: (sandbox, given) => ({ id: sandbox.registerUser(given) }),
  },
  status: {
    says: "{order_id, status}",
    run: (sandbox, given) => onOrder(sandbox, given, (id) => sandbox.setStatus(id, number(given, "status"))),
  },
  paid: {
    says: "{order_id, paid: true|false}",
    run: (sandbox, given) => onOrder(sandbox, given, (id) => sandbox.setPaid(id, asFlag(given.paid) ?? true)),
  },
  tracking: {
    says: "{order_id, tracking}",
    run: (sandbox, given) => onOrder(sandbox, given, (id) => sandbox.setTracking(id, text(given, "tracking"))),
  },
  address: {
    says: "{order_id, city?, address?, branchRef?}",
    run: (sandbox, given) => onOrder(sandbox, given, (id) => sandbox.changeAddress(id, given)),
  },
  contact: {
    says: "{order_id, name?, phone?, email?, comment?, managerComment?}",
    run: (sandbox, given) => onOrder(sandbox, given, (id) => sandbox.changeContact(id, given)),
  },
  lines: {
    says: "{order_id, products: [{article, quantity, price?}]}",
    run: (sandbox, given) =>
      onOrder(sandbox, given, (id) => sandbox.editLines(id, (given.products ?? []) as Partial<ShopLine>[])),
  },
  "delete-order": {
    says: "{order_id}",
    run: (sandbox, given) => {
      sandbox.deleteOrder(orderIdOf(given));
      return { ok: true };
    },
  },
  stock: {
    says: "{article, quantity?, warehouse?, presence?}",
    run: (sandbox, given) => {
      sandbox.setStock(text(given, "article"), given);
      return { product: sandbox.product(text(given, "article")) };
    },
  },
  hide: {
    says: "{article, hidden?: true|false}",
    run: (sandbox, given) => {
      sandbox.hideProduct(text(given, "article"), asFlag(given.hidden) ?? true);
      return { product: sandbox.product(text(given, "article")) };
    },
  },
  "remove-products": {
    says: "{articles: [..]} or {count}",
    run: (sandbox, given) => ({
      removed: sandbox.removeProducts(Array.isArray(given.articles) ? given.articles : (asInteger(given.count) ?? 0)),
    }),
  },
  "add-status": {
    says: "{id, title: {ua, ru}}",
    run: (sandbox, given) => {
      sandbox.addStatus({ id: number(given, "id"), title: asRecord(given.title) as Record<string, string> });
      return { ok: true };
    },
  },
  "remove-status": { says: "{id}", run: (sandbox, given) => done(() => sandbox.removeStatus(number(given, "id"))) },
  "add-delivery-type": {
    says: "{id, title: {ua, ru}, …}",
    run: (sandbox, given) => done(() => sandbox.addDeliveryType(given as never)),
  },
  "remove-delivery-type": {
    says: "{id}",
    run: (sandbox, given) => done(() => sandbox.removeDeliveryType(number(given, "id"))),
  },
  "add-payment-type": {
    says: "{id, title: {ua, ru}, …}",
    run: (sandbox, given) => done(() => sandbox.addPaymentType(given as never)),
  },
  "remove-payment-type": {
    says: "{id}",
    run: (sandbox, given) => done(() => sandbox.removePaymentType(number(given, "id"))),
  },
  password: {
    says: "{password}",
    run: (sandbox, given) => done(() => sandbox.changePassword(text(given, "password"))),
  },
  switches: {
    says: "any of the switches that GET state shows",
    run: (sandbox, given) => ({ switches: Object.assign(sandbox.switches, given) }),
  },
  "remove-hook": {
    says: "{id}",
    run: (sandbox, given) => ({ removed: sandbox.removeHookByHand(number(given, "id")) }),
  },
  fault: {
    says: `{kind: ${faultKinds.join("|")}, match?: function or prefix*, times?, after?, delayMs?, done?}`,
    run: (sandbox, given) => addFault(sandbox, given),
  },
  "clear-faults": { says: "{}", run: (sandbox) => done(() => sandbox.faults.clear()) },
  reset: {
    says: "{seed?: demo|empty, orders?, products?, password?, switches?}",
    run: (sandbox, given) => {
      sandbox.reset(given);
      return stateOf(sandbox);
    },
  },
};

/** For a person or a script that wonders what there is. */
export function describeControl(): Record<string, string> {
  return Object.fromEntries([
    ...Object.entries(actions).map(([name, action]) => [`POST ${base}/${name}`, action.says]),
    [`GET ${base}/state`, "counts, switches, faults, subscriptions, latest calls"],
    [`GET ${base}/order?order_id=`, "one order as orders/get sends it"],
    [`GET ${base}/orders?limit=`, "the latest orders"],
  ]);
}

export function answerControl(sandbox: HoroshopSandbox, request: SandboxRequest): SandboxAnswer {
  const [path, query = ""] = request.url.split("?", 2);
  const name = path!.slice(base.length).replace(/^\/|\/$/g, "");
  try {
    if (request.method === "GET" || request.method === "HEAD") return answerQuestion(sandbox, name, parseForm(query));
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action) return jsonAnswer(404, { error: `unknown action ${name}`, actions: describeControl() });
    const given = request.body === "" ? {} : (JSON.parse(request.body) as unknown);
    return jsonAnswer(200, action.run(sandbox, asRecord(given)));
  } catch (error) {
    return jsonAnswer(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function answerQuestion(sandbox: HoroshopSandbox, name: string, given: Parameters): SandboxAnswer {
  if (name === "") return jsonAnswer(200, { actions: describeControl() });
  if (name === "state") return jsonAnswer(200, stateOf(sandbox));
  if (name === "orders") {
    const latest = sandbox.latestOrders(Math.min(asInteger(given.limit) ?? 20, 500));
    return jsonAnswer(200, { orders: latest.map((order) => sandbox.orderOnWire(order.order_id)) });
  }
  if (name === "order") {
    const order = sandbox.orderOnWire(orderIdOf(given));
    return order ? jsonAnswer(200, { order }) : jsonAnswer(404, { error: "no such order" });
  }
  return jsonAnswer(404, { error: `unknown question ${name}`, actions: describeControl() });
}

function stateOf(sandbox: HoroshopSandbox): Record<string, unknown> {
  const shop = sandbox.state;
  return {
    ...{ url: shop.baseUrl, login: shop.login, orders: shop.orders.count(), products: shop.products.count() },
    statuses: shop.statuses,
    deliveryTypes: shop.deliveryTypes,
    paymentTypes: shop.paymentTypes,
    subscriptions: shop.subscriptions,
    hooksWaiting: shop.hookQueue.length,
    faults: sandbox.faults.pending(),
    switches: sandbox.switches,
    mostUnderWay: sandbox.mostUnderWay(),
    requestCount: sandbox.requests.length,
    requests: sandbox.requests.slice(-requestsShown),
  };
}

function addFault(sandbox: HoroshopSandbox, given: Parameters): unknown {
  const kind = faultKinds.find((one) => one === given.kind) as FaultKind | undefined;
  if (!kind) throw new Error(`kind must be one of ${faultKinds.join(", ")}`);
  const match = asText(given.match);
  const times = asInteger(given.times);
  const after = asInteger(given.after);
  const delayMs = asInteger(given.delayMs);
  sandbox.faults.add({
    kind,
    ...(match === undefined ? {} : { match }),
    ...(times === undefined ? {} : { times }),
    ...(after === undefined ? {} : { after }),
    ...(delayMs === undefined ? {} : { delayMs }),
    done: asFlag(given.done) ?? false,
  });
  return { faults: sandbox.faults.pending() };
}

function onOrder(sandbox: HoroshopSandbox, given: Parameters, change: (orderId: number) => void): unknown {
  const orderId = orderIdOf(given);
  change(orderId);
  return { order: sandbox.orderOnWire(orderId) };
}

function orderIdOf(given: Parameters): number {
  return asInteger(given.order_id) ?? asInteger(given.orderId) ?? asInteger(given.id) ?? missing("order_id");
}

function number(given: Parameters, name: string): number {
  return asInteger(given[name]) ?? missing(name);
}

function text(given: Parameters, name: string): string {
  return asText(given[name]) ?? missing(name);
}

function missing(name: string): never {
  throw new Error(`${name} is missing or wrong`);
}

function done(change: () => void): { ok: true } {
  change();
  return { ok: true };
}
