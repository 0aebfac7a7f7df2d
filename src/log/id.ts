const letters = "0123456789abcdefghjkmnpqrstvwxyz";

/** 9 characters of time and 11 of chance: later ids sort after earlier ones. */
export function makeId(now: Date, random: { bytes(count: number): Buffer }): string {
  let time = now.getTime();
  let head = "";
  for (let place = 0; place < 9; place += 1) {
    head = letters[time % 32] + head;
    time = Math.floor(time / 32);
  }
  return head + makeCode(11, random);
}

/** A random code of lower case letters and digits, 5 bits a character. */
export function makeCode(length: number, random: { bytes(count: number): Buffer }): string {
  return [...random.bytes(length)].map((byte) => letters[byte % 32]).join("");
}
