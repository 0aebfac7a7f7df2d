import { type Chance, chanceAt } from "./chance.ts";
import { type Buyer, makeBuyer } from "./demo-people.ts";
import { makeOrder, type OrderWish } from "./order-making.ts";
import type { OrderSource } from "./order-table.ts";
import type { ShopOrder, ShopUser } from "./records.ts";
import type { Shop } from "./shop.ts";

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const yearDays = 365;
export const firstOrderId = 10_001;
export const firstStorageId = 500_000;
const storageIdsPerOrder = 10;
const guestUserId = 90_000;
const registeredUserId = 200;

export type DemoOrderOptions = { count: number; salt: number; before: number; shop: () => Shop };

/** Orders of the last year before `before` (epoch, ms), by index; the later the index, the later the order. */
export function demoOrders(options: DemoOrderOptions): OrderSource {
  const { count, salt } = options;
  const end = Math.floor(options.before / dayMs) * dayMs;

  function createdAt(index: number): number {
    const share = (index + chanceAt(salt ^ 0x11, index).number() * 0.9) / Math.max(1, count);
    // The shop grows: a tenth of the year's orders are of the last week.
    const days = yearDays * (1 - (1 - share) ** 1.7);
    const inDay = days - Math.floor(days);
    // People order between seven in the morning and half past eleven at night.
    const moment = end - (yearDays - Math.floor(days)) * dayMs + 5 * hourMs + inDay * 15.5 * hourMs;
    return Math.floor(moment / 1000) * 1000;
  }

  return {
    count,
    firstId: firstOrderId,
    createdAt,
    make(index) {
      const chance = chanceAt(salt ^ 0x77, index);
      const ageDays = (options.before - createdAt(index)) / dayMs;
      const person = personOf(index, count, salt);
      const identity = {
        orderId: firstOrderId + index,
        user: isRegistered(person) ? registeredUserId + person : guestUserId + index,
        firstStorageId: firstStorageId + index * storageIdsPerOrder,
        createdAt: createdAt(index),
      };
      const order = makeOrder(options.shop(), identity, wishAt(buyerAt(person, salt), chance), chance);
      age(order, ageDays, options.shop(), chance);
      return order;
    },
  };
}

/** Every second order or so is by somebody who has ordered before. */
function personOf(index: number, count: number, salt: number): number {
  return chanceAt(salt ^ 0x99, index).below(Math.max(1, Math.ceil(count * 0.6)));
}

function isRegistered(person: number): boolean {
  return person % 6 === 0;
}

function buyerAt(person: number, salt: number): Buyer {
  return makeBuyer(chanceAt(salt ^ 0xbb, person));
}

/** Registered customers; guests are not listed (reference 18). */
export function demoUsers(count: number, salt: number, before: number): ShopUser[] {
  const people = Math.min(Math.ceil(count * 0.6), 2_000);
  const users: ShopUser[] = [];
  for (let person = 0; person < people; person += 1) {
    if (!isRegistered(person)) continue;
    const buyer = buyerAt(person, salt);
    users.push({
      id: registeredUserId + person,
      title: `${buyer.lastName} ${buyer.firstName}`,
      email: buyer.email || `user${person}@example.com`,
      phone: person % 18 === 0 ? "" : `+380${buyer.phone}`,
      country: "",
      city: buyer.place.city,
      address: "",
      registeredAt: before - (yearDays + 30 + (person % 300)) * dayMs,
    });
  }
  return users;
}

function wishAt(buyer: Buyer, chance: Chance): OrderWish {
  const wish: OrderWish = { buyer };
  if (chance.oneIn(14)) wish.coupon = { code: chance.pick(["ДРУЗІ10", "SPRING5", "VIP-25"]), percent: 10 };
  if (wish.coupon?.code === "VIP-25") wish.coupon.percent = 25;
  if (wish.coupon?.code === "SPRING5") wish.coupon.percent = 5;
  if (chance.oneIn(50)) {
    wish.manager_discount = 50;
    wish.manager_discount_title = "За очікування";
  }
  if (chance.oneIn(60)) wish.payment_price = 20;
  if (chance.oneIn(120)) wish.delivery_email = "adresa@";
  if (chance.oneIn(150)) wish.delivery_phone = "12-34-5";
  return wish;
}

/** What became of an order since: status, payment, waybill; very old ones lack the newer fields. */
function age(order: ShopOrder, ageDays: number, shop: Shop, chance: Chance): void {
  order.stat_status = statusAt(ageDays, shop, chance);
  const online = shop.paymentTypes.find((type) => type.id === order.payment_type.id)?.online === true;
  const done = order.stat_status === 3;
  if (done || (online && order.stat_status !== 21 && order.stat_status !== 4 && !chance.oneIn(6))) order.payed = 1;
  if (order.stat_status !== 1 && chance.oneIn(2)) order.manager_id = 3;
  if (order.stat_status !== 1 && chance.oneIn(8)) order.manager_comment = "Передзвонити перед відправкою";
  if ((done || order.stat_status === 6) && order.delivery_data) {
    const ukrposhta = order.delivery_data.deliveryOperatorType === "ukrposhta";
    const number = String(chance.below(10_000_000_000)).padStart(10, "0");
    order.delivery_data.tnNumber = ukrposhta ? `050${number}` : `2045${number}`;
    order.delivery_data.tnId = chance.guid();
    order.delivery_data.tnStatusName = done ? "Відправлення отримано" : "Прямує до міста одержувача";
    order.delivery_data.tnTrackingUpdateDate = shop.clock.toWall(order.createdAt + 2 * dayMs);
  }
  if (ageDays > 340) {
    const newer = [
      "order_without_callback",
      "manager_id",
      "manager_comment",
      "manager_discount",
      "manager_discount_title",
    ];
    order.omitted = [...newer, "analytics", "delivery_data", ...(chance.oneIn(2) ? ["comment"] : [])];
  }
}

function statusAt(ageDays: number, shop: Shop, chance: Chance): number {
  const draw = chance.below(100);
  const wanted =
    ageDays > 21
      ? draw < 84
        ? 3
        : draw < 95
          ? 4
          : 6
      : ageDays > 5
        ? draw < 50
          ? 3
          : draw < 80
            ? 6
            : draw < 88
              ? 4
              : 2
        : draw < 40
          ? 1
          : draw < 65
            ? 2
            : draw < 80
              ? 21
              : 6;
  return shop.statuses.some((status) => status.id === wanted) ? wanted : 1;
}
