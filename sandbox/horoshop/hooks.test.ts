import { expect, test } from "vitest";
import { openTestShop } from "./ask.ts";

type Sent = { url: string; method: string; body: Record<string, unknown> };

function receiver(answers: number[] = []) {
  const sent: Sent[] = [];
  const send = async (url: string, method: string, body: string) => {
    sent.push({ url, method, body: JSON.parse(body) as Record<string, unknown> });
    return answers.shift() ?? 200;
  };
  return { sent, send };
}

test("subscribing answers 201 with a bare id, unsubscribing 410", async () => {
  const { signIn } = openTestShop();
  const call = await signIn();
  const target_url = "https://connector.example/hook";

  const subscribed = await call("hooks/subscribe", { event: "order_created", target_url });
  const { id } = subscribed.body as { id: number };

  expect([subscribed.http, subscribed.body]).toEqual([201, { id: 17 }]);
  expect((await call("hooks/unSubscribe", { id, target_url: `${target_url}/` })).status).toBe("ERROR");
  expect((await call("hooks/unSubscribe", { id, target_url })).http).toBe(410);
});

test("a sixth subscription of one event is refused", async () => {
  const { signIn } = openTestShop();
  const call = await signIn();
  const subscribe = () => call("hooks/subscribe", { event: "order_paid", target_url: "https://connector.example/" });

  for (let n = 0; n < 5; n += 1) expect((await subscribe()).http).toBe(201);

  expect((await subscribe()).body).toEqual({ message: "Subscriptions limit for current event has been reached" });
});

test("each event goes to its own address, by PUT, without its name", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  for (const event of ["order_created", "order_update", "order_paid"]) {
    await call("hooks/subscribe", { event, target_url: `https://connector.example/${event}` });
  }
  const { sent, send } = receiver();

  sandbox.placeOrder({ order_id: 7, products: [{ article: "HB-00000" }] });
  await call("orders/update", { orders: [{ order_id: 7, status: 2 }] });
  sandbox.setStatus(7, 1);
  sandbox.setPaid(7);
  sandbox.setPaid(7);
  await sandbox.deliverHooks(send);

  expect(sent.map(({ url, method, body }) => [url.split("/").at(-1), method, body.order_id])).toEqual([
    ["order_created", "PUT", 7],
    ["order_update", "PUT", 7],
    ["order_paid", "PUT", 7],
  ]);
  expect(sent[0]!.body).toMatchObject({ products: [{ url: expect.any(String), photo_url: expect.any(String) }] });
  expect(Object.keys(sent[0]!.body)).not.toContain("delivery_data");
  expect(sent[2]!.body).toMatchObject({ payed: 1 });
});

test("what is not answered with 20x is repeated after ten minutes, at most ten times", async () => {
  const { sandbox, signIn, turnClock } = openTestShop();
  const call = await signIn();
  await call("hooks/subscribe", { event: "order_created", target_url: "https://connector.example/" });
  const { sent, send } = receiver(Array.from({ length: 20 }, () => 500));
  sandbox.placeOrder();

  await sandbox.deliverHooks(send);
  await sandbox.deliverHooks(send);
  expect(sent.length).toBe(1);
  for (let n = 0; n < 20; n += 1) {
    turnClock(600_000);
    await sandbox.deliverHooks(send);
  }

  expect(sent.length).toBe(11);
});

test("a subscriber who is removed by hand is told by DELETE and hears no more", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  const target_url = "https://connector.example/";
  const { id } = (await call("hooks/subscribe", { event: "order_created", target_url })).body as { id: number };
  const { sent, send } = receiver();

  sandbox.removeHookByHand(id);
  sandbox.placeOrder();
  await sandbox.deliverHooks(send);

  expect(sent.map((one) => [one.method, one.url])).toEqual([["DELETE", target_url]]);
});

test("hooks that never fire are taken all the same", async () => {
  const { sandbox, signIn } = openTestShop({ switches: { hooksFire: false } });
  const call = await signIn();
  const { sent, send } = receiver();

  const answer = await call("hooks/subscribe", { event: "order_created", target_url: "https://connector.example/" });
  sandbox.placeOrder();
  await sandbox.deliverHooks(send);

  expect([answer.http, sent.length]).toEqual([201, 0]);
});
