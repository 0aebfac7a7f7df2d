import type { Lists, References } from "./connector.ts";

type Pair = { horoshop: number; crm: string | null };
type Kind = "statuses" | "deliveryTypes" | "paymentTypes";

/** What an owner of the demo shop would choose where no suggestion is made: the shop's title → the CRM's code. */
const byHand: Record<Kind, Record<string, string>> = {
  statuses: {
    Нове: "new",
    "В роботі": "assembling",
    Доставлено: "delivered",
    "Не доставлено": "cancel-other",
    Надіслане: "delivering",
    "Очікує оплати": "waiting-payment",
  },
  deliveryTypes: {
    "Нова Пошта: відділення": "nova-poshta",
    "Нова Пошта: кур'єр": "nova-poshta-courier",
    Самовивіз: "self-delivery",
    Укрпошта: "ukrposhta",
  },
  paymentTypes: {
    "Оплата при отриманні": "cash",
    "Картка онлайн (LiqPay)": "bank-card",
    "Рахунок для юридичних осіб": "bank-transfer",
  },
};

/** The service's own suggestions first, then the pairs above; what is left is set aside. */
export function pairUp(references: References): { mapping: Record<Kind, Pair[]>; suggested: number; chosen: number } {
  let suggested = 0;
  let chosen = 0;
  const pairsOf = (kind: Kind): Pair[] => {
    const lists = references[kind];
    const pairs: Pair[] = lists.suggestions.map(({ horoshop, crm }) => ({ horoshop, crm }));
    suggested += pairs.length;
    for (const element of lists.horoshop) {
      if (!element.enabled || pairs.some((pair) => pair.horoshop === element.id)) continue;
      const crm = freeCode(lists, pairs, byHand[kind][element.title]);
      pairs.push(crm === undefined ? { horoshop: element.id, crm: null } : { horoshop: element.id, crm });
      chosen += 1;
    }
    return pairs;
  };
  const mapping = {
    statuses: pairsOf("statuses"),
    deliveryTypes: pairsOf("deliveryTypes"),
    paymentTypes: pairsOf("paymentTypes"),
  };
  return { mapping, suggested, chosen };
}

function freeCode(lists: Lists, pairs: Pair[], code: string | undefined): string | undefined {
  const exists = lists.crm.some((element) => element.code === code);
  return exists && !pairs.some((pair) => pair.crm === code) ? code : undefined;
}
