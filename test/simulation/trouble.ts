/** What goes wrong: answers, connections, hints, and the process itself. */
import type { FaultKind as ShopFault } from "../../sandbox/horoshop/faults.ts";
import type { FaultKind as CrmFault } from "../../sandbox/retailcrm/faults.ts";
import type { Life } from "./fields.ts";

const shopFaults: ShopFault[] = ["502-html", "524", "html-200", "cut-json", "lost-before", "lost-after", "exception"];
const crmFaults: CrmFault[] = ["503", "429", "500", "500-html", "html-200", "cut-json", "lost-before", "lost-after"];

const crmWrites = ["/api", "/api", "/orders/(create|upload)", "/edit", "/payments/"];

/** Trouble that waits for one of the next calls. */
export function makeTrouble({ world, chance }: Life): string {
  const after = chance.below(6);
  const times = 1 + chance.below(3);
  const atWrites = !chance.oneIn(3);
  // The worst is a write that happened and whose answer was lost.
  if (chance.oneIn(2)) {
    const isLost = atWrites && chance.oneIn(2);
    const kind = isLost ? chance.pick<ShopFault>(["lost-after", "cut-json"]) : chance.pick(shopFaults);
    const match = atWrites ? "orders/update" : "orders/*";
    world.shop.faults.add({ kind, after: atWrites ? 0 : after, times, done: chance.oneIn(2), match });
    return `trouble: shop ${kind} ×${times}${atWrites ? " at writes" : ` after ${after}`}`;
  }
  const isLost = atWrites && chance.oneIn(2);
  const kind = isLost ? chance.pick<CrmFault>(["lost-after", "cut-json"]) : chance.pick(crmFaults);
  if (!atWrites) {
    world.crm.addFault({ kind, after, times, match: {} });
    return `trouble: crm ${kind} ×${times} after ${after}`;
  }
  const path = chance.pick(crmWrites);
  world.crm.addFault({ kind, times, match: { method: "POST", path } });
  return `trouble: crm ${kind} ×${times} at ${path}`;
}

/** The shop's hints arrive, some of them twice, or they are lost. */
export async function deliverHints({ world, chance }: Life): Promise<string> {
  const { state } = world.shop;
  const count = state.hookQueue.length;
  if (count === 0) return "";
  if (chance.oneIn(3)) {
    state.hookQueue = [];
    return `${count} hints are lost`;
  }
  const isTwice = chance.oneIn(3);
  if (isTwice) state.hookQueue.push(...state.hookQueue.map((hook) => ({ ...hook })));
  await world.deliverHooks();
  await world.work();
  return `${count} hints arrive${isTwice ? " twice" : ""}`;
}

const minuteMs = 60_000;

/** Time passes, and the service works: a quick look, a whole round, or until it is killed. */
export async function passTime(life: Life): Promise<string> {
  const { world, chance } = life;
  const ms = chance.pick([70_000, 70_000, 12 * minuteMs]);
  if (chance.oneIn(3)) {
    world.clock.turn(ms);
    const after = chance.below(10);
    const died = await world.workAndDie(after, chance.oneIn(2));
    return `${ms / 1000} s later: ${died ? `killed at request ${after + 1}` : "worked"}`;
  }
  if (chance.oneIn(4)) {
    world.clock.turn(ms);
    await world.workTogether();
    return `${ms / 1000} s later: worked, all lanes at once`;
  }
  await world.turn(ms);
  return `${ms / 1000} s later: worked`;
}
