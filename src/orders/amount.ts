/**
 * Exact money: decimal text in, decimal text out, whole millionths in between. Never a float.
 * A text that is no number counts as zero here; the clients refuse it before.
 */
const scale = 1_000_000n;

export type Amount = bigint;

export function toAmount(text: string | undefined | null): Amount {
  const match = /^\s*(-?)(\d+)(?:[.,](\d*))?\s*$/.exec(text ?? "");
  if (!match) return 0n;
  const fraction = `${match[3] ?? ""}000000`.slice(0, 6);
  const value = BigInt(match[2]!) * scale + BigInt(fraction);
  return match[1] ? -value : value;
}

export function times(one: Amount, other: Amount): Amount {
  const product = one * other;
  const half = scale / 2n;
  return product >= 0n ? (product + half) / scale : -((-product + half) / scale);
}

const cent = scale / 100n;

/** Rounded half up to whole kopecks. */
export function toCents(amount: Amount): Amount {
  const half = amount < 0n ? -cent / 2n : cent / 2n;
  return ((amount + half) / cent) * cent;
}

/** The next whole kopeck, for amounts of zero and more. */
export function upToCents(amount: Amount): Amount {
  return ((amount + cent - 1n) / cent) * cent;
}

/** Rounded half up to `places` decimals, without trailing zeros: "599", "599.5", "0.33". */
export function fromAmount(amount: Amount, places = 2): string {
  const step = 10n ** BigInt(6 - places);
  const sign = amount < 0n ? "-" : "";
  const rounded = ((amount < 0n ? -amount : amount) + step / 2n) / step;
  const digits = rounded.toString().padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  const fraction = digits.slice(digits.length - places).replace(/0+$/, "");
  const text = fraction ? `${whole}.${fraction}` : whole;
  return text === "0" ? "0" : sign + text;
}

/** Equal to the kopeck. */
export function sameAmount(one: string | undefined, other: string | undefined): boolean {
  return fromAmount(toAmount(one)) === fromAmount(toAmount(other));
}

export function sum(amounts: Amount[]): Amount {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
