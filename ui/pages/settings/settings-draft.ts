import type { Changes, Settings } from "../../api-shapes.ts";

/** The parts of `after` that differ from `before`, at any depth; lists are compared and sent whole. */
export function changedParts<Value extends object>(before: Value, after: Value): Changes<Value> {
  const changes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(after)) {
    const old = (before as Record<string, unknown>)[name];
    if (isGroup(value) && isGroup(old)) {
      const inner = changedParts(old, value);
      if (Object.keys(inner).length > 0) changes[name] = inner;
    } else if (JSON.stringify(value) !== JSON.stringify(old)) changes[name] = value;
  }
  return changes as Changes<Value>;
}

/** An own copy that a form may change. */
export function copyOf(settings: Settings): Settings {
  return JSON.parse(JSON.stringify(settings)) as Settings;
}

/** `a, b` → `["a","b"]`: empty parts and doubles are left out. */
export function readCodes(text: string): string[] {
  return [
    ...new Set(
      text
        .split(/[,;\n]/)
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    ),
  ];
}

/** A whole or decimal number as a person types it (comma or point); undefined when it is none. */
export function readNumber(text: string): number | undefined {
  const plain = text.trim().replace(",", ".");
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : undefined;
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
