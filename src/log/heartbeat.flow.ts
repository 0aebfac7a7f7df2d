import { sql } from "kysely";
import type { AppContext } from "../context.ts";
import { json } from "../db/json.ts";
import { createTransport } from "../http/call.ts";
import { createTargetGuard } from "../http/target-guard.ts";
import { withoutCredentials } from "./send-alert.flow.ts";

const everyMs = 60_000;
const timeoutMs = 10_000;

/**
 * A round succeeded: HEARTBEAT_URL hears of it, at most once a minute over all processes. Whoever listens there notices
 * when this service as a whole falls silent. Never throws: a heartbeat that fails is the listener's to notice.
 */
export async function beatHeart(app: AppContext): Promise<void> {
  const address = app.config.heartbeatUrl;
  if (!address) return;
  try {
    if (!(await takeTurn(app))) return;
    const transport = createTransport({ guard: createTargetGuard({ allowLocal: true }) });
    try {
      const { url, headers } = withoutCredentials(address);
      const { status } = await transport({
        method: "GET",
        url,
        headers,
        timeoutMs,
        bytesMax: 64_000,
        signal: app.signal,
      });
      if (status >= 400) app.log.debug({ status }, "the heartbeat's receiver refused it");
    } finally {
      await transport.close();
    }
  } catch (error) {
    app.log.debug({ reason: error instanceof Error ? error.message : "unknown" }, "the heartbeat did not arrive");
  }
}

async function takeTurn(app: AppContext): Promise<boolean> {
  const now = app.now();
  const turn = await app.db
    .insertInto("kept_values")
    .values({ name: "heartbeat", value: json(null), saved_at: now })
    .onConflict((conflict) =>
      conflict
        .column("name")
        .doUpdateSet({ saved_at: now })
        .where("kept_values.saved_at", "<=", sql<Date>`${new Date(now.getTime() - everyMs)}::timestamptz`),
    )
    .returning("name")
    .executeTakeFirst();
  return turn !== undefined;
}
