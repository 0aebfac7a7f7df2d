import { afterEach, beforeEach, expect, test } from "vitest";
import { samplePages, sampleProducts } from "../../bench/sample-products.ts";
import { describeStores } from "../../test/databases.ts";
import { insertConnection } from "../connections/connections.sql.ts";
import { ApiError, type ApiErrorKind } from "../http/api-error.ts";
import { listProblems } from "../log/problems.sql.ts";
import { catalogView } from "./catalog.flow.ts";
import { installAddress } from "./catalog-address.flow.ts";
import { publishCatalog } from "./publish-catalog.flow.ts";
import { openTestConnection, type TestConnection } from "./test-connection.ts";

let world: TestConnection;

const refusal = (kind: ApiErrorKind) =>
  new ApiError({ kind, remote: "retailcrm", operation: "reference/sites", message: kind });
const problems = async () => (await listProblems(world.ctx, "c1")).map((problem) => problem.code);
const view = () => catalogView(world.ctx, world.ctx.connection);

describeStores("the catalogue's address in the CRM", (stores) => {
  beforeEach(async () => {
    world = await openTestConnection(stores.store());
    world.shop.pages = samplePages;
    world.shop.products = sampleProducts(1, 3);
  });
  afterEach(() => world.close());

  test("F91 another address in the CRM's site is told and left alone; it ends when ours is there", async () => {
    world.site.ymlUrl = "https://old-module.example/feed.xml";

    await publishCatalog(world.ctx);

    expect(world.site.ymlUrl).toBe("https://old-module.example/feed.xml");
    expect(world.crmCalls).toEqual(["sites"]);
    const [problem] = await listProblems(world.ctx, "c1");
    expect(problem).toMatchObject({
      code: "catalog_elsewhere",
      params: { url: "https://old-module.example/feed.xml" },
    });

    world.site.ymlUrl = "https://connector.example/catalog/s3cret.xml";
    await publishCatalog(world.ctx);

    expect(await problems()).toEqual([]);
  });

  test("an address of ours without a connection behind it is replaced, one that lives is left alone", async () => {
    world.site.ymlUrl = "https://connector.example/catalog/dead.xml";

    await publishCatalog(world.ctx);

    expect(world.site.ymlUrl).toBe("https://connector.example/catalog/s3cret.xml");
    expect(world.crmCalls).toEqual(["sites", "save main", "load"]);

    const another = { id: "c2", crmSite: "another", catalogSecret: "alive", hookSecret: "h2", clientId: "client-2" };
    await insertConnection(world.ctx, { ...world.ctx.connection, ...another });
    world.site.ymlUrl = "https://connector.example/catalog/alive.xml";
    await publishCatalog(world.ctx);

    expect(world.site.ymlUrl).toBe("https://connector.example/catalog/alive.xml");
    expect(await problems()).toEqual(["catalog_elsewhere"]);
  });

  test("an address of ours that is dead but may not be written is told", async () => {
    world.ctx.connection.crmScopes = ["reference_read"];
    world.site.ymlUrl = "https://connector.example/catalog/dead.xml";

    await publishCatalog(world.ctx);

    expect(world.crmCalls).toEqual(["sites"]);
    expect(await problems()).toEqual(["catalog_elsewhere"]);
  });

  test("without the scopes nothing is written into the CRM and nothing asked", async () => {
    world.ctx.connection.crmScopes = ["reference_read"];

    expect((await publishCatalog(world.ctx)).state).toBe("succeeded");

    expect(world.crmCalls).toEqual(["sites"]);
  });

  test("a CRM that is down does not undo the publication; refused credentials are told", async () => {
    world.crmTrouble.before = () => {
      throw refusal("unavailable");
    };
    expect((await publishCatalog(world.ctx)).state).toBe("succeeded");

    world.crmTrouble.before = () => {
      throw refusal("unauthorized");
    };
    await expect(publishCatalog(world.ctx)).rejects.toMatchObject({ kind: "unauthorized" });

    expect((await view()).state).toBe("fresh");
  });

  test("an address that is written later, though no offer changed, is loaded soon", async () => {
    world.ctx.connection.crmSite = null;
    await publishCatalog(world.ctx);
    expect(world.crmCalls).toEqual([]);
    world.ctx.connection.crmSite = "main";

    await publishCatalog(world.ctx);

    expect(world.crmCalls).toEqual(["sites", "save main", "load"]);
  });

  test("a person's wish writes the address over another one, or says what stands in the way", async () => {
    world.site.ymlUrl = "https://old-module.example/feed.xml";
    await publishCatalog(world.ctx);

    expect(await installAddress(world.ctx)).toEqual({ ok: true });

    expect(world.site).toMatchObject({ ymlUrl: "https://connector.example/catalog/s3cret.xml", loadFromYml: true });
    expect(await problems()).toEqual([]);
    world.ctx.connection.crmScopes = ["reference_read"];
    expect(await installAddress(world.ctx)).toEqual({ ok: false, code: "crm_scopes_missing" });
  });

  test("an address that the CRM cannot reach is not written by itself", async () => {
    world.ctx.config.publicUrl = "http://127.0.0.1:8080";

    await publishCatalog(world.ctx);

    expect(world.crmCalls).toEqual(["sites"]);
  });

  test("a connection that the CRM switched off tells the CRM nothing", async () => {
    world.ctx.connection.crmActive = false;

    await publishCatalog(world.ctx);

    expect(world.crmCalls).toEqual([]);
  });
});
