import { hash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { createFingerprints } from "./fingerprints.ts";

const bucketsMax = 256;
/** What may wait in memory before it goes to disk: small shops never touch it. */
const bufferLengthMax = 1_000_000;
/** UTF-8 takes at most so many bytes for a unit of a JS text. */
const bytesPerUnit = 3;

/**
 * Rows on disk, sorted into buckets by product, so that rows of one product come together though they lie on different
 * pages, with constant memory. One file: each flush appends a piece per bucket and notes where it lies.
 */
export type Spool = {
  /** false: this id was there before, the row is not kept */
  add(id: string, group: string, row: unknown): Promise<boolean>;
  /** the lines of one bucket after another, each in the order in which its rows came */
  buckets(): AsyncGenerator<string[]>;
  /** also removes the file */
  close(): Promise<void>;
};

type Piece = { at: number; length: number };

export function createSpool(path: string, bufferMax = bufferLengthMax): Spool {
  const waiting: string[][] = Array.from({ length: bucketsMax }, () => []);
  const pieces: Piece[][] = Array.from({ length: bucketsMax }, () => []);
  const seen = createFingerprints();
  let waitingLength = 0;
  let waitingLines = 0;
  let scratch = Buffer.alloc(0);
  let fileLength = 0;
  let file: FileHandle | undefined;

  async function flush(): Promise<void> {
    file ??= await open(path, "w+");
    // One piece of memory for all flushes; one line may be longer than all that usually waits.
    const bytesMax = bytesPerUnit * (waitingLength + waitingLines);
    if (bytesMax > scratch.length) scratch = Buffer.allocUnsafe(bytesMax);
    let length = 0;
    waiting.forEach((lines, bucket) => {
      if (lines.length === 0) return;
      const start = length;
      for (const line of lines) {
        length += scratch.write(line, length);
        length += scratch.write("\n", length);
      }
      pieces[bucket]!.push({ at: fileLength + start, length: length - start });
      lines.length = 0;
    });
    waitingLength = 0;
    waitingLines = 0;
    await writeAll(file, scratch.subarray(0, length), fileLength);
    fileLength += length;
  }

  return {
    async add(id, group, row) {
      if (!seen.add(id)) return false;
      const line = JSON.stringify(row);
      waiting[hash("sha256", group, "buffer")[0]!]!.push(line);
      waitingLength += line.length;
      waitingLines += 1;
      if (waitingLength > bufferMax) await flush();
      return true;
    },
    async *buckets() {
      for (let bucket = 0; bucket < bucketsMax; bucket += 1) {
        const lines = pieces[bucket]!.length > 0 ? linesOf(await readPieces(file!, pieces[bucket]!)) : [];
        for (const line of waiting[bucket]!) lines.push(line);
        if (lines.length > 0) yield lines;
      }
    },
    async close() {
      await file?.close();
      await rm(path, { force: true });
    },
  };
}

function linesOf(bytes: Buffer): string[] {
  const lines = bytes.toString("utf8").split("\n");
  lines.pop();
  return lines;
}

async function readPieces(file: FileHandle, pieces: Piece[]): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let start = 0;
  for (const { at, length } of pieces) {
    for (let done = 0; done < length; ) {
      const { bytesRead } = await file.read(bytes, start + done, length - done, at + done);
      if (bytesRead === 0) throw new Error("the spool of a catalogue ends too early");
      done += bytesRead;
    }
    start += length;
  }
  return bytes;
}

async function writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}
