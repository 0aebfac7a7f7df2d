import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { adminToken, startWorld } from "../api/world.ts";
import { type Child, startChild } from "../child.ts";
import { describeServer } from "../databases.ts";

const rounds = 3;
const perRound = 12;

async function looked(child: Child, times: number): Promise<void> {
  for (let wait = 0; child.lines.filter((line) => /^(looked|failed)/.test(line)).length < times; wait += 1) {
    if (wait > 1200) throw new Error(`the look does not end: ${child.lines.join(" | ")}`);
    await delay(50);
  }
}

describeServer("two processes", (stores) => {
  test("two workers take the same new orders together: one order each, and one customer for each buyer (F17)", {
    timeout: 180_000,
  }, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "two-"));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    const shared = { DATABASE_URL: stores.url()!, QUICK_INTERVAL: "0", SYNC_INTERVAL: "3h", ARCHIVE_INTERVAL: "3h" };
    const world = await startWorld({ env: { ...shared, ROLE: "web" } });
    onTestFinished(() => world.stop());
    const environment = {
      ...shared,
      ROLE: "worker",
      PORT: "0",
      DATA_DIR: dataDir,
      ALLOW_LOCAL_TARGETS: "true",
      ADMIN_TOKEN: adminToken,
      SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
    };
    const { id } = await world.connectAndMap();
    const children = [1, 2].map(() => startChild("take-orders", JSON.stringify(environment)));
    for (const child of children) await child.line("ready", 60_000);

    for (let round = 1; round <= rounds; round += 1) {
      for (let place = 0; place < perRound; place += 1)
        world.shop.placeOrder({
          order_id: 100_000 + round * 100 + place,
          delivery_type: 8,
          payment_type: 9,
          delivery_phone: `+38067${2_000_000 + round * 100 + (place % 4)}`,
          delivery_email: "",
        });
      for (const child of children) child.write(`${id}\n`);
      for (const child of children) await looked(child, round);
    }

    expect(children.flatMap((child) => child.lines).filter((line) => line.startsWith("failed"))).toEqual([]);
    const orders = [...world.crm.state.orders.values()].filter((order) => Number(order.externalId) >= 100_000);
    expect(orders).toHaveLength(rounds * perRound);
    expect(new Set(orders.map((order) => order.customerId)).size).toBe(rounds * 4);
    expect(sentOrders(world.crmFront.calls)).toEqual(orders.map((order) => order.externalId).sort());
  });
});

/** External ids of all orders that were sent to be made, each time they were. */
function sentOrders(calls: { url: string; body: string }[]): string[] {
  return calls
    .flatMap(({ url, body }) => {
      const form = new URLSearchParams(body);
      if (url.includes("orders/upload")) return JSON.parse(form.get("orders")!) as { externalId: string }[];
      return url.includes("orders/create") ? [JSON.parse(form.get("order")!) as { externalId: string }] : [];
    })
    .map((order) => order.externalId)
    .sort();
}
