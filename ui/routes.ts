/** Addresses of the pages. Pure: reading and writing the browser's address is in router.ts. */

export const patterns = {
  list: "/",
  connect: "/connect",
  overview: "/connections/:id",
  access: "/connections/:id/access",
  mapping: "/connections/:id/mapping",
  catalog: "/connections/:id/catalog",
  orders: "/connections/:id/orders",
  order: "/connections/:id/orders/:order",
  archive: "/connections/:id/archive",
  comparison: "/connections/:id/comparison",
  problems: "/connections/:id/problems",
  settings: "/connections/:id/settings",
} as const;

/** Addresses that the server also answers with these pages; they lead to the start page. */
const otherStarts = ["connections", "login"];

export type PageName = keyof typeof patterns;
export type Route = {
  page: PageName | "missing";
  params: Record<string, string>;
  query: URLSearchParams;
  path: string;
};

export function readRoute(path: string, search: string): Route {
  const query = new URLSearchParams(search);
  const parts = splitPath(path);
  if (parts.length === 1 && otherStarts.includes(parts[0] ?? "")) return { page: "list", params: {}, query, path };
  for (const [page, pattern] of Object.entries(patterns)) {
    const params = matchParts(splitPath(pattern), parts);
    if (params) return { page: page as PageName, params, query, path };
  }
  return { page: "missing", params: {}, query, path };
}

/** The address of a page; a parameter without a value leaves its place empty. */
export function pathOf(
  page: PageName,
  params: Record<string, string> = {},
  query: Record<string, string> = {},
): string {
  const path = patterns[page].replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "")).toString();
  return search === "" ? path : `${path}?${search}`;
}

function splitPath(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function matchParts(pattern: string[], parts: string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [place, wanted] of pattern.entries()) {
    const part = parts[place] ?? "";
    if (!wanted.startsWith(":")) {
      if (wanted !== part) return undefined;
      continue;
    }
    const value = decoded(part);
    if (value === undefined) return undefined;
    params[wanted.slice(1)] = value;
  }
  return params;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
