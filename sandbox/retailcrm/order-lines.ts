import { type FieldKind, isFields, merge, readFields } from "./fields.ts";
import type { Fields, Line, Order } from "./state.ts";
import { nextId, siteKey } from "./state.ts";
import { checkCode, type Writing } from "./writing.ts";

const lineKinds: Record<string, FieldKind> = {
  productName: "line",
  initialPrice: "number",
  quantity: "number",
  discountManualAmount: "number",
  discountManualPercent: "number",
  vatRate: "line",
  purchasePrice: "number",
  createdAt: "dateTime",
  status: "line",
  comment: "text",
  ordering: "integer",
};

/** `items` is the whole list: what it does not name is removed; the order of lines is kept (reference 7.4). */
export function writeLines(writing: Writing, order: Order, raw: unknown): void {
  if (!Array.isArray(raw)) {
    writing.format.items = "This value is not valid.";
    return;
  }
  const before = [...order.lines];
  const lines: Line[] = [];
  for (const [index, entry] of raw.entries()) {
    if (!isFields(entry)) {
      writing.format[`items[${index}]`] = "This value is not valid.";
      continue;
    }
    lines.push(writeLine(writing, before, entry, `items[${index}]`));
  }
  order.lines = lastOfEqual(lines);
}

function writeLine(writing: Writing, before: Line[], raw: Fields, path: string): Line {
  const offerId = findOffer(writing, raw, path);
  const externalIds = readExternalIds(raw);
  const known = takeKnown(before, raw, externalIds, offerId);
  const line = known ?? newLine(writing);
  if (offerId !== undefined) line.offerId = offerId;
  if (known === undefined && offerId !== undefined) {
    line.purchasePrice = writing.crm.state.offers.get(offerId)!.purchasePrice;
  }
  if (externalIds !== undefined) line.externalIds = externalIds;
  const read = readFields(raw, lineKinds, writing.format, `${path}.`);
  checkCode(writing, "productStatuses", "OrderProductStatus", `${path}.status`, read.status);
  merge(line as unknown as Fields, withoutNull(read));
  writePriceType(writing, line, raw, path, read.initialPrice !== undefined);
  if (raw.properties !== undefined) line.properties = readProperties(writing, raw.properties, path);
  if (line.offerId === undefined && (line.productName ?? "") === "") {
    const wanted = isFields(raw.offer) ? raw.offer.externalId : undefined;
    if (wanted === undefined) writing.format[`${path}.productName`] = "This value should not be blank.";
    else writing.load[`${path}.offer.externalId`] = `Offer with externalId ${String(wanted)} not found.`;
  }
  return line;
}

function withoutNull(read: Fields): Fields {
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== null));
}

function newLine(writing: Writing): Line {
  return {
    id: nextId(writing.crm.state, "line", 88),
    externalIds: [],
    initialPrice: 0,
    quantity: 1,
    discountManualAmount: 0,
    discountManualPercent: 0,
    purchasePrice: 0,
    createdAt: writing.time,
    status: "new",
    properties: {},
  };
}

/** By internal id, external id, xmlId, in that order. Only an unknown internal id is always an error. */
function findOffer(writing: Writing, raw: Fields, path: string): number | undefined {
  if (!isFields(raw.offer)) return undefined;
  const { state } = writing.crm;
  const { id, externalId, xmlId } = raw.offer;
  const ofSite = (offerId: number | undefined): number | undefined => {
    const offer = offerId === undefined ? undefined : state.offers.get(offerId);
    return offer !== undefined && state.products.get(offer.productId)?.site === writing.site ? offer.id : undefined;
  };
  if (id !== undefined && id !== null) {
    const found = ofSite(Number(id));
    if (found === undefined) writing.load[`${path}.offer.id`] = `Offer with id ${String(id)} not found.`;
    return found;
  }
  if (externalId !== undefined && externalId !== null && externalId !== "") {
    const found = state.offerByExternalId.get(siteKey(writing.site, String(externalId)));
    if (found === undefined && writing.crm.switches.unknownOffer === "refuse") {
      writing.load[`${path}.offer.externalId`] = `Offer with externalId ${String(externalId)} not found.`;
    }
    if (found !== undefined) return found;
  }
  if (typeof xmlId !== "string" || xmlId === "") return undefined;
  return ofSite([...state.offers.values()].find((offer) => offer.xmlId === xmlId)?.id);
}

function readExternalIds(raw: Fields): Line["externalIds"] | undefined {
  if (Array.isArray(raw.externalIds)) {
    return raw.externalIds
      .filter(isFields)
      .map((entry) => ({ code: String(entry.code ?? "default"), value: String(entry.value ?? "") }));
  }
  if (raw.externalId === undefined || raw.externalId === null) return undefined;
  return [{ code: "default", value: String(raw.externalId) }];
}

/** Finds the existing line that is meant, by id, then external id, then offer, and takes it out of `before`. */
function takeKnown(
  before: Line[],
  raw: Fields,
  externalIds: Line["externalIds"] | undefined,
  offerId: number | undefined,
): Line | undefined {
  const same = (line: Line): boolean => {
    if (raw.id !== undefined && raw.id !== null) return line.id === Number(raw.id);
    if (externalIds !== undefined && externalIds.length > 0) {
      return externalIds.some((own) =>
        line.externalIds.some((old) => old.code === own.code && old.value === own.value),
      );
    }
    return offerId !== undefined && line.offerId === offerId;
  };
  const at = before.findIndex(same);
  return at < 0 ? undefined : before.splice(at, 1)[0];
}

/** Without a price of its own a line takes the present one of the price type, the base one by default. */
function writePriceType(writing: Writing, line: Line, raw: Fields, path: string, priced: boolean): void {
  const code = isFields(raw.priceType) ? raw.priceType.code : undefined;
  checkCode(writing, "priceTypes", "PriceType", `${path}.priceType.code`, code);
  if (typeof code === "string") line.priceType = code;
  if (priced || line.initialPrice !== 0 || line.offerId === undefined) return;
  const offer = writing.crm.state.offers.get(line.offerId)!;
  line.initialPrice = line.priceType === undefined ? offer.price : (offer.prices[line.priceType] ?? offer.price);
}

function readProperties(writing: Writing, raw: unknown, path: string): Record<string, Fields> {
  const entries = Array.isArray(raw)
    ? raw.map((entry, index) => [isFields(entry) ? entry.code : undefined, entry, index] as const)
    : isFields(raw)
      ? Object.entries(raw).map(([key, entry]) => [isFields(entry) ? (entry.code ?? key) : key, entry, key] as const)
      : [];
  const properties: Record<string, Fields> = {};
  for (const [code, entry, place] of entries) {
    const at = `${path}.properties[${place}]`;
    if (typeof code !== "string" || !/^[a-zA-Z0-9_][a-zA-Z0-9_\-:]*$/.test(code)) {
      writing.format[`${at}.code`] = "This value is not valid.";
      continue;
    }
    const { name, value } = isFields(entry) ? entry : { name: undefined, value: undefined };
    for (const [field, text] of Object.entries({ name, value })) {
      if (text === undefined || text === null || text === "") {
        writing.format[`${at}.${field}`] = "This value should not be blank.";
      }
    }
    properties[code] = { code, name, value };
  }
  return properties;
}

/** Two lines of one offer without external ids that tell them apart: only the last one stays (reference 7.4). */
function lastOfEqual(lines: Line[]): Line[] {
  const key = (line: Line): string =>
    line.offerId === undefined ? `line ${line.id}` : `${line.offerId} ${JSON.stringify(line.externalIds)}`;
  return lines.filter((line, index) => !lines.slice(index + 1).some((later) => key(later) === key(line)));
}
