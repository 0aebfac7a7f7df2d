import { type AppContext, type ConnectionContext, makeConnectionContext } from "../context.ts";
import type { WebRequest } from "../web/api.ts";
import { notFound } from "../web/api-failure.ts";
import { callerOf } from "../web/login.ts";
import { loadConnection } from "./connections.sql.ts";

/** The connection that a request names, if the caller may know of it; another account's gives 404 like none at all. */
export async function ownConnection(app: AppContext, request: WebRequest, id: string): Promise<ConnectionContext> {
  const caller = callerOf(request);
  const connection = await loadConnection(app, id);
  if (!connection || (caller.role === "account" && caller.crmUrl !== connection.crmUrl)) throw notFound();
  return makeConnectionContext(app, connection);
}
