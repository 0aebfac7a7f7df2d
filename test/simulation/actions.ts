/** One thing that somebody does somewhere, drawn by chance, and noted for the check afterwards. */
import { fullMapping } from "../world.ts";
import { agree, snapshotOf } from "./check.ts";
import { crmActs, keepHouse, takeAway } from "./crm-people.ts";
import { type FieldName, fieldNames, type Life, type Side } from "./fields.ts";
import { loadLinks } from "./places.ts";
import { deleteInShop, placeOrder, shopActs } from "./shop-people.ts";

const ordersMax = 4;

export async function act(life: Life): Promise<string> {
  const { world, chance } = life;
  const here = life.placed.filter((id) => world.shop.order(id) !== undefined);
  if (here.length === 0 || (life.placed.length < ordersMax && chance.oneIn(4))) {
    const words = placeOrder(life);
    life.last = { id: life.placed.at(-1)!, side: "shop", field: "status" };
    return words;
  }
  const { last } = life;
  const isSame = last !== undefined && here.includes(last.id) && chance.oneIn(2);
  const id = isSame ? last.id : chance.pick(here);
  const name = String(id);
  const isThere = world.crm.order(name) !== undefined;
  if (chance.oneIn(10)) return noting(life, () => keepHouse(life, isThere ? name : undefined));
  if (chance.oneIn(40)) return noting(life, () => deleteInShop(life, id));
  if (isThere && chance.oneIn(30)) return takeAwayKnown(life, id);
  if (isThere && chance.oneIn(10)) return noting(life, () => moveAlike(life, id));
  if (isThere && chance.oneIn(8)) return disagree(life, id);
  if (chance.oneIn(20) && !life.gone.has(id)) return askAgain(life, id);
  const side: Side = isThere && chance.oneIn(2) ? "crm" : "shop";
  const field = isSame && chance.oneIn(2) ? last.field : chance.pick(fieldsByHabit);
  const words = noting(life, () => (side === "shop" ? shopActs[field](life, id) : crmActs[field](life, name)));
  if (words !== "") life.last = { id, side, field };
  return words === "" ? "" : `${side} ${id}: ${words}`;
}

const fieldsByHabit: FieldName[] = [...fieldNames, "status", "status", "status", "paid"];

/** Whatever it changes on either side of any order was moved by people. */
function noting(life: Life, work: () => string): string {
  const before = snapshotOf(life);
  const words = work();
  for (const [id, now] of snapshotOf(life)) {
    for (const side of ["shop", "crm"] as const) {
      const held = now[side];
      for (const field of held ? fieldNames : []) {
        if (before.get(id)?.[side]?.[field] === held![field]) continue;
        const ofOrder = life.moves.get(id) ?? new Map();
        life.moves.set(id, ofOrder.set(field, { ...ofOrder.get(field), [side]: held![field] }));
        if (life.conflicts.get(id)?.field === field) life.conflicts.delete(id);
      }
    }
  }
  return words;
}

/** Of an order whose create was never answered nobody could tell that it is gone; only of a linked one. */
async function takeAwayKnown(life: Life, id: number): Promise<string> {
  const link = (await loadLinks(life.world)).get(id);
  if (link?.crm_order_id == null) return "";
  return noting(life, () => takeAway(life, String(id)));
}

/** Somebody presses the button on the order's page of ours. */
async function askAgain({ world }: Life, id: number): Promise<string> {
  const { status } = await world.api("POST", `/api/v1/connections/${world.id}/orders/${id}/retry`);
  return `ours ${id}: try again (${status})`;
}

/** A clerk and a manager come to the same status, each on his own side. */
function moveAlike({ world, chance }: Life, id: number): string {
  const { horoshop, crm } = chance.pick(fullMapping.statuses.filter((pair) => pair.horoshop !== 4));
  if (world.shop.order(id)!.stat_status !== horoshop) world.shop.setStatus(id, horoshop);
  if (world.crm.order(String(id))!.status !== crm) world.crm.asManager.setStatus(String(id), crm);
  return `both ${id}: status ${horoshop}`;
}

/** Coming from full agreement both sides move the status at the same moment, each elsewhere: the settings decide. */
async function disagree(life: Life, id: number): Promise<string> {
  const { world, chance, settings } = life;
  const sides = snapshotOf(life).get(id)!;
  const link = (await loadLinks(world)).get(id);
  const known = link?.agreement.status;
  const isCalm =
    link?.state === "synced" && known?.crm === sides.crm!.status && String(known.shop) === sides.shop.status;
  if (!isCalm || !agree("status", sides) || sides.shop.status === "4") return "";
  const free = fullMapping.statuses.filter((pair) => pair.horoshop !== 4 && pair.crm !== sides.crm!.status);
  const inShop = chance.pick(free);
  const inCrm = chance.pick(free.filter((pair) => pair !== inShop));
  noting(life, () => {
    world.shop.setStatus(id, inShop.horoshop);
    world.crm.asManager.setStatus(String(id), inCrm.crm);
    return "";
  });
  const winner = settings.statusConflict;
  life.conflicts.set(id, { field: "status", winner, value: winner === "crm" ? inCrm.crm : String(inShop.horoshop) });
  return `both ${id}: status ${inShop.horoshop} in the shop, ${inCrm.crm} in the CRM`;
}
