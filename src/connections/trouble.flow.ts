import type { ConnectionContext } from "../context.ts";
import { ApiError } from "../http/api-error.ts";
import { closeProblem, openProblem } from "../log/problems.sql.ts";
import { markLoginRefused } from "./connections.sql.ts";

/** What remote trouble means for a whole connection: a problem code, and whether waiting alone may mend it. */
export type Trouble = { code: string; params: Record<string, unknown>; passes: boolean };

/** What the remote said, or what happened to its answer, in words for people: without the name of the call. */
export function reasonOf(error: ApiError): string {
  return error.remoteCode ?? error.message.replace(`${error.remote} ${error.operation}: `, "");
}

export function troubleOf(error: ApiError): Trouble {
  const params = { operation: error.operation, reason: reasonOf(error) };
  const isShop = error.remote === "horoshop";
  if (error.kind === "unauthorized")
    return { code: isShop ? "shop_login_rejected" : "crm_key_rejected", params, passes: false };
  if (!isShop && error.kind === "rejected" && error.remoteCode?.startsWith("Access denied")) {
    return { code: "crm_scopes_missing", params, passes: false };
  }
  return { code: isShop ? "shop_unreachable" : "crm_unreachable", params, passes: true };
}

/** Trouble of one record, not of the connection: the remote understood and said no, or its answer could not be read. */
export function isRecordTrouble(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  if (error.kind === "unreadable") return true;
  return error.kind === "rejected" && troubleOf(error).code !== "crm_scopes_missing";
}

/** Opens the one problem that an outage is, and stops the side whose credentials were refused. */
export async function reportTrouble(ctx: ConnectionContext, error: ApiError): Promise<Trouble> {
  const trouble = troubleOf(error);
  await openProblem(ctx, { code: trouble.code, params: trouble.params });
  if (error.kind === "unauthorized" && ctx.connection.loginRefused !== trouble.code)
    await markLoginRefused(ctx, ctx.connection, trouble.code);
  return trouble;
}

/** Both sides answered: what was said about reaching them is over. Returns since when it was so, if it was. */
export async function reportReached(ctx: ConnectionContext): Promise<Date | undefined> {
  return closeProblem(ctx, "shop_unreachable", "crm_unreachable", "crm_scopes_missing");
}
