import { expect } from "vitest";
import { simulate } from "./simulate.ts";

const seedsMax = Number(process.env.SEEDS ?? 200);

/** Runs the odd or the even seeds, or the one that was asked for; the first finding ends it and tells its story. */
export async function liveThrough(which: "odd" | "even"): Promise<void> {
  const single = process.env.SEED === undefined ? undefined : Number(process.env.SEED);
  const isMine = (seed: number) => (seed % 2 === 1) === (which === "odd") && (single ?? seed) === seed;
  for (let seed = 1; seed <= Math.max(seedsMax, single ?? 0); seed += 1) {
    if (!isMine(seed)) continue;
    const { findings, story } = await simulate(seed);
    expect(findings, `seed ${seed}\n${story.join("\n")}`).toEqual([]);
  }
}
