/** Draws from a source of numbers in [0, 1). */
export type Chance = {
  number(): number;
  /** whole number from 0 up to, not including, `below` */
  below(below: number): number;
  pick<T>(from: readonly T[]): T;
  /** true once in `times` on average */
  oneIn(times: number): boolean;
  hex(digits: number): string;
  guid(): string;
};

export function chanceFrom(number: () => number): Chance {
  const below = (limit: number) => Math.floor(number() * limit);
  const hex = (digits: number) => Array.from({ length: digits }, () => below(16).toString(16)).join("");
  return {
    number,
    below,
    pick: (from) => from[below(from.length)]!,
    oneIn: (times) => number() < 1 / times,
    hex,
    guid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  };
}

/** A source of its own for record `index`: the same salt and index always give the same draws. */
export function chanceAt(salt: number, index: number): Chance {
  return chanceFrom(numbersFrom(scramble(salt, index)));
}

/** One number of [0, 2^32) for record `index`; cheap, for decisions made without drawing the whole record. */
export function scramble(salt: number, index: number): number {
  let mixed = (Math.imul(index + 1, 0x9e3779b1) ^ salt) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Numbers in [0, 1) that are always the same for the same start. */
export function numbersFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
