import { createHash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";

const bucketsMax = 256;
/** What may wait in memory before it goes to disk: small shops never touch it. */
const bufferLengthMax = 4_000_000;

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

export function createSpool(path: string, bufferMax = bufferLengthMax): Spool {
  const waiting: string[][] = Array.from({ length: bucketsMax }, () => []);
  const pieces: { at: number; length: number }[][] = Array.from({ length: bucketsMax }, () => []);
  const seen = createFingerprints();
  let waitingLength = 0;
  let fileLength = 0;
  let file: FileHandle | undefined;

  async function flush(): Promise<void> {
    file ??= await open(path, "w+");
    const parts: Buffer[] = [];
    let at = fileLength;
    waiting.forEach((lines, bucket) => {
      if (lines.length === 0) return;
      const bytes = Buffer.from(`${lines.join("\n")}\n`);
      pieces[bucket]!.push({ at, length: bytes.length });
      parts.push(bytes);
      at += bytes.length;
      lines.length = 0;
    });
    waitingLength = 0;
    await writeAll(file, Buffer.concat(parts), fileLength);
    fileLength = at;
  }

  return {
    async add(id, group, row) {
      const print = createHash("sha256").update(id).digest();
      if (!seen.add(print.readUInt32LE(0), print.readUInt32LE(4))) return false;
      const line = JSON.stringify(row);
      waiting[createHash("sha256").update(group).digest()[0]!]!.push(line);
      waitingLength += line.length;
      if (waitingLength > bufferMax) await flush();
      return true;
    },
    async *buckets() {
      for (let bucket = 0; bucket < bucketsMax; bucket += 1) {
        const lines: string[] = [];
        for (const { at, length } of pieces[bucket]!) {
          for (const line of linesOf(await readAll(file!, at, length))) lines.push(line);
        }
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

async function readAll(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, at + done);
    if (bytesRead === 0) throw new Error("the spool of a catalogue ends too early");
    done += bytesRead;
  }
  return bytes;
}

async function writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

/** A set of 64-bit fingerprints in 8 bytes each: a million articles are 16 MB, and two of them meet once in 10^7 runs. */
function createFingerprints() {
  let slots = new Uint32Array(2 * 4096);
  let count = 0;

  function place(table: Uint32Array, high: number, low: number): boolean {
    const mask = table.length / 2 - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const at = 2 * slot;
      if (table[at] === 0 && table[at + 1] === 0) {
        table[at] = high;
        table[at + 1] = low;
        return true;
      }
      if (table[at] === high && table[at + 1] === low) return false;
    }
  }

  function grow(): void {
    const larger = new Uint32Array(slots.length * 2);
    for (let at = 0; at < slots.length; at += 2) {
      if (slots[at] !== 0 || slots[at + 1] !== 0) place(larger, slots[at]!, slots[at + 1]!);
    }
    slots = larger;
  }

  return {
    /** false: it is there already */
    add(high: number, low: number): boolean {
      // All zeros marks an empty slot.
      if (!place(slots, high === 0 && low === 0 ? 1 : high, low)) return false;
      count += 1;
      if (count * 4 > slots.length) grow();
      return true;
    },
  };
}
