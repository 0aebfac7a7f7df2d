import type { HoroshopLine, HoroshopOrder } from "../horoshop/schema.ts";
import { type Amount, sum, times, toAmount, toCents, upToCents } from "./amount.ts";

/** A line as it goes to the CRM: the price of one unit and what the whole line comes to, both in whole kopecks. */
type LinePrice = { price: Amount; total: Amount };

/**
 * What each line of the order costs, in the order of the lines. A fraction of a kopeck is rounded up, so that the order
 * discount can take it off again: rounded down it would be missing. A price below zero is money off the whole order.
 */
export function linePrices(order: HoroshopOrder): LinePrice[] {
  const isCountedElsewhere = findUncounted(order);
  return order.products.map((line) => {
    const given = isCountedElsewhere(line) ? 0n : toAmount(line.price);
    const price = given > 0n ? upToCents(given) : 0n;
    return { price, total: toCents(times(price, toAmount(line.quantity))) };
  });
}

export function linesTotal(order: HoroshopOrder): Amount {
  return sum(linePrices(order).map((line) => line.total));
}

type Choice = (line: HoroshopLine) => boolean;

const isGift: Choice = (line) => line.type === "gift";
const isPart: Choice = (line) => line.type === "set_item";
const isSet: Choice = (line) => line.type === "set_main";

/** Lines that may have been given a price although another line, or nobody, pays for them. */
const choices: Choice[] = [
  () => false,
  isGift,
  isPart,
  (line) => isGift(line) || isPart(line),
  isSet,
  (line) => isGift(line) || isSet(line),
];

/**
 * Whether a set's price stands with the set, with its parts or with both is nowhere documented, nor whether a gift shows
 * what it would cost. The shop's own sum before discounts tells which lines it counted; those it did not count go for
 * nothing. Where no choice gives that sum the lines go as they are.
 */
function findUncounted(order: HoroshopOrder): Choice {
  const counted = toCents(toAmount(order.total_default ?? order.total_sum));
  const sumWithout = (left: Choice) =>
    toCents(sum(order.products.filter((line) => !left(line)).map((line) => shopTotal(line))));
  return choices.find((left) => sumWithout(left) === counted) ?? choices[0]!;
}

function shopTotal(line: HoroshopLine): Amount {
  return line.total_price === undefined
    ? times(toAmount(line.price), toAmount(line.quantity))
    : toAmount(line.total_price);
}
