/** A seed's life: people and trouble, then rest, then everything is looked at. */
import { makeWorld, type World } from "../world.ts";
import { numbersFrom } from "../world-network.ts";
import { act } from "./actions.ts";
import { findUndone, type Snapshot, snapshotOf } from "./check.ts";
import { chanceOf, type Life } from "./fields.ts";
import { findPassedBy } from "./places.ts";
import { findDoubles, findRepeated, findStates, findUnrest } from "./settled.ts";
import { placeOrder } from "./shop-people.ts";
import { deliverHints, makeTrouble, passTime } from "./trouble.ts";

const roundsMax = 2;

let connected: Promise<World> | undefined;

async function connect(): Promise<World> {
  const world = await makeWorld({ environment: { CATALOG_INTERVAL: "500h" } });
  await world.connect();
  return world;
}

/** The same seed is the same story, whatever ran before it. */
export async function simulate(seed: number): Promise<{ findings: string[]; story: string[] }> {
  connected ??= connect();
  const life = await beginLife(await connected, seed);
  let before: Snapshot = new Map();
  for (let round = 0; round < roundsMax; round += 1) {
    const findings = await trouble(life);
    if (findings.length === 0) {
      await calm(life);
      findings.push(...(await check(life, before)));
    }
    if (findings.length > 0) return { findings, story: life.story };
    life.story.push("— all in step —");
    before = snapshotOf(life);
    life.moves.clear();
    life.conflicts.clear();
  }
  return { findings: [...(await findUnrest(life)), ...life.world.errors], story: life.story };
}

async function beginLife(world: World, seed: number): Promise<Life> {
  const chance = chanceOf(numbersFrom(seed * 7919));
  const settings = {
    sendPaid: chance.oneIn(2),
    guardFinalStatus: chance.oneIn(2),
    statusConflict: chance.pick(["crm", "crm", "shop"] as const),
    archive: { auto: chance.oneIn(2) },
  };
  await world.renew(seed, settings);
  const life: Life = {
    ...{ world, chance, settings },
    ...{ moves: new Map(), conflicts: new Map(), last: undefined },
    ...{ placed: [], old: new Set(), gone: new Map(), strangers: new Map() },
    story: [`settings ${JSON.stringify(settings)}`],
  };
  for (let count = chance.below(3); count > 1; count -= 1) life.story.push(placeOrder(life, 1 + chance.below(20)));
  return life;
}

/** Steps of people, looks of the service, faults, hints and deaths between them. */
async function trouble(life: Life): Promise<string[]> {
  const { chance, story } = life;
  const tell = (words: string) => void (words !== "" && story.push(words));
  const steps = 8 + chance.below(5);
  for (let step = 0; step < steps; step += 1) {
    tell(await act(life));
    if (chance.oneIn(3)) tell(makeTrouble(life));
    if (chance.oneIn(3)) tell(await deliverHints(life));
    if (!chance.oneIn(2)) continue;
    tell(await passTime(life));
    const passed = await findPassedBy(life);
    if (passed.length > 0) return passed;
  }
  return [];
}

/** The trouble is over; growing pauses of at most an hour run out. */
async function calm({ world }: Life): Promise<void> {
  world.shop.faults.clear();
  world.crm.faults.length = 0;
  await world.sync();
  await world.turn(3_700_000);
}

async function check(life: Life, before: Snapshot): Promise<string[]> {
  const { world } = life;
  const pages = new Map<number, Record<string, unknown>>();
  for (const id of life.placed) pages.set(id, await world.order(id));
  return [
    ...findUndone(life, before, pages),
    ...findStates(life, pages),
    ...findDoubles(life),
    ...findRepeated(life),
    ...(await findPassedBy(life)),
    ...world.errors,
  ];
}
