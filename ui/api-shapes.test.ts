import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "../test/api/world.ts";

/**
 * The pages write down the API's shapes by hand; here they are held against the description that the service serves.
 * Every field that a page reads must be described, at every depth; where a described value may be null, the page must
 * expect it.
 */

type Schema = {
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
};
type Operation = { responses: Record<string, { content?: Record<string, { schema: Schema }> }> };

let world: World;
let paths: Record<string, Record<string, Operation>>;
beforeAll(async () => {
  world = await startWorld();
  paths = (await world.call("GET", "/api/v1/openapi.json")).body.paths;
}, 120_000);
afterAll(() => world?.stop());

const file = fileURLToPath(new URL("api-shapes.ts", import.meta.url));
const program = ts.createProgram([file], { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022 });
const checker = program.getTypeChecker();

const own = "/connections/{id}";
test.each([
  ["Me", "get", "/me", "200"],
  ["Connection", "get", own, "200"],
  ["Connection", "post", "/connections", "201"],
  ["Connection", "patch", own, "200"],
  ["Check", "post", `${own}/check`, "200"],
  ["References", "get", `${own}/references`, "200"],
  ["References", "post", `${own}/references/refresh`, "200"],
  ["Mapping", "get", `${own}/mapping`, "200"],
  ["Mapping", "put", `${own}/mapping`, "200"],
  ["Mapping", "post", `${own}/references`, "201"],
  ["Run", "get", "/runs/{runId}", "200"],
  ["Run", "post", `${own}/runs`, "202"],
  ["OrderDetail", "get", `${own}/orders/{shopOrderId}`, "200"],
  ["Order", "post", `${own}/orders/{shopOrderId}/retry`, "202"],
  ["Order", "post", `${own}/orders/{shopOrderId}/dismiss`, "200"],
  ["Catalog", "get", `${own}/catalog`, "200"],
])("%s is what %s %s answers", (name, method, path, status) => {
  expect(strangers(shapeNamed(name), answer(method, path, status), name)).toEqual([]);
});

test.each([
  ["Connection", "/connections"],
  ["Run", `${own}/runs`],
  ["Order", `${own}/orders`],
  ["Problem", `${own}/problems`],
])("a list of %s is what %s answers", (name, path) => {
  const list = answer("get", path, "200");

  expect(Object.keys(list.properties ?? {}).sort()).toEqual(["items", "next"]);
  expect(strangers(shapeNamed(name), list.properties!.items!.items!, name)).toEqual([]);
});

test("the settings are those of a new connection", async () => {
  const { settings } = await world.connect();

  expect(namesOf(shapeNamed("Settings"))).toEqual(namesIn(settings));
});

test("a field that the description lacks is found, at any depth", () => {
  const connection = structuredClone(answer("get", own, "200"));
  delete connection.properties!.crm!.properties!.site;
  connection.properties!.name = { anyOf: [{ type: "string" }, { type: "null" }] };

  expect(strangers(shapeNamed("Connection"), connection, "Connection")).toEqual([
    "Connection.name may be null",
    "Connection.crm.site is not described",
  ]);
});

function answer(method: string, path: string, status: string): Schema {
  const schema = paths[`/api/v1${path}`]?.[method]?.responses[status]?.content?.["application/json"]?.schema;
  if (!schema) throw new Error(`${method} ${path} ${status} is not described`);
  return schema;
}

function shapeNamed(name: string): ts.Type {
  const found = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!);
  const symbol = found.find((one) => one.name === name);
  if (!symbol) throw new Error(`api-shapes.ts has no ${name}`);
  return checker.getDeclaredTypeOfSymbol(symbol);
}

/** Fields of a shape that its description does not have, or that may be null there and not here. */
function strangers(shape: ts.Type, given: Schema, path: string): string[] {
  const schema = withoutNull(given);
  const inner = checker.getNonNullableType(shape);
  if (checker.isArrayType(inner)) {
    const [element] = checker.getTypeArguments(inner as ts.TypeReference);
    return schema.items ? strangers(element!, schema.items, `${path}[]`) : [];
  }
  // A record, or a value whose form the description leaves open.
  if (!schema.properties || inner.isUnion()) return [];
  return inner.getProperties().flatMap((property) => {
    const at = `${path}.${property.name}`;
    const described = schema.properties![property.name];
    if (!described) return [`${at} is not described`];
    const type = checker.getTypeOfSymbol(property);
    const expectsNull = checker.typeToString(type).includes("null") || (type.flags & ts.TypeFlags.Unknown) !== 0;
    return [...(mayBeNull(described) && !expectsNull ? [`${at} may be null`] : []), ...strangers(type, described, at)];
  });
}

/** Names at every depth, `stock.reserve`, in order. */
function namesOf(shape: ts.Type): string[] {
  const names = shape.getProperties().flatMap((property) => {
    const type = checker.getTypeOfSymbol(property);
    const isGroup = (type.flags & ts.TypeFlags.Object) !== 0 && !checker.isArrayType(type);
    return isGroup ? namesOf(type).map((name) => `${property.name}.${name}`) : [property.name];
  });
  return names.sort();
}

function namesIn(value: Record<string, unknown>): string[] {
  const names = Object.entries(value).flatMap(([name, member]) => {
    const isGroup = typeof member === "object" && member !== null && !Array.isArray(member);
    return isGroup ? namesIn(member as Record<string, unknown>).map((inner) => `${name}.${inner}`) : [name];
  });
  return names.sort();
}

const choices = (schema: Schema): Schema[] => schema.anyOf ?? schema.oneOf ?? [];
const isNull = (schema: Schema): boolean => schema.type === "null";

function mayBeNull(schema: Schema): boolean {
  return choices(schema).some(isNull) || (Array.isArray(schema.type) && schema.type.includes("null"));
}

function withoutNull(schema: Schema): Schema {
  const [only, ...others] = choices(schema).filter((one) => !isNull(one));
  return only && others.length === 0 ? only : schema;
}
