import type { Family, Gender } from "./demo-sections.ts";

type Variant = { code: string; ua: string; ru: string };

const colors: [code: string, ua: Record<Gender, string>, ru: Record<Gender, string>][] = [
  ["BLK", { m: "чорний", f: "чорна", p: "чорні" }, { m: "чёрный", f: "чёрная", p: "чёрные" }],
  ["GRN", { m: "зелений", f: "зелена", p: "зелені" }, { m: "зелёный", f: "зелёная", p: "зелёные" }],
  ["BLU", { m: "синій", f: "синя", p: "сині" }, { m: "синий", f: "синяя", p: "синие" }],
  ["BEI", { m: "бежевий", f: "бежева", p: "бежеві" }, { m: "бежевый", f: "бежевая", p: "бежевые" }],
];
const sizes = ["S", "M", "L", "XL"];
const volumes = ["0.5", "0.75", "1", "1.5"];
const beds: [ua: string, ru: string][] = [
  ["полуторний", "полуторный"],
  ["двоспальний", "двуспальный"],
  ["євро", "евро"],
  ["сімейний", "семейный"],
];

/** The n-th modification of a product (0..3). */
export function variantOf(kind: Family, n: number): Variant {
  switch (kind.variation) {
    case "color": {
      const [code, ua, ru] = colors[n % colors.length]!;
      return { code, ua: ua[kind.gender], ru: ru[kind.gender] };
    }
    case "size": {
      const size = sizes[n % sizes.length]!;
      return { code: size, ua: `розмір ${size}`, ru: `размер ${size}` };
    }
    case "volume": {
      const volume = volumes[n % volumes.length]!;
      return { code: `V${volume.replace(".", "")}`, ua: `${volume} л`, ru: `${volume} л` };
    }
    case "bed": {
      const [ua, ru] = beds[n % beds.length]!;
      return { code: `B${n + 1}`, ua, ru };
    }
  }
}
