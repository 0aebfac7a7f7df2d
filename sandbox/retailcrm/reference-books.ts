import type { FieldKind } from "./fields.ts";

export type Book = {
  /** as in the path */
  path: string;
  /** key of the answer, and the place in the state */
  key: string;
  shape: "map" | "list";
  /** form field of a write; none: read-only */
  field?: string;
  /** records named by number, made by `/create` */
  numbered?: boolean;
  kinds?: Record<string, FieldKind>;
  /** list-valued fields that are kept as sent */
  lists?: string[];
};

const names: Record<string, FieldKind> = { name: "line", active: "boolean", ordering: "integer", description: "text" };
const defaults: Record<string, FieldKind> = { defaultForCrm: "boolean", defaultForApi: "boolean" };

/** The books of reference 5.2 with their written fields (5.3). */
export const books: Book[] = [
  { path: "statuses", key: "statuses", shape: "map", field: "status", kinds: { ...names, group: "line" } },
  { path: "status-groups", key: "statusGroups", shape: "map" },
  {
    path: "delivery-types",
    key: "deliveryTypes",
    shape: "map",
    field: "deliveryType",
    kinds: {
      ...names,
      defaultCost: "number",
      defaultNetCost: "number",
      defaultForCrm: "boolean",
      vatRate: "line",
      currency: "line",
    },
    lists: ["deliveryServices", "sites"],
  },
  {
    path: "delivery-services",
    key: "deliveryServices",
    shape: "map",
    field: "deliveryService",
    kinds: { ...names, deliveryType: "line" },
  },
  {
    path: "payment-types",
    key: "paymentTypes",
    shape: "map",
    field: "paymentType",
    kinds: { ...names, ...defaults },
    lists: ["paymentStatuses", "sites"],
  },
  {
    path: "payment-statuses",
    key: "paymentStatuses",
    shape: "map",
    field: "paymentStatus",
    kinds: { ...names, ...defaults, paymentComplete: "boolean" },
    lists: ["paymentTypes"],
  },
  { path: "order-types", key: "orderTypes", shape: "map", field: "orderType", kinds: { ...names, ...defaults } },
  {
    path: "order-methods",
    key: "orderMethods",
    shape: "map",
    field: "orderMethod",
    kinds: { ...names, ...defaults, isFromPos: "boolean" },
  },
  {
    path: "sites",
    key: "sites",
    shape: "map",
    field: "site",
    kinds: {
      ...names,
      url: "line",
      phones: "line",
      address: "text",
      zip: "line",
      defaultForCrm: "boolean",
      ymlUrl: "text",
      loadFromYml: "boolean",
      countryIso: "line",
      currency: "line",
    },
  },
  {
    path: "product-statuses",
    key: "productStatuses",
    shape: "map",
    field: "productStatus",
    kinds: {
      ...names,
      cancelStatus: "boolean",
      orderStatusByProductStatus: "line",
      orderStatusForProductStatus: "line",
    },
  },
  { path: "units", key: "units", shape: "map", field: "unit", kinds: { name: "line", sym: "line", active: "boolean" } },
  {
    path: "stores",
    key: "stores",
    shape: "list",
    field: "store",
    kinds: {
      ...names,
      externalId: "line",
      xmlId: "line",
      email: "line",
      contact: "line",
      type: "line",
      inventoryType: "line",
    },
  },
  {
    path: "couriers",
    key: "couriers",
    shape: "list",
    field: "courier",
    numbered: true,
    kinds: {
      firstName: "line",
      lastName: "line",
      patronymic: "line",
      active: "boolean",
      email: "line",
      description: "text",
    },
  },
  {
    path: "currencies",
    key: "currencies",
    shape: "list",
    field: "currency",
    numbered: true,
    kinds: {
      code: "line",
      isBase: "boolean",
      isAutoConvert: "boolean",
      autoConvertExtraPercent: "integer",
      manualConvertNominal: "integer",
      manualConvertValue: "number",
    },
  },
  {
    path: "price-types",
    key: "priceTypes",
    shape: "list",
    field: "priceType",
    kinds: { ...names, promo: "boolean", filterExpression: "text", currency: "line" },
    lists: ["geo", "groups"],
  },
  {
    path: "legal-entities",
    key: "legalEntities",
    shape: "list",
    field: "legalEntity",
    kinds: {
      contragentType: "line",
      countryIso: "line",
      legalName: "line",
      legalAddress: "text",
      INN: "line",
      vatRate: "line",
    },
  },
  { path: "countries", key: "countriesIso", shape: "list" },
  { path: "mg-channels", key: "mgChannels", shape: "list" },
  { path: "cost-groups", key: "costGroups", shape: "list", field: "costGroup", kinds: { ...names, color: "line" } },
  {
    path: "cost-items",
    key: "costItems",
    shape: "list",
    field: "costItem",
    kinds: { ...names, group: "line", type: "line" },
  },
];
