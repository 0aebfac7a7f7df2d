import { createHash, type Hash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";

/** Measured: a third larger than level 6, half its time. */
const gzipLevel = 4;
const chunkLength = 256 * 1024;
/** A restore of another process that began this long ago has died. */
const leftoverAgeMs = 3_600_000;
const restoreMark = ".restore-";

export type CatalogFolder = { dataDir: string; connectionId: string };

export function catalogFolder({ dataDir, connectionId }: CatalogFolder): string {
  return join(dataDir, "catalogs", connectionId);
}

export function spoolFolder({ dataDir, connectionId }: CatalogFolder): string {
  return join(dataDir, "spool", connectionId);
}

export function catalogFile(folder: CatalogFolder, version: string, gzip: boolean): string {
  return join(catalogFolder(folder), `${version}.xml${gzip ? ".gz" : ""}`);
}

export async function removeSpool(folder: CatalogFolder): Promise<void> {
  await rm(spoolFolder(folder), { recursive: true, force: true });
}

/** Removes what a killed run left behind, and files of versions that nobody serves or holds any more. */
export async function cleanCatalogFolders(folder: CatalogFolder, keptVersions: string[], nowMs: number): Promise<void> {
  await removeSpool(folder);
  const kept = new Set(keptVersions.flatMap((version) => [`${version}.xml`, `${version}.xml.gz`]));
  const path = catalogFolder(folder);
  await mkdir(path, { recursive: true });
  for (const name of await readdir(path)) {
    if (kept.has(name)) continue;
    const file = join(path, name);
    const restoring = name.startsWith(restoreMark);
    if (restoring && nowMs - ((await stat(file).catch(() => undefined))?.mtimeMs ?? 0) < leftoverAgeMs) continue;
    await rm(file, { force: true });
  }
}

/** All files of a connection that is deleted. */
export async function removeCatalogFolders(folder: CatalogFolder): Promise<void> {
  await removeSpool(folder);
  await rm(catalogFolder(folder), { recursive: true, force: true });
}

export type WrittenFile = { contentHash: string; bytes: number; gzipBytes: number };

/** A catalogue file on its way, with its gzip twin. Nothing is served before `moveInPlace`. */
export type CatalogWriter = {
  /** `counted: false` for what may differ though nothing changed (the time of generation) */
  write(text: string, counted?: boolean): Promise<void>;
  finish(): Promise<WrittenFile>;
  /** gives a finished file its public name */
  moveInPlace(version: string): Promise<void>;
  /** harmless after `moveInPlace` */
  discard(): Promise<void>;
};

/** Writes into `path`, a folder of this run alone. */
export async function createCatalogWriter(folder: CatalogFolder, path: string): Promise<CatalogWriter> {
  const plainPath = join(path, "catalog.xml");
  const gzipPath = `${plainPath}.gz`;
  const plain = await open(plainPath, "w");
  const gzip = createGzip({ level: gzipLevel });
  const zipped = pipeline(gzip, createWriteStream(gzipPath));
  zipped.catch(() => {}); // looked at again in send() and finish()
  const hash = createHash("sha256");
  let waiting = "";
  let bytes = 0;

  async function send(counted: boolean): Promise<void> {
    const chunk = Buffer.from(waiting);
    waiting = "";
    bytes += chunk.length;
    if (counted) hash.update(chunk);
    await plain.appendFile(chunk);
    if (!gzip.write(chunk)) await Promise.race([once(gzip, "drain"), zipped]);
  }

  return {
    async write(text, counted = true) {
      if (!counted) await send(true);
      waiting += text;
      if (!counted || waiting.length > chunkLength) await send(counted);
    },
    async finish() {
      await send(true);
      gzip.end();
      await zipped;
      await plain.sync();
      await plain.close();
      await syncFile(gzipPath);
      return { contentHash: shortHash(hash), bytes, gzipBytes: (await stat(gzipPath)).size };
    },
    async moveInPlace(version) {
      await mkdir(catalogFolder(folder), { recursive: true });
      await rename(gzipPath, catalogFile(folder, version, true));
      await rename(plainPath, catalogFile(folder, version, false));
      await syncFile(catalogFolder(folder));
    },
    async discard() {
      gzip.destroy();
      await zipped.catch(() => {});
      await plain.close().catch(() => {});
      await rm(plainPath, { force: true });
      await rm(gzipPath, { force: true });
    },
  };
}

function shortHash(hash: Hash): string {
  return hash.digest("hex").slice(0, 32);
}

/** A power cut must not leave a name without its content; some systems cannot sync a folder, which is no failure. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } catch (error) {
    if (!["EPERM", "EINVAL", "EBADF", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await file.close();
  }
}

/** Opens a file for serving; its content stays readable even when it is replaced meanwhile. Undefined: it is not here. */
export async function openCatalogFile(
  folder: CatalogFolder,
  version: string,
  gzip: boolean,
): Promise<{ file: FileHandle; bytes: number } | undefined> {
  try {
    const file = await open(catalogFile(folder, version, gzip), "r");
    return { file, bytes: (await file.stat()).size };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

export async function hasCatalogFiles(
  folder: CatalogFolder,
  version: string,
  expected: { bytes: number; gzipBytes: number },
): Promise<boolean> {
  const plain = await stat(catalogFile(folder, version, false)).catch(() => undefined);
  const gzip = await stat(catalogFile(folder, version, true)).catch(() => undefined);
  return plain?.size === expected.bytes && gzip?.size === expected.gzipBytes;
}

/** Makes the local copy from the compressed pieces of the database. `mark` keeps two restores at once apart. */
export async function restoreCatalogFiles(
  folder: CatalogFolder,
  version: string,
  pieces: AsyncIterable<Buffer>,
  mark: string,
): Promise<void> {
  await mkdir(catalogFolder(folder), { recursive: true });
  const gzipPath = join(catalogFolder(folder), `${restoreMark}${mark}.gz`);
  const plainPath = join(catalogFolder(folder), `${restoreMark}${mark}`);
  try {
    await pipeline(pieces, createWriteStream(gzipPath));
    await pipeline(createReadStream(gzipPath), createGunzip(), createWriteStream(plainPath));
    await rename(gzipPath, catalogFile(folder, version, true));
    await rename(plainPath, catalogFile(folder, version, false));
  } finally {
    await rm(gzipPath, { force: true });
    await rm(plainPath, { force: true });
  }
}
