/** The shop's clock on the wire: local wall time without a zone, `YYYY-MM-DD HH:mm:ss` (reference 6). */
export type ShopClock = {
  /** wall time of an instant */
  toWall(instantMs: number): string;
  /** instant of a wall time; of two equal ones in autumn the first */
  toInstant(wall: string): number;
};

const hourMs = 3_600_000;

export function makeShopClock(zone: string): ShopClock {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  const offsets = new Map<number, number>();

  // Zones shift on whole hours only, so that one look-up an hour is enough.
  function offsetAt(instantMs: number): number {
    const hour = Math.floor(instantMs / hourMs);
    const known = offsets.get(hour);
    if (known !== undefined) return known;
    const start = hour * hourMs;
    const offset = Date.parse(`${format.format(start).replace(" ", "T")}Z`) - start;
    if (offsets.size > 20_000) offsets.clear();
    offsets.set(hour, offset);
    return offset;
  }

  return {
    toWall: (instantMs) => new Date(instantMs + offsetAt(instantMs)).toISOString().slice(0, 19).replace("T", " "),
    toInstant: (wall) => {
      const asUtc = Date.parse(`${wall.replace(" ", "T")}Z`);
      const before = asUtc - offsetAt(asUtc - 3 * hourMs);
      return before + offsetAt(before) === asUtc ? before : asUtc - offsetAt(asUtc);
    },
  };
}

const isoDay = /^(\d{4})-(\d{2})-(\d{2})(?: (\d{2}:\d{2}:\d{2}))?$/;
const dottedDay = /^(\d{2})\.(\d{2})\.(\d{4})(?: (\d{2}:\d{2}:\d{2}))?$/;

/**
 * A `from` or `to` in one of the four documented spellings → wall time; undefined when it is none of them.
 * A bare day begins at 00:00:00 as `from` and ends at 23:59:59 as `to` (both ends inclusive).
 */
export function parseBound(text: string, end: "from" | "to"): string | undefined {
  const iso = isoDay.exec(text);
  const dotted = dottedDay.exec(text);
  const day = iso ? `${iso[1]}-${iso[2]}-${iso[3]}` : dotted ? `${dotted[3]}-${dotted[2]}-${dotted[1]}` : undefined;
  if (day === undefined || Number.isNaN(Date.parse(`${day}T00:00:00Z`))) return undefined;
  const time = iso?.[4] ?? dotted?.[4] ?? (end === "from" ? "00:00:00" : "23:59:59");
  return `${day} ${time}`;
}
