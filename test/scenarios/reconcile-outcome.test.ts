import { expect, test } from "vitest";
import { makeWorld } from "../world.ts";

test("the report says of each listed order where it stands after the mending: in step, or whose turn it is", async () => {
  const world = await makeWorld();
  await world.connect();
  for (const id of [101, 102]) world.placeOrder(id);
  await world.look();
  const { state } = world.crm;
  const entries = state.orderHistory.length;
  world.crm.asManager.deleteOrder("102");
  state.orderHistory.length = entries;
  world.crm.asManager.editOrder("101", { discountManualAmount: 20 });

  const started = await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "reconcile" });
  await world.work();
  const run = (await world.api("GET", `/api/v1/runs/${started.body.id}`)).body;

  expect(run.preview).toMatchObject({ missing: ["102"], differing: [{ shopOrderId: "101", field: "total" }] });
  expect(run.preview.outcome).toHaveLength(2);
  expect(run.preview.outcome).toEqual(
    expect.arrayContaining([
      { shopOrderId: "102", state: "synced", problem: null, differs: [], nextAttemptAt: null },
      { shopOrderId: "101", state: "synced", problem: null, differs: ["items"], nextAttemptAt: null },
    ]),
  );
});
