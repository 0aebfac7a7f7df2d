import type { HoroshopPage } from "../horoshop/schema.ts";
import { plainText, textIn } from "./plain-text.ts";

/** A section of the shop as `pages/export` shows it, under the page it was listed under. */
export type Section = { id: number; parent: number; title: HoroshopPage["title"] };
export type Category = { id: number; parentId: number | undefined; name: string };

const nameMax = 255;

/**
 * The sections that products use and their ancestors, parents first. Content pages are in the shop's list without a
 * mark and vanish here, since no product lies in them. A section whose parent is missing hangs under the root.
 */
export function categoryTree(sections: Section[], used: ReadonlySet<number>, language: string): Category[] {
  const known = new Map<number, Section>();
  for (const section of sections) if (section.id > 0 && !known.has(section.id)) known.set(section.id, section);
  const needed = new Set<number>();
  for (const id of used) {
    for (let at = known.get(id); at && !needed.has(at.id); at = known.get(at.parent)) needed.add(at.id);
  }
  const categories: Category[] = [];
  const written = new Set<number>();
  for (const section of known.values()) {
    if (needed.has(section.id)) writeWithParents(section, known, written, categories, language);
  }
  return categories;
}

function writeWithParents(
  section: Section,
  known: ReadonlyMap<number, Section>,
  written: Set<number>,
  categories: Category[],
  language: string,
): void {
  const line: Section[] = [];
  const onLine = new Set<number>();
  let at: Section | undefined = section;
  while (at && !written.has(at.id) && !onLine.has(at.id)) {
    line.push(at);
    onLine.add(at.id);
    at = known.get(at.parent);
  }
  for (const one of line.reverse()) {
    const parentId = written.has(one.parent) ? one.parent : undefined;
    categories.push({ id: one.id, parentId, name: sectionName(one, language) });
    written.add(one.id);
  }
}

function sectionName(section: Section, language: string): string {
  return plainText(textIn(section.title, language), nameMax) || `#${section.id}`;
}

/** For shops too old to list their sections: the last level of the path that products carry, without a tree. */
export function categoriesFromPaths(paths: ReadonlyMap<number, string>): Category[] {
  return [...paths]
    .filter(([id]) => id > 0)
    .sort(([one], [other]) => one - other)
    .map(([id, path]) => {
      const last = path.split(/ [/\\] /).at(-1) ?? "";
      return { id, parentId: undefined, name: plainText(last, nameMax) || `#${id}` };
    });
}
