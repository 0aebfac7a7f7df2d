import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { samplePages, sampleProducts } from "../../bench/sample-products.ts";
import { describeStores } from "../../test/databases.ts";
import type { Store } from "../db/open.ts";
import { cancelRun } from "../log/ask-runs.sql.ts";
import { listProblems } from "../log/problems.sql.ts";
import { noCounts } from "../log/run.ts";
import { nextRun, queueRun, startRun } from "../log/runs.sql.ts";
import { catalogView, confirmHeld, servedFile } from "./catalog.flow.ts";
import { catalogFolder, spoolFolder } from "./catalog-files.flow.ts";
import { loadCodes } from "./catalogs.sql.ts";
import { publishCatalog } from "./publish-catalog.flow.ts";
import { openTestConnection, type TestConnection } from "./test-connection.ts";

const hourMs = 3_600_000;
let world: TestConnection;

async function open(store: Store, kind = store.kind): Promise<void> {
  world = await openTestConnection(store, kind);
  world.shop.pages = samplePages;
  fill(100);
}

function fill(count: number, from = 0): void {
  world.shop.products = Array.from({ length: count }, (_, place) => ({
    ...sampleProducts(from + place)[0],
    display_in_showcase: 1,
  }));
}

async function servedXml(): Promise<string> {
  const served = await servedFile(world.ctx, "c1");
  const { file } = await served!.open(false);
  const xml = await file.readFile("utf8");
  await file.close();
  return xml;
}

const folder = () => ({ dataDir: world.ctx.config.dataDir, connectionId: "c1" });
const view = () => catalogView(world.ctx, world.ctx.connection);
const problems = async () => (await listProblems(world.ctx, "c1")).map((problem) => problem.code);
const later = (ms: number) => {
  world.clock.now = new Date(world.clock.now.getTime() + ms);
};

describeStores("publishing the catalogue", (stores) => {
  beforeEach(() => open(stores.store()));
  afterEach(() => world.close());

  test("the first catalogue is published, its address written into the CRM, and the CRM asked to load it", async () => {
    expect(await view()).toMatchObject({
      state: "none",
      generatedAt: null,
      url: "https://connector.example/catalog/s3cret.xml",
    });

    const outcome = await publishCatalog(world.ctx);

    expect(outcome).toMatchObject({ state: "succeeded", counts: { ...noCounts(), read: 100, updated: 100 } });
    expect(await view()).toMatchObject({
      state: "fresh",
      generatedAt: "2025-03-14T09:30:00.000Z",
      offers: 100,
      products: 100,
      excluded: {},
      held: null,
      lastFetchedAt: null,
    });
    expect((await view()).bytes).toBe(Buffer.byteLength(await servedXml()));
    expect(world.crmCalls).toEqual(["sites", "save main", "load"]);
    expect(world.site).toMatchObject({ ymlUrl: "https://connector.example/catalog/s3cret.xml", loadFromYml: true });
  });

  test("F85 unchanged content keeps the file and its tag; the catalogue is fresh again and the CRM left in peace", async () => {
    await publishCatalog(world.ctx);
    const before = { xml: await servedXml(), etag: (await servedFile(world.ctx, "c1"))!.record.etag };
    later(7 * hourMs);
    expect((await view()).state).toBe("stale");
    world.crmCalls.length = 0;

    const outcome = await publishCatalog(world.ctx);

    expect(outcome.counts).toMatchObject({ unchanged: 100, updated: 0 });
    expect({ xml: await servedXml(), etag: (await servedFile(world.ctx, "c1"))!.record.etag }).toEqual(before);
    expect(await view()).toMatchObject({ state: "fresh", generatedAt: "2025-03-14T16:30:00.000Z" });
    expect(world.crmCalls).toEqual(["sites"]);
  });

  test("changed offers are published and the CRM is asked to load them", async () => {
    await publishCatalog(world.ctx);
    world.crmCalls.length = 0;
    fill(101);
    later(hourMs);

    await publishCatalog(world.ctx);

    expect(await servedXml()).toContain('<offer id="A-100"');
    expect(world.crmCalls).toEqual(["sites", "load"]);
  });

  test("F90 reading that stops half-way leaves the served file, and after two intervals that is a problem", async () => {
    await publishCatalog(world.ctx);
    const before = await servedXml();
    fill(1600);
    world.shop.beforePage = (offset) => {
      if (offset === 500) throw new Error("502");
    };

    await expect(publishCatalog(world.ctx)).rejects.toThrow("502");
    expect(await problems()).toEqual([]);
    later(7 * hourMs);
    await expect(publishCatalog(world.ctx)).rejects.toThrow("502");

    expect(await servedXml()).toBe(before);
    expect(await view()).toMatchObject({ state: "stale", offers: 100 });
    expect(await problems()).toEqual(["catalog_stale"]);

    world.shop.beforePage = () => {};
    await publishCatalog(world.ctx);

    expect((await view()).offers).toBe(1600);
    expect(await problems()).toEqual([]);
  });

  test("F90 a catalogue that shrank is held, the old one served, until a person confirms it", async () => {
    await publishCatalog(world.ctx);
    const before = await servedXml();
    world.crmCalls.length = 0;
    fill(60);
    later(hourMs);

    const outcome = await publishCatalog(world.ctx);

    expect(outcome).toMatchObject({ state: "partial", counts: { held: 60 } });
    expect(await servedXml()).toBe(before);
    expect(await view()).toMatchObject({
      state: "held",
      offers: 100,
      held: {
        offers: 60,
        reason: "catalog_shrunk",
        params: { before: 100, after: 60, vanished: 40, limitPercent: 30 },
      },
    });
    expect(await problems()).toEqual(["catalog_shrunk"]);
    expect(world.crmCalls).toEqual([]);

    expect(await confirmHeld(world.ctx)).toBe(true);

    expect(await view()).toMatchObject({ state: "fresh", offers: 60, held: null });
    expect(await servedXml()).not.toBe(before);
    expect(await problems()).toEqual([]);
    expect(world.crmCalls).toEqual(["sites", "load"]);
    expect(await confirmHeld(world.ctx)).toBe(false);
  });

  test("F90 what a person confirms while the next run is under way stays confirmed", async () => {
    await publishCatalog(world.ctx);
    fill(60);
    later(hourMs);
    await publishCatalog(world.ctx);

    let confirmed: boolean | undefined;
    world.shop.beforePage = async () => {
      confirmed ??= await confirmHeld(world.ctx);
    };
    const outcome = await publishCatalog(world.ctx);
    world.shop.beforePage = () => {};

    expect(confirmed).toBe(true);
    expect(outcome.state).toBe("succeeded");
    expect(await view()).toMatchObject({ state: "fresh", offers: 60, held: null });
    expect(await problems()).toEqual([]);
  });

  test("F90 a catalogue whose articles were exchanged is held, though none are fewer", async () => {
    await publishCatalog(world.ctx);
    fill(100, 30);
    later(hourMs);
    expect((await publishCatalog(world.ctx)).state).toBe("succeeded");

    fill(100, 61);
    later(hourMs);
    const outcome = await publishCatalog(world.ctx);

    expect(outcome.state).toBe("partial");
    expect(await view()).toMatchObject({ state: "held", held: { params: { before: 100, after: 100, vanished: 31 } } });
    expect(await servedXml()).toContain('<offer id="A-30"');
    await confirmHeld(world.ctx);
    later(hourMs);
    fill(100, 62);
    expect((await publishCatalog(world.ctx)).state).toBe("succeeded");
  });

  test("F90 offers that are switched off count as gone, those that were off before do not", async () => {
    world.shop.products = world.shop.products.map((row, place) => ({
      ...row,
      display_in_showcase: place < 90 ? 1 : 0,
    }));
    await publishCatalog(world.ctx);
    fill(90);
    later(hourMs);
    expect((await publishCatalog(world.ctx)).state).toBe("succeeded");

    world.shop.products = world.shop.products.map((row, place) => ({
      ...row,
      display_in_showcase: place < 60 ? 1 : 0,
    }));
    later(hourMs);
    await publishCatalog(world.ctx);

    expect(await view()).toMatchObject({ held: { offers: 90, params: { before: 90, after: 60, vanished: 30 } } });
  });

  test("a held catalogue is dropped when the shop is back", async () => {
    await publishCatalog(world.ctx);
    fill(10);
    await publishCatalog(world.ctx);
    fill(100);

    await publishCatalog(world.ctx);

    expect(await view()).toMatchObject({ state: "fresh", offers: 100, held: null });
    expect(await problems()).toEqual([]);
  });

  test("F90 an empty catalogue replaces nothing and cannot be confirmed", async () => {
    await publishCatalog(world.ctx);
    fill(0);

    const outcome = await publishCatalog(world.ctx);

    expect(outcome.state).toBe("partial");
    expect(await view()).toMatchObject({ state: "fresh", offers: 100, held: null });
    expect(await problems()).toEqual(["catalog_empty"]);
    expect(await confirmHeld(world.ctx)).toBe(false);

    fill(100);
    await publishCatalog(world.ctx);
    expect(await problems()).toEqual([]);
  });

  test("an empty shop publishes nothing and is no problem", async () => {
    fill(0);

    expect((await publishCatalog(world.ctx)).state).toBe("succeeded");

    expect((await view()).state).toBe("none");
    expect(await servedFile(world.ctx, "c1")).toBeUndefined();
    expect(await problems()).toEqual([]);
  });

  test("what a killed run left behind is gone after the next one", async () => {
    await publishCatalog(world.ctx);
    mkdirSync(join(spoolFolder(folder()), "dead"), { recursive: true });
    writeFileSync(join(spoolFolder(folder()), "dead", "catalog.xml"), "<half");
    writeFileSync(join(catalogFolder(folder()), "20200101000000-never-switched.xml"), "<whole/>");
    fill(101);
    later(hourMs);

    await publishCatalog(world.ctx);
    later(hourMs);
    await publishCatalog(world.ctx);

    expect(readdirSync(catalogFolder(folder()))).toHaveLength(2);
    expect(readdirSync(join(world.ctx.config.dataDir, "spool"))).toEqual([]);
    expect((await view()).offers).toBe(101);
  });

  test("a served file that vanished from the disk comes back though nothing changed", async () => {
    await publishCatalog(world.ctx);
    const before = await servedXml();
    await rm(catalogFolder(folder()), { recursive: true });
    // With a server the database has it too.
    expect((await servedFile(world.ctx, "c1")) !== undefined).toBe(stores.kind === "server");

    await publishCatalog(world.ctx);

    expect(await servedXml()).toBe(before);
  });

  test("a run shows how far it is and can be cancelled between pages", async () => {
    fill(1600);
    await queueRun(world.ctx, "c1", "catalog", "manual");
    const run = (await nextRun(world.ctx, "c1", "catalog"))!;
    await startRun(world.ctx, run);
    world.shop.beforePage = (offset) => (offset === 500 ? cancelRun(world.ctx, run.id) : undefined);

    const outcome = await publishCatalog(world.ctx, run);

    expect(outcome.state).toBe("cancelled");
    expect(run.progress.done).toBe(1000);
    expect(world.shop.asked).toEqual([0, 500]);
    expect((await view()).state).toBe("none");
  });

  test("codes of attributes are kept for ever", async () => {
    await publishCatalog(world.ctx);
    const first = await loadCodes(world.ctx, new Set());

    const later = await loadCodes(world.ctx, new Set(["Material", "аматеріал", "material"]));

    expect(Object.fromEntries(first)).toEqual({
      kraina: "kraina",
      material: "material",
      osoblyvosti: "osoblyvosti",
      vaha: "vaha",
    });
    expect(Object.fromEntries(later)).toMatchObject({ ...Object.fromEntries(first), Material: "material_2" });
  });

  test("with a server the file also lies in the database, and another process makes its own copy", async () => {
    await world.close();
    await open(stores.store(), "server");
    await publishCatalog(world.ctx);
    const dataDir = join(world.ctx.config.dataDir, "other");
    const other = { ...world.ctx, config: { ...world.ctx.config, dataDir } };

    const { file } = await (await servedFile(other, "c1"))!.open(false);

    expect(await file.readFile("utf8")).toBe(await servedXml());
    await file.close();

    fill(99);
    later(hourMs);
    await publishCatalog(world.ctx);

    expect((await servedFile(other, "c1"))!.record.offers).toBe(99);
    const versions = await world.ctx.db.selectFrom("catalog_pieces").select("version").distinct().execute();
    expect(versions).toHaveLength(1);
    const copy = join(catalogFolder({ dataDir, connectionId: "c1" }), `${versions[0]!.version}.xml`);
    expect(readFileSync(copy, "utf8")).toBe(await servedXml());
  });
});
