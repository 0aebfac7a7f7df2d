/**
 * Date-times of the API stand in the account's own zone, without a mark of it (reference 1.4). The writer keeps its
 * last second: making a formatter costs more than all the rest of a small call.
 */
export function timeWriter(now: () => Date, zone: () => string): () => string {
  let formatter: { zone: string; format: Intl.DateTimeFormat } | undefined;
  let last = { second: Number.NaN, text: "" };
  return () => {
    const at = now();
    const second = Math.floor(at.getTime() / 1000);
    if (formatter?.zone !== zone()) {
      formatter = { zone: zone(), format: formatterFor(zone()) };
      last = { second: Number.NaN, text: "" };
    }
    if (second !== last.second) last = { second, text: write(formatter.format, at) };
    return last.text;
  };
}

function write(format: Intl.DateTimeFormat, at: Date): string {
  const parts = new Map(format.formatToParts(at).map((part) => [part.type, part.value]));
  const day = `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`;
  return `${day} ${parts.get("hour")}:${parts.get("minute")}:${parts.get("second")}`;
}

function formatterFor(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
}

/** `Y-m-d H:i:s`; the seconds of a real clock only. */
export function isDateTime(text: string): boolean {
  const found = /^(\d{4}-\d{2}-\d{2}) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.exec(text);
  return found !== null && isDate(found[1]!);
}

/** `Y-m-d` of a day that exists. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
