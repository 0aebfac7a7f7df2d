/**
 * A process of the service that looks for orders when told to: `<connection>` on its standard input has it look at once,
 * whatever the queue says; it prints `looked <orders made>`. Argument: the settings of the environment as JSON.
 */
import { writeSync } from "node:fs";
import { readConfig } from "../../src/config.ts";
import { loadConnection } from "../../src/connections/connections.sql.ts";
import { makeConnectionContext } from "../../src/context.ts";
import { quickLook } from "../../src/orders/sync-round.flow.ts";
import { serve } from "../../src/serve.ts";
import { silentLog } from "../silent-log.ts";

const service = await serve(readConfig(JSON.parse(process.argv[2]!)), silentLog);
writeSync(1, "ready\n");

async function look(connectionId: string): Promise<void> {
  const connection = await loadConnection(service.context, connectionId);
  const ctx = makeConnectionContext(service.context, connection!);
  const { counts } = await quickLook(ctx, new AbortController().signal);
  writeSync(1, `looked ${counts.created}\n`);
}

process.stdin.on("data", (text) => {
  for (const line of text.toString().split("\n")) {
    if (line) look(line).catch((error: unknown) => writeSync(1, `failed ${String(error)}\n`));
  }
});
process.stdin.on("end", async () => {
  await service.stop();
  process.exit(0);
});
