import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { type Sandboxes, startSandboxes } from "../../sandbox/start.ts";
import { buildProgram, type Program, startProgram } from "./program.ts";
import { invite, type Visitor } from "./visitor.ts";

/** The built service between two shops and two CRM accounts, one browser, and who stands in front of it. */
export type Stage = {
  url: string;
  /** the operator's own shop and account */
  demo: Sandboxes;
  /** those of a stranger who connects by himself */
  guest: Sandboxes;
  operator: Visitor;
  /** of the operator's connection, once it is made */
  connectionId: string;
  /** everybody who was there */
  visitors: Visitor[];
  visitor(options: Omit<Parameters<typeof invite>[1], "url">): Promise<Visitor>;
  /** a call of the JSON API with the operator's token */
  call<Answer>(method: string, path: string, body?: unknown): Promise<Answer>;
  /** stops the service and starts it again on the same data; sign-ins stay */
  restart(environment: Record<string, string>): Promise<void>;
  close(): Promise<void>;
};

export const adminToken = "the-operators-token";

const browserPath = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
  (path) => path && existsSync(path),
);
/** Why there is nothing to walk with; undefined when there is a browser. */
export const noBrowser = browserPath
  ? undefined
  : "no Chromium (Debian: apt-get install chromium, or set CHROMIUM_PATH)";

const flags =
  "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run";

export async function openStage(): Promise<Stage> {
  buildProgram();
  const dataDir = mkdtempSync(join(tmpdir(), "browser-"));
  const environment = {
    DATA_DIR: dataDir,
    ADMIN_TOKEN: adminToken,
    SECRET_KEY: Buffer.alloc(32, 5).toString("base64"),
    ALLOW_LOCAL_TARGETS: "true",
    QUICK_INTERVAL: "500ms",
    ARCHIVE_INTERVAL: "2s",
    RETRY_BASE: "1s",
    LOG_LEVEL: "error",
  };
  const demo = await startSandboxes({ shop: { orders: 12, products: 40 }, hooksEveryMs: 300 });
  const guest = await startSandboxes({ shop: { orders: 3, products: 10 }, crm: { seed: "empty" } });
  const browser = await chromium.launch({ executablePath: browserPath!, args: flags.split(" ") });
  let program: Program = await startProgram(environment);
  const operator = await invite(browser, { url: program.url, screen: "desk", language: "en-US" });
  const stage: Stage = {
    url: program.url,
    demo,
    guest,
    operator,
    connectionId: "",
    visitors: [operator],
    visitor: async (options) => {
      const visitor = await invite(browser, { url: stage.url, ...options });
      stage.visitors.push(visitor);
      return visitor;
    },
    call: (method, path, body) => call(stage.url, method, path, body),
    restart: async (changes) => {
      // Pages that are open would complain that nobody answers.
      await Promise.all(stage.visitors.map(({ page }) => page.goto("about:blank")));
      await program.stop();
      // The same port: cookies and open pages belong to it.
      program = await startProgram({ ...environment, PORT: new URL(stage.url).port, ...changes });
    },
    close: async () => {
      await closeAll(browser, [demo, guest], program);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return stage;
}

async function closeAll(browser: Browser, sandboxes: Sandboxes[], program: Program): Promise<void> {
  await browser.close();
  await program.stop();
  await Promise.all(sandboxes.map((one) => one.close()));
}

async function call<Answer>(url: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${adminToken}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as Answer;
}
