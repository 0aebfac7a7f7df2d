import { type Call, type Crm, created, jsonObject, ok, type Reply } from "./call.ts";
import { isDate, isDateTime } from "./crm-time.ts";
import { type FieldKind, isFields, merge, readFields, readNumber } from "./fields.ts";
import { includesText, paged, readFilter } from "./lists.ts";
import { asList, type Tree } from "./parameters.ts";
import { notFound, refuse, refuseInput, texts } from "./refusal.ts";
import type { CustomField, Fields } from "./state.ts";
import type { Writing } from "./writing.ts";

const entities = ["order", "customer", "customer_corporate", "company", "loyalty_account"];
const types = "boolean date datetime dictionary multiselect_dictionary email integer numeric string text".split(" ");
const areas = "address customer delivery dimensions legal_details main_data payment shipment".split(" ");
const modes = ["editable", "not_editable", "miss"];

const fieldKinds: Record<string, FieldKind> = {
  name: "line",
  required: "boolean",
  inFilter: "boolean",
  inList: "boolean",
  inGroupActions: "boolean",
  ordering: "integer",
  displayArea: "line",
  viewMode: "line",
  viewModeMobile: "line",
  dictionary: "line",
};

/** Values of an entity: those set, and the defaults of fields that have one (reference 6.3). */
export function customFieldValues(crm: Crm, entity: string, values: Fields): Fields {
  const defaults = crm.state.customFields
    .filter((field) => field.entity === entity && field.defaultTyped !== undefined)
    .map((field) => [field.code, field.defaultTyped]);
  return { ...Object.fromEntries(defaults), ...values };
}

/** Codes not sent keep their values; an unknown one is refused or ignored by switch. */
export function writeCustomFields(writing: Writing, entity: string, target: Fields, raw: unknown): void {
  if (!isFields(raw)) {
    if (raw !== undefined && raw !== null && !Array.isArray(raw)) writing.format.customFields = texts.notValid;
    return;
  }
  for (const [code, value] of Object.entries(raw)) {
    const field = writing.crm.state.customFields.find((one) => one.entity === entity && one.code === code);
    if (field === undefined) {
      if (writing.crm.switches.unknownCustomField === "refuse") {
        writing.format.customFields = `Custom field with code "${code}" does not exist.`;
      }
    } else if (value === null || value === "") delete target[code];
    else if (fitsType(writing.crm, field, value)) target[code] = typed(field, value);
    else writing.format[`customFields.${code}`] = texts.notValid;
  }
}

function fitsType(crm: Crm, field: CustomField, value: unknown): boolean {
  switch (field.type) {
    case "boolean":
      return [true, false, 0, 1, "0", "1"].includes(value as never);
    case "date":
      return typeof value === "string" && isDate(value);
    case "datetime":
      return typeof value === "string" && isDateTime(value);
    case "integer":
      return Number.isInteger(readNumber(value));
    case "numeric":
      return readNumber(value) !== undefined;
    case "dictionary":
      return inDictionary(crm, field, value);
    case "multiselect_dictionary":
      return Array.isArray(value) && value.every((entry) => inDictionary(crm, field, entry));
    default:
      return (
        (typeof value === "string" || typeof value === "number") &&
        (field.type === "text" || String(value).length <= 255)
      );
  }
}

function inDictionary(crm: Crm, field: CustomField, value: unknown): boolean {
  const dictionary = crm.state.dictionaries.find((one) => one.code === field.dictionary);
  return ((dictionary?.elements as Fields[] | undefined) ?? []).some((element) => element.code === value);
}

function typed(field: CustomField, value: unknown): unknown {
  if (field.type === "boolean") return value === true || value === 1 || value === "1";
  if (field.type === "integer" || field.type === "numeric") return Number(value);
  return Array.isArray(value) ? value : String(value);
}

/** `filter[customFields][code]`: a value, `[min]`/`[max]`, or a list of dictionary codes. */
export function customFieldsMatch(tree: Tree | undefined, values: Fields): boolean {
  if (tree === undefined || typeof tree === "string") return true;
  return Object.entries(tree).every(([code, wanted]) => {
    const value = values[code];
    if (typeof wanted === "string") return String(value ?? "") === wanted;
    const { min, max } = wanted;
    if (typeof min === "string" && !(value !== undefined && Number(value) >= Number(min))) return false;
    if (typeof max === "string" && !(value !== undefined && Number(value) <= Number(max))) return false;
    if (min !== undefined || max !== undefined) return true;
    const list = asList(wanted) ?? [];
    return (Array.isArray(value) ? value : [value]).some((entry) => list.includes(String(entry)));
  });
}

export function listCustomFields(call: Call): Reply {
  const filter = readFilter(call, {
    name: "text",
    code: "text",
    type: "list",
    entity: "text",
    viewMode: "list",
    displayArea: "list",
    inFilter: "flag",
  });
  const among = (name: string, field: CustomField): boolean => filter.list(name)?.includes(String(field[name])) ?? true;
  const fields = call.crm.state.customFields.filter(
    (field) =>
      includesText(field.name, filter.text("name")) &&
      (filter.text("code") === undefined || field.code === filter.text("code")) &&
      (filter.text("entity") === undefined || field.entity === filter.text("entity")) &&
      ["type", "viewMode", "displayArea"].every((name) => among(name, field)) &&
      (filter.flag("inFilter") === undefined || field.inFilter === filter.flag("inFilter")),
  );
  return paged(call, "customFields", fields, (field) => field);
}

export function createCustomField(call: Call): Reply {
  const entity = knownEntity(call);
  const raw = jsonObject(call, "customField");
  const trouble: Record<string, string> = {};
  for (const name of ["name", "code", "type"]) if (!raw[name]) trouble[name] = "This value should not be blank.";
  if (raw.type !== undefined && !types.includes(String(raw.type)))
    trouble.type = "The value you selected is not a valid choice.";
  const code = String(raw.code ?? "");
  if (code !== "" && !/^[a-zA-Z0-9_][a-zA-Z0-9_\-:]*$/.test(code)) trouble.code = texts.notValid;
  if (call.crm.state.customFields.some((field) => field.entity === entity && field.code === code)) {
    trouble.code = "This value is already used.";
  }
  const field: CustomField = {
    name: "",
    code,
    required: false,
    inFilter: true,
    inList: true,
    inGroupActions: false,
    type: String(raw.type),
    entity,
    ordering: 50,
    viewMode: "editable",
  };
  writeField(call, field, raw, trouble);
  call.crm.state.customFields.push(field);
  return created({ code });
}

export function getCustomField(call: Call): Reply {
  return ok({ customField: namedField(call) });
}

export function editCustomField(call: Call): Reply {
  const field = namedField(call);
  const next = { ...field };
  writeField(call, next, jsonObject(call, "customField"), {});
  Object.assign(field, next);
  return ok({ code: field.code });
}

function writeField(call: Call, field: CustomField, raw: Fields, trouble: Record<string, string>): void {
  merge(field, readFields(raw, fieldKinds, trouble));
  if (raw.defaultTyped !== undefined) field.defaultTyped = raw.defaultTyped;
  const choices: [string, string[]][] = [
    ["displayArea", areas],
    ["viewMode", modes],
    ["viewModeMobile", modes],
  ];
  for (const [name, allowed] of choices) {
    if (field[name] !== undefined && !allowed.includes(String(field[name]))) {
      trouble[name] = "The value you selected is not a valid choice.";
    }
  }
  const dictionary = call.crm.state.dictionaries.some((one) => one.code === field.dictionary);
  if (field.type.endsWith("dictionary") && !dictionary) trouble.dictionary = "This value should not be blank.";
  if (Object.keys(trouble).length > 0) refuse(400, texts.entityErrors, trouble);
}

function knownEntity(call: Call): string {
  const entity = call.path.entity!;
  return entities.includes(entity) ? entity : refuseInput("entity", "The value you selected is not a valid choice.");
}

function namedField(call: Call): CustomField {
  const entity = knownEntity(call);
  const field = call.crm.state.customFields.find((one) => one.entity === entity && one.code === call.path.code);
  return field ?? notFound();
}

export function listDictionaries(call: Call): Reply {
  const filter = readFilter(call, { name: "text", code: "text" });
  const dictionaries = call.crm.state.dictionaries.filter(
    (one) =>
      includesText(one.name, filter.text("name")) &&
      (filter.text("code") === undefined || one.code === filter.text("code")),
  );
  return paged(call, "customDictionaries", dictionaries, (one) => one);
}

export function createDictionary(call: Call): Reply {
  const raw = jsonObject(call, "customDictionary");
  if (!raw.name || !raw.code) refuse(400, texts.entityErrors, { code: "This value should not be blank." });
  if (call.crm.state.dictionaries.some((one) => one.code === raw.code)) {
    refuse(400, texts.entityErrors, { code: "This value is already used." });
  }
  call.crm.state.dictionaries.push({ name: raw.name, code: raw.code, elements: readElements(raw) });
  return created({ code: raw.code });
}

export function getDictionary(call: Call): Reply {
  return ok({ customDictionary: namedDictionary(call) });
}

export function editDictionary(call: Call): Reply {
  const dictionary = namedDictionary(call);
  const raw = jsonObject(call, "customDictionary");
  if (typeof raw.name === "string") dictionary.name = raw.name;
  if (raw.elements !== undefined) dictionary.elements = readElements(raw);
  return ok({ code: dictionary.code });
}

function namedDictionary(call: Call): Fields {
  return call.crm.state.dictionaries.find((one) => one.code === call.path.code) ?? notFound();
}

function readElements(raw: Fields): Fields[] {
  const list = Array.isArray(raw.elements) ? raw.elements.filter(isFields) : [];
  return list.map((element) => ({ name: element.name, code: element.code, ordering: element.ordering ?? 50 }));
}
