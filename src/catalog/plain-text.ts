/**
 * Text as ICML wants it: no HTML, no characters that XML 1.0 forbids, single spaces, cut by code points.
 * Rules: reference of the format, "Text" (well-formed UTF-8, limits 255, 2000 and 50).
 */
import type { Localised } from "../horoshop/schema.ts";

/** More is never shown anywhere; keeps one monstrous description from costing seconds. */
const readMax = 200_000;

const entities: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  laquo: "«",
  raquo: "»",
  ldquo: "“",
  rdquo: "”",
  bdquo: "„",
  lsquo: "‘",
  rsquo: "’",
  ndash: "–",
  mdash: "—",
  hellip: "…",
  deg: "°",
  times: "×",
  middot: "·",
  bull: "•",
  plusmn: "±",
  frac12: "½",
  sup2: "²",
  sup3: "³",
  copy: "©",
  reg: "®",
  trade: "™",
  euro: "€",
  shy: "",
  ensp: " ",
  emsp: " ",
  thinsp: " ",
};

/** Text without markup, at most `max` code points; `""` when nothing is left. */
export function plainText(raw: string, max: number): string {
  if (isPlain(raw)) return cutText(raw, max);
  let text = raw.length > readMax ? raw.slice(0, readMax) : raw;
  if (text.includes("<")) text = withoutTags(text);
  if (text.includes("&"))
    text = text.replace(/&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,9});/g, decodeEntity);
  return cutText(cleanText(text), max);
}

/** Nothing to strip, decode, drop or collapse: true for nearly every text of a shop, and quickly told. */
function isPlain(text: string): boolean {
  let spaceBefore = true;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x20) {
      if (spaceBefore) return false;
      spaceBefore = true;
      continue;
    }
    spaceBefore = false;
    if (code < 0x20 || code === 0x26 || code === 0x3c || (code >= 0x7f && code <= 0xa0)) return false;
    // Beyond the letters of Europe and punctuation: rare spaces, surrogates, non-characters.
    if (
      code > 0x167f &&
      (code < 0x200b || code > 0x2027) &&
      (code < 0x2030 || code > 0x205e) &&
      (code < 0x2070 || code > 0x2fff)
    ) {
      return false;
    }
  }
  return text === "" || !spaceBefore;
}

/** Characters that XML forbids go, white space collapses; everything else stays as written. */
export function cleanText(text: string): string {
  if (isPlain(text)) return text;
  return text
    .replace(/[^\P{Cc}\s]|[\p{Cs}\uFFFE\uFFFF]/gu, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** At most `max` code points: a pair of surrogates is never torn apart. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  let end = 0;
  let count = 0;
  for (const character of text) {
    if (count === max) break;
    count += 1;
    end += character.length;
  }
  return text.slice(0, end).trimEnd();
}

export function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * The text in a language of the shop. Ukrainian is `ua` in shops, `uk` elsewhere. A language that is not filled gives
 * way to the first one that is: a name in another language is better than none.
 */
export function textIn(value: Localised, language: string): string {
  if (typeof value === "string") return value;
  const twin = language === "ua" ? "uk" : language === "uk" ? "ua" : language;
  for (const key of [language, twin]) {
    const text = value[key];
    if (text?.trim()) return text;
  }
  for (const text of Object.values(value)) if (text.trim()) return text;
  return "";
}

function withoutTags(html: string): string {
  return html
    .replace(/<!--[\s\S]*?(?:-->|$)/g, " ")
    .replace(/<(script|style)\b[^<>]*>[\s\S]*?(?:<\/\1\s{0,9}>|$)/gi, " ")
    .replace(/<\/?[a-z][^<>]*>/gi, " ");
}

function decodeEntity(whole: string, name: string): string {
  if (name.startsWith("#")) {
    const hexadecimal = name[1] === "x" || name[1] === "X";
    const point = Number.parseInt(name.slice(hexadecimal ? 2 : 1), hexadecimal ? 16 : 10);
    return point <= 0x10ffff ? String.fromCodePoint(point) : "";
  }
  return entities[name] ?? entities[name.toLowerCase()] ?? whole;
}
