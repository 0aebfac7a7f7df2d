import { expect, test } from "vitest";
import { isLost } from "../answer.ts";
import { askRaw, openTestShop } from "./ask.ts";
import type { HoroshopSandbox } from "./sandbox-shape.ts";

async function control(sandbox: HoroshopSandbox, name: string, body?: object) {
  const answer = await askRaw(
    sandbox,
    `/_control/horoshop/${name}`,
    body ? JSON.stringify(body) : "",
    "application/json",
    body ? "POST" : "GET",
  );
  return { http: answer.http, body: answer.body as Record<string, unknown> };
}

test("a script places an order, moves it on and looks at it", async () => {
  const { sandbox } = openTestShop();

  const placed = await control(sandbox, "place-order", { delivery_name: "Тестенко Тест", delivery_type: 4 });
  const order_id = placed.body.order_id as number;
  await control(sandbox, "status", { order_id, status: 6 });
  await control(sandbox, "paid", { order_id });
  await control(sandbox, "tracking", { order_id, tracking: "20450000000001" });
  const looked = await control(sandbox, `order?order_id=${order_id}`);

  expect(looked.body.order).toMatchObject({
    ...{ order_id, delivery_name: "Тестенко Тест", stat_status: 6, payed: 1 },
    delivery_data: { tnNumber: "20450000000001" },
  });
});

test("faults, switches and reset work from outside, and mistakes are named", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();

  await control(sandbox, "fault", { kind: "524", match: "pages/export", times: 1 });
  await control(sandbox, "switches", { emptyShape: "{}" });

  expect((await call("pages/export")).http).toBe(524);
  expect((await call("orders/get")).response).toEqual({});
  expect((await control(sandbox, "fault", { kind: "flood" })).http).toBe(400);
  expect((await control(sandbox, "status", { order_id: 99, status: 2 })).http).toBe(400);
  expect((await control(sandbox, "nothing", {})).http).toBe(404);
  expect((await control(sandbox, "reset", { seed: "demo", orders: 5 })).body).toMatchObject({ orders: 5, faults: [] });
});

test("the desk lists orders, places one and changes one", async () => {
  const { sandbox } = openTestShop();
  const post = (path: string, form: string) =>
    sandbox.handle({ method: "POST", url: `/_desk/${path}`, headers: {}, body: form });

  const placed = await post("place-order", "name=<b>Тест</b>&article=HB-00000&quantity=2&phone=&delivery=&payment=");
  const [order] = sandbox.latestOrders(1);
  await post("change", `order_id=${order!.order_id}&status=2&paid=1&tracking=TN1`);
  const page = await sandbox.handle({ method: "GET", url: "/_desk", headers: {}, body: "" });

  expect(!isLost(placed) && placed.status).toBe(303);
  expect(sandbox.order(order!.order_id)).toMatchObject({
    ...{ stat_status: 2, payed: 1, total_quantity: 2, delivery_data: { tnNumber: "TN1" } },
  });
  expect(!isLost(page) && page.body).toContain("&lt;b&gt;Тест&lt;/b&gt;");
});
