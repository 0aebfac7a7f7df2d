/** The built service as a child process, connected to a sandbox shop and account, driven through its JSON API. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Sandboxes } from "../sandbox/start.ts";

export type Answer = { status: number; body: Record<string, unknown> };
export type BenchService = {
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  /** connects the demo shop and pairs everything by the service's own suggestions, in the shop's order for the rest */
  connect(sandboxes: Sandboxes, settings?: Record<string, unknown>): Promise<string>;
  map(connectionId: string): Promise<void>;
  stop(): Promise<void>;
};

const program = fileURLToPath(new URL("main.js", import.meta.url));

export async function startService(environment: Record<string, string>): Promise<BenchService> {
  const dataDir = mkdtempSync(join(tmpdir(), "bench-"));
  const child = spawn(process.execPath, [program], {
    env: {
      ...process.env,
      DATA_DIR: dataDir,
      PORT: "0",
      ALLOW_LOCAL_TARGETS: "true",
      LOG_LEVEL: "warn",
      ...environment,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await listeningAt(child);
  const token = readFileSync(join(dataDir, "admin.token"), "utf8").trim();
  const ask = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return { status: answer.status, body: text ? JSON.parse(text) : {} };
  };
  return {
    ask,
    async connect({ horoshop, retailcrm }, settings = {}) {
      const { login, password } = horoshop;
      const crm = { url: retailcrm.url, apiKey: retailcrm.apiKey, site: retailcrm.site };
      const { body } = await ask("POST", "/connections", {
        crm,
        horoshop: { url: horoshop.url, login, password },
        settings,
      });
      return String(body.id);
    },
    async map(connectionId) {
      const { body } = await ask("GET", `/connections/${connectionId}/references`);
      await ask("PUT", `/connections/${connectionId}/mapping`, pairEverything(body as References));
    },
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

type List = {
  horoshop: { id: number; enabled: boolean }[];
  crm: { code: string; active: boolean }[];
  suggestions: { horoshop: number; crm: string }[];
};
type References = Record<"statuses" | "deliveryTypes" | "paymentTypes", List>;

function pairEverything(references: References) {
  const pairsOf = ({ horoshop, crm, suggestions }: List) => {
    const pairs = suggestions.map(({ horoshop: id, crm: code }) => ({ horoshop: id, crm: code }));
    for (const { id } of horoshop.filter(
      (element) => element.enabled && !pairs.some((pair) => pair.horoshop === element.id),
    )) {
      const free = crm.find((element) => element.active && !pairs.some((pair) => pair.crm === element.code));
      if (free) pairs.push({ horoshop: id, crm: free.code });
    }
    return pairs;
  };
  return {
    statuses: pairsOf(references.statuses),
    deliveryTypes: pairsOf(references.deliveryTypes),
    paymentTypes: pairsOf(references.paymentTypes),
  };
}

function listeningAt(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    child.once("exit", (code) => reject(new Error(`the service ended with code ${code} before it listened`)));
    child.stdout!.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      const match = /^listening on (\S+)$/m.exec(printed);
      if (match) resolve(match[1]!);
    });
  });
}

/** Asks until the answer is there. */
export async function until<Found>(
  what: string,
  maxMs: number,
  find: () => Promise<Found | undefined> | Found | undefined,
): Promise<Found> {
  const giveUpAt = Date.now() + maxMs;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (Date.now() > giveUpAt) throw new Error(`waited ${maxMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
