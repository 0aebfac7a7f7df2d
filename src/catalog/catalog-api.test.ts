import { gunzipSync } from "node:zlib";
import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { samplePages, sampleProducts } from "../../bench/sample-products.ts";
import { describeStores } from "../../test/databases.ts";
import type { WebApp } from "../web/api.ts";
import { createWeb } from "../web/server.ts";
import { catalogApi } from "./catalog.api.ts";
import { catalogFileApi } from "./catalog-file.api.ts";
import { publishCatalog } from "./publish-catalog.flow.ts";
import { openTestConnection, type TestConnection } from "./test-connection.ts";

let world: TestConnection;
let app: WebApp;

const address = "/catalog/s3cret.xml";
const operator = { authorization: "Bearer admin" };
const fetchFile = (headers: Record<string, string> = {}, method: "GET" | "HEAD" = "GET") =>
  app.inject({ method, url: address, headers });
const view = async () => (await app.inject({ url: "/api/v1/connections/c1/catalog", headers: operator })).json();

function fill(count: number): void {
  world.shop.products = Array.from({ length: count }, (_, number) => sampleProducts(number)[0]!);
}

describeStores("the catalogue by HTTP", (stores) => {
  beforeEach(async () => {
    world = await openTestConnection(stores.store());
    world.ctx.config.adminToken = "admin";
    world.shop.pages = samplePages;
    const { config, log, db, now, random } = world.ctx;
    app = await createWeb({ config, log, db, now, random, isReady: async () => undefined, metrics: new Registry() });
    catalogApi(app, world.ctx);
    catalogFileApi(app, world.ctx);
  });
  afterEach(async () => {
    await app.close();
    await world.close();
  });

  test("from nothing to a file that the CRM can fetch in every way", async () => {
    const before = await fetchFile();
    expect(before.statusCode).toBe(503);
    expect(Number(before.headers["retry-after"])).toBeGreaterThan(0);
    expect((await app.inject({ url: "/catalog/wrong.xml" })).statusCode).toBe(404);
    expect((await app.inject({ url: "/catalog/s3cret" })).statusCode).toBe(404);
    expect((await app.inject({ method: "POST", url: address })).statusCode).toBe(405);
    expect(await view()).toMatchObject({ state: "none", lastFetchedAt: null });

    fill(100);
    await publishCatalog(world.ctx);

    const plain = await fetchFile();
    expect(plain.statusCode).toBe(200);
    expect(plain.headers["content-type"]).toBe("application/xml; charset=utf-8");
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(plain.headers.vary).toBe("Accept-Encoding");
    expect(plain.headers["last-modified"]).toBe("Fri, 14 Mar 2025 09:30:00 GMT");
    expect(plain.headers["content-length"]).toBe(String(plain.rawPayload.length));
    expect(plain.body).toContain('<offer id="A-99"');

    const zipped = await fetchFile({ "accept-encoding": "br, gzip" });
    expect(zipped.headers["content-encoding"]).toBe("gzip");
    expect(zipped.headers["content-length"]).toBe(String(zipped.rawPayload.length));
    expect(zipped.headers.etag).not.toBe(plain.headers.etag);
    expect(gunzipSync(zipped.rawPayload).toString()).toBe(plain.body);

    const head = await fetchFile({}, "HEAD");
    expect(head.statusCode).toBe(200);
    expect(head.body).toBe("");
    for (const name of ["etag", "last-modified", "content-length", "content-type", "vary"]) {
      expect([name, head.headers[name]]).toEqual([name, plain.headers[name]]);
    }

    const etag = String(plain.headers.etag);
    const known = await fetchFile({ "if-none-match": `"other", W/${etag}` });
    expect(known.statusCode).toBe(304);
    expect(known.body).toBe("");
    expect(known.headers).toMatchObject({ etag, vary: "Accept-Encoding" });
    expect((await fetchFile({ "if-none-match": etag }, "HEAD")).statusCode).toBe(304);
    expect((await fetchFile({ "if-modified-since": String(plain.headers["last-modified"]) })).statusCode).toBe(304);
    expect((await fetchFile({ "if-none-match": etag, "accept-encoding": "gzip" })).statusCode).toBe(200);
  });

  test("the time of the last fetch is kept, once a minute", async () => {
    fill(3);
    await publishCatalog(world.ctx);
    await fetchFile();
    expect((await view()).lastFetchedAt).toBe("2025-03-14T09:30:00.000Z");

    world.clock.now = new Date("2025-03-14T09:30:59Z");
    await fetchFile();
    expect((await view()).lastFetchedAt).toBe("2025-03-14T09:30:00.000Z");

    world.clock.now = new Date("2025-03-14T09:31:00Z");
    await fetchFile();
    expect((await view()).lastFetchedAt).toBe("2025-03-14T09:31:00.000Z");
  });

  test("a held catalogue is confirmed once; then there is none to confirm", async () => {
    fill(100);
    await publishCatalog(world.ctx);
    fill(20);
    await publishCatalog(world.ctx);
    expect(await view()).toMatchObject({ state: "held", offers: 100, held: { offers: 20, reason: "catalog_shrunk" } });
    const confirm = () =>
      app.inject({ method: "POST", url: "/api/v1/connections/c1/catalog/confirm", headers: operator });

    const confirmed = await confirm();

    expect(confirmed.statusCode).toBe(200);
    expect(confirmed.json()).toMatchObject({ state: "fresh", offers: 20, held: null });
    expect((await fetchFile()).body).not.toContain('<offer id="A-99"');
    const again = await confirm();
    expect([again.statusCode, again.json().error.code]).toEqual([409, "catalog_not_held"]);
  });

  test("installing says what stands in the way", async () => {
    const install = () =>
      app.inject({ method: "POST", url: "/api/v1/connections/c1/catalog/install", headers: operator });

    const unreachable = await install();
    await world.ctx.db.updateTable("connections").set({ crm_site: null }).execute();
    const siteless = await install();

    expect([unreachable.statusCode, unreachable.json().error.code]).toEqual([422, "crm_unreachable"]);
    expect([siteless.statusCode, siteless.json().error.code]).toEqual([409, "site_missing"]);
  });

  test("nobody sees the catalogue page without sign-in, and an unknown connection is not found", async () => {
    expect((await app.inject({ url: "/api/v1/connections/c1/catalog" })).statusCode).toBe(401);
    expect((await app.inject({ url: "/api/v1/connections/other/catalog", headers: operator })).statusCode).toBe(404);
  });
});
