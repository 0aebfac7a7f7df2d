/** What orders cost: requests of a round in which nothing is new, and the time an archive takes under the CRM's limit. */
import { startSandboxes } from "../sandbox/start.ts";
import { startService, until } from "./service.ts";

const archiveOrders = 10_000;
const archiveMaxSeconds = 240;
const roundCrmMax = 3;
const startsPerSecondMax = 10;

/** An account with its rate limit on takes the orders of years; each must be there exactly once. */
export async function benchArchive(): Promise<boolean> {
  const sandboxes = await startSandboxes({ shop: { seed: "demo", orders: archiveOrders } });
  const service = await startService({ SYNC_INTERVAL: "10m", ARCHIVE_INTERVAL: "30m", QUICK_INTERVAL: "0" });
  try {
    const id = await service.connect(sandboxes, { archive: { auto: false } });
    await service.map(id);
    const startedAt = Date.now();
    const { body: run } = await service.ask("POST", `/connections/${id}/runs`, { kind: "archive" });
    const ended = await until("the archive", 20 * 60_000, async () => {
      const { body } = await service.ask("GET", `/runs/${run.id}`);
      return ["queued", "running"].includes(String(body.state)) ? undefined : body;
    });
    const seconds = (Date.now() - startedAt) / 1000;
    const inCrm = new Set([...sandboxes.crm.state.orders.values()].map((order) => order.externalId)).size;
    const most = mostStartsInASecond(sandboxes.crm.requests.map((request) => Number(request.at)));
    const counts = ended.counts as Record<string, number>;
    print(
      "archive of orders",
      `${archiveOrders} orders, ${counts.created} created, ${counts.failed} failed, ${inCrm} different ones in the CRM`,
    );
    print(
      "time for it",
      `${seconds.toFixed(1)} s (limit ${archiveMaxSeconds} s), ${Math.round(archiveOrders / seconds)} orders/s`,
    );
    print(
      "requests to the CRM",
      `${sandboxes.crm.requests.length}, at most ${most} in a second (limit ${startsPerSecondMax})`,
    );
    return seconds <= archiveMaxSeconds && inCrm === archiveOrders && most <= startsPerSecondMax;
  } finally {
    await service.stop();
    await sandboxes.close();
  }
}

/** The regular round of a shop where nothing happened. */
export async function benchRound(): Promise<boolean> {
  const sandboxes = await startSandboxes({ shop: { seed: "demo", orders: 1000 } });
  const service = await startService({ SYNC_INTERVAL: "10m", ARCHIVE_INTERVAL: "30m", QUICK_INTERVAL: "0" });
  try {
    const id = await service.connect(sandboxes, { archive: { auto: false } });
    await service.map(id);
    for (const kind of ["archive", "sync", "sync"]) await runToEnd(service, id, kind);
    sandboxes.crm.requests.length = 0;
    sandboxes.shop.requests.length = 0;
    const run = await runToEnd(service, id, "sync");
    const open = (run.counts as Record<string, number>).read ?? 0;
    const shopMax = 4 + Math.ceil(open / 100);
    const [crm, shop] = [sandboxes.crm.requests.length, sandboxes.shop.requests.length];
    print(
      "round with nothing new",
      `${crm} requests to the CRM (limit ${roundCrmMax}), ${shop} to the shop (limit ${shopMax}: 4 + 1 per 100 of ${open} open orders)`,
    );
    return crm <= roundCrmMax && shop <= shopMax;
  } finally {
    await service.stop();
    await sandboxes.close();
  }
}

async function runToEnd(
  service: Awaited<ReturnType<typeof startService>>,
  id: string,
  kind: string,
): Promise<Record<string, unknown>> {
  const { body: run } = await service.ask("POST", `/connections/${id}/runs`, { kind });
  return until(`the run ${kind}`, 600_000, async () => {
    const { body } = await service.ask("GET", `/runs/${run.id}`);
    return ["queued", "running"].includes(String(body.state)) ? undefined : body;
  });
}

function mostStartsInASecond(times: number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  let most = 0;
  for (let first = 0, last = 0; last < sorted.length; last += 1) {
    while (sorted[last]! - sorted[first]! >= 1000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

function print(what: string, figures: string): void {
  console.log(`${what.padEnd(26)} ${figures}`);
}
