import { hash } from "node:crypto";

/**
 * A set of ids in 8 bytes each, whatever their length: a million articles are 16 MB, and two of them meet once in 10^7
 * runs.
 */
export type Fingerprints = {
  /** false: it is there already */
  add(id: string): boolean;
  has(id: string): boolean;
};

export function createFingerprints(): Fingerprints {
  let slots = new Uint32Array(2 * 4096);
  let count = 0;

  /** The slot where the print is, or the empty one where it belongs. */
  function find(table: Uint32Array, high: number, low: number): number {
    const mask = table.length / 2 - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const at = 2 * slot;
      const isEmpty = table[at] === 0 && table[at + 1] === 0;
      if (isEmpty || (table[at] === high && table[at + 1] === low)) return at;
    }
  }

  function place(table: Uint32Array, high: number, low: number): boolean {
    const at = find(table, high, low);
    if (table[at] !== 0 || table[at + 1] !== 0) return false;
    table[at] = high;
    table[at + 1] = low;
    return true;
  }

  function grow(): void {
    const larger = new Uint32Array(slots.length * 2);
    for (let at = 0; at < slots.length; at += 2) {
      if (slots[at] !== 0 || slots[at + 1] !== 0) place(larger, slots[at]!, slots[at + 1]!);
    }
    slots = larger;
  }

  return {
    add(id) {
      const [high, low] = printOf(id);
      if (!place(slots, high, low)) return false;
      count += 1;
      if (count * 4 > slots.length) grow();
      return true;
    },
    has(id) {
      const [high, low] = printOf(id);
      const at = find(slots, high, low);
      return slots[at] !== 0 || slots[at + 1] !== 0;
    },
  };
}

/** All zeros would mark an empty slot. */
function printOf(id: string): [number, number] {
  const print = hash("sha256", id, "buffer");
  const high = print.readUInt32LE(0);
  const low = print.readUInt32LE(4);
  return [high === 0 && low === 0 ? 1 : high, low];
}
