import type { Run } from "../log/run.ts";

/** Orders named in a note; its count is of all. */
const namedMax = 200;

/** Adds orders to the note of this code: what a run passed over. */
export function addNote(run: Pick<Run, "notes">, code: string, orderIds: number[]): void {
  let note = run.notes.find((one) => one.code === code);
  if (!note) {
    note = { code, params: { count: 0, orders: [] } };
    run.notes.push(note);
  }
  const orders = note.params.orders as string[];
  note.params = {
    count: (note.params.count as number) + orderIds.length,
    orders: [...orders, ...orderIds.map(String)].slice(0, namedMax),
  };
}
