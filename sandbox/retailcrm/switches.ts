/** What the reference leaves open, and faults of an account that last: each can be turned for a test. */
export type Switches = {
  /** requests a second for one key, burst of the same size; 0 = no limit (reference 1.7) */
  rateLimit: number;
  /** seconds sent as `Retry-After` with a 503 of the rate limit; undefined = no such header */
  retryAfter: number | undefined;
  /** true: the account is gone (GET 404 JSON, POST 405 HTML) */
  accountMissing: boolean;
  /** code of a successful batch upload (reference 2.2) */
  uploadStatus: 200 | 201;
  /** `orders` in the answer of `orders/upload` (newer accounts) */
  ordersInUpload: boolean;
  /** shape of `errors` in a batch failure */
  uploadErrors: "list" | "by-index" | "by-external-id";
  /** a failed batch of nothing but duplicates: 460, or 400 as an older store module recorded it */
  duplicateUploadStatus: 460 | 400;
  unknownCustomField: "refuse" | "ignore";
  /** `offer.externalId` that the catalogue lacks: a line without offer (documented), or refused */
  unknownOffer: "free-line" | "refuse";
  /** a line without a catalogue offer: no `offer` key at all (recorded), or one with `displayName` only */
  freeLineOffer: "absent" | "display-name";
  /** a delivery type without payment types: all of them fit, or none */
  emptyPaymentTypes: "any" | "none";
  /** an amount of a cash payment that is not what is left to pay: taken, or refused as store modules have met it */
  cashPaymentSum: "any" | "exact";
  /** the line of an address: as it was sent, or composed by the service of its parts (reference 8.6) */
  addressText: "as-sent" | "composed";
  /** `summ` before or after the lines' own discounts (reference 8.3) */
  summ: "after-line-discounts" | "before-discounts";
  /** an order without `customer`: always a new customer, or the one with the same phone or e-mail */
  automaticCustomer: "create" | "match";
  /** `payments` inside an order edit */
  paymentsInEdit: "ignore" | "apply";
  settingsForbidden: boolean;
  /** older accounts: no `scopes`, `siteAccess`, `sitesAvailable` in the credentials */
  scopesInCredentials: boolean;
  /** `[]` or `{}` for an order without payments (both recorded) */
  emptyPayments: "list" | "map";
  /** `page` together with `sinceId` in a history */
  pageWithSinceId: "refuse" | "allow";
  /** the CRM's setting "allow editing of stock": the catalogue file's quantity is ignored then */
  stockEditing: boolean;
  /** a written `loadFromYml` is kept, or ignored (unverified in the reference) */
  keepLoadFromYml: boolean;
  /** false: the account has no corporate customers, and their methods are unknown to it (reference 13) */
  corporateCustomers: boolean;
  /** statuses that the account's transition matrix refuses for API keys */
  refusedStatuses: string[];
};

export function defaultSwitches(): Switches {
  return {
    rateLimit: 10,
    retryAfter: undefined,
    accountMissing: false,
    uploadStatus: 201,
    ordersInUpload: true,
    uploadErrors: "list",
    duplicateUploadStatus: 460,
    unknownCustomField: "refuse",
    unknownOffer: "free-line",
    freeLineOffer: "absent",
    emptyPaymentTypes: "any",
    cashPaymentSum: "any",
    addressText: "as-sent",
    summ: "after-line-discounts",
    automaticCustomer: "create",
    paymentsInEdit: "ignore",
    settingsForbidden: false,
    scopesInCredentials: true,
    emptyPayments: "list",
    pageWithSinceId: "refuse",
    stockEditing: false,
    keepLoadFromYml: true,
    corporateCustomers: true,
    refusedStatuses: [],
  };
}
