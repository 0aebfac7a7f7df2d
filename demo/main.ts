import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Child, startChild } from "./child.ts";
import { type Catalog, type Connection, type Connector, makeConnector, pause, type References } from "./connector.ts";
import { type Follower, follow } from "./follow.ts";
import { pairUp } from "./pair-up.ts";
import { type Sandboxes, showOneOrder } from "./show.ts";
import { wordsFor } from "./text/words.ts";

/** Short, so that a person who clicks sees something happen. */
const settings = {
  HOST: "127.0.0.1",
  PORT: "0",
  ALLOW_LOCAL_TARGETS: "true",
  QUICK_INTERVAL: "2s",
  SYNC_INTERVAL: "10s",
  ARCHIVE_INTERVAL: "20s",
  CATALOG_INTERVAL: "5m",
  STOCK_INTERVAL: "30s",
  RETRY_BASE: "2s",
};
const serviceStopMs = 15_000;
const sandboxStopMs = 3_000;
/** A terminal and npm both pass on one Ctrl-C: only a later signal is a second one. */
const sameSignalMs = 1_000;
const deathNoticeMs = 500;

const { words, language } = wordsFor(process.env);
const adminToken = randomBytes(24).toString("hex");
const folder = await mkdtemp(join(tmpdir(), "horoshop-retailcrm-demo-"));
const children: { service?: Child; sandbox?: Child } = {};
let follower: Follower | undefined;
let stopping: { at: number } | undefined;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stopAsked());
// Started by `npm run demo`: when that is killed, nobody could stop us any more.
if (process.send) process.on("disconnect", () => void stopAsked());
// Piped into a program that has read enough.
process.stdout.on("error", () => void stopAsked());

try {
  await run();
} catch (error) {
  // A program that died is the better explanation of a call that failed; its end is noticed a moment later.
  await pause(deathNoticeMs);
  if (!stopping) {
    say(words.failed(error instanceof Error ? error.message : String(error)));
    await end(1);
  }
}

async function run(): Promise<void> {
  say(words.starting);
  const sandboxes = await startSandboxes();
  const url = await startService();
  say(words.running(url));
  const connector = makeConnector(url, adminToken, language);

  say(words.connecting);
  const { id } = await connect(connector, sandboxes);
  say(words.connected);
  const references = await connector.get<References>(`/connections/${id}/references`);
  follower = follow({ connector, connectionId: id, references, words, say });
  const { mapping, suggested, chosen } = pairUp(references);
  await connector.send("PUT", `/connections/${id}/mapping`, mapping);
  say(words.mapped(suggested, chosen));

  await follower.runEnded("catalog");
  await follower.runEnded("archive");
  follower.tellOrders();
  await showOneOrder(sandboxes, words, say);
  await guide(connector, id, sandboxes);
}

async function startSandboxes(): Promise<Sandboxes> {
  const child = startChild("sandbox", {});
  children.sandbox = child;
  watch("sandbox", child);
  return JSON.parse(await child.line((line) => line.startsWith("{"))) as Sandboxes;
}

async function startService(): Promise<string> {
  const child = startChild("main", { ...settings, DATA_DIR: folder, ADMIN_TOKEN: adminToken });
  children.service = child;
  watch("service", child);
  const start = "listening on ";
  return (await child.line((line) => line.startsWith(start))).slice(start.length);
}

/** A program that ends without being asked ends the demo: half of it would only confuse. */
function watch(who: "service" | "sandbox", child: Child): void {
  void child.ended.then(async ({ code, signal, asked }) => {
    if (asked || stopping) return;
    stopping = { at: Date.now() };
    const lastWords = child.lastWords();
    say(words.diedWith(words.died[who], signal ?? `exit code ${code}`));
    for (const line of lastWords.length > 0 ? lastWords : [words.silent]) say(`    ${line}`);
    await end(1);
  });
}

function connect(connector: Connector, { horoshop, retailcrm }: Sandboxes): Promise<Connection> {
  return connector.send("POST", "/connections", {
    name: "Demo",
    crm: { url: retailcrm.url, apiKey: retailcrm.apiKey, site: retailcrm.site },
    horoshop: { url: horoshop.url, login: horoshop.login, password: horoshop.password },
    settings: {},
  });
}

async function guide(connector: Connector, id: string, sandboxes: Sandboxes): Promise<void> {
  const signInLink = async () => (await connector.send<{ url: string }>("POST", "/sign-in-links")).url;
  const catalog = await connector.get<Catalog>(`/connections/${id}/catalog`);
  process.stdout.write(
    `${words.guide({
      signIn: await signInLink(),
      shop: sandboxes.horoshop.desk,
      crm: sandboxes.retailcrm.desk,
      catalog: catalog.url,
      schema: schemaFile(),
    })}\n`,
  );
  if (!process.stdin.isTTY) return;
  say(words.howToLink);
  process.stdin.on("data", () => {
    if (!stopping) void signInLink().then((link) => say(words.newLink(link)));
  });
}

function schemaFile(): string {
  const file = fileURLToPath(new URL("../fixtures/icml.xsd", import.meta.url));
  const near = relative(process.cwd(), file);
  return existsSync(file) && !near.startsWith("..") ? near : file;
}

async function stopAsked(): Promise<void> {
  if (stopping) {
    if (Date.now() - stopping.at < sameSignalMs) return;
    children.service?.kill();
    children.sandbox?.kill();
    return;
  }
  stopping = { at: Date.now() };
  say(words.stopping);
  await end(0);
}

/** The service first, while both sides still answer; then the sandboxes; then the folder. */
async function end(code: number): Promise<never> {
  await follower?.stop();
  await children.service?.stop(serviceStopMs);
  await children.sandbox?.stop(sandboxStopMs);
  await rm(folder, { recursive: true, force: true });
  if (code === 0) say(words.stopped);
  process.exit(code);
}

function say(line: string): void {
  const time = new Date().toLocaleTimeString("uk-UA", { hour12: false });
  process.stdout.write(`${time}  ${line}\n`);
}
