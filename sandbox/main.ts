import { type Sandboxes, startSandboxes } from "./start.ts";

/** `npm run sandbox`: one line of JSON says where everything is; then serves until it is told to stop. */
async function main(): Promise<void> {
  let sandboxes: Sandboxes | undefined;
  const stop = () => {
    (sandboxes?.close() ?? Promise.resolve()).finally(() => process.exit(0));
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  // Started by another program: when that is killed, nobody could stop us any more.
  if (process.send) process.once("disconnect", stop);
  sandboxes = await startSandboxes({
    horoshopPort: portFrom("SANDBOX_HOROSHOP_PORT"),
    retailcrmPort: portFrom("SANDBOX_RETAILCRM_PORT"),
  });
  console.log(JSON.stringify(sandboxes.addresses));
}

function portFrom(variable: string): number {
  const text = process.env[variable] ?? "";
  const port = text === "" ? 0 : Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    console.error(`${variable} must be a port number between 0 and 65535 (0 takes a free one), not "${text}"`);
    process.exit(1);
  }
  return port;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
