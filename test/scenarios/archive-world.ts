import { expect } from "vitest";
import { makeWorld, type World } from "../world.ts";

export const dayMs = 86_400_000;

/** Orders 101, 102, … from before the connection, a day apart unless told, each of its own buyer. */
export async function withArchive(
  count: number,
  settings: Record<string, unknown> = {},
  options: { apartMs?: number; environment?: Record<string, string> } = {},
): Promise<World> {
  const { apartMs = dayMs, environment } = options;
  const world = await makeWorld(environment ? { environment } : {});
  for (let place = 0; place < count; place += 1)
    world.placeOrder(101 + place, {
      createdAt: world.clock.now().getTime() - (count - place) * apartMs,
      delivery_phone: `+38067${1_000_000 + place}`,
      delivery_email: "",
    });
  await world.connect({ settings: { archive: { auto: false }, ...settings } });
  return world;
}

export async function startArchive(world: World, wish: Record<string, unknown> = {}): Promise<string> {
  const answer = await world.api("POST", `/api/v1/connections/${world.id}/runs`, { kind: "archive", ...wish });
  expect(answer.status).toBe(202);
  return answer.body.id;
}

export const showRun = async (world: World, id: string) => (await world.api("GET", `/api/v1/runs/${id}`)).body;

export const pause = (world: World, id: string) => world.api("POST", `/api/v1/runs/${id}/pause`);
export const resume = (world: World, id: string) => world.api("POST", `/api/v1/runs/${id}/resume`);

/** Calls `then` when the given batch of orders is about to reach the CRM. */
export function atBatch(world: World, batch: number, then: () => unknown): void {
  let batches = 0;
  world.network.watch = async (_, path) => {
    if (!path.endsWith("orders/upload")) return;
    batches += 1;
    if (batches === batch) await then();
  };
}
