/** What buyers and clerks do in the shop. */
import { articles } from "../world-network.ts";
import type { Chance, FieldName, Life } from "./fields.ts";

const phones = ["+380 67 123 45 67", "067-123-45-67", "+380671234567", "050 765 43 21", "+380507654321", "0931112233"];
const names = ["Шевченко Олена", "Бондар Ігор Петрович", "Марія", "Коваль Андрій"];
const dayMs = 86_400_000;

export function placeOrder(life: Life, daysAgo = 0): string {
  const { world, chance } = life;
  const id = 501 + life.placed.length;
  const isOld = daysAgo > 0;
  world.placeOrder(id, {
    products: linesOf(chance),
    delivery_phone: chance.pick(phones),
    delivery_name: chance.pick(names),
    delivery_email: "",
    comment: "",
    delivery_type: chance.pick([4, 5, 7, 8]),
    payment_type: chance.pick([9, 12]),
    payed: chance.oneIn(4) ? 1 : 0,
    ...(chance.oneIn(4) ? { coupon: { code: "SALE", percent: 7 } } : {}),
    stat_status: chance.pick(isOld ? [1, 2, 3, 6] : [1, 1, 1, 2]),
    ...(isOld ? { createdAt: world.clock.now().getTime() - daysAgo * dayMs } : {}),
  });
  life.placed.push(id);
  if (isOld) life.old.add(id);
  return `shop ${id}: placed${isOld ? ` ${daysAgo} days ago` : ""}`;
}

function linesOf(chance: Chance) {
  const count = 1 + chance.below(3);
  return Array.from({ length: count }, () => {
    const article = chance.pick([...articles, "UNKNOWN-9"]);
    return { article, title: `Title ${article}`, price: 50 + chance.below(400) / 4, quantity: 1 + chance.below(3) };
  });
}

type Act = (life: Life, id: number) => string;

/** Each changes this field of the order and nothing else; an empty text when it stayed as it was. */
export const shopActs: Record<FieldName, Act> = {
  status({ world, chance }, id) {
    const status = chance.pick([1, 2, 2, 6, 6, 21, 3, 4]);
    if (status === world.shop.order(id)!.stat_status) return "";
    world.shop.setStatus(id, status);
    return `status ${status}`;
  },
  paid({ world }, id) {
    const paid = world.shop.order(id)!.payed === 0;
    world.shop.setPaid(id, paid);
    return `payed ${paid}`;
  },
  tracking({ world, chance }, id) {
    const number = `2045${chance.below(1_000_000)}`;
    world.shop.setTracking(id, number);
    return `waybill ${number}`;
  },
  customer({ world, chance }, id) {
    const name = `${chance.pick(names)} ${chance.below(1000)}`;
    world.shop.changeContact(id, { name });
    return name;
  },
  comments({ world, chance }, id) {
    world.shop.changeContact(id, { comment: `please ${chance.below(1000)}` });
    return "comment";
  },
  items({ world, chance }, id) {
    world.shop.editLines(id, linesOf(chance));
    return "lines";
  },
  delivery({ world, chance }, id) {
    world.shop.changeAddress(id, { city: `City ${chance.below(1000)}`, branchRef: `branch-${chance.below(1000)}` });
    return "address";
  },
};

export function deleteInShop(life: Life, id: number): string {
  life.world.shop.deleteOrder(id);
  life.gone.set(id, "shop");
  return `shop ${id}: deleted`;
}
