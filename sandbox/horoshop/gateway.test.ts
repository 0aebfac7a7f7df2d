import { expect, test } from "vitest";
import { ask, askRaw, credentials, openTestShop } from "./ask.ts";

test("auth gives 32 hex digits, and a wrong password is refused with HTTP 200", async () => {
  const { sandbox } = openTestShop();

  const good = await ask(sandbox, "auth", credentials);
  const bad = await ask(sandbox, "auth", { ...credentials, password: "x" });

  expect(good.response.token).toMatch(/^[0-9a-f]{32}$/);
  expect([bad.http, bad.status, bad.response.message]).toEqual([
    200,
    "ERROR",
    "User with such username/password not found",
  ]);
});

test("a call without token and one with a dead token have different words", async () => {
  const { sandbox, signIn, turnClock } = openTestShop();
  const call = await signIn();

  expect((await ask(sandbox, "pages/export", {})).status).toBe("AUTHORIZATION_ERROR");
  expect((await call("pages/export")).status).toBe("OK");
  turnClock(599_000);
  expect((await call("pages/export")).status).toBe("OK");
  turnClock(1_000);
  expect((await call("pages/export")).status).toBe("UNAUTHORIZED");
});

test("several tokens live at once unless the switch says otherwise", async () => {
  const { sandbox, signIn } = openTestShop();
  const first = await signIn();
  await signIn();
  expect((await first("pages/export")).status).toBe("OK");

  sandbox.switches.newTokenKillsOld = true;
  await signIn();

  expect((await first("pages/export")).status).toBe("UNAUTHORIZED");
});

test("a changed password ends the tokens and refuses the old one", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();

  sandbox.changePassword("another");

  expect((await call("pages/export")).status).toBe("UNAUTHORIZED");
  expect((await ask(sandbox, "auth", credentials)).status).toBe("ERROR");
});

test("every verb and spelling of a call is understood, and a header is no token", async () => {
  const { sandbox, signIn } = openTestShop();
  const { token } = await signIn();
  sandbox.placeOrder({ order_id: 7, stat_status: 2 });
  sandbox.placeOrder({ order_id: 8, stat_status: 3 });
  const form = "application/x-www-form-urlencoded";
  const idsOf = (answer: Awaited<ReturnType<typeof ask>>) =>
    (answer.response.orders as { order_id: number }[]).map((order) => order.order_id);

  const json = await askRaw(sandbox, "/api/orders/get", JSON.stringify({ token, ids: [7] }), "application/json", "PUT");
  const posted = await askRaw(sandbox, "/api/orders/get/", `token=${token}&ids[]=8&ids[]=9`, form);
  const got = await askRaw(sandbox, `/api/orders/get/?token=${token}&status[]=2`, "", "", "GET");
  const unread = await askRaw(sandbox, "/api/orders/get/", JSON.stringify({ token }), "text/plain");

  expect([idsOf(json), idsOf(posted), idsOf(got)]).toEqual([[7], [8], [7]]);
  expect(unread.status).toBe("AUTHORIZATION_ERROR");
});

test("a form can carry a batch in PHP's spelling", async () => {
  const { sandbox, signIn } = openTestShop();
  const { token } = await signIn();
  sandbox.placeOrder({ order_id: 7 });

  const body = `token=${token}&orders[0][order_id]=7&orders[0][status]=2`;
  const answer = await askRaw(sandbox, "/api/orders/update/", body, "application/x-www-form-urlencoded");

  expect(answer.status).toBe("OK");
  expect(sandbox.order(7)!.stat_status).toBe(2);
});

test("broken JSON is an envelope with HTTP 200, an unknown function an empty list", async () => {
  const { sandbox } = openTestShop();

  const broken = await askRaw(sandbox, "/api/orders/get/", "{");
  const unknown = await ask(sandbox, "orders/export", {});

  expect([broken.http, broken.body]).toEqual([
    200,
    { status: "HTTP_ERROR", response: { code: 400, message: "Payload is not JSON" } },
  ]);
  expect(unknown.body).toEqual({ status: "UNDEFINED_FUNCTION", response: [] });
});

test("EMPTY has the shape that the switch says", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  const bodies: unknown[] = [];

  for (const shape of ["[]", "{}", "missing", "list"] as const) {
    sandbox.switches.emptyShape = shape;
    bodies.push((await call("orders/get")).body);
  }

  expect(bodies).toEqual([
    { status: "EMPTY", response: [] },
    { status: "EMPTY", response: {} },
    { status: "EMPTY" },
    { status: "EMPTY", response: { orders: [] } },
  ]);
});

test("faults hit the calls they are meant for, and say in the log what happened", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  sandbox.placeOrder({ order_id: 7 });
  sandbox.faults.add({ kind: "lost-after", match: "orders/update" });
  sandbox.faults.add({ kind: "502-html", match: "orders/*", after: 1 });

  const other = await call("pages/export");
  const lost = await call("orders/update", { orders: [{ order_id: 7, status: 2 }] });
  const read = await call("orders/get");
  const page = await call("orders/get");

  expect([other.status, lost.http, read.status, page.http]).toEqual(["OK", undefined, "OK", 502]);
  expect(sandbox.order(7)!.stat_status).toBe(2);
  expect(sandbox.requests.map((one) => one.word)).toEqual(["OK", "OK", "OK, then lost-after", "OK", "502-html"]);
});

test("a lost request is not carried out, and an answer can be cut in the middle", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  sandbox.placeOrder({ order_id: 7 });
  sandbox.faults.add({ kind: "lost-before" });
  sandbox.faults.add({ kind: "cut-json" });

  await call("orders/update", { orders: [{ order_id: 7, status: 2 }] });
  const cut = await call("orders/get");

  expect(sandbox.order(7)!.stat_status).toBe(1);
  expect([cut.http, cut.body]).toEqual([200, undefined]);
});

test("it is known how many calls were under way at once", async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { sandbox, signIn } = openTestShop({ sleep: () => gate });
  const call = await signIn();
  sandbox.faults.add({ kind: "slow", times: 2 });

  const both = [call("pages/export"), call("pages/export")];
  release();
  await Promise.all(both);

  expect(sandbox.mostUnderWay()).toBe(2);
});
