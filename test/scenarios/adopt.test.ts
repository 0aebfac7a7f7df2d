import { expect, test } from "vitest";
import { makeWorld } from "../world.ts";

test.each([
  ["other lines", [{ productName: "Something else", initialPrice: 1, quantity: 1 }], "1"],
  ["no lines", [], "0"],
])(
  "an order of the same person that somebody else made, with %s, is linked and its other total is told",
  async (_, items, total) => {
    const world = await makeWorld();
    await world.connect();
    world.crm.asManager.createOrder("demo-site", {
      externalId: "101",
      createdAt: "2025-01-01 10:00:00",
      phone: "+380671234567",
      firstName: "Olena",
      items,
    });

    world.placeOrder(101, { delivery_phone: "0671234567" });
    await world.look();
    await world.sync();

    const order = await world.order(101);
    expect(order).toMatchObject({
      state: "synced",
      crmOrderId: world.crm.order("101")!.id,
      problem: { code: "total_differs", params: { shop: "145", crm: total } },
    });
    expect(order.differences.map((one: { field: string }) => one.field)).toContain("items");
    expect(world.crm.state.orders.size).toBe(1);
  },
);
