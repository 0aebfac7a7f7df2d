/** What a request for the catalogue file asks for (RFC 9110, sections 12.5.3 and 13.1). */

export type FileRequest = {
  acceptEncoding: string | undefined;
  ifNoneMatch: string | undefined;
  ifModifiedSince: string | undefined;
};
export type FileFacts = { contentHash: string; modifiedAt: Date };
export type FileAnswer = { gzip: boolean; etag: string; lastModified: string; notModified: boolean };

export function answerFileRequest(request: FileRequest, file: FileFacts): FileAnswer {
  const gzip = wantsGzip(request.acceptEncoding);
  const etag = etagOf(file.contentHash, gzip);
  const lastModified = file.modifiedAt.toUTCString();
  return { gzip, etag, lastModified, notModified: isNotModified(request, etag, file.modifiedAt) };
}

/** Each encoding is a representation of its own and has its own strong tag. */
export function etagOf(contentHash: string, gzip: boolean): string {
  return gzip ? `"${contentHash}-gzip"` : `"${contentHash}"`;
}

/** Only when gzip is named, with a weight above zero that plain text does not exceed. */
export function wantsGzip(acceptEncoding: string | undefined): boolean {
  const weights = new Map<string, number>();
  for (const part of (acceptEncoding ?? "").toLowerCase().split(",")) {
    const [name = "", ...options] = part.split(";").map((piece) => piece.trim());
    const weight = options.find((option) => option.startsWith("q="));
    const number = weight === undefined ? 1 : Number(weight.slice(2));
    weights.set(name, Number.isFinite(number) ? number : 0);
  }
  const gzip = Math.max(weights.get("gzip") ?? 0, weights.get("x-gzip") ?? 0);
  return gzip > 0 && gzip >= (weights.get("identity") ?? 0);
}

function isNotModified(request: FileRequest, etag: string, modifiedAt: Date): boolean {
  if (request.ifNoneMatch !== undefined) return matchesAny(request.ifNoneMatch, etag);
  if (request.ifModifiedSince === undefined) return false;
  const since = Date.parse(request.ifModifiedSince);
  return !Number.isNaN(since) && Math.floor(modifiedAt.getTime() / 1000) <= Math.floor(since / 1000);
}

/** Weak comparison: `W/` does not matter for GET and HEAD. Tags may contain commas, so they are read, not split. */
function matchesAny(header: string, etag: string): boolean {
  if (header.trim() === "*") return true;
  return (header.match(/(?:W\/)?"[^"]*"/g) ?? []).some((tag) => tag.replace(/^W\//, "") === etag);
}
