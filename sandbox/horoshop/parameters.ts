/** Parameters of a call, from query, JSON or form; form values are strings, JSON values what they are. */
export type Parameters = Record<string, unknown>;

/** undefined: the body claims to be JSON and is not. */
export function readParameters(query: string, contentType: string, body: string): Parameters | undefined {
  const parameters = parseForm(query);
  if (body === "") return parameters;
  const kind = contentType.toLowerCase();
  if (kind.includes("application/json")) {
    const parsed = parseJson(body);
    if (parsed === undefined) return undefined;
    return { ...parameters, ...asRecord(parsed) };
  }
  if (kind.includes("multipart/form-data")) return { ...parameters, ...parseMultipart(contentType, body) };
  // Without the JSON header a JSON body is not read as such (reference 1): it ends up as one odd form key.
  return { ...parameters, ...parseForm(body) };
}

/** PHP's spelling: `ids[]=7&ids[]=8`, `expr[article]=X`, `orders[0][order_id]=1`. */
export function parseForm(text: string): Parameters {
  const root: Parameters = {};
  for (const [name, value] of new URLSearchParams(text)) assign(root, name, value);
  return withLists(root) as Parameters;
}

export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

export function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null || value === "" ? [] : [value];
}

/** A whole number, also when it comes as text. */
export function asInteger(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isInteger(value) ? value : undefined;
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" && /^\s*-?\d+\s*$/.test(value) ? Number(value) : undefined;
}

export function asIntegers(value: unknown): number[] {
  return asList(value)
    .map(asInteger)
    .filter((number) => number !== undefined);
}

export function asAmount(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  return typeof value === "string" && /^-?\d+([.,]\d+)?$/.test(value.trim())
    ? Number(value.trim().replace(",", "."))
    : undefined;
}

export function asText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "bigint" ? String(value) : undefined;
}

export function asFlag(value: unknown): boolean | undefined {
  if (value === true || value === 1 || value === "1" || value === "true") return true;
  if (value === false || value === 0 || value === "0" || value === "false" || value === "") return false;
  return undefined;
}

/** A list of names; form and GET calls join them by commas. */
export function asNames(value: unknown): string[] {
  return asList(value)
    .flatMap((one) => (typeof one === "string" ? one.split(",") : []))
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function assign(root: Parameters, name: string, value: string): void {
  const open = name.indexOf("[");
  const first = open > 0 ? name.slice(0, open) : name;
  const inner = open > 0 ? [...name.slice(open).matchAll(/\[([^\]]*)\]/g)].map((match) => match[1]!) : [];
  const keys = [first, ...inner];
  let target = root;
  keys.slice(0, -1).forEach((key, at) => {
    const place = key === "" && at > 0 ? nextIndex(target) : key;
    const existing = target[place];
    if (typeof existing !== "object" || existing === null) target[place] = {};
    target = target[place] as Parameters;
  });
  const last = keys[keys.length - 1]!;
  target[last === "" && keys.length > 1 ? nextIndex(target) : last] = value;
}

function nextIndex(target: Parameters): string {
  const indexes = Object.keys(target).filter((key) => /^\d+$/.test(key));
  return String(indexes.reduce((highest, key) => Math.max(highest, Number(key)), -1) + 1);
}

/** PHP arrays with keys 0..n-1 are lists. */
function withLists(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null) return value;
  const keys = Object.keys(value);
  const values = Object.values(value).map((one) => withLists(one, depth + 1));
  if (depth > 0 && keys.every((key, index) => key === String(index))) return values;
  return Object.fromEntries(keys.map((key, index) => [key, values[index]]));
}

function parseMultipart(contentType: string, body: string): Parameters {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  const root: Parameters = {};
  if (boundary === undefined) return root;
  for (const part of body.split(`--${boundary}`)) {
    const end = part.indexOf("\r\n\r\n");
    const name = end < 0 ? undefined : /name="([^"]*)"/.exec(part.slice(0, end))?.[1];
    if (name !== undefined) assign(root, name, part.slice(end + 4).replace(/\r\n$/, ""));
  }
  return withLists(root) as Parameters;
}
