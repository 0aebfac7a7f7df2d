import { createHmac } from "node:crypto";
import type { Crm } from "./call.ts";
import type { ApiKey, Fields } from "./state.ts";

export type SmallFetch = (
  url: string,
  init?: { method?: string; headers?: Record<string, string>; body?: string },
) => Promise<{ status: number; text(): Promise<string> }>;

export type ModuleConnection = {
  status: number;
  /** the module's answer to the register request; undefined when it was not JSON */
  body: Fields | undefined;
  accountUrl: string | undefined;
  key: ApiKey;
};

/**
 * The CRM's side of the one-step connection (marketplace 3): reads the configuration, makes a key with the asked
 * permissions, registers with the signed key. The key goes again when the module refuses.
 */
export async function connectModule(
  crm: Crm,
  options: {
    configUrl: string;
    secret: string;
    fetch: SmallFetch;
    sites?: string[] | "all";
    systemUrl?: string;
    key?: string;
    token?: string;
  },
): Promise<ModuleConnection> {
  const answer = await options.fetch(options.configUrl);
  const config = readObject(await answer.text());
  const registerUrl = config?.registerUrl;
  if (answer.status !== 200 || config?.success !== true || typeof registerUrl !== "string") {
    throw new Error(`The module's configuration cannot be used: HTTP ${answer.status} ${JSON.stringify(config)}`);
  }
  const scopes = Array.isArray(config.scopes) ? config.scopes.map(String) : [];
  const key: ApiKey = {
    key: options.key ?? randomKey(crm),
    scopes,
    sites: options.sites ?? "all",
    module: new URL(options.configUrl).origin,
  };
  crm.state.keys.set(key.key, key);
  const token = options.token ?? createHmac("sha256", options.secret).update(key.key, "utf8").digest("hex");
  const register = { token, apiKey: key.key, systemUrl: options.systemUrl ?? crm.baseUrl };
  const registered = await postForm(options.fetch, registerUrl, { register: JSON.stringify(register) });
  const body = readObject(await registered.text());
  if (body?.success !== true) crm.state.keys.delete(key.key);
  return {
    status: registered.status,
    body,
    accountUrl: typeof body?.accountUrl === "string" ? body.accountUrl : undefined,
    key,
  };
}

/** Tells a module that it was switched on, off or frozen (marketplace 6.1). */
export async function sendActivity(
  crm: Crm,
  options: { code: string; active: boolean; freeze: boolean; fetch: SmallFetch; systemUrl?: string },
): Promise<{ status: number; body: Fields | undefined }> {
  const registered = crm.state.modules.get(options.code);
  if (registered === undefined) throw new Error(`No module ${options.code} is connected.`);
  registered.active = options.active;
  registered.freeze = options.freeze;
  const path = (registered.actions as Fields | undefined)?.activity;
  if (typeof path !== "string") throw new Error(`The module ${options.code} names no activity callback.`);
  const answer = await postForm(options.fetch, `${String(registered.baseUrl)}${path}`, {
    clientId: String(registered.clientId),
    activity: JSON.stringify({ active: options.active, freeze: options.freeze }),
    systemUrl: options.systemUrl ?? crm.baseUrl,
  });
  return { status: answer.status, body: readObject(await answer.text()) };
}

/** What the browser sends when the settings of a connection are opened: a POST form to `url`. */
export function accountForm(crm: Crm, code: string): { url: string; fields: { clientId: string } } {
  const registered = crm.state.modules.get(code);
  if (registered === undefined) throw new Error(`No module ${code} is connected.`);
  return { url: String(registered.accountUrl), fields: { clientId: String(registered.clientId) } };
}

function postForm(fetch: SmallFetch, url: string, fields: Record<string, string>): ReturnType<SmallFetch> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  });
}

/** 32 letters, as keys of the service are at least that long. */
function randomKey(crm: Crm): string {
  const letters = "0123456789abcdefghijklmnopqrstuvwxyz";
  return Array.from({ length: 32 }, () => letters[Math.floor(crm.random() * letters.length)]!).join("");
}

function readObject(text: string): Fields | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}
