import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { htmlAnswer } from "../../sandbox/answer.ts";
import { eventually, failureOf, type Json, startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.stop());
afterEach(() => world.clear());

const at = (connection: Json, rest: string) => `/api/v1/connections/${connection.id}${rest}`;
const put = (connection: Json, mapping: unknown) => world.call("PUT", at(connection, "/mapping"), mapping);
const shopStatuses = [1, 2, 3, 4, 6, 21];
const aside = (ids: number[]) => ids.map((horoshop) => ({ horoshop, crm: null }));
/** Everything set aside but for what is given. */
const mapping = (changes: Json = {}): Json => ({
  statuses: aside(shopStatuses),
  deliveryTypes: aside([4, 5, 7, 8]),
  paymentTypes: aside([9, 12, 14]),
  ...changes,
});

describe("references", () => {
  test("the lists of both sides with suggestions", async () => {
    const connection = await world.connect();
    const { body } = await world.call("GET", at(connection, "/references"));

    expect(Object.keys(body).sort()).toEqual([
      "deliveryTypes",
      "fetchedAt",
      "paymentStatuses",
      "paymentTypes",
      "statuses",
    ]);
    expect(body.statuses.horoshop).toContainEqual({ id: 21, title: "Очікує оплати", enabled: true, missing: false });
    expect(body.deliveryTypes.horoshop).toContainEqual({ id: 10, title: "Justin", enabled: false, missing: false });
    expect(body.statuses.crm).toContainEqual(
      expect.objectContaining({ code: "new", name: "Новий", group: "new", active: true, missing: false }),
    );
    expect(body.paymentStatuses.crm).toContainEqual(expect.objectContaining({ code: "paid", name: "Оплачено" }));
    expect(body.fetchedAt).toMatch(/Z$/);
    const all = ["statuses", "deliveryTypes", "paymentTypes"].flatMap((kind) => body[kind].suggestions);
    expect(all.length).toBeGreaterThan(5);
    for (const one of all)
      expect(one).toEqual({ horoshop: expect.any(Number), crm: expect.any(String), reason: expect.any(String) });
    expect(body.statuses.suggestions).toContainEqual(expect.objectContaining({ horoshop: 1, crm: "new" }));
  });

  test("refresh reads them again; what a mapping names and is gone is missing; what cannot be read changes nothing", async () => {
    const connection = await world.connect();
    await put(connection, mapping({ statuses: [...aside([1, 2, 3, 4, 6]), { horoshop: 21, crm: "prepayed" }] }));
    world.shop.removeStatus(21);
    world.shop.addDeliveryType({
      id: 77,
      title: { ua: "Дрон", ru: "Дрон" },
      type: 1,
      enabled: true,
      payment: [],
    } as never);

    const reply = await world.call("POST", at(connection, "/references/refresh"));
    world.shopFront.override = () => htmlAnswer(502, "<html>");
    const failed = failureOf(await world.call("POST", at(connection, "/references/refresh")));
    const kept = await world.call("GET", at(connection, "/references"));

    expect(reply.status).toBe(200);
    expect(reply.body.statuses.horoshop).toContainEqual(expect.objectContaining({ id: 21, missing: true }));
    expect(reply.body.deliveryTypes.horoshop).toContainEqual(expect.objectContaining({ id: 77, title: "Дрон" }));
    expect([failed.status, failed.code]).toEqual([422, "shop_unreachable"]);
    expect(kept.body.statuses.horoshop).toEqual(reply.body.statuses.horoshop);
  });

  test("a missing entry is created in the CRM under the shop's title and mapped", async () => {
    const connection = await world.connect();
    const reply = await world.call("POST", at(connection, "/references"), { kind: "deliveryTypes", horoshop: 8 });
    const again = await world.call("POST", at(connection, "/references"), { kind: "deliveryTypes", horoshop: 8 });
    const payment = await world.call("POST", at(connection, "/references"), { kind: "paymentTypes", horoshop: 14 });

    const pair = reply.body.deliveryTypes.find((one: Json) => one.horoshop === 8);
    expect(reply.status).toBe(201);
    expect(world.crm.state.books.deliveryTypes![pair.crm]).toMatchObject({ name: "Укрпошта", active: true });
    expect(again.body.deliveryTypes).toEqual(reply.body.deliveryTypes);
    expect(world.crm.state.books.paymentTypes![payment.body.paymentTypes[0].crm]!.name).toBe(
      "Рахунок для юридичних осіб",
    );
    expect((await world.call("GET", at(connection, "/mapping"))).body).toEqual(payment.body);
  });

  test.each([
    [{ kind: "statuses", horoshop: 1 }, 400, "malformed"],
    [{ kind: "deliveryTypes" }, 400, "malformed"],
    [{ kind: "deliveryTypes", horoshop: "8" }, 400, "malformed"],
    [{ kind: "deliveryTypes", horoshop: 8, more: 1 }, 400, "malformed"],
    [{ kind: "deliveryTypes", horoshop: 9999 }, 422, "mapping_unknown_element"],
    [{ kind: "deliveryTypes", horoshop: 9e15 }, 422, "mapping_unknown_element"],
    [undefined, 400, "malformed"],
  ])("creating %j is %i %s", async (body, status, code) => {
    const connection = await world.connect();
    expect(failureOf(await world.call("POST", at(connection, "/references"), body))).toMatchObject({ status, code });
  });

  test("creating needs reference_write", async () => {
    const connection = await world.connect({ crm: { apiKey: "key-minimal" } });
    const reply = await world.call("POST", at(connection, "/references"), { kind: "deliveryTypes", horoshop: 8 });
    expect(failureOf(reply)).toEqual({
      status: 422,
      code: "crm_scopes_missing",
      details: { missing: ["reference_write"] },
    });
  });
});

describe("mapping", () => {
  test("is replaced whole; complete opens the gate by itself", async () => {
    const connection = await world.connect();
    const empty = await world.call("GET", at(connection, "/mapping"));
    const first = await put(connection, mapping({ statuses: [{ horoshop: 1, crm: "new" }] }));
    const between = (await world.call("GET", at(connection, ""))).body;
    const second = await put(
      connection,
      mapping({
        statuses: [{ horoshop: 1, crm: "new" }, ...aside([2, 3, 4, 6, 21])],
        deliveryTypes: [
          { horoshop: 4, crm: "nova-poshta" },
          { horoshop: 5, crm: null, ["then" as const]: "send-without" },
          ...aside([7, 8]),
        ],
        paymentStatuses: { paid: "paid", notPaid: "not-paid" },
      }),
    );
    const after = (await world.call("GET", at(connection, ""))).body;

    expect(empty.body).toMatchObject({
      statuses: [],
      deliveryTypes: [],
      paymentTypes: [],
      paymentStatuses: { paid: "paid", notPaid: "not-paid" },
    });
    expect(first.status).toBe(200);
    expect(between).toMatchObject({ state: "setup", stateReason: { code: "mapping_incomplete" } });
    expect(between.stateReason.params.statuses.map((one: Json) => one.id)).toEqual([2, 3, 4, 6, 21]);
    expect(between.stateReason.params.deliveryTypes ?? []).toEqual([]);
    expect(second.body).toMatchObject({
      statuses: [
        { horoshop: 1, crm: "new" },
        ...[2, 3, 4, 6, 21].map((horoshop) => ({ horoshop, crm: null, ["then" as const]: "exclude" })),
      ],
      paymentStatuses: { paid: "paid", notPaid: "not-paid" },
    });
    expect(second.body.deliveryTypes).toContainEqual({ horoshop: 5, crm: null, ["then" as const]: "send-without" });
    expect((await world.call("GET", at(connection, "/mapping"))).body).toEqual(second.body);
    expect(after.state).toBe("active");
  });

  test("what GET shows can be PUT", async () => {
    const connection = await world.connectAndMap();
    const shown = (await world.call("GET", at(connection, "/mapping"))).body;
    expect((await put(connection, shown)).body).toEqual(shown);
  });

  test("a CRM element for two of the shop is a conflict, told with names", async () => {
    const connection = await world.connect();
    const failure = failureOf(
      await put(
        connection,
        mapping({ statuses: [{ horoshop: 1, crm: "new" }, { horoshop: 2, crm: "new" }, ...aside([3, 4, 6, 21])] }),
      ),
    );

    expect(failure).toEqual({
      status: 422,
      code: "mapping_not_one_to_one",
      details: {
        conflicts: [
          {
            kind: "statuses",
            element: { side: "crm", id: "new", name: "Новий" },
            with: [
              { side: "horoshop", id: 1, name: "Нове" },
              { side: "horoshop", id: 2, name: "В роботі" },
            ],
          },
        ],
      },
    });
    expect((await world.call("GET", at(connection, "/mapping"))).body.statuses).toEqual([]);
  });

  test("a shop element twice is a conflict, too; several conflicts are told at once", async () => {
    const connection = await world.connect();
    const { details } = failureOf(
      await put(
        connection,
        mapping({
          deliveryTypes: [
            { horoshop: 4, crm: "nova-poshta" },
            { horoshop: 4, crm: "ukrposhta" },
          ],
          paymentTypes: [
            { horoshop: 9, crm: "cash" },
            { horoshop: 12, crm: "cash" },
            { horoshop: 14, crm: "cash" },
          ],
        }),
      ),
    );

    expect(details.conflicts).toEqual([
      {
        kind: "deliveryTypes",
        element: { side: "horoshop", id: 4, name: "Нова Пошта: відділення" },
        with: [
          { side: "crm", id: "nova-poshta", name: "Нова Пошта (відділення)" },
          { side: "crm", id: "ukrposhta", name: "Укрпошта" },
        ],
      },
      expect.objectContaining({
        kind: "paymentTypes",
        element: expect.objectContaining({ id: "cash" }),
        with: expect.any(Array),
      }),
    ]);
    expect(details.conflicts[1].with).toHaveLength(3);
  });

  test.each([
    ["statuses", { statuses: [{ horoshop: 999, crm: "new" }] }],
    ["statuses", { statuses: [{ horoshop: 1, crm: "nosuch" }] }],
    ["statuses", { statuses: [{ horoshop: 1, crm: "toString" }] }],
    ["paymentStatuses", { paymentStatuses: { paid: "nosuch" } }],
  ])("an element of %s that nobody has is refused", async (kind, changes) => {
    const connection = await world.connect();
    const failure = failureOf(await put(connection, mapping(changes)));
    expect([failure.status, failure.code]).toEqual([422, "mapping_unknown_element"]);
    expect(failure.details.elements).toEqual([expect.objectContaining({ kind })]);
  });

  test.each([
    ["statuses.0.then", { statuses: [{ horoshop: 1, crm: null, ["then" as const]: "send-without" }] }],
    ["deliveryTypes.0.then", { deliveryTypes: [{ horoshop: 4, crm: null, ["then" as const]: "drop" }] }],
    ["statuses.0.horoshop", { statuses: [{ horoshop: "1", crm: "new" }] }],
    ["statuses.0.horoshop", { statuses: [{ horoshop: 1e20, crm: "new" }] }],
    ["statuses.0.crm", { statuses: [{ horoshop: 1 }] }],
    ["statuses.0.crm", { statuses: [{ horoshop: 1, crm: "" }] }],
    ["statuses.0.colour", { statuses: [{ horoshop: 1, crm: "new", colour: 1 }] }],
    ["statuses", { statuses: {} }],
    ["paymentTypes", { paymentTypes: undefined }],
    ["paymentStatuses.paid", { paymentStatuses: { paid: 1 } }],
    ["colours", { colours: [] }],
  ])("%s is malformed", async (field, changes) => {
    const connection = await world.connect();
    const failure = failureOf(await put(connection, mapping(changes)));
    expect([failure.status, failure.code]).toEqual([400, "malformed"]);
    expect(Object.keys(failure.fields)).toContain(field);
  });

  test("several savings at once leave one of them whole", async () => {
    const connection = await world.connect();
    const wishes = ["new", "prepayed", "complete"].map((code) =>
      mapping({ statuses: [{ horoshop: 1, crm: code }, ...aside([2, 3, 4, 6, 21])] }),
    );
    const replies = await Promise.all(wishes.map((wish) => put(connection, wish)));
    const { body } = await world.call("GET", at(connection, "/mapping"));

    expect(replies.map((reply) => reply.status)).toEqual([200, 200, 200]);
    expect(body.statuses).toHaveLength(6);
    expect(["new", "prepayed", "complete"]).toContain(body.statuses[0].crm);
  });

  test("the gate is passed once: a new shop element is a problem from when it is seen, not a stop", {
    timeout: 120_000,
  }, async () => {
    const connection = await world.connectAndMap();
    world.shop.addStatus({ id: 33, title: { ua: "Комплектується", ru: "Комплектуется" }, is_successful: 0 });
    await world.call("POST", at(connection, "/references/refresh"));
    const problems = (await world.call("GET", at(connection, "/problems"))).body.items;

    expect((await world.call("GET", at(connection, ""))).body.state).toBe("active");
    expect(problems).toEqual([
      expect.objectContaining({
        code: "status_unmapped",
        severity: "warning",
        count: 0,
        params: expect.objectContaining({ id: 33, name: "Комплектується" }),
        action: { code: "map" },
        since: expect.stringMatching(/Z$/),
        message: expect.stringContaining("Комплектується"),
      }),
    ]);

    world.shop.placeOrder({ order_id: 710, stat_status: 33 });
    await world.run(connection.id, { kind: "sync" });
    const held = (await world.call("GET", at(connection, "/orders/710"))).body;
    expect(held).toMatchObject({
      state: "held",
      problem: { code: "status_unmapped", params: { id: 33 } },
      crmOrderId: null,
    });
    expect((await world.call("GET", at(connection, "/problems"))).body.items).toMatchObject([
      { code: "status_unmapped", count: 1 },
    ]);

    const present = (await world.call("GET", at(connection, "/mapping"))).body;
    const paired = [...present.statuses, { horoshop: 33, crm: "assembling-complete" }];
    expect((await put(connection, { ...present, statuses: paired })).status).toBe(200);
    await eventually(
      async () => (await world.call("GET", at(connection, "/orders/710"))).body.state === "synced",
      "the order's release by the save itself",
    );
    await eventually(
      async () => (await world.call("GET", at(connection, "/problems"))).body.items.length === 0,
      "the problem to disappear",
    );
    expect(world.crm.order("710")?.status).toBe("assembling-complete");
  });

  test("setting aside: exclude keeps orders out, send-without sends them without it", {
    timeout: 120_000,
  }, async () => {
    const connection = await world.connectAndMap();
    const present = (await world.call("GET", at(connection, "/mapping"))).body;
    const without = (list: Json[], id: number) => list.filter((one) => one.horoshop !== id);
    await put(connection, {
      ...present,
      deliveryTypes: [
        ...without(present.deliveryTypes, 4),
        { horoshop: 4, crm: null, ["then" as const]: "send-without" },
      ],
      paymentTypes: [...without(present.paymentTypes, 14), { horoshop: 14, crm: null }],
    });
    world.shop.placeOrder({ order_id: 721, delivery_type: 4, payment_type: 9 });
    world.shop.placeOrder({ order_id: 722, delivery_type: 7, payment_type: 14 });
    await world.run(connection.id, { kind: "sync" });

    expect((await world.call("GET", at(connection, "/orders/721"))).body.state).toBe("synced");
    expect((world.crm.order("721")!.delivery as Json).code).toBeUndefined();
    expect((await world.call("GET", at(connection, "/orders/722"))).body).toMatchObject({
      state: "excluded",
      reason: expect.any(String),
      problem: null,
    });
    expect(world.crm.order("722")).toBeUndefined();
  });
});
