import { z } from "zod";
import { findConnectionBy } from "../connections/connections.sql.ts";
import type { AppContext } from "../context.ts";
import type { Api } from "../web/api.ts";
import { notFound } from "../web/api-failure.ts";
import { servedFile } from "./catalog.flow.ts";
import { readVersion } from "./catalog-version.ts";
import { markFetched } from "./catalogs.sql.ts";
import { answerFileRequest } from "./conditional-request.ts";

const params = z.object({ file: z.string().max(200) });
const retryAfterSeconds = 60;

/** The catalogue file for the CRM: no sign-in, the secret in the address is all it needs. */
export const catalogFileApi: Api<AppContext> = (app, ctx) => {
  app.route({
    method: ["GET", "HEAD"],
    url: "/catalog/:file",
    schema: { hide: true, params },
    async handler(request, reply) {
      const secret = /^([\w-]{1,100})\.xml$/.exec(request.params.file)?.[1];
      const connection = secret && (await findConnectionBy(ctx, "catalog_secret", secret));
      if (!connection) throw notFound();
      const served = await servedFile(ctx, connection.id);
      if (!served) {
        reply.code(503).header("retry-after", String(retryAfterSeconds)).header("cache-control", "no-store");
        return reply.type("text/plain; charset=utf-8").send("The catalogue is not ready yet.\n");
      }
      const { headers, method } = request;
      const asked = {
        acceptEncoding: headers["accept-encoding"],
        ifNoneMatch: headers["if-none-match"],
        ifModifiedSince: headers["if-modified-since"],
      };
      const answer = answerFileRequest(asked, readVersion(served.record.version));
      reply
        .header("etag", answer.etag)
        .header("last-modified", answer.lastModified)
        .header("vary", "Accept-Encoding")
        .header("cache-control", "no-cache");
      if (method === "GET") await markFetched(ctx, connection.id);
      if (answer.notModified) return reply.code(304).send();
      reply.type("application/xml; charset=utf-8");
      if (answer.gzip) reply.header("content-encoding", "gzip");
      const bytes = answer.gzip ? served.record.gzipBytes : served.record.bytes;
      reply.header("content-length", String(bytes));
      if (method === "HEAD") return reply.send();
      const { file } = await served.open(answer.gzip);
      return reply.send(file.createReadStream());
    },
  });
};
