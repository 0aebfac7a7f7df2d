import { expect, test } from "vitest";
import { isLost } from "../answer.ts";
import { makeAccount, order } from "./test-account.ts";

test.each([
  ["no key", "", 400, '"apiKey" is missing.'],
  ["a wrong key", "key-nobody", 403, 'Wrong "apiKey" value.'],
  ["a key without the permission", "key-read", 403, "Access denied."],
])("%s is refused with the exact words", async (_, key, status, errorMsg) => {
  const { get } = makeAccount();

  const answer = await get("/api/v5/customers", key);

  expect(answer).toMatchObject({ status, body: { success: false, errorMsg } });
});

test("unknown methods are 404, wrong verbs 405, before the key is looked at", async () => {
  const { get, post } = makeAccount();

  expect(await get("/api/v5/nothing", "")).toMatchObject({ status: 404, body: { errorMsg: "API method not found" } });
  expect(await get("/api/v5/orders/create", "")).toMatchObject({
    status: 405,
    body: { errorMsg: "Method Not Allowed" },
  });
  expect(await post("/api/v5/orders", {}, "")).toMatchObject({ status: 405 });
});

test("an account that is gone answers JSON to a GET and the front server's page to a POST", async () => {
  const { crm, get } = makeAccount();
  crm.switches.accountMissing = true;

  expect(await get("/api/v5/orders")).toMatchObject({ status: 404, body: { errorMsg: "Account does not exist." } });
  const posted = await crm.handle({ method: "POST", url: "/api/v5/orders/create", headers: {}, body: "" });
  expect(posted).toMatchObject({ status: 405, body: expect.stringMatching(/^<html>/) as string });
});

test("the eleventh call in one moment gets 503, a tenth of a second later one more passes", async () => {
  const { crm, wait } = makeAccount();
  const call = async (key: string): Promise<number> => {
    const answer = await crm.handle({ method: "GET", url: `/api/v5/orders?apiKey=${key}`, headers: {}, body: "" });
    return isLost(answer) ? 0 : answer.status;
  };

  const codes = [];
  for (let count = 0; count < 11; count++) codes.push(await call("key-north"));
  const other = await call("key-all");
  wait(100);
  const later = [await call("key-north"), await call("key-north")];

  expect(codes).toEqual([...Array<number>(10).fill(200), 503]);
  expect(other).toBe(200);
  expect(later).toEqual([200, 503]);
});

test("a 503 carries Retry-After only where that is switched on", async () => {
  const { crm, get } = makeAccount();
  crm.switches.rateLimit = 0.5;

  const bare = await get("/api/v5/orders");
  crm.switches.retryAfter = 2;
  const told = await get("/api/v5/orders");

  expect([bare.status, bare.headers["retry-after"]]).toEqual([503, undefined]);
  expect([told.status, told.headers["retry-after"]]).toEqual([503, "2"]);
  expect(bare.body).toEqual({ success: false, errorMsg: "Rate limit exceeded" });
});

test("multipart is read like url-encoded, a JSON body is refused", async () => {
  const { crm } = makeAccount();
  const text = JSON.stringify({ firstName: "Nora" });
  const multipart = `--b\r\nContent-Disposition: form-data; name="order"\r\n\r\n${text}\r\n--b--\r\n`;
  const send = (type: string, body: string): ReturnType<typeof crm.handle> =>
    crm.handle({
      method: "POST",
      url: "/api/v5/orders/create",
      headers: { "x-api-key": "key-north", "content-type": type },
      body,
    });

  expect(await send('multipart/form-data; boundary="b"', multipart)).toMatchObject({ status: 201 });
  expect(await send("application/json", JSON.stringify({ order: { firstName: "Nora" } }))).toMatchObject({
    status: 400,
  });
});

test("the key may be a form field", async () => {
  const { post } = makeAccount();

  expect(await post("/api/v5/orders/create", { apiKey: "key-north", order: { firstName: "N" } }, "")).toMatchObject({
    status: 201,
  });
});

test("a key of several sites must name one where the reference says so", async () => {
  const { get, post } = makeAccount();

  const missing = await post("/api/v5/orders/create", { order }, "key-all");
  const foreign = await post("/api/v5/orders/create", { order, site: "south-shop" }, "key-north");
  const named = await post("/api/v5/orders/create", { order, site: "south-shop" }, "key-all");
  const byExternalId = await get("/api/v5/orders/A-7", "key-all");

  expect(missing).toMatchObject({ status: 400, body: { errorMsg: "Parameter 'site' is missing" } });
  expect(foreign).toMatchObject({ status: 400, body: { errorMsg: "Errors in the input parameters" } });
  expect(named).toMatchObject({ status: 201, body: { order: { site: "south-shop" } } });
  expect(byExternalId).toMatchObject({ status: 400, body: { errorMsg: "Parameter 'site' is missing" } });
  expect(await get("/api/v5/orders/A-7?site=south-shop", "key-all")).toMatchObject({ status: 200 });
  expect(await get("/api/v5/orders/A-7", "key-north")).toMatchObject({ status: 404 });
});

test.each([
  "limit=300",
  "page=0",
  "filter[nothing]=1",
  "filter[ids]=7",
  "filter[createdAtFrom]=soon",
  "filter[attachments]=9",
])("a list refuses %s", async (query) => {
  const { get } = makeAccount();

  const answer = await get(`/api/v5/orders?${query}`);

  expect(answer).toMatchObject({ status: 400, body: { errorMsg: "Errors in the input parameters" } });
});

test("lists give 20 a page, and [] and [0] are the same", async () => {
  const { crm, get } = makeAccount();
  for (let count = 1; count <= 21; count++) crm.asManager.createOrder("north-shop", { externalId: `N-${count}` });

  const all = await get("/api/v5/orders");
  const last = await get("/api/v5/orders?page=2");
  const beyond = await get("/api/v5/orders?page=3");
  const two = await get("/api/v5/orders?filter[externalIds][]=N-3&filter[externalIds][]=N-4");
  const indexed = await get("/api/v5/orders?filter[externalIds][0]=N-3");

  expect(all.body.pagination).toEqual({ limit: 20, totalCount: 21, currentPage: 1, totalPageCount: 2 });
  expect((last.body.orders as unknown[]).length).toBe(1);
  expect(beyond).toMatchObject({ status: 200, body: { orders: [], pagination: { currentPage: 3 } } });
  expect((two.body.orders as { externalId: string }[]).map((entry) => entry.externalId).sort()).toEqual(["N-3", "N-4"]);
  expect((indexed.body.orders as unknown[]).length).toBe(1);
});

test("an answer can be lost before or after the work, cut, or made HTML", async () => {
  const { crm } = makeAccount();
  const create = (externalId: string): ReturnType<typeof crm.handle> =>
    crm.handle({
      method: "POST",
      url: "/api/v5/orders/create",
      headers: { "x-api-key": "key-north", "content-type": "application/x-www-form-urlencoded" },
      body: `order=${encodeURIComponent(JSON.stringify({ externalId }))}`,
    });
  for (const kind of ["lost-before", "lost-after", "cut-json", "html-200"] as const) {
    crm.addFault({ match: { method: "POST", path: "^/api/v5/orders/create$" }, times: 1, kind });
  }

  expect(await create("L-1")).toEqual({ lost: true, done: false });
  expect(crm.order("L-1")).toBeUndefined();
  expect(await create("L-2")).toEqual({ lost: true, done: true });
  expect(crm.order("L-2")).toBeDefined();
  const cut = await create("L-3");
  expect(() => JSON.parse(isLost(cut) ? "" : cut.body) as unknown).toThrow();
  expect(await create("L-4")).toMatchObject({ status: 200, body: expect.stringMatching(/^<html>/) as string });
  expect(await create("L-5")).toMatchObject({ status: 201 });
  expect(crm.requests.map((request) => request.status)).toEqual([0, 0, 201, 200, 201]);
});

test("reset brings the seed back", async () => {
  const { crm, get } = makeAccount();
  crm.asManager.createOrder("north-shop", {});
  crm.keys.revokeKey("key-north");
  crm.switches.rateLimit = 1;

  crm.reset();

  expect((await get("/api/v5/orders")).body.pagination).toMatchObject({ totalCount: 0 });
  expect(crm.switches.rateLimit).toBe(10);
});
