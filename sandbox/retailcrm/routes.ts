import {
  apiVersions,
  checkFeatures,
  credentials,
  editModule,
  getModule,
  getUser,
  listUserGroups,
  listUsers,
  sendNotification,
  settings,
  setUserStatus,
  systemInfo,
  updateScopes,
} from "./account.ts";
import type { Call, Reply, Route } from "./call.ts";
import { listGroups, listOffers, listProducts, listProperties } from "./catalog.ts";
import { updateStatistic } from "./catalog-load.ts";
import {
  combineCorporate,
  corporateHistory,
  createAddress,
  createCompany,
  createContact,
  createCorporate,
  editCorporate,
  editPart,
  fixCorporateIds,
  getCorporate,
  listCorporate,
  listPart,
  uploadCorporate,
} from "./corporate.ts";
import {
  createCustomField,
  createDictionary,
  editCustomField,
  editDictionary,
  getCustomField,
  getDictionary,
  listCustomFields,
  listDictionaries,
} from "./custom-fields.ts";
import {
  combineCustomersCall,
  createCustomer,
  customersHistory,
  editCustomer,
  fixCustomerIds,
  getCustomer,
  subscribeCustomer,
  uploadCustomers,
} from "./customers.ts";
import { listCustomers } from "./customers-list.ts";
import { createNote, deleteNote, listNotes } from "./notes.ts";
import { ordersHistory } from "./order-history.ts";
import { createPayment, deletePayment, editPayment } from "./order-payments.ts";
import { combineOrders, createOrder, editOrder, fixOrderIds, getOrder, linkOrders, orderStatuses } from "./orders.ts";
import { listOrders } from "./orders-list.ts";
import { uploadOrders } from "./orders-upload.ts";
import { books } from "./reference-books.ts";
import { createRecord, editRecord, readBook } from "./references.ts";
import { listInventories, uploadInventories, uploadPrices } from "./stock.ts";

type Run = (call: Call) => Reply;

function get(path: string, scope: string | undefined, run: Run): Route {
  return { method: "GET", path, ...(scope === undefined ? {} : { scope }), run };
}

function post(path: string, scope: string | undefined, run: Run): Route {
  return { method: "POST", path, ...(scope === undefined ? {} : { scope }), run };
}

/** Every method that the sandbox answers, with the permission it needs (reference 3.4). */
export const routes: Route[] = [
  get("/api/api-versions", undefined, apiVersions),
  get("/api/credentials", undefined, (call) => credentials(call, routes)),
  get("/api/system-info", undefined, systemInfo),
  get("/api/v5/settings", "reference_read", settings),
  get("/api/v5/features/check", undefined, checkFeatures),
  get("/api/v5/users", "user_read", listUsers),
  get("/api/v5/users/{id}", "user_read", getUser),
  get("/api/v5/user-groups", "user_read", listUserGroups),
  post("/api/v5/users/{id}/status", "user_write", setUserStatus),
  ...referenceRoutes(),
  ...customFieldRoutes(),
  ...orderRoutes(),
  ...customerRoutes(),
  ...corporateRoutes(),
  ...catalogRoutes(),
  get("/api/v5/integration-modules/{code}", "integration_read", getModule),
  post("/api/v5/integration-modules/{code}/edit", "integration_write", editModule),
  post("/api/v5/integration-modules/{code}/update-scopes", "integration_write", updateScopes),
  post("/api/v5/notifications/send", undefined, sendNotification),
];

function referenceRoutes(): Route[] {
  return books.flatMap((book) => {
    const path = `/api/v5/reference/${book.path}`;
    const read = get(path, "reference_read", readBook(book));
    if (book.field === undefined) return [read];
    const edit = post(`${path}/{code}/edit`, "reference_write", editRecord(book));
    return book.numbered ? [read, post(`${path}/create`, "reference_write", createRecord(book)), edit] : [read, edit];
  });
}

function customFieldRoutes(): Route[] {
  const path = "/api/v5/custom-fields";
  const read = "custom_fields_read";
  const write = "custom_fields_write";
  return [
    get(path, read, listCustomFields),
    get(`${path}/dictionaries`, read, listDictionaries),
    post(`${path}/dictionaries/create`, write, createDictionary),
    get(`${path}/dictionaries/{code}`, read, getDictionary),
    post(`${path}/dictionaries/{code}/edit`, write, editDictionary),
    post(`${path}/{entity}/create`, write, createCustomField),
    get(`${path}/{entity}/{code}`, read, getCustomField),
    post(`${path}/{entity}/{code}/edit`, write, editCustomField),
  ];
}

function orderRoutes(): Route[] {
  const path = "/api/v5/orders";
  return [
    get(path, "order_read", listOrders),
    get(`${path}/history`, "order_read", ordersHistory),
    get(`${path}/statuses`, "order_read", orderStatuses),
    post(`${path}/create`, "order_write", createOrder),
    post(`${path}/upload`, "order_write", uploadOrders),
    post(`${path}/fix-external-ids`, "order_write", fixOrderIds),
    post(`${path}/combine`, "order_write", combineOrders),
    post(`${path}/links/create`, "order_write", linkOrders),
    post(`${path}/payments/create`, "order_write", createPayment),
    post(`${path}/payments/{id}/edit`, "order_write", editPayment),
    post(`${path}/payments/{id}/delete`, "order_write", deletePayment),
    get(`${path}/{id}`, "order_read", getOrder),
    post(`${path}/{id}/edit`, "order_write", editOrder),
  ];
}

function customerRoutes(): Route[] {
  const path = "/api/v5/customers";
  return [
    get(path, "customer_read", listCustomers),
    get(`${path}/history`, "customer_read", customersHistory),
    get(`${path}/notes`, "customer_read", listNotes),
    post(`${path}/notes/create`, "customer_write", createNote),
    post(`${path}/notes/{id}/delete`, "customer_write", deleteNote),
    post(`${path}/create`, "customer_write", createCustomer),
    post(`${path}/upload`, "customer_write", uploadCustomers),
    post(`${path}/fix-external-ids`, "customer_write", fixCustomerIds),
    post(`${path}/combine`, "customer_write", combineCustomersCall),
    get(`${path}/{id}`, "customer_read", getCustomer),
    post(`${path}/{id}/edit`, "customer_write", editCustomer),
    post(`${path}/{id}/subscriptions`, "customer_write", subscribeCustomer),
  ];
}

function corporateRoutes(): Route[] {
  const path = "/api/v5/customers-corporate";
  const parts = (["addresses", "companies", "contacts"] as const).map((part) =>
    get(`${path}/{id}/${part}`, "customer_read", listPart(part)),
  );
  return [
    get(path, "customer_read", listCorporate),
    get(`${path}/history`, "customer_read", corporateHistory),
    post(`${path}/create`, "customer_write", createCorporate),
    post(`${path}/upload`, "customer_write", uploadCorporate),
    post(`${path}/fix-external-ids`, "customer_write", fixCorporateIds),
    post(`${path}/combine`, "customer_write", combineCorporate),
    get(`${path}/{id}`, "customer_read", getCorporate),
    post(`${path}/{id}/edit`, "customer_write", editCorporate),
    ...parts,
    post(`${path}/{id}/addresses/create`, "customer_write", createAddress),
    post(`${path}/{id}/addresses/{entityId}/edit`, "customer_write", editPart("addresses", "address")),
    post(`${path}/{id}/companies/create`, "customer_write", createCompany),
    post(`${path}/{id}/companies/{entityId}/edit`, "customer_write", editPart("companies", "company")),
    post(`${path}/{id}/contacts/create`, "customer_write", createContact),
  ];
}

function catalogRoutes(): Route[] {
  return [
    get("/api/v5/store/products", "store_read", listProducts),
    get("/api/v5/store/offers", "store_read", listOffers),
    get("/api/v5/store/product-groups", "store_read", listGroups),
    get("/api/v5/store/products/properties", "store_read", listProperties),
    get("/api/v5/store/inventories", "store_read", listInventories),
    post("/api/v5/store/inventories/upload", "store_write", uploadInventories),
    post("/api/v5/store/prices/upload", "store_write", uploadPrices),
    get("/api/v5/statistic/update", "analytics_write", updateStatistic),
  ];
}

export type Matched = { route: Route; path: Record<string, string> } | "wrong-verb" | undefined;

const patterns = routes.map((route) => ({
  route,
  steps: route.path.split("/"),
  named: route.path.split("{").length - 1,
}));

/** The most literal pattern wins: `/orders/history` is not the order "history". */
export function matchRoute(method: string, pathname: string): Matched {
  const given = pathname.split("/");
  const fitting = patterns
    .filter(
      ({ steps }) => steps.length === given.length && steps.every((step, at) => step === given[at] || isName(step)),
    )
    .filter(({ steps }) => steps.every((step, at) => !isName(step) || given[at] !== ""))
    .sort((one, other) => one.named - other.named);
  const best = fitting.filter(({ route }) => route.path === fitting[0]!.route.path);
  if (best.length === 0) return undefined;
  const found = best.find(({ route }) => route.method === method);
  if (found === undefined) return "wrong-verb";
  const named = found.steps.flatMap((step, at): [string, string][] =>
    isName(step) ? [[step.slice(1, -1), decode(given[at]!)]] : [],
  );
  return { route: found.route, path: Object.fromEntries(named) };
}

function isName(step: string): boolean {
  return step.startsWith("{");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
