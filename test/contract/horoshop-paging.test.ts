import { expect, test } from "vitest";
import { fixture, json, shopThat } from "./scripted.ts";

const sample = (fixture("horoshop/orders-page.json").body as { response: { orders: Record<string, unknown>[] } })
  .response.orders[0]!;

/** A shop with `ids` in this order; `before` runs ahead of each page and may change it. */
function shopWith(
  ids: number[],
  options: { limitMax?: number; ignoresOffset?: boolean; before?: (page: number) => void } = {},
) {
  let page = 0;
  const shop = shopThat((_operation, { limit, offset }) => {
    page += 1;
    options.before?.(page);
    const from = options.ignoresOffset ? 0 : Number(offset);
    const most = options.ignoresOffset ? ids.length : Math.min(Number(limit), options.limitMax ?? 500);
    const rows = ids.slice(from, from + most);
    if (rows.length === 0) return json({ status: "EMPTY", response: [] });
    return json({ status: "OK", response: { orders: rows.map((order_id) => ({ ...sample, order_id })) } });
  });
  return { ...shop, pages: () => page };
}

async function read(shop: ReturnType<typeof shopWith>): Promise<number[]> {
  const found: number[] = [];
  for await (const { orders } of shop.client.fetchAllOrders({ from: "2024-01-01" }))
    found.push(...orders.map((order) => order.order_id));
  return found;
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => count - index);

test.each([0, 1, 7, 99, 100, 101, 200, 350])("all of %s orders, each once", async (count) => {
  const found = await read(shopWith(upTo(count)));

  expect(found).toHaveLength(count);
  expect(new Set(found).size).toBe(count);
});

test("nothing new costs one call", async () => {
  const shop = shopWith([]);

  await read(shop);

  expect(shop.pages()).toBe(1);
});

test("F84: a shop that lowers the limit silently is read to its end", async () => {
  expect(await read(shopWith(upTo(173), { limitMax: 50 }))).toHaveLength(173);
});

test("F27: orders that come while pages are read shift the rest and none is lost", async () => {
  const ids = upTo(250);
  const shop = shopWith(ids, { before: (page) => ids.unshift(1_000 + page) });

  const found = await read(shop);

  expect(found.filter((id) => id <= 250)).toHaveLength(250);
  expect(new Set(found).size).toBe(found.length);
});

test("orders that vanish while pages are read pull no others across the border", async () => {
  const ids = upTo(250);
  const shop = shopWith(ids, { before: (page) => void (page > 1 && ids.splice(0, 3)) });

  expect(new Set(await read(shop)).size).toBe(250);
});

test("a shop that sends everything whatever was asked is not asked for ever", async () => {
  const shop = shopWith(upTo(240), { ignoresOffset: true });

  expect(await read(shop)).toHaveLength(240);
  expect(shop.pages()).toBe(2);
});
