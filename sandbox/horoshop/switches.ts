/** What the reference leaves open (sections 21 and 24), each with the default that it suggests. */
export type Switches = {
  /** `response` of EMPTY: `[]`, `{}`, no key at all, or an object with the empty list */
  emptyShape: "[]" | "{}" | "missing" | "list";
  tokenLifetimeMs: number;
  newTokenKillsOld: boolean;
  /** every use starts the lifetime anew */
  tokenSlides: boolean;
  /** false: an unknown function is answered before the token is looked at */
  tokenCheckedFirst: boolean;
  ordersNewestFirst: boolean;
  /** rows of `orders/get` and `users/export` without `limit`; null = all */
  defaultLimit: number | null;
  /** largest `limit` of `orders/get`; null = none */
  ordersLimitMax: number | null;
  /** largest `limit` of `users/export`; null = none */
  usersLimitMax: number | null;
  /** `users/export` gives the first page whatever the `offset` */
  usersOffsetIgnored: boolean;
  malformedDate: "exception" | "ignored" | "empty";
  ownTrackingCode: "accepted" | "refused" | "ignored";
  trackingCode: "accepted" | "refused" | "ignored";
  logTextField: "message" | "messages";
  logCarriesOrderId: boolean;
  failedRowWord: string;
  /** an order that a person (not the API) put into status 4 refuses API edits too */
  lockWhenCancelledByHand: boolean;
  /** false: `orders/update` never locks */
  lockAfterCancelled: boolean;
  /** what stands in an order whose delivery or payment option was deleted */
  deletedOption: "[]" | "null" | "kept";
  /** order keys that this (older) shop does not send */
  missingOrderFields: string[];
  /** functions that this (older) shop does not know */
  missingFunctions: string[];
  forbiddenFunctions: string[];
  enabledForm: "boolean" | "number" | "mixed";
  stockAccounting: boolean;
  subsectionsIncluded: boolean;
  /** `scattered`: modifications lie far from their main row */
  productOrder: "grouped" | "scattered";
  /** an `offset` past the end of the catalogue */
  catalogPastEnd: "OK" | "EMPTY";
  hooksFire: boolean;
  hookVerb: "PUT" | "POST";
  /** every hook is sent twice */
  hooksTwice: boolean;
  hookRetryMs: number;
  orderUpdatePayload: "contact" | "id";
  /** larger bodies cut the connection; null = none */
  bodyBytesMax: number | null;
  /** whole API answers 404, as a shop with the API switched off */
  apiOff: boolean;
  /** every address answers 301 to the same path there */
  redirectTo: string | null;
  /** each call takes this long */
  latencyMs: number;
};

export function defaultSwitches(): Switches {
  return {
    emptyShape: "[]",
    tokenLifetimeMs: 600_000,
    newTokenKillsOld: false,
    tokenSlides: false,
    tokenCheckedFirst: false,
    ordersNewestFirst: true,
    defaultLimit: null,
    ordersLimitMax: null,
    usersLimitMax: null,
    usersOffsetIgnored: false,
    malformedDate: "exception",
    ownTrackingCode: "accepted",
    trackingCode: "accepted",
    logTextField: "message",
    logCarriesOrderId: false,
    failedRowWord: "ERROR",
    lockWhenCancelledByHand: true,
    lockAfterCancelled: true,
    deletedOption: "[]",
    missingOrderFields: [],
    missingFunctions: [],
    forbiddenFunctions: ["customer-groups/export", "price-levels/export"],
    enabledForm: "mixed",
    stockAccounting: true,
    subsectionsIncluded: true,
    productOrder: "grouped",
    catalogPastEnd: "OK",
    hooksFire: true,
    hookVerb: "PUT",
    hooksTwice: false,
    hookRetryMs: 600_000,
    orderUpdatePayload: "contact",
    bodyBytesMax: 400_000,
    apiOff: false,
    redirectTo: null,
    latencyMs: 0,
  };
}
