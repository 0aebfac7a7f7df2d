/** A version names one content: the time it first appeared, then the hash of everything but the time of generation. */

export function versionOf(at: Date, contentHash: string): string {
  return `${at.toISOString().slice(0, 19).replace(/[-:T]/g, "")}-${contentHash}`;
}

export function readVersion(version: string): { contentHash: string; modifiedAt: Date } {
  const [time = "", contentHash = ""] = version.split("-");
  const [year, month, day, hour, minute, second] =
    time.match(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/)?.slice(1) ?? [];
  return { contentHash, modifiedAt: new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) };
}
