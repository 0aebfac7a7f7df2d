import { z } from "zod";
import { calledConnection } from "../connections/called-connection.flow.ts";
import { remoteFailure } from "../connections/refuse.flow.ts";
import { type AppContext, makeConnectionContext } from "../context.ts";
import { isApiError } from "../http/api-error.ts";
import type { Api } from "../web/api.ts";
import { ApiFailure } from "../web/api-failure.ts";
import { catalogView, confirmHeld } from "./catalog.flow.ts";
import { installAddress } from "./catalog-address.flow.ts";

const params = z.object({ id: z.string().min(1).max(64) });
const warning = z.object({ code: z.string(), params: z.object({ count: z.number(), examples: z.array(z.string()) }) });
const catalog = z.object({
  url: z.string(),
  state: z.enum(["none", "fresh", "stale", "held"]),
  generatedAt: z.string().nullable(),
  offers: z.number(),
  products: z.number(),
  bytes: z.number(),
  excluded: z.record(z.string(), z.number()),
  warnings: z.array(warning),
  held: z.object({ offers: z.number(), reason: z.string(), params: z.record(z.string(), z.unknown()) }).nullable(),
  lastFetchedAt: z.string().nullable(),
});
const response = { 200: catalog };
const path = "/api/v1/connections/:id/catalog";

/** The catalogue of a connection: how it stands, publishing a held one, writing its address into the CRM. */
export const catalogApi: Api<AppContext> = (app, ctx) => {
  const seeSchema = { summary: "How the catalogue stands", tags: ["catalogue"], params, response };
  app.get(path, { schema: seeSchema }, async (request) => {
    return catalogView(ctx, await calledConnection(ctx, request, request.params.id));
  });

  const confirmSchema = { summary: "Publish the catalogue that was held back", tags: ["catalogue"], params, response };
  app.post(`${path}/confirm`, { schema: confirmSchema }, async (request) => {
    const connection = await calledConnection(ctx, request, request.params.id);
    if (!(await confirmHeld(makeConnectionContext(ctx, connection)))) throw new ApiFailure(409, "catalog_not_held");
    return catalogView(ctx, connection);
  });

  const installSchema = {
    summary: "Write the catalogue's address into the CRM's site",
    tags: ["catalogue"],
    params,
    response,
  };
  app.post(`${path}/install`, { schema: installSchema }, async (request) => {
    const connection = await calledConnection(ctx, request, request.params.id);
    try {
      const result = await installAddress(makeConnectionContext(ctx, connection));
      if (!result.ok) throw refusal(result.code);
    } catch (error) {
      if (!isApiError(error)) throw error;
      throw remoteFailure(error);
    }
    return catalogView(ctx, connection);
  });
};

function refusal(code: "site_missing" | "crm_scopes_missing"): ApiFailure {
  if (code === "site_missing") return new ApiFailure(409, code);
  return new ApiFailure(422, code, { details: { missing: ["reference_write"] } });
}
