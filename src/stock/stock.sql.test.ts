import { expect, test } from "vitest";
import { addConnection } from "../../test/connection-row.ts";
import { describeStores } from "../../test/databases.ts";
import { recordFigures, serveHeldFigures, settleFigures } from "../catalog/catalog-figures.sql.ts";
import type { ConnectionContext } from "../context.ts";
import { forgetFigures, loadAgreedFigures, loadCatalogFigures, saveFigures } from "./stock.sql.ts";

const now = new Date("2026-03-10T08:00:00Z");

describeStores("figures of stock", (stores) => {
  async function connection(id: string): Promise<ConnectionContext> {
    const { db } = stores.store();
    await addConnection(db, id);
    return { db, now: () => now, connection: { id } } as unknown as ConnectionContext;
  }

  async function makeFile(ctx: ConnectionContext, quantities: Record<string, string>): Promise<void> {
    const recorder = await recordFigures(ctx);
    for (const [id, quantity] of Object.entries(quantities)) await recorder.add([{ id, quantity, active: true }]);
    await recorder.finish();
  }

  test("what was agreed is kept per side, replaced and forgotten, and is nobody else's", async () => {
    const ctx = await connection("a");
    const other = await connection("b");
    const many = Array.from({ length: 2500 }, (_, number) => ({ article: `A-${number}`, figure: number }));

    await saveFigures(ctx, "crm", "warehouse office", many);
    await saveFigures(ctx, "crm", "presence", [{ article: "A-7", figure: 99_999_999_000 }], true);
    await saveFigures(ctx, "shop", "main", [{ article: "A-1", figure: 5 }]);
    await forgetFigures(ctx, "crm", ["A-1", "A-2"]);

    const kept = await loadAgreedFigures(ctx, "crm");
    expect(kept.size).toBe(2498);
    expect(kept.get("A-7")).toEqual({ figure: 99_999_999_000, target: "presence", refusedAt: now });
    expect(kept.get("A-2499")).toEqual({ figure: 2499, target: "warehouse office", refusedAt: null });
    expect([...(await loadAgreedFigures(ctx, "shop"))]).toHaveLength(1);
    expect((await loadAgreedFigures(other, "crm")).size).toBe(0);
  });

  test("the served catalogue and the one before it are known; one that is made or held is not, until it is served", async () => {
    const ctx = await connection("a");
    const known = async () => Object.fromEntries(await loadCatalogFigures(ctx));
    const many = Object.fromEntries(Array.from({ length: 12_000 }, (_, number) => [`B-${number}`, "1"]));

    await makeFile(ctx, { A: "1" });
    expect(await known()).toEqual({});
    await settleFigures(ctx, "publish");
    await makeFile(ctx, { A: "2.5" });
    await settleFigures(ctx, "publish");
    await makeFile(ctx, { A: "3" });
    await settleFigures(ctx, "hold");
    expect((await known()).A!.sort()).toEqual([1000, 2500]);
    await serveHeldFigures(ctx);
    expect((await known()).A!.sort()).toEqual([2500, 3000]);
    await makeFile(ctx, { A: "3" });
    await settleFigures(ctx, "keep");
    expect((await known()).A!.sort()).toEqual([2500, 3000]);
    await makeFile(ctx, { A: "9" });
    await settleFigures(ctx, "refuse");
    expect((await known()).A!.sort()).toEqual([2500, 3000]);
    await makeFile(ctx, many);
    await settleFigures(ctx, "publish");
    expect(Object.keys(await known())).toHaveLength(12_001);
  });
});
