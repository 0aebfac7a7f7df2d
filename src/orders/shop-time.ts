/** Local times without a zone (`YYYY-MM-DD HH:mm:ss`), as both remotes write them, and the instants they mean. */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(zone, format);
  }
  return format;
}

/** The wall clock of the zone at this instant. */
export function toLocalTime(instant: Date, zone: string): string {
  const parts = Object.fromEntries(
    formatFor(zone)
      .formatToParts(instant)
      .map((part) => [part.type, part.value]),
  );
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}:${parts.second}`;
}

/**
 * The instant that a wall clock shows. Undefined for what is no time (`0000-00-00 00:00:00`). In the hour that an
 * autumn night has twice the earlier instant is meant; in the spring gap the clock is taken to have run on.
 */
export function toInstant(local: string, zone: string): Date | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?/.exec(local.trim());
  if (!match || match[1] === "0000") return undefined;
  const asUtc = Date.UTC(+match[1]!, +match[2]! - 1, +match[3]!, +(match[4] ?? 0), +(match[5] ?? 0), +(match[6] ?? 0));
  if (Number.isNaN(asUtc)) return undefined;
  const offsets = [asUtc - 86_400_000, asUtc + 86_400_000].map((around) => offsetAt(around, zone));
  const fitting = offsets
    .map((offset) => asUtc - offset)
    .filter((instant) => offsetAt(instant, zone) === asUtc - instant);
  return new Date(fitting.length > 0 ? Math.min(...fitting) : asUtc - Math.min(...offsets));
}

/** Milliseconds that the zone is ahead of UTC at this instant. */
function offsetAt(instant: number, zone: string): number {
  const seconds = Math.floor(instant / 1000) * 1000;
  const [day, time] = toLocalTime(new Date(seconds), zone).split(" ");
  return Date.parse(`${day}T${time}Z`) - seconds;
}

/** The same moment on another wall clock; the same text when the zones are equal or the other one is unknown. */
export function changeZone(local: string, from: string, to: string | null): string {
  if (to === null || to === from) return local;
  const instant = toInstant(local, from);
  return instant ? toLocalTime(instant, to) : local;
}

/** `local` moved by whole seconds on the wall clock itself (no zone involved). */
export function shiftLocal(local: string, seconds: number): string {
  const time = Date.parse(`${local.slice(0, 10)}T${local.slice(11) || "00:00:00"}Z`);
  return new Date(time + seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
}
