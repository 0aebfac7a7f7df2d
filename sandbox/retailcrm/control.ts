import { jsonAnswer, type SandboxAnswer, type SandboxRequest } from "../answer.ts";
import { handleDesk } from "./desk.ts";
import type { Fault } from "./faults.ts";
import { Refusal } from "./refusal.ts";
import type { RetailcrmSandbox } from "./sandbox.ts";
import type { Fields } from "./state.ts";
import type { Switches } from "./switches.ts";

const base = "/_control/retailcrm/";

type Action = (sandbox: RetailcrmSandbox, asked: Fields) => unknown;

/** `POST /_control/retailcrm/{name}` with a JSON body; the answer is `{ok: true, result}`. */
const actions: Record<string, Action> = {
  status: (sandbox, { order, status }) => sandbox.asManager.setStatus(name(order), String(status)),
  edit: (sandbox, { order, fields }) => sandbox.asManager.editOrder(name(order), fields as Fields),
  payment: (sandbox, { order, payment }) => sandbox.asManager.addPayment(name(order), payment as Fields),
  "payment-status": (sandbox, { order, status, payment }) =>
    sandbox.asManager.setPaymentStatus(name(order), String(status), payment === undefined ? undefined : name(payment)),
  "payment-remove": (sandbox, { order, payment }) =>
    sandbox.asManager.removePayment(name(order), payment === undefined ? undefined : name(payment)),
  "track-number": (sandbox, { order, trackNumber }) =>
    sandbox.asManager.setTrackNumber(name(order), String(trackNumber)),
  "custom-field": (sandbox, { order, code, value }) =>
    sandbox.asManager.setCustomField(name(order), String(code), value),
  "line-add": (sandbox, { order, line }) => sandbox.asManager.addLine(name(order), line as Fields),
  "line-remove": (sandbox, { order, line }) => sandbox.asManager.removeLine(name(order), name(line)),
  delete: (sandbox, { order }) => sandbox.asManager.deleteOrder(name(order)),
  combine: (sandbox, { from, into }) => sandbox.asManager.combineOrders(name(from), name(into)),
  order: (sandbox, { site, fields }) => sandbox.asManager.createOrder(String(site), (fields ?? {}) as Fields),
  customer: (sandbox, { site, fields }) => sandbox.asManager.createCustomer(String(site), (fields ?? {}) as Fields),
  "customer-edit": (sandbox, { customer, fields }) =>
    sandbox.asManager.editCustomer(name(customer), (fields ?? {}) as Fields),
  "customer-delete": (sandbox, { customer }) => sandbox.asManager.deleteCustomer(name(customer)),
  "customer-merge": (sandbox, { from, into }) =>
    sandbox.asManager.mergeCustomers((from as unknown[]).map(name), name(into)),
  stock: (sandbox, { offer, store, quantity }) =>
    sandbox.asManager.setStock(String(offer), String(store), Number(quantity)),
  fault: (sandbox, fault) => sandbox.addFault({ ...fault, match: (fault.match ?? {}) as Fault["match"] } as Fault),
  "faults-clear": (sandbox) => void sandbox.faults.splice(0),
  switch: (sandbox, switches) => Object.assign(sandbox.switches, knownSwitches(sandbox, switches)),
  key: (sandbox, key) => sandbox.keys.addKey(key),
  "key-revoke": (sandbox, { key }) => sandbox.keys.revokeKey(String(key)),
  catalogs: (sandbox) => sandbox.loadCatalogs(),
  connect: (sandbox, asked) => sandbox.connectModule(asked as { configUrl: string; secret: string }),
  activity: (sandbox, { code, active, freeze }) =>
    sandbox.sendActivity({ code: String(code), active: active === true, freeze: freeze === true }),
  account: (sandbox, { code }) => sandbox.openAccount(String(code)),
  reset: (sandbox) => sandbox.reset(),
};

/**
 * The sandbox's own addresses on the CRM's server: `/_control/retailcrm/*` for programs, `/_desk` for people.
 * Undefined for every other address.
 */
export async function handleControl(
  sandbox: RetailcrmSandbox,
  request: SandboxRequest,
): Promise<SandboxAnswer | undefined> {
  const url = new URL(request.url, "http://crm.invalid");
  if (url.pathname === "/_desk" || url.pathname.startsWith("/_desk/")) return handleDesk(sandbox, request, url);
  if (!url.pathname.startsWith(base)) return undefined;
  const [word = "", ...rest] = url.pathname.slice(base.length).split("/");
  try {
    if (request.method === "GET") return read(sandbox, word, rest.map(decodeURIComponent).join("/"));
    const action = actions[word];
    if (action === undefined || request.method !== "POST") return unknown();
    const asked = request.body === "" ? {} : (JSON.parse(request.body) as Fields);
    return jsonAnswer(200, { ok: true, result: (await action(sandbox, asked)) ?? null });
  } catch (error) {
    const errors = error instanceof Refusal ? { errors: error.errors } : {};
    return jsonAnswer(400, { ok: false, error: error instanceof Error ? error.message : String(error), ...errors });
  }
}

function read(sandbox: RetailcrmSandbox, word: string, rest: string): SandboxAnswer {
  switch (word) {
    case "state":
      return jsonAnswer(200, stateView(sandbox));
    case "requests":
      return jsonAnswer(200, sandbox.requests);
    case "order": {
      const order = sandbox.order(rest);
      return order === undefined
        ? jsonAnswer(404, { ok: false, error: `No order ${rest} in the CRM.` })
        : jsonAnswer(200, order);
    }
    default:
      return unknown();
  }
}

function stateView(sandbox: RetailcrmSandbox): Fields {
  const { state } = sandbox;
  return {
    zone: state.zone,
    currency: state.currency,
    sites: state.books.sites,
    keys: [...state.keys.values()],
    orders: [...state.orders.keys()].map((id) => sandbox.order(id)),
    customers: [...state.customers.values()],
    products: state.products.size,
    offers: [...state.offers.values()],
    modules: [...state.modules.values()],
    customFields: state.customFields,
    notifications: state.notifications,
    catalogErrors: state.catalogErrors,
    historyLength: { orders: state.orderHistory.length, customers: state.customerHistory.length },
    faults: sandbox.faults,
    switches: sandbox.switches,
  };
}

/** Text is an external id first, a number the CRM's own id. */
function name(value: unknown): string | number {
  if (typeof value === "number" || typeof value === "string") return value;
  throw new Error("An order, customer or line is named by its external id (text) or its number.");
}

function knownSwitches(sandbox: RetailcrmSandbox, asked: Fields): Partial<Switches> {
  const unknownName = Object.keys(asked).find((key) => !(key in sandbox.switches));
  if (unknownName !== undefined) throw new Error(`No switch ${unknownName}.`);
  return asked;
}

function unknown(): SandboxAnswer {
  const reads = ["state", "requests", "order/{external id or number}"];
  return jsonAnswer(404, { ok: false, error: "Unknown control address.", get: reads, post: Object.keys(actions) });
}
