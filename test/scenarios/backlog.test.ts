import { expect, test } from "vitest";
import { makeWorld, type World } from "../world.ts";

const dayMs = 86_400_000;
const away = 300;
const newOne = 9001;

/** Nine orders known, then a year's absence in which `away` come and three of the known ones change in the CRM. */
async function afterAYear(): Promise<World> {
  const world = await makeWorld();
  await world.connect();
  for (let id = 101; id <= 109; id += 1) world.placeOrder(id, { delivery_phone: `+38067${1_000_000 + id}` });
  await world.look();
  await world.api("PATCH", `/api/v1/connections/${world.id}`, { state: "paused" });
  const step = (365 * dayMs) / away;
  for (let number = 0; number < away; number += 1) {
    world.clock.turn(step);
    world.placeOrder(1001 + number, {
      delivery_phone: `+38050${1_000_000 + number}`,
      delivery_email: `buyer${number}@example.com`,
    });
  }
  for (const id of ["101", "102", "103"]) world.crm.asManager.setStatus(id, "delivering");
  return world;
}

/** Both sides take their time; at request number `after` somebody orders. Returns how long the CRM waits for it. */
function orderMeanwhile(world: World, after: number): { waitedMs: () => number } {
  let requests = 0;
  let placedAt = 0;
  let arrivedAt = 0;
  world.network.watch = (host) => {
    requests += 1;
    world.clock.turn(host === "shop.example" ? 1500 : 200);
    if (requests === after) {
      world.placeOrder(newOne, { delivery_phone: "+380931112233", delivery_email: "" });
      placedAt = world.clock.now().getTime();
    }
    if (arrivedAt === 0 && placedAt > 0 && world.crm.order(String(newOne))) arrivedAt = world.clock.now().getTime();
  };
  return { waitedMs: () => (arrivedAt || Number.POSITIVE_INFINITY) - placedAt };
}

test.each([20, 150, 500])(
  "after a year's absence an order placed at request %i waits less than a minute",
  {
    timeout: 120_000,
  },
  async (after) => {
    const world = await afterAYear();
    const meanwhile = orderMeanwhile(world, after);

    await world.api("PATCH", `/api/v1/connections/${world.id}`, { state: "active" });
    await world.turn(1000);
    await world.sync();

    expect(meanwhile.waitedMs()).toBeLessThan(60_000);
    expect(world.crm.state.orders.size).toBe(9 + away + 1);
    expect([101, 102, 103].map((id) => world.shop.order(id)!.stat_status)).toEqual([6, 6, 6]);
    expect(await world.problems()).toEqual([]);
  },
);

test("a backlog that breaks off is taken up again, and an order is never sent twice", {
  timeout: 120_000,
}, async () => {
  const world = await afterAYear();
  let requests = 0;
  world.network.watch = () => {
    requests += 1;
    if (requests === 200) world.network.down.add("demo.retailcrm.pro");
  };

  await world.api("PATCH", `/api/v1/connections/${world.id}`, { state: "active" });
  await world.turn(1000);
  const halfway = world.crm.state.orders.size;
  world.network.down.clear();
  await world.turn(3_700_000);
  await world.sync();

  expect(halfway).toBeLessThan(away);
  expect(world.crm.state.orders.size).toBe(9 + away);
});

test("a round that works a backlog can be stopped, and the next one goes on", { timeout: 120_000 }, async () => {
  const world = await afterAYear();
  const runs = `/api/v1/connections/${world.id}/runs`;
  let requests = 0;
  world.network.watch = async () => {
    requests += 1;
    world.clock.turn(500);
    if (requests !== 150) return;
    const [run] = (await world.api("GET", `${runs}?kind=sync&state=running`)).body.items;
    await world.api("POST", `/api/v1/runs/${run.id}/cancel`);
  };

  await world.api("PATCH", `/api/v1/connections/${world.id}`, { state: "active" });
  await world.turn(1000);
  const stopped = (await world.api("GET", `${runs}?kind=sync&state=cancelled`)).body.items;
  const halfway = world.crm.state.orders.size;
  await world.sync();

  expect(stopped).toHaveLength(1);
  expect(halfway).toBeLessThan(9 + away);
  expect(world.crm.state.orders.size).toBe(9 + away);
});
