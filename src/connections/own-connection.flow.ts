import { type AppContext, type ConnectionContext, makeConnectionContext } from "../context.ts";
import type { WebRequest } from "../web/api.ts";
import { calledConnection } from "./called-connection.flow.ts";

/** The connection that a request names, with its clients at hand. @throws ApiFailure 401 or 404 */
export async function ownConnection(app: AppContext, request: WebRequest, id: string): Promise<ConnectionContext> {
  return makeConnectionContext(app, await calledConnection(app, request, id));
}
