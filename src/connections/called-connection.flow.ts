import type { AppContext } from "../context.ts";
import type { WebRequest } from "../web/api.ts";
import { notFound } from "../web/api-failure.ts";
import { callerOf } from "../web/login.ts";
import type { Connection } from "./connection.ts";
import { loadConnection } from "./connections.sql.ts";

/**
 * The connection that a request names, if its caller may see it: the operator sees all, a merchant those of his CRM
 * account; somebody else's is as unknown as one that does not exist.
 * @throws ApiFailure 401 or 404
 */
export async function calledConnection(app: AppContext, request: WebRequest, id: string): Promise<Connection> {
  const caller = callerOf(request);
  const connection = await loadConnection(app, id);
  if (!connection || (caller.role === "account" && caller.crmUrl !== connection.crmUrl)) throw notFound();
  return connection;
}
