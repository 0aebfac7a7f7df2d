import { books } from "./reference-books.ts";

export type Coverage = "supported" | "partial" | "not-yet";

/**
 * Every method of the reference's index (section 20) and how far the sandbox goes; a test compares it with the routes.
 * `partial` says what is missing.
 */
export const coverage: { method: "GET" | "POST"; path: string; state: Coverage; note?: string }[] = [
  ...all("GET", "supported", ["/api/api-versions", "/api/credentials", "/api/system-info"]),
  ...v5("GET", "supported", ["/settings", "/users", "/users/{id}", "/user-groups"]),
  ...v5("POST", "supported", ["/users/{id}/status"]),
  ...v5("GET", "partial", ["/features/check"], "every feature is there"),
  ...v5("POST", "supported", ["/notifications/send"]),
  ...books.flatMap((book) => {
    const path = `/reference/${book.path}`;
    const writes = book.field === undefined ? [] : [`${path}/{code}/edit`];
    if (book.numbered) writes.push(`${path}/create`);
    return [...v5("GET", "supported", [path]), ...v5("POST", "supported", writes)];
  }),
  ...v5("GET", "supported", ["/custom-fields", "/custom-fields/{entity}/{code}"]),
  ...v5("GET", "supported", ["/custom-fields/dictionaries", "/custom-fields/dictionaries/{code}"]),
  ...v5("POST", "supported", ["/custom-fields/{entity}/create", "/custom-fields/{entity}/{code}/edit"]),
  ...v5("POST", "supported", ["/custom-fields/dictionaries/create", "/custom-fields/dictionaries/{code}/edit"]),
  ...v5(
    "GET",
    "partial",
    ["/orders"],
    "filters of web visits, receipts, couriers, tasks and tags are taken and ignored",
  ),
  ...v5("GET", "supported", ["/orders/{id}", "/orders/statuses", "/orders/history"]),
  ...v5("POST", "supported", ["/orders/create", "/orders/{id}/edit", "/orders/upload", "/orders/fix-external-ids"]),
  ...v5("POST", "supported", ["/orders/links/create"]),
  ...v5("POST", "partial", ["/orders/combine"], "the meaning of the techniques is not known for sure"),
  ...v5("POST", "supported", ["/orders/payments/create", "/orders/payments/{id}/edit", "/orders/payments/{id}/delete"]),
  ...v5("POST", "not-yet", ["/orders/{id}/delivery/cancel", "/orders/loyalty/apply"]),
  ...v5("POST", "not-yet", ["/orders/loyalty/cancel-bonus-operations"]),
  ...v5("GET", "not-yet", ["/orders/{id}/plates/{plateId}/print", "/orders/packs"]),
  ...v5("GET", "partial", ["/customers"], "filters of web visits, segments, receipts and chats are taken and ignored"),
  ...v5("GET", "supported", ["/customers/{id}", "/customers/history", "/customers/notes"]),
  ...v5("POST", "supported", ["/customers/create", "/customers/{id}/edit", "/customers/upload"]),
  ...v5("POST", "supported", ["/customers/fix-external-ids", "/customers/combine"]),
  ...v5("POST", "supported", ["/customers/notes/create", "/customers/notes/{id}/delete"]),
  ...v5("POST", "partial", ["/customers/{id}/subscriptions"], "checked, not kept"),
  ...v5("GET", "partial", ["/customers-corporate"], "a part of the filters"),
  ...v5("GET", "supported", ["/customers-corporate/{id}", "/customers-corporate/{id}/addresses"]),
  ...v5("GET", "supported", ["/customers-corporate/{id}/companies", "/customers-corporate/{id}/contacts"]),
  ...v5("GET", "partial", ["/customers-corporate/history"], "created, nick_name, external_id, contact"),
  ...v5("POST", "supported", ["/customers-corporate/create", "/customers-corporate/{id}/edit"]),
  ...v5("POST", "supported", ["/customers-corporate/upload", "/customers-corporate/fix-external-ids"]),
  ...v5("POST", "partial", ["/customers-corporate/combine"], "without history"),
  ...v5("POST", "supported", [
    "/customers-corporate/{id}/addresses/create",
    "/customers-corporate/{id}/companies/create",
  ]),
  ...v5("POST", "supported", ["/customers-corporate/{id}/contacts/create"]),
  ...v5("POST", "supported", ["/customers-corporate/{id}/addresses/{entityId}/edit"]),
  ...v5("POST", "supported", ["/customers-corporate/{id}/companies/{entityId}/edit"]),
  ...v5("POST", "not-yet", ["/customers-corporate/{id}/contacts/{entityId}/edit"]),
  ...v5("GET", "not-yet", ["/customers-corporate/notes"]),
  ...v5("POST", "not-yet", ["/customers-corporate/notes/create", "/customers-corporate/notes/{id}/delete"]),
  ...v5("GET", "partial", ["/store/products"], "filters by property and price are taken and ignored"),
  ...v5("GET", "partial", ["/store/offers"], "filters by property and group are taken and ignored"),
  ...v5("GET", "supported", ["/store/product-groups", "/store/inventories"]),
  ...v5("GET", "partial", ["/store/products/properties"], "without filters and groups"),
  ...v5("GET", "not-yet", ["/store/products/properties/values"]),
  ...v5("POST", "supported", ["/store/inventories/upload", "/store/prices/upload"]),
  ...v5("POST", "not-yet", ["/store/product-groups/create", "/store/product-groups/{id}/edit"]),
  ...v5("POST", "not-yet", ["/store/products/batch/create", "/store/products/batch/edit"]),
  ...v5("GET", "supported", ["/statistic/update"]),
  ...v5("GET", "supported", ["/integration-modules/{code}"]),
  ...v5("POST", "partial", ["/integration-modules/{code}/edit"], "`integrations` is kept, not carried out"),
  ...v5("POST", "supported", ["/integration-modules/{code}/update-scopes"]),
  ...v5("GET", "not-yet", ["/files", "/files/{id}", "/files/{id}/download"]),
  ...v5("POST", "not-yet", ["/files/upload", "/files/{id}/edit", "/files/{id}/delete"]),
  ...v5("POST", "not-yet", ["/web-analytics/visits/upload", "/web-analytics/sources/upload"]),
  ...v5("POST", "not-yet", ["/web-analytics/client-ids/upload"]),
  ...v5("GET", "not-yet", ["/customer-interaction/{site}/cart/{customerId}"]),
  ...v5("POST", "not-yet", ["/customer-interaction/{site}/cart/set", "/customer-interaction/{site}/cart/clear"]),
];

type Entry = (typeof coverage)[number];

function all(method: Entry["method"], state: Coverage, paths: string[], note?: string): Entry[] {
  return paths.map((path) => ({ method, path, state, ...(note === undefined ? {} : { note }) }));
}

function v5(method: Entry["method"], state: Coverage, paths: string[], note?: string): Entry[] {
  return all(
    method,
    state,
    paths.map((path) => `/api/v5${path}`),
    note,
  );
}
