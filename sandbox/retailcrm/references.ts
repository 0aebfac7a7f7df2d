import { type Call, created, jsonObject, ok, type Reply, reachableSites } from "./call.ts";
import { isFields, merge, readFields } from "./fields.ts";
import type { Book } from "./reference-books.ts";
import { refuse, texts } from "./refusal.ts";
import type { Fields } from "./state.ts";
import { nextId } from "./state.ts";

export function readBook(book: Book): (call: Call) => Reply {
  return (call) => {
    const all = call.crm.state.books[book.key] ?? {};
    if (book.path === "countries") return ok({ countriesIso: Object.keys(all) });
    const sites = reachableSites(call.crm, call.key);
    const shown = Object.entries(all).filter(([code]) => book.path !== "sites" || sites.includes(code));
    const views = shown.map(([code, record]): [string, Fields] => [code, recordView(call, book, record)]);
    if (book.shape === "list") return ok({ [book.key]: views.map(([, view]) => view) });
    return ok({ [book.key]: views.length === 0 ? [] : Object.fromEntries(views) });
  };
}

/** Fields of a record that follow from other books. */
function recordView(call: Call, book: Book, record: Fields): Fields {
  const { books: all } = call.crm.state;
  if (book.path === "status-groups") {
    const statuses = Object.values(all.statuses ?? {}).filter((status) => status.group === record.code);
    return { ...record, statuses: statuses.map((status) => status.code) };
  }
  if (book.path === "payment-types") return { ...record, deliveryTypes: deliveriesOf(all.deliveryTypes, record.code) };
  if (book.path === "delivery-types") return { ...record, paymentTypes: fittingCodes(record) };
  return record;
}

function deliveriesOf(deliveryTypes: Record<string, Fields> | undefined, paymentType: unknown): unknown[] {
  const fitting = Object.values(deliveryTypes ?? {}).filter((type) => fittingCodes(type).includes(paymentType));
  return fitting.map((type) => type.code);
}

function fittingCodes(deliveryType: Fields): unknown[] {
  return ((deliveryType.deliveryPaymentTypes as Fields[] | undefined) ?? []).map((entry) => entry.code);
}

/** Creates the record (201) or changes what was sent of it (200). */
export function editRecord(book: Book): (call: Call) => Reply {
  return (call) => {
    const code = call.path.code!;
    const raw = jsonObject(call, book.field!);
    const records = call.crm.state.books[book.key]!;
    const known = records[code];
    if (book.numbered && known === undefined) refuse(404, "An attempt was made to edit a nonexistent record");
    const next: Fields = structuredClone(known ?? newRecord(book, code));
    const trouble: Record<string, string> = {};
    write(call, book, next, raw, trouble);
    if (known === undefined) checkNew(call, book, next, trouble);
    if (Object.keys(trouble).length > 0) refuse(400, texts.entityErrors, trouble);
    records[code] = next;
    if (book.path === "delivery-types" || book.path === "payment-types") linkPayments(call, book, next, raw);
    return known === undefined ? created() : ok();
  };
}

export function createRecord(book: Book): (call: Call) => Reply {
  return (call) => {
    const raw = jsonObject(call, book.field!);
    const trouble: Record<string, string> = {};
    const record: Fields = { id: 0 };
    write(call, book, record, raw, trouble);
    if (book.path === "couriers" && !record.firstName) trouble.firstName = "Specify the first name";
    if (book.path === "currencies" && !record.code) trouble.code = "This value should not be blank.";
    if (Object.keys(trouble).length > 0) refuse(400, texts.entityErrors, trouble);
    record.id = nextId(call.crm.state, book.path, 11);
    call.crm.state.books[book.key]![String(record.id)] = record;
    return created({ id: record.id });
  };
}

function newRecord(book: Book, code: string): Fields {
  const base: Fields = { name: "", code, active: true };
  switch (book.path) {
    case "statuses":
    case "product-statuses":
      return { ...base, ordering: 990 };
    case "delivery-types":
      return { ...newDeliveryType(code), name: "" };
    case "payment-types":
      return { ...base, defaultForCrm: false, defaultForApi: false, paymentStatuses: [], sites: [] };
    case "payment-statuses":
      return {
        ...base,
        defaultForCrm: false,
        defaultForApi: false,
        paymentComplete: false,
        ordering: 990,
        paymentTypes: [],
      };
    case "stores":
      return { type: "store-type-warehouse", inventoryType: "integer", ...base, phone: {}, workTime: emptyWeek() };
    case "price-types":
      return { ...base, default: false, geo: [], groups: [], ordering: 990 };
    default:
      return base;
  }
}

export function emptyWeek(): Fields {
  return Object.fromEntries(["mo", "tu", "we", "th", "fr", "sa", "su"].map((day) => [day, []]));
}

export function newDeliveryType(code: string): Fields {
  return {
    isDynamicCostCalculation: false,
    isAutoCostCalculation: false,
    isAutoNetCostCalculation: false,
    isCostDependsOnRegionAndWeightAndSum: false,
    isCostDependsOnDateTime: false,
    name: code,
    code,
    active: true,
    defaultCost: 0,
    defaultNetCost: 0,
    deliveryServices: [],
    defaultForCrm: false,
    deliveryPaymentTypes: [],
    sites: [],
  };
}

function write(call: Call, book: Book, record: Fields, raw: Fields, trouble: Record<string, string>): void {
  const read = readFields(raw, book.kinds ?? {}, trouble);
  if (!call.crm.switches.keepLoadFromYml) delete read.loadFromYml;
  merge(record, read);
  for (const name of book.lists ?? []) if (Array.isArray(raw[name])) record[name] = raw[name];
  for (const name of ["address", "phone", "workTime"]) {
    if (book.path === "stores" && isFields(raw[name])) record[name] = raw[name];
  }
  if (book.path === "couriers" && isFields(raw.phone)) record.phone = raw.phone;
  if (
    book.path === "statuses" &&
    raw.group !== undefined &&
    call.crm.state.books.statusGroups?.[String(raw.group)] === undefined
  ) {
    trouble.group = "The value you selected is not a valid choice.";
  }
  if (
    Array.isArray(record.sites) &&
    record.sites.some((site) => call.crm.state.books.sites?.[String(site)] === undefined)
  ) {
    trouble.sites = "The value you selected is not a valid choice.";
  }
}

function checkNew(call: Call, book: Book, record: Fields, trouble: Record<string, string>): void {
  if (book.path !== "legal-entities" && !record.name) trouble.name = "name must be provided";
  if (book.path === "statuses" && !record.group) trouble.group = "This value should not be blank.";
  if (book.path !== "sites") return;
  if (!record.url) trouble.url = "This value should not be blank.";
  record.id = nextId(call.crm.state, "site", 1);
  record.currency ??= call.crm.state.currency;
}

/** Which payment types fit which delivery types can be written from both sides. */
function linkPayments(call: Call, book: Book, record: Fields, raw: Fields): void {
  const deliveryTypes = call.crm.state.books.deliveryTypes!;
  if (book.path === "delivery-types") {
    const plain = Array.isArray(raw.paymentTypes) ? raw.paymentTypes.map((code) => ({ code, cod: false })) : undefined;
    const detailed = Array.isArray(raw.deliveryPaymentTypes) ? raw.deliveryPaymentTypes.filter(isFields) : undefined;
    const given = detailed?.map((entry) => ({ code: entry.code, cod: entry.cod === true })) ?? plain;
    if (given !== undefined) record.deliveryPaymentTypes = given;
    return;
  }
  if (!Array.isArray(raw.deliveryTypes)) return;
  for (const type of Object.values(deliveryTypes)) {
    const others = ((type.deliveryPaymentTypes as Fields[] | undefined) ?? []).filter(
      (entry) => entry.code !== record.code,
    );
    const fits = raw.deliveryTypes.includes(type.code);
    type.deliveryPaymentTypes = fits ? [...others, { code: record.code, cod: false }] : others;
  }
}
