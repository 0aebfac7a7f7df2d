import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import type { SmallFetch } from "./one-step.ts";
import { makeAccount } from "./test-account.ts";

const card = {
  code: "horoshop-1",
  integrationCode: "horoshop",
  active: true,
  name: "Horoshop",
  clientId: "secret-client",
  baseUrl: "https://module.example",
  accountUrl: "https://module.example/account",
  actions: { activity: "/activity" },
};

test("a module's card is made with 201, changed with 200, and must start with its module's code", async () => {
  const { get, post } = makeAccount("demo");

  const made = await post("/api/v5/integration-modules/horoshop-1/edit", { integrationModule: card });
  const changed = await post("/api/v5/integration-modules/horoshop-1/edit", {
    integrationModule: { ...card, active: false },
  });
  const foreign = await post("/api/v5/integration-modules/shop-1/edit", { integrationModule: card });

  expect(made).toMatchObject({ status: 201, body: { success: true, info: [] } });
  expect(changed.status).toBe(200);
  expect(foreign.body).toEqual({
    success: false,
    errorMsg: "Errors in the entity format",
    errors: { code: "Code prefix must match integrationCode" },
  });
  expect((await get("/api/v5/integration-modules/horoshop-1")).body.integrationModule).toMatchObject({
    active: false,
    freeze: false,
    clientId: "secret-client",
  });
  expect((await get("/api/v5/integration-modules/none")).status).toBe(404);
});

test("the CRM connects a module in one step: configuration, key, signed registration", async () => {
  const { crm, get } = makeAccount("demo");
  const secret = "example-module-secret";
  let registered: { token: string; apiKey: string; systemUrl: string } | undefined;
  const module: SmallFetch = (url, init) => {
    const answer = (status: number, body: object): ReturnType<SmallFetch> =>
      Promise.resolve({ status, text: () => Promise.resolve(JSON.stringify(body)) });
    if (url.endsWith("/config")) {
      return answer(200, { success: true, scopes: ["order_read"], registerUrl: "https://module.example/register" });
    }
    registered = JSON.parse(new URLSearchParams(init!.body).get("register")!) as typeof registered;
    return answer(201, { success: true, accountUrl: "https://module.example/account" });
  };

  const done = await crm.connectModule({
    configUrl: "https://module.example/config",
    secret,
    fetch: module,
    sites: ["demo-site"],
  });

  expect(done).toMatchObject({ status: 201, accountUrl: "https://module.example/account" });
  expect(registered!.token).toBe(createHmac("sha256", secret).update(registered!.apiKey).digest("hex"));
  expect(registered!.systemUrl).toBe(crm.baseUrl);
  expect((await get("/api/credentials", registered!.apiKey)).body).toMatchObject({
    scopes: ["order_read"],
    siteAccess: "access_selective",
    sitesAvailable: ["demo-site"],
  });
});

test("the signature is that of the documented test vector", async () => {
  const { crm } = makeAccount("demo");
  let token = "";
  const module: SmallFetch = (url, init) => {
    if (init !== undefined)
      token = (JSON.parse(new URLSearchParams(init.body).get("register")!) as { token: string }).token;
    const body = init === undefined ? { success: true, scopes: [], registerUrl: `${url}/r` } : { success: false };
    return Promise.resolve({ status: 200, text: () => Promise.resolve(JSON.stringify(body)) });
  };

  const key = "0123456789abcdef0123456789abcdef";
  await crm.connectModule({ configUrl: "https://m.example", secret: "example-module-secret", fetch: module, key });

  expect(token).toBe("853022a436c7584596b950a9d7bf3c50622594fbec02435dfc12d9fc45a3ce5e");
  expect(crm.state.keys.has(key)).toBe(false);
});

test("a switch in the CRM calls the module with the client's id", async () => {
  const { crm, post } = makeAccount("demo");
  await post("/api/v5/integration-modules/horoshop-1/edit", { integrationModule: card });
  const calls: [string, Record<string, string>][] = [];
  const module: SmallFetch = (url, init) => {
    calls.push([url, Object.fromEntries(new URLSearchParams(init!.body))]);
    return Promise.resolve({ status: 200, text: () => Promise.resolve('{"success":true}') });
  };

  await crm.sendActivity({ code: "horoshop-1", active: true, freeze: true, fetch: module });

  const activity = '{"active":true,"freeze":true}';
  expect(calls).toEqual([
    ["https://module.example/activity", { clientId: "secret-client", activity, systemUrl: crm.baseUrl }],
  ]);
  expect(crm.openAccount("horoshop-1")).toEqual({
    url: "https://module.example/account",
    fields: { clientId: "secret-client" },
  });
});

test("scopes can be widened only after a one-step connection", async () => {
  const { crm, post } = makeAccount("demo");
  crm.state.keys.set("key-module", {
    ...crm.state.keys.get("key-demo")!,
    key: "key-module",
    module: "https://m.example",
  });
  const path = "/api/v5/integration-modules/horoshop-1/update-scopes";
  const requires = { scopes: ["order_read", "user_read"] };

  const byHand = await post(path, { requires });
  const widened = await post(path, { requires }, "key-module");

  expect(byHand.body).toEqual({ success: false, errorMsg: "Not enabled simple connection" });
  expect(crm.state.keys.get(String(widened.body.apiKey))!.scopes).toEqual(requires.scopes);
  expect(crm.state.keys.has("key-module")).toBe(false);
});

test("credentials of an older account list methods only; settings can be forbidden", async () => {
  const { crm, get } = makeAccount("demo");
  Object.assign(crm.switches, { scopesInCredentials: false, settingsForbidden: true });

  const credentials = await get("/api/credentials", "key-read");

  expect(Object.keys(credentials.body)).toEqual(["success", "credentials"]);
  expect(credentials.body.credentials).toContain("/api/orders/history");
  expect(credentials.body.credentials).not.toContain("/api/orders/create");
  expect(await get("/api/v5/settings")).toMatchObject({ status: 403, body: { errorMsg: "Access denied." } });
});

test("the account's zone, currency and language are in its settings, its people among the users", async () => {
  const { get } = makeAccount("demo");

  expect((await get("/api/v5/settings")).body.settings).toMatchObject({
    default_currency: { value: "UAH" },
    timezone: { value: "Europe/Kyiv" },
  });
  expect((await get("/api/v5/users?filter[isManager]=1")).body.users).toMatchObject([{ id: 4 }]);
});
