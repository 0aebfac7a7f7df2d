import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type Sandboxes, startSandboxes } from "./start.ts";

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function start(options: Parameters<typeof startSandboxes>[0] = {}): Promise<Sandboxes> {
  const sandboxes = await startSandboxes({ shop: { seed: "empty" }, ...options });
  open.push(sandboxes);
  return sandboxes;
}

async function post(
  url: string,
  body: unknown,
  method = "POST",
): Promise<{ http: number; body: Record<string, unknown> }> {
  const answer = await fetch(url, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { http: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test("both sandboxes answer on their ports with the credentials that are told", async () => {
  const { horoshop, retailcrm } = await start();

  const signedIn = await post(`${horoshop.url}/api/auth/`, { login: horoshop.login, password: horoshop.password });
  const sites = await fetch(`${retailcrm.url}/api/v5/reference/sites`, { headers: { "x-api-key": retailcrm.apiKey } });

  expect(signedIn.body.status).toBe("OK");
  expect((await sites.json()) as object).toMatchObject({ success: true, sites: { [retailcrm.site]: {} } });
  for (const desk of [horoshop.desk, retailcrm.desk]) {
    expect((await fetch(desk)).headers.get("content-type")).toContain("text/html");
  }
});

test("one address controls both: an order, a fault and a reset", async () => {
  const { control, horoshop, retailcrm, shop } = await start();

  const placed = await post(`${control.url}/horoshop/place-order`, { delivery_name: "Тест" });
  const state = await fetch(`${control.url}/retailcrm/state`);
  await post(`${control.url}/horoshop/fault`, { kind: "lost-before", match: "auth" });
  const credentials = { login: horoshop.login, password: horoshop.password };
  const list = await fetch(control.url);

  expect(placed.http).toBe(200);
  expect(state.status).toBe(200);
  await expect(post(`${horoshop.url}/api/auth/`, credentials)).rejects.toThrow();
  expect(Object.keys((await list.json()) as object)).toEqual(["horoshop", "retailcrm", "both"]);
  expect((await fetch(`${retailcrm.url}/_control`)).status).toBe(200);

  expect((await post(control.reset, {})).http).toBe(200);
  expect(shop.state.orders.count()).toBe(0);
});

test("a webhook reaches its subscriber over HTTP by itself", async () => {
  const received: string[] = [];
  const subscriber = createServer((request, response) => {
    received.push(`${request.method} ${request.url}`);
    response.end();
  });
  await new Promise<void>((resolve) => subscriber.listen(0, "127.0.0.1", resolve));
  open.push(subscriber);
  const { shop, horoshop } = await start({ hooksEveryMs: 20 });
  const credentials = { login: horoshop.login, password: horoshop.password };
  const { token } = (await post(`${horoshop.url}/api/auth/`, credentials)).body.response as { token: string };
  const target_url = `http://127.0.0.1:${(subscriber.address() as AddressInfo).port}/created`;
  await post(`${horoshop.url}/api/hooks/subscribe/`, { token, event: "order_created", target_url });

  shop.placeOrder();

  await expect.poll(() => received, { timeout: 3_000 }).toEqual(["PUT /created"]);
});
