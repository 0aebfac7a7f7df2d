import { cutText } from "./plain-text.ts";

type Variant = {
  id: string;
  title: string;
  variantTitle: string;
  color: string;
  properties: [string, string][];
};

const wordsMax = 3;

/**
 * A name for each variant of one product, all different: the modification's own title, else the product's. Variants
 * that would be called the same get what tells them apart (colour, characteristics), or else their article.
 */
export function distinctNames(variants: Variant[], productName: string, lengthMax: number): string[] {
  const names = variants.map((variant) => variant.variantTitle || variant.title || productName);
  if (variants.length === 1) return names;
  for (const places of sameNamed(names)) {
    const told = tellApart(places.map((place) => variants[place]!));
    places.forEach((place, index) => {
      names[place] = joined(names[place]!, told[index]!, lengthMax);
    });
  }
  for (const places of sameNamed(names)) {
    for (const place of places) names[place] = joined(names[place]!, variants[place]!.id, lengthMax);
  }
  return names;
}

function sameNamed(names: string[]): number[][] {
  const places = new Map<string, number[]>();
  names.forEach((name, place) => {
    const same = places.get(name);
    if (same) same.push(place);
    else places.set(name, [place]);
  });
  return [...places.values()].filter((same) => same.length > 1);
}

/** Of each variant the values in which the variants differ, at most three. */
function tellApart(variants: Variant[]): string[] {
  const features = variants.map((one) => new Map<string, string>([["", one.color], ...one.properties]));
  const fields = [...new Set(features.flatMap((one) => [...one.keys()]))];
  const differing = fields.filter((field) => new Set(features.map((one) => one.get(field) ?? "")).size > 1);
  return features.map((one) =>
    differing
      .slice(0, wordsMax)
      .flatMap((field) => one.get(field) || [])
      .join(", "),
  );
}

/** The tail is what tells variants apart, so a long name gives way to it. */
function joined(name: string, tail: string, lengthMax: number): string {
  if (!tail) return name;
  const kept = cutText(tail, lengthMax);
  const room = lengthMax - [...kept].length - 2;
  return room > 0 ? `${cutText(name, room)}, ${kept}` : kept;
}
