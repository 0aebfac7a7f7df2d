/** What must hold of whole orders, customers and payments when people and trouble have come to rest. */
import type { Life } from "./fields.ts";

type Page = Record<string, unknown>;

/** Every order is in exactly one state, and it is the one that its story asks for. */
export function findStates(life: Life, pages: Map<number, Page>): string[] {
  const found: string[] = [];
  for (const id of life.placed) {
    const page = pages.get(id)!;
    const wrong = wrongState(life, id, page);
    const { state, reason, problem, crmOrderId, nextAttemptAt } = page;
    if (wrong)
      found.push(`order ${id} ${wrong}: ${JSON.stringify({ state, reason, problem, crmOrderId, nextAttemptAt })}`);
  }
  return found;
}

function wrongState(life: Life, id: number, page: Page): string | undefined {
  const code = (page.problem as { code: string } | null)?.code;
  const place = life.gone.get(id);
  const isUnknown = page.state === undefined;
  if (life.old.has(id) && !life.settings.archive.auto && place === undefined)
    return isUnknown ? undefined : "is from before the connection and was taken up";
  if (place === "shop") {
    const isTold = isUnknown || page.state === "excluded" || code === "order_missing_in_shop";
    return isTold ? undefined : "is gone from the shop and nobody tells";
  }
  if (isUnknown) return "is in no state";
  if (page.nextAttemptAt !== null) return "is still being tried";
  if (place === "crm") return page.state === "excluded" ? undefined : "was taken away in the CRM and nobody tells";
  if (page.state === "failed" && code !== "order_closed_in_shop") return "stays failed";
  if (page.state === "held" && code !== "final_status_waiting") return "stays held";
  if (page.state === "excluded") return "was set aside";
  return page.crmOrderId === null ? "is not in the CRM" : undefined;
}

/** Each order, person and payment is there once; what managers made by hand stays as they made it. */
export function findDoubles({ world, placed, gone, strangers }: Life): string[] {
  const found: string[] = [];
  const { state } = world.crm;
  for (const order of state.orders.values()) {
    const name = order.externalId;
    if (strangers.has(order.id)) {
      if (strangers.get(order.id) !== strangerText(world, order.id))
        found.push(`order № ${order.id} is nobody's business`);
      continue;
    }
    if (name === undefined || !placed.includes(Number(name))) found.push(`order № ${order.id} came from nowhere`);
    else if (gone.get(Number(name)) === "crm") found.push(`order ${name} was taken away and is there again`);
    const ours = order.payments.map((payment) => payment.externalId).filter((one) => one !== undefined);
    if (new Set(ours).size !== ours.length) found.push(`payments of order ${name} are doubled: ${ours.join(" ")}`);
  }
  const phones = [...state.customers.values()].flatMap((customer) => [
    ...new Set(customer.phones.map((phone) => phone.replace(/\D/g, "").slice(-9))),
  ]);
  if (new Set(phones).size !== phones.length) found.push(`customers are doubled: ${phones.join(" ")}`);
  return found;
}

export function strangerText(world: Life["world"], id: number): string {
  const { status, firstName, items, payments } = world.crm.order(id)!;
  return JSON.stringify({ status, firstName, items, payments });
}

/** A write whose answer was lost may have happened: nobody sends it again without looking first. */
export function findRepeated({ world }: Life): string[] {
  const crm = world.crm.requests.map(({ method, path, status }) => ({ name: `${method} ${path}`, status }));
  const shop = world.shop.requests.map((request) => ({ name: request.function, status: request.http }));
  const isAgain = (requests: typeof crm) => (one: (typeof crm)[number], place: number) =>
    one.status === 0 && /^POST |^orders\/update/.test(one.name) && requests[place + 1]?.name === one.name;
  return [...crm.filter(isAgain(crm)), ...shop.filter(isAgain(shop))].map(
    ({ name }) => `${name} was sent again though its answer was lost`,
  );
}

/** A quick look and a round with everything read again write nothing on either side. */
export async function findUnrest({ world }: Life): Promise<string[]> {
  const writes = () => [
    ...world.shop.requests.filter((request) => request.function === "orders/update").map((request) => request.function),
    ...world.crm.requests.filter((request) => request.method === "POST").map((request) => request.path),
  ];
  const before = writes();
  await world.look();
  await world.turn(90_000_000);
  const more = writes().length - before.length;
  return more === 0 ? [] : [`${more} writes although nothing had changed: ${writes().slice(-more).join(" ")}`];
}
