/** Prices and quantities as decimal text in and out; sums are whole numbers, never floats. */

/** The format's limit for both prices and quantities. */
const amountMax = 99_999_999n;

/** A price with two decimals, rounded half up; undefined when it is below zero or beyond the format's limit. */
export function toPrice(amount: string): string | undefined {
  const cents = toUnits(amount, 2);
  if (cents === undefined || cents < 0n || cents > amountMax * 100n) return undefined;
  const digits = cents.toString().padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** The sum of quantities, at most three decimals; debts of the shop count as nothing, too much is cut. */
export function sumQuantities(amounts: string[]): string {
  let sum = 0n;
  for (const amount of amounts) sum += toUnits(amount, 3) ?? 0n;
  if (sum <= 0n) return "0";
  if (sum > amountMax * 1000n) sum = amountMax * 1000n;
  const digits = sum.toString().padStart(4, "0");
  const fraction = digits.slice(-3).replace(/0+$/, "");
  return fraction ? `${digits.slice(0, -3)}.${fraction}` : digits.slice(0, -3);
}

/** `"12.345"` in units of 10^-decimals, rounded half up (away from zero below it); undefined for anything else. */
function toUnits(amount: string, decimals: number): bigint | undefined {
  const match = /^(-?)(\d{1,30})(?:\.(\d+))?$/.exec(amount.trim());
  if (!match) return undefined;
  const fraction = (match[3] ?? "").padEnd(decimals + 1, "0");
  let units = BigInt(match[2] + fraction.slice(0, decimals));
  if (fraction.charCodeAt(decimals) >= 53) units += 1n;
  return match[1] ? -units : units;
}
