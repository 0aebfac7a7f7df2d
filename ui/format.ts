/** Numbers, times and sizes as the reader's language writes them. Pure: time and language come in as arguments. */

export function formatNumber(value: number, language: string): string {
  return new Intl.NumberFormat(language).format(value);
}

/** A sum of money as the API writes it, `1234.5`, with two digits; the text itself when it is no number. */
export function formatMoney(amount: string | number, language: string): string {
  const value = Number(amount);
  if (Number.isNaN(value)) return String(amount);
  return new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
}

/** A day without a time, `2026-03-10`, wherever the reader is. */
export function formatDay(day: string, language: string): string {
  const date = new Date(`${day.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return day;
  const parts = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(language, parts).format(date);
}

/** Day and time in the reader's zone; the year only when it is not this one. */
export function formatTime(iso: string, now: Date, language: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const sameYear = time.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "short",
    year: sameYear ? undefined : "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(time);
}

/** "3 min. ago", "in 5 min."; undefined when a day or more away, where the date says more. */
export function formatDistance(iso: string, now: Date, language: string): string | undefined {
  const seconds = Math.round((new Date(iso).getTime() - now.getTime()) / 1000);
  const size = Math.abs(seconds);
  if (Number.isNaN(size) || size >= 86_400) return undefined;
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  if (size < 60) return words.format(seconds, "second");
  if (size < 3600) return words.format(Math.round(seconds / 60), "minute");
  return words.format(Math.round(seconds / 3600), "hour");
}

/** "25 min", "2 hr 10 min": whole minutes, rounded up. */
export function formatDuration(seconds: number, language: string): string {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  const part = (value: number, unit: "minute" | "hour") =>
    new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(value);
  if (minutes < 60) return part(minutes, "minute");
  const rest = minutes % 60;
  return rest === 0 ? part(minutes / 60, "hour") : `${part((minutes - rest) / 60, "hour")} ${part(rest, "minute")}`;
}

export function formatBytes(bytes: number, language: string): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  let value = bytes;
  let place = 0;
  while (value >= 1000 && place < units.length - 1) {
    value /= 1000;
    place += 1;
  }
  const digits = value < 10 && place > 0 ? 1 : 0;
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: units[place] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: digits,
  }).format(value);
}

/** A value of the remote side as one line: objects and lists as JSON, nothing as a dash. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return "—";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
