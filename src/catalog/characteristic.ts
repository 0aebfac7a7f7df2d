import type { Localised } from "../horoshop/schema.ts";
import { textIn } from "./plain-text.ts";

const valuesMax = 100;

/**
 * The text of one characteristic. Five shapes occur: `{id?, value}` (single choice), `[{id?, value}, …]` (several),
 * `{ua: …, ru: …}` (free text), a scalar, and `[]` for "unset".
 */
export function characteristicText(value: unknown, language: string): string {
  if (Array.isArray(value)) {
    const texts = value.slice(0, valuesMax).map((one) => characteristicText(one, language).trim());
    return [...new Set(texts.filter(Boolean))].join(", ");
  }
  if (typeof value === "object" && value !== null) {
    if ("value" in value) return characteristicText(value.value, language);
    const { id: _, ...byLanguage } = value as Record<string, unknown>;
    const words = Object.entries(byLanguage).map(([key, word]) => [key, scalarText(word)] as const);
    return textIn(Object.fromEntries(words) as Localised, language);
  }
  return scalarText(value);
}

function scalarText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}
