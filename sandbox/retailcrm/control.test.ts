import { afterEach, expect, test } from "vitest";
import { isLost, type SandboxAnswer } from "../answer.ts";
import { type Listening, listen } from "../listen.ts";
import { handleControl } from "./control.ts";
import { formBody, makeAccount, order, type TestAccount } from "./test-account.ts";

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(account: TestAccount): Promise<string> {
  server = await listen({
    handle: async (request) => (await handleControl(account.crm, request)) ?? (await account.crm.handle(request)),
  });
  return server.url;
}

async function control(account: TestAccount, name: string, asked: object): Promise<SandboxAnswer | undefined> {
  return handleControl(account.crm, {
    method: "POST",
    url: `/_control/retailcrm/${name}`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(asked),
  });
}

test("a program acts as a manager over HTTP, beside the API on the same server", async () => {
  const account = makeAccount();
  const url = await serve(account);
  await fetch(`${url}/api/v5/orders/create?apiKey=key-north`, {
    method: "POST",
    body: new URLSearchParams(formBody({ order })),
  });

  const changed = await fetch(`${url}/_control/retailcrm/status`, {
    method: "POST",
    body: JSON.stringify({ order: "A-7", status: "complete" }),
  });

  expect(await changed.json()).toMatchObject({ ok: true, result: { status: "complete" } });
  const read = await fetch(`${url}/_control/retailcrm/order/A-7`);
  expect(await read.json()).toMatchObject({ externalId: "A-7", status: "complete" });
  expect(account.crm.state.orderHistory.at(-1)).toMatchObject({ source: "user", field: "status" });
});

test("a lost answer breaks the connection, with the work done", async () => {
  const account = makeAccount();
  const url = await serve(account);
  await control(account, "fault", { match: { path: "orders/create" }, times: 1, kind: "lost-after" });

  const sent = fetch(`${url}/api/v5/orders/create?apiKey=key-north`, {
    method: "POST",
    body: new URLSearchParams(formBody({ order })),
  });

  await expect(sent).rejects.toThrow();
  expect(account.crm.order("A-7")).toBeDefined();
});

test("faults, switches, keys and reset are reached by control calls; mistakes are told", async () => {
  const account = makeAccount();

  await control(account, "fault", { match: { method: "GET", path: "/orders$" }, times: 2, kind: "503", retryAfter: 1 });
  const codes = [];
  for (let count = 0; count < 3; count++) codes.push((await account.get("/api/v5/orders")).status);
  await control(account, "switch", { ordersInUpload: false });
  const wrongSwitch = await control(account, "switch", { nope: true });
  await control(account, "key", { key: "key-new", scopes: ["order_read"], sites: ["south-shop"] });
  const withNewKey = (await account.get("/api/v5/orders", "key-new")).status;
  await control(account, "reset", {});

  expect(codes).toEqual([503, 503, 200]);
  expect(wrongSwitch).toMatchObject({ status: 400 });
  expect(await control(account, "status", { order: "none", status: "new" })).toMatchObject({ status: 400 });
  expect(await control(account, "nonsense", {})).toMatchObject({ status: 404 });
  expect(withNewKey).toBe(200);
  expect((await account.get("/api/v5/orders", "key-new")).status).toBe(403);
  expect(account.crm.switches.ordersInUpload).toBe(true);
});

test("at the desk a person sets status, payment and waybill", async () => {
  const account = makeAccount();
  await account.post("/api/v5/orders/create", { order: { ...order, lastName: "<b>Vidal</b>" } });
  const id = String(account.crm.order("A-7")!.id);
  const act = (name: string, value: string): Promise<SandboxAnswer | undefined> =>
    handleControl(account.crm, {
      method: "POST",
      url: `/_desk/${name}`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: formBody({ order: id, value }),
    });

  const answers = [await act("status", "delivering"), await act("paid", ""), await act("waybill", "59000111")];
  const page = await handleControl(account.crm, { method: "GET", url: "/_desk", headers: {}, body: "" });

  expect(answers).toMatchObject([{ status: 303 }, { status: 303 }, { status: 303 }]);
  expect(account.crm.order("A-7")).toMatchObject({
    status: "delivering",
    prepaySum: 86,
    delivery: { data: { trackNumber: "59000111" } },
  });
  const html = page === undefined || isLost(page) ? "" : page.body;
  expect(html).toContain("&lt;b&gt;Vidal");
  expect(html).toContain('<option value="delivering" selected>');
  expect(html).toContain('value="59000111"');
});

test("other addresses are not the control's business", async () => {
  const { crm } = makeAccount();

  expect(await handleControl(crm, { method: "GET", url: "/api/v5/orders", headers: {}, body: "" })).toBeUndefined();
});
