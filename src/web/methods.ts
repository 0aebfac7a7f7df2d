import type { WebApp } from "./api.ts";

/** Which methods an address knows, so that a wrong one is told apart from a wrong address. */
const patternsByApp = new WeakMap<object, Map<string, { pattern: RegExp; methods: Set<string> }>>();

/** Remembers every address that is added to the app from now on. */
export function rememberMethods(app: WebApp): void {
  const patterns = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  patternsByApp.set(app.server, patterns);
  app.addHook("onRoute", (route) => {
    const known = patterns.get(route.url) ?? { pattern: toPattern(route.url), methods: new Set<string>() };
    for (const method of [route.method].flat()) known.methods.add(method);
    patterns.set(route.url, known);
  });
}

/** The methods of the first address that fits, OPTIONS included; empty for an unknown address. */
export function knownMethods(app: WebApp, url: string): string[] {
  const path = url.split("?")[0]!;
  const methods = new Set<string>();
  for (const known of patternsByApp.get(app.server)?.values() ?? []) {
    if (known.pattern.test(path)) for (const method of known.methods) methods.add(method);
  }
  return methods.size === 0 ? [] : [...methods, "OPTIONS"].sort();
}

function toPattern(url: string): RegExp {
  const source = url
    .split(/(:\w+(?:\([^)]*\))?|\*)/)
    .map((part) => {
      if (part === "*") return ".*";
      return part.startsWith(":") ? "[^/]+" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    })
    .join("");
  return new RegExp(`^${source}$`);
}
